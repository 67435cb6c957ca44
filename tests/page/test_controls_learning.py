"""MIDI controls on the page: learned from what they are to drive, and shown there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import Event
from ronn_jack.control.midi_events import LearnStarted
from ronn_jack.control.operations import Origin
from ronn_jack.interfaces.midi.input import MidiInput
from ronn_jack.midimap.learn import ENCODER_SECONDS
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.settings import load_settings
from tests.page.conftest import serving
from tests.page.looker import Looker
from tests.support.jack_server import wait_for
from tests.support.midi_rig import JACK, FakeHardware

pytestmark = pytest.mark.slow
KNOB = [bytes([0xB0, 70, level]) for level in range(10, 60, 7)]


class Desk:
    """Somebody's MIDI controls, whose time goes by as the test wants."""

    def __init__(self, controller: Controller, folder: Path) -> None:
        self.controller = controller
        self.time = 0.0
        self.hardware = FakeHardware()
        self.told: list[Event] = []

        def publish(event: Event, origin: Origin) -> None:
            self.told.append(event)
            controller.subscriptions.publish(event, origin)

        self.midi = MidiInput(
            controller,
            replace(load_settings(user_file=folder / "none"), midi_takeover="pickup"),
            ProfileStore(user=folder),
            self.hardware,
            publish,
            lambda: self.time,
            state=controller.midi,
        )

    def round(self, *messages: bytes, seconds: float = 0.1) -> None:
        self.hardware.waiting += [(JACK, message) for message in messages]
        self.time += seconds
        self.midi.poll()

    def learns(self, name: str) -> None:
        """Wait until it is known on the page what is asked to be learned."""
        wait_for(lambda: (self.round(), self.controller.midi.learning == name)[1], what="learning")


@pytest.fixture
def desk(controller: Controller, tmp_path: Path) -> Desk:
    return Desk(controller, tmp_path)


@pytest.fixture
def looker(browser: Any, controller: Controller, desk: Desk) -> Iterator[Looker]:
    with (
        serving(controller, learning=desk.midi.learning) as server,
        Looker.opening(browser, server.url) as look,
    ):
        yield look()


def bound(looker: Looker, name: str, words: str) -> None:
    looker.wait(f'#{name} .bound:text-is("{words}")')


@pytest.mark.parametrize("way", ["right click", "key", "cover"])
def test_a_control_is_learned_where_it_is(looker: Looker, desk: Desk, way: str):
    ways: dict[str, Callable[[], object]] = {
        "right click": lambda: looker.dial("drive").click(button="right"),
        "key": lambda: looker.dial("drive").press("m"),
        "cover": lambda: looker.button("Learn a MIDI control for Drive").click(),
    }
    if way == "cover":
        looker.button("Learn MIDI controls").click()
    ways[way]()
    desk.learns("drive")
    bubble = looker.wait(".bubble.learns")
    assert "Move a MIDI control for drive" in bubble.inner_text()
    desk.round(*KNOB)
    desk.round(seconds=ENCODER_SECONDS)
    bound(looker, "drive", "cc 70")
    looker.page.wait_for_selector(".bubble.learns", state="detached")
    assert desk.controller.value("drive") == 0.0
    assert looker.page.locator(".bubble.refusal").count() == 0


def test_nothing_is_learned_by_a_long_touch_and_in_what_is_typed_or_chosen(
    looker: Looker, desk: Desk
):
    looker.page.locator("#drive-label").evaluate("""label => {
        const event = (kind, more) => label.dispatchEvent(
            new PointerEvent(kind, { bubbles: true, cancelable: true, ...more }));
        event("pointerdown", { pointerType: "touch", button: 0, pointerId: 7 });
        event("contextmenu");
        event("pointercancel", { pointerType: "touch", pointerId: 7 });
    }""")
    looker.page.locator("#activation select").press("m")
    looker.page.locator("#seed input").click(button="right")
    assert looker.page.locator("#seed input").evaluate("""input => input.dispatchEvent(
        new MouseEvent("contextmenu", { bubbles: true, cancelable: true }))"""), "its menu is kept"
    looker.dial("layers").press("m")
    desk.learns("layers")
    begun = [event.parameter for event in desk.told if isinstance(event, LearnStarted)]
    assert begun == ["layers"]


def test_what_is_bound_is_shown_and_unbound(looker: Looker, desk: Desk):
    bound(looker, "layers", "cc 20")
    looker.page.locator("#layers-label").click()
    assert "MIDI: cc 20." in looker.wait(".bubble.hint").inner_text()
    looker.dial("layers").press("m")
    desk.learns("layers")
    looker.button("Unbind cc 20").click()
    desk.learns("")
    looker.page.wait_for_selector("#layers .bound", state="detached")
    bound(looker, "kernel", "cc 21")


def test_learning_is_given_up(looker: Looker, desk: Desk):
    looker.dial("drive").press("m")
    desk.learns("drive")
    looker.button("Cancel").click()
    desk.learns("")
    assert "was cancelled" in looker.wait(".bubble.refusal").inner_text()


def test_an_action_is_learned(looker: Looker, desk: Desk):
    looker.button("Randomize").click(button="right")
    desk.learns("randomize")
    desk.round(b"\x90\x24\x7f", b"\x80\x24\x00")
    desk.round(seconds=ENCODER_SECONDS)
    wait_for(
        lambda: ("randomize", "note 36 on channel 1") in desk.controller.midi.bindings, what="a key"
    )

    def meant() -> bool:
        for key in ("Escape", "Tab", "Shift+Tab"):
            looker.page.keyboard.press(key)
        return "MIDI: note 36 on channel 1." in looker.wait(".bubble.hint").inner_text()

    looker.button("Randomize").focus()
    wait_for(meant, what="the key's name")


def test_the_way_to_what_a_control_has_to_reach_is_shown(looker: Looker, desk: Desk):
    desk.round(b"\xb0\x1a\x20")
    bound(looker, "mix", "cc 26 ↑ 75 %")
    assert looker.page.locator("#mix .bar-missed").count() == 1
    desk.round(b"\xb0\x1a\x7f")
    bound(looker, "mix", "cc 26")
    assert looker.page.locator("#mix .bar-missed").count() == 0
    desk.round(b"\xb0\x14\x7f")
    bound(looker, "layers", "cc 20 ↓ 78 %")
    assert looker.page.locator("#layers .ring-missed").count() == 1
