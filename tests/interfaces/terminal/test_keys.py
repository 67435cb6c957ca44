"""Keys in the terminal turn the node, and the terminal is left as it was."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
from pathlib import Path

import pytest
from rich.console import Console

from ronn_jack.interfaces.terminal.keyboard import Keyboard
from ronn_jack.interfaces.terminal.keys import HELP, KEYS, Keys
from ronn_jack.interfaces.terminal.screen import Screen
from ronn_jack.interfaces.terminal.view import LiveView, open_view
from tests.support.jack_server import jack_server, wait_for
from tests.support.osc_client import OscClient
from tests.support.patient_node import PATIENT
from tests.support.ports import own_port
from tests.support.recording import RecordingNode, controller_of


@pytest.fixture
def terminal():
    """Who types, and the terminal that is typed into."""
    hand, file = pty.openpty()
    with os.fdopen(file, "r", encoding="utf-8", closefd=True) as stream:
        yield hand, stream
    os.close(hand)


def drawn(screen):
    console = Console(file=io.StringIO(), width=100, legacy_windows=False)
    console.print(screen)
    return console.file.getvalue()


def modes(stream):
    return termios.tcgetattr(stream)


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (b"r", "r"),
        (b"nnM", "nnM"),
        (b"\x1b[A\x1b[1;5Cu\x1bOP", "u"),
        (b"\xff\xe2\x82\xacb", "€b"),
        (b"a pasted line of many words\n", ""),
    ],
)
def test_keys_come_at_once_and_what_is_none_is_left_out(terminal, typed, keys):
    hand, stream = terminal
    keyboard = Keyboard(stream)
    assert keyboard.pressed() == ""
    os.write(hand, typed)
    assert keyboard.pressed() == keys
    assert keyboard.pressed() == ""


@pytest.mark.parametrize("place", range(1, 6))
def test_an_arrow_that_comes_in_two_pieces_is_none_of_the_keys(terminal, place):
    hand, stream = terminal
    keyboard = Keyboard(stream)
    keyboard.pressed()
    keys = ""
    for piece in (b"\x1b[1;5D"[:place], b"\x1b[1;5D"[place:] + b"u"):
        os.write(hand, piece)
        keys += keyboard.pressed()
    assert keys == "u"


def test_escape_alone_takes_no_later_key_away(terminal):
    hand, stream = terminal
    keyboard = Keyboard(stream)
    keyboard.pressed()
    os.write(hand, b"\x1b")
    assert keyboard.pressed() == keyboard.pressed() == ""
    os.write(hand, b"n")
    assert keyboard.pressed() == "n"


def test_the_terminal_is_left_as_it_was(terminal):
    _, stream = terminal
    before = modes(stream)
    with Keyboard(stream) as keyboard:
        keyboard.pressed()
        assert not modes(stream)[3] & (termios.ICANON | termios.ECHO)
        assert modes(stream)[3] & termios.ISIG, "Ctrl-C stays a signal"
    assert modes(stream) == before


def test_a_shell_that_had_the_terminal_meanwhile_does_not_end_the_keys(terminal):
    hand, stream = terminal
    keyboard = Keyboard(stream)
    before = modes(stream)
    keyboard.pressed()
    termios.tcsetattr(stream, termios.TCSANOW, before)
    keyboard.pressed()
    os.write(hand, b"r")
    assert keyboard.pressed() == "r"


def test_a_terminal_that_is_closed_gives_no_keys():
    hand, file = pty.openpty()
    with os.fdopen(file, "r", encoding="utf-8") as stream, Keyboard(stream) as keyboard:
        keyboard.pressed()
        os.close(hand)
        assert keyboard.pressed() == keyboard.pressed() == ""


@pytest.mark.parametrize(
    ("keys", "name", "value"), [("b", "bypass", True), ("mm", "mix", 0.8), ("mmmMMM", "mix", 1.0)]
)
def test_a_key_turns_what_it_names(keys, name, value):
    controller = controller_of(RecordingNode())
    assert not Keys().press(keys, controller)
    assert controller.value(name) == value


def test_every_key_can_be_pressed_and_is_named():
    controller = controller_of(RecordingNode(), one={"seed": 1}, two={"seed": 2})
    assert not Keys().press("".join(KEYS) + "?", controller)
    assert Keys().press("q", controller)
    assert all(key in HELP for key in (*KEYS, "q"))


def test_keys_go_through_presets_and_undo():
    controller = controller_of(RecordingNode(), one={"seed": 1}, two={"seed": 2})
    Keys().press("nn", controller)
    assert controller.preset == "two"
    Keys().press("u", controller)
    assert controller.value("seed") == 1
    Keys().press("r", controller)
    assert controller.edited


def test_what_can_not_be_done_is_said(caplog):
    Keys().press("u", controller_of(RecordingNode()))
    assert "undo: there is nothing to undo" in caplog.text


def test_keys_are_named_only_where_they_can_be_pressed(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    _, stream = terminal
    assert HELP in drawn(Screen(None, [], 24, HELP))
    assert HELP not in drawn(Screen(None, [], 24))
    with contextlib.ExitStack() as files:
        shown = files.enter_context(os.fdopen(os.dup(stream.fileno()), "w", encoding="utf-8"))
        nowhere = files.enter_context(Path(os.devnull).open(encoding="utf-8"))
        view = open_view(shown, keyboard=nowhere)
        assert isinstance(view, LiveView)
        assert view.pressed() == ""
        assert HELP not in drawn(view.screen(24))
        assert HELP in drawn(open_view(shown, keyboard=stream).screen(24))


@pytest.mark.slow
@pytest.mark.parametrize("end", ["q", pytest.param(signal.SIGTERM, marks=pytest.mark.soak)])
def test_a_node_in_a_terminal_hears_keys_and_leaves_the_terminal_well(end):
    hand, file = pty.openpty()
    fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    before, port = termios.tcgetattr(file), own_port()
    written = bytearray()

    def read():
        with contextlib.suppress(OSError):
            while piece := os.read(hand, 65536):
                written.extend(piece)

    with jack_server("keys") as server:
        command = [*PATIENT, "run", "-s", server.name]
        node = subprocess.Popen(
            [*command, "--osc-port", str(port), "--http-port", "0"],
            stdin=file,
            stdout=file,
            stderr=file,
            env={**os.environ, "TERM": "xterm-256color"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        try:
            osc = OscClient(port)
            osc.ask("/ronn/ping", answer="/ronn/pong", alive=lambda: node.poll() is None)
            assert osc.ask("/ronn/preset") == ["warm-drive", 0]
            wait_for(lambda: not termios.tcgetattr(file)[3] & termios.ICANON)
            os.write(hand, b"b")
            wait_for(lambda: osc.ask("/ronn/bypass") == [1])
            wait_for(lambda: b"reseed" in written and b"warm-drive" in written)
            osc.close()
            if end == "q":
                os.write(hand, b"q")
            else:
                node.send_signal(end)
            assert node.wait(20) == 0
            assert termios.tcgetattr(file) == before
        finally:
            node.kill()
            node.wait()
            os.close(file)
            thread.join(5)
            os.close(hand)
