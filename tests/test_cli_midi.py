"""Learning controls from the command line, asking a node that runs."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ronn_jack import cli
from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.midimap.learn import ENCODER_SECONDS
from tests.support.midi_rig import LearningRig
from tests.support.recording import MemoryStore, RecordingNode

Run = Callable[..., tuple[int, str, str]]


class Player(threading.Thread):
    """The MIDI thread of a node whose player touches a knob when asked to."""

    def __init__(self, rig: LearningRig) -> None:
        super().__init__(daemon=True)
        self.rig = rig
        self.ended = threading.Event()
        self.when_asked: Callable[[], None] = self.touch

    def touch(self) -> None:
        self.rig.round(b"\xb0\x14\x40", port="midi_in")
        self.rig.wait(ENCODER_SECONDS)

    def run(self) -> None:
        while not self.ended.is_set():
            self.rig.round()
            if self.rig.midi.learning.active:
                self.when_asked()
            time.sleep(0.001)


@pytest.fixture
def player(tmp_path: Path) -> Iterator[Player]:
    player = Player(LearningRig(tmp_path))
    player.start()
    yield player
    player.ended.set()
    player.join()


@pytest.fixture
def run(
    player: Player, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")
    controller = Controller(RecordingNode(), MemoryStore())
    with OscServer(controller, port=0, learning=player.rig.midi.learning) as server:

        def run(*arguments: str, port: int = server.port) -> tuple[int, str, str]:
            code = 0
            try:
                cli.main(["midi", *arguments, "--port", str(port)])
            except SystemExit as end:
                code = int(end.code or 0)
            captured = capsys.readouterr()
            return code, captured.out, captured.err

        yield run
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_control_is_learned_unlearned_and_that_undone(run: Run) -> None:
    code, out, err = run("learn", "mix")
    assert (code, err) == (0, "")
    assert out.splitlines()[1:] == ["mix: cc 20 on channel 1 of midi_in, in place of layers"]
    assert run("unlearn", "mix") == (
        0,
        "mix is no longer bound to cc 26\nmix is no longer bound to cc 20 on channel 1\n",
        "",
    )
    assert run("undo") == (0, "mix is bound again as it was before\n", "")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["learn", "mixx"], "unknown parameter 'mixx': did you mean 'mix'?"),
        (["unlearn", "morph"], "morph is bound to no control that is there"),
        (["undo"], "nothing was learned since the start"),
    ],
)
def test_what_the_node_refuses_is_wrong_use(run: Run, arguments: list[str], line: str) -> None:
    assert run(*arguments)[::2] == (2, f"ronn-jack: {line}\n")


def test_an_interrupt_leaves_nothing_waiting(run: Run, player: Player) -> None:
    main = threading.get_ident()

    def interrupt() -> None:
        player.when_asked = lambda: None
        signal.pthread_kill(main, signal.SIGINT)

    player.when_asked = interrupt
    code, _, err = run("learn", "mix")
    assert (code, err) == (1, "ronn-jack: interrupted\n")
    deadline = time.monotonic() + 10.0
    while player.rig.midi.learning.active and time.monotonic() < deadline:
        time.sleep(0.001)
    assert not player.rig.midi.learning.active


def test_without_a_node_it_says_how_to_start_one(run: Run) -> None:
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code, _, err = run("undo", port=port)
    assert code == 1
    assert "start `ronn-jack run`" in err
