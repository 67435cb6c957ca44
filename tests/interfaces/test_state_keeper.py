"""What a node was doing is kept, and what is damaged is no reason not to play."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import cast

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Act, Set
from ronn_jack.errors import PresetError
from ronn_jack.interfaces.state_keeper import StateKeeper, restored, state_of
from ronn_jack.parameters import PARAMETERS, Scope, defaults
from ronn_jack.presets.state import State, read_state, state_path, state_text, write_state
from ronn_jack.presets.store import PresetStore
from tests.support.jack_server import wait_for
from tests.support.recording import RecordingNode, RecordingOrigin

SOUND = {name: row.default for name, row in PARAMETERS.items() if row.scope is Scope.SOUND}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for kind in ("DATA", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    return tmp_path


@pytest.fixture
def controller() -> Controller:
    store = PresetStore()
    store.save("mine", {**defaults(), "layers": 3}, snapshots={2: {**defaults(), "layers": 2}})
    return Controller(RecordingNode(name="ronn"), store)


@pytest.fixture
def do(controller: Controller) -> Callable[..., None]:
    origin = RecordingOrigin()
    return lambda *operations: controller.apply(operations, origin)


def busy(do: Callable[..., None]) -> None:
    """Leave every part of the state elsewhere than it begins."""
    do(Act("preset_load", "mine"))
    do(Act("ab"))
    do(Set("layers", 9), Set("activation", "sine"), Set("budget", 0.5), Act("snapshot_save", 7))
    do(Act("snapshot_next"), Set("mix", 0.25))


class TestRestored:
    def test_all_of_it_comes_back(self, controller: Controller, do: Callable[..., None]) -> None:
        busy(do)
        scene = controller.scene
        write_state(state_path("ronn"), state_of(scene))
        again = restored("ronn", PresetStore())
        assert again is not None
        assert again.values == scene.values and again.values["budget"] == 0.5
        recall = {"snapshot": 2, "snapshots": "2 7", "ab": "b", "audition": 0}
        assert again.recall == scene.recall == recall
        assert again.snapshots.sounds == scene.snapshots.sounds
        assert again.other == scene.other
        assert again.preset is not None and again.preset.name == "mine"
        assert again.edited and again.place == "mine"
        other = Controller(RecordingNode(), PresetStore(), scene=again)
        other.apply([Act("ab")], RecordingOrigin())
        assert other.value("layers") == 3

    def test_without_one_it_is_told(self, caplog: pytest.LogCaptureFixture) -> None:
        assert restored("ronn", PresetStore()) is None
        assert "nothing is restored" in caplog.text and "no such file" in caplog.text

    @pytest.mark.parametrize(
        "text",
        [
            "", "rubbish", "version = 2", "version = 1\nslot = 'c'", "version = 1\nsnapshot = 9",
            "version = 1\npreset = 3", "version = 1\npreset = \"a\\nb\"", "version = 1\nx = 1",
            "version = 1\n[parameters]\nlayers = 99", "version = 1\n[other]\nbypass = true",
            "version = 1\n[parameters]\nlayers = 24\ndilation = 20", "version = 1\nsong = -1",
        ],
    )  # fmt: skip
    def test_a_damaged_one_is_told_and_ignored(
        self, caplog: pytest.LogCaptureFixture, text: str
    ) -> None:
        path = state_path("ronn")
        path.parent.mkdir(parents=True)
        path.write_text(text)
        assert restored("ronn", PresetStore()) is None
        [record] = caplog.records
        assert "nothing is restored" in record.message and "\n" not in record.message

    def test_a_preset_that_has_gone_leaves_its_sound(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        write_state(state_path("ronn"), State({**defaults(), "layers": 9}, preset="gone"))
        scene = restored("ronn", PresetStore())
        assert scene is not None and scene.preset is None and scene.values["layers"] == 9
        assert "the preset is not restored" in caplog.text

    def test_it_can_be_damaged_byte_by_byte(self, tmp_path: Path) -> None:
        text = state_text(State(preset="mine", snapshots={1: SOUND}, other=SOUND)).encode()
        random, path = Random(7), tmp_path / "state.toml"
        for _ in range(300):
            at = random.randrange(len(text))
            path.write_bytes(text[:at] + bytes([random.randrange(256)]) + text[at + 1 :])
            try:
                read_state(path)
            except PresetError as error:
                assert "\n" not in str(error)

    @pytest.mark.parametrize("name", ["../../ronn", "a/b", "..", ".", "é \u2192", "ronn-01"])
    def test_no_name_leads_out_of_the_folder(self, name: str) -> None:
        write_state(state_path(name), State())
        assert state_path(name).parent == state_path("ronn").parent
        assert read_state(state_path(name)) == State(values=defaults())


class TestKeeper:
    def test_it_writes_once_changes_have_settled(
        self, controller: Controller, do: Callable[..., None]
    ) -> None:
        with StateKeeper(controller, "other", settle_seconds=0.01):
            busy(do)
            wait_for(
                lambda: (
                    state_path("ronn").exists()
                    and read_state(state_path("ronn")) == state_of(controller.scene)
                ),
                what="the state to be written",
            )

    def test_it_writes_at_the_end_what_has_not_settled(
        self, controller: Controller, do: Callable[..., None]
    ) -> None:
        with StateKeeper(controller, "other", settle_seconds=1000.0, longest_seconds=1000.0):
            do(Set("layers", 9))
        assert read_state(state_path("ronn")).values["layers"] == 9

    def test_it_finishes_while_others_end_and_is_waited_for_last(
        self, controller: Controller, do: Callable[..., None]
    ) -> None:
        begun, ready = threading.Event(), threading.Event()

        def write(path: Path, state: State) -> None:
            begun.set()
            assert ready.wait(20.0)
            write_state(path, state)

        with StateKeeper(controller, "x", 1000.0, 1000.0, write) as keeper:
            do(Set("layers", 9))
            keeper.finish()
            assert begun.wait(20.0)
            ready.set()
        assert read_state(state_path("ronn")).values["layers"] == 9

    def test_it_ends_under_the_name_that_it_had_on_its_server(self, controller: Controller) -> None:
        class Leaving:
            """Has a name for who ends it, and none any more once that is written."""

            def __getattr__(self, name: str) -> object:
                if name == "name":
                    return "ronn-01" if threading.current_thread() is here else ""
                return getattr(controller, name)

        here = threading.current_thread()
        with StateKeeper(cast(Controller, Leaving()), "ronn", 1000.0, 1000.0):
            pass
        assert state_path("ronn-01").exists()
        assert not state_path("ronn").exists()

    def test_it_writes_although_changes_never_settle(
        self, controller: Controller, do: Callable[..., None]
    ) -> None:
        with StateKeeper(controller, "other", settle_seconds=0.02, longest_seconds=0.05):
            seeds = iter(range(10**9))

            def turned() -> bool:
                do(Set("seed", next(seeds)))
                return state_path("ronn").exists()

            wait_for(turned, what="the state to be written")

    def test_a_name_that_the_server_gave_stays_its_name(self, controller: Controller) -> None:
        node = RecordingNode(name="ronn-01")
        controller = Controller(node, PresetStore())
        with StateKeeper(controller, "ronn", settle_seconds=0.01):
            controller.apply([Set("layers", 9)], RecordingOrigin())
            wait_for(lambda: state_path("ronn-01").exists(), what="the state to be written")
            node.name = ""  # the server has gone
            controller.apply([Set("layers", 3)], RecordingOrigin())
        assert read_state(state_path("ronn-01")).values["layers"] == 3
        assert not state_path("ronn").exists()

    def test_a_disk_that_is_full_is_told_once_and_nothing_is_lost(
        self,
        controller: Controller,
        do: Callable[..., None],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        tries: list[Path] = []
        full = threading.Event()
        full.set()

        def write(path: Path, state: State) -> None:
            tries.append(path)
            if full.is_set():
                raise OSError(28, "No space left on device")
            write_state(path, state)

        keeper = StateKeeper(controller, "x", settle_seconds=0.01, write=write)
        with caplog.at_level(logging.WARNING), keeper:
            do(Set("layers", 9))
            wait_for(lambda: tries, what="a try")
            do(Set("layers", 10))
            wait_for(lambda: len(tries) > 1, what="another try")
            full.clear()
        assert len(caplog.records) == 1 and "No space left" in caplog.text
        assert read_state(tries[0]).values["layers"] == 10
