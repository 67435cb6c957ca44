"""What the terminal shows: a live screen of any size, and plain lines elsewhere."""

from __future__ import annotations

import fcntl
import io
import logging
import os
import pty
import struct
import termios
import threading
from dataclasses import replace

import pytest
from rich.console import Console

from ronn_jack.interfaces.terminal.screen import Screen
from ronn_jack.interfaces.terminal.snapshot import (
    Snapshot,
    change_words,
    network_words,
    reach_words,
    take_snapshot,
)
from ronn_jack.interfaces.terminal.view import (
    LINES_A_SECOND,
    LiveView,
    PlainView,
    logging_to,
    open_view,
)
from ronn_jack.interfaces.web.invitation import code_lines
from ronn_jack.parameters import defaults

STATUS = {
    "receptive_field": 0.1622,
    "parameters": 990,
    "load": 0.25,
    "xruns": 3,
    "xruns_after": "layers",
    "callback_p50": 0.25,
    "callback_p99": 0.31,
    "callback_max": 0.48,
    "build_ms": 3.1,
    "change_to_sound_ms": 12.4,
    "network_load": 0.04,
    "fade_ms": 30.0,
    "level": -12.34,
    "silent": 0,
    "progress": 0.5,
    "level_in": -30.0,
    "level_out": -6.0,
    "state": "running",
}
HOSTILE = "osc 127.0.0.1:5000: \x1b[2J\x07evil\r\nsecond \u202e line"


@pytest.fixture
def snapshot():
    values = {**defaults(), "layers": 9, "kernel": 15, "channels": 6, "depthwise": True}
    server = "48000 Hz, 256 frames, realtime"
    page = "http://127.0.0.1:9421"
    return Snapshot("ronn", server, "127.0.0.1:9420", "warm-drive", values, STATUS, page=page)


@pytest.fixture
def clock():
    """A clock that stands still until it is moved."""
    return Clock()


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


class Terminal:
    """A pseudo terminal of 80 × 24, and what was written to it."""

    def __enter__(self):
        self._reader, writer = pty.openpty()
        fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.stream = os.fdopen(writer, "w", encoding="utf-8")
        self._written = bytearray()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def _read(self):
        while True:
            try:
                self._written += os.read(self._reader, 65536)
            except OSError:  # the writer is closed
                return

    def written(self):
        return self._written.decode()

    def __exit__(self, *error):
        self.stream.close()
        self._thread.join()
        os.close(self._reader)


def lines(screen, width):
    console = Console(file=io.StringIO(), width=width, legacy_windows=False)
    console.print(screen)
    return console.file.getvalue().splitlines()


def bar(line):
    return line.count("━"), line.count("━") + line.count("─")


def test_the_preset_is_named_and_said_to_be_edited(snapshot):
    assert "preset warm-drive" in reach_words(snapshot)
    assert "edited" not in reach_words(snapshot)
    assert reach_words(replace(snapshot, edited=True)).endswith("preset warm-drive (edited)")


def test_the_screen_says_what_there_is_to_know(snapshot):
    text = "\n".join(lines(Screen(snapshot, [("12:00:00", "osc: layers = 9")], 24), 80))
    for words in (
        "ronn running",
        "48000 Hz, 256 frames, realtime",
        "-30.0 dBFS",
        "-6.0 dBFS",
        "25%",
        "p50 25%, p99 31%, max 48% of the period",
        "xruns    3, the latest after layers",
        "heard after 12 ms, built in 3 ms, load 4%, fade 30 ms, level -12.3 dB",
        "9 layers × 6 channels × 15 taps, dilation 2, relu, xavier_uniform",
        "depthwise",
        "hears 162.2 ms back, 990 parameters, seed 42, preset warm-drive",
        "mix 1.00",
        "127.0.0.1:9420",
        "http://127.0.0.1:9421",
        "12:00:00 osc: layers = 9",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("level", "share"),
    [
        (-200.0, 0.0),
        (float("-inf"), 0.0),
        (float("nan"), 0.0),
        (-30.0, 0.5),
        (0.0, 1.0),
        (6.0, 1.0),
    ],
)
def test_a_meter_is_as_full_as_its_level(snapshot, level, share):
    shown = replace(snapshot, status={**STATUS, "level_in": level})
    filled, cells = bar(lines(Screen(shown, [], 24), 80)[1])
    assert filled == pytest.approx(share * cells, abs=1)
    assert (filled == 0) == (share == 0)


@pytest.mark.parametrize("width", [1, 5, 20, 40, 80, 200])
@pytest.mark.parametrize("height", [1, 3, 8, 24, 60])
def test_the_screen_fits_any_terminal(snapshot, width, height):
    events = [("12:00:00", f"event {i} with many words that go on and on") for i in range(50)]
    shown = lines(Screen(snapshot, events, height), width)
    assert len(shown) <= height
    assert max(map(len, shown)) <= width
    if width >= 40 and height >= 24:
        assert len(shown) == height


@pytest.mark.parametrize(
    ("width", "height", "fits"), [(80, 24, True), (72, 24, False), (80, 20, False)]
)
def test_the_page_s_code_stands_beside_the_rest_where_there_is_room(snapshot, width, height, fits):
    code = code_lines("http://192.168.178.123:9421/#token=abcdefghijklmnop")
    shown = lines(Screen(replace(snapshot, code=code), [], height), width)
    assert all(any(row in line for line in shown) == fits for row in code[1:-2])
    assert len(shown) <= height
    assert any("-30.0 dBFS" in line for line in shown)


def test_a_narrow_screen_still_shows_levels_and_the_newest_event_whole(snapshot):
    warning = "warning: layers = 99 is out of range; use 1 to 24"
    shown = lines(Screen(snapshot, [("11:59:59", "old"), ("12:00:00", warning)], 12), 40)
    assert any("-30.0 dBFS" in line for line in shown)
    assert " ".join("".join(line[8:] for line in shown[-2:]).split()) == warning


def test_markup_and_hostile_text_are_shown_as_they_are(snapshot, clock):
    with Terminal() as terminal:
        view = LiveView(terminal.stream, clock)
        with view:
            view.event("[bold red]word[/]")
            view.event(HOSTILE)
            view.update(snapshot)
    text = terminal.written()
    assert "[bold red]word[/]" in text
    assert "\x1b[2J" not in text.replace("\x1b[2J\x1b[H", "")
    assert "\x07" not in text
    assert "\u202e" not in text


def test_a_terminal_gets_a_live_screen_and_keeps_its_last_state(snapshot, monkeypatch, clock):
    monkeypatch.setenv("TERM", "xterm-256color")
    with Terminal() as terminal:
        view = open_view(terminal.stream, clock)
        assert isinstance(view, LiveView)
        with view:
            view.update(snapshot)
            view.event("osc: layers = 9")
            clock.now += 1.0
            view.update(snapshot)
    live, last = terminal.written().split("\x1b[?1049l")
    assert live.startswith("\x1b[?1049h")
    assert "osc: layers = 9" in live
    assert "990 parameters" in last
    assert "\x1b[?25h" in live + last  # the cursor is back


def test_the_screen_is_not_drawn_more_often_than_it_can_be_seen(snapshot, clock):
    with Terminal() as terminal:
        view = LiveView(terminal.stream, clock)
        with view:
            for _ in range(100):
                view.update(snapshot)
    assert terminal.written().count("990 parameters") == 2  # once live, once at the end


def test_a_knob_that_goes_on_moving_keeps_its_line(snapshot, clock):
    with Terminal() as terminal:
        view = LiveView(terminal.stream, clock)
        with view:
            for i in range(5):
                view.event(f"osc 127.0.0.1:5000: mix = 0.{i}")
            view.event("osc 127.0.0.1:5001: mix = 0.9")
            view.update(snapshot)
    last = terminal.written().split("\x1b[?1049l")[1]
    assert "mix = 0.3" not in last
    assert "5000: mix = 0.4" in last
    assert "5001: mix = 0.9" in last


@pytest.mark.parametrize(("variable", "value"), [("TERM", "dumb"), ("TERM", None)])
def test_a_terminal_that_can_not_move_its_cursor_gets_plain_lines(monkeypatch, variable, value):
    if value is None:
        monkeypatch.delenv(variable)
    else:
        monkeypatch.setenv(variable, value)
    with Terminal() as terminal:
        assert isinstance(open_view(terminal.stream), PlainView)


def test_no_terminal_gets_plain_lines_without_control_characters(snapshot):
    stream = io.StringIO()
    with open_view(stream) as view:
        assert isinstance(view, PlainView)
        view.event("listening")
        view.update(snapshot)
        view.event(HOSTILE)
    assert stream.getvalue() == ("listening\nosc 127.0.0.1:5000: �[2J�evil second � line\n")


def test_a_flood_of_events_is_cut_and_counted(snapshot, clock):
    stream = io.StringIO()
    with PlainView(stream, clock) as view:
        for i in range(1000):
            view.event(f"event {i}")
        clock.now += 1.0
        view.update(snapshot)
        view.event("later")
    shown = stream.getvalue().splitlines()
    assert len(shown) == LINES_A_SECOND + 2
    assert shown[-2:] == [f"and {1000 - LINES_A_SECOND} more", "later"]


def test_characters_that_a_stream_can_not_write_are_replaced():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    PlainView(stream).event("9 × 6 …")
    assert raw.getvalue() == b"9 ? 6 ?\n"


def test_a_reader_that_went_away_does_not_stop_the_node(snapshot):
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w", encoding="utf-8")
    view = PlainView(stream)
    view.event("nobody reads this")
    view.update(snapshot)
    with pytest.raises(BrokenPipeError):
        stream.close()


def test_what_is_logged_becomes_events(monkeypatch):
    stream = io.StringIO()
    logger = logging.getLogger("ronn_jack.somewhere")
    view = PlainView(stream)
    with logging_to(view):
        logger.info("listening on %d", 9420)
        logger.debug("not shown")
        logger.warning("port %s\nis gone", "x")
        try:
            raise ValueError("reason")
        except ValueError:
            logger.exception("failed")
    logger.warning("after the view")
    assert stream.getvalue().splitlines() == [
        "listening on 9420",
        "warning: port x is gone",
        "warning: failed (ValueError: reason)",
    ]


def test_a_network_is_put_in_words(snapshot):
    values = {**snapshot.values, "recipe": "package", "bias": True, "depthwise": False}
    other = replace(snapshot, values=values, preset=None, status={**STATUS, "receptive_field": 2.5})
    assert network_words(other) == (
        "9 layers × 6 channels × 15 taps, dilation 2, relu, xavier_uniform, bias, recipe package"
    )
    timed = replace(other, values={**values, "decay": 0.4, "sync": "1/4"})
    assert "uniform, bias, decay 0.4 s, sync 1/4, recipe" in network_words(timed)
    assert reach_words(other) == "hears 2.50 s back, 990 parameters, seed 42"


def test_a_network_in_the_making_is_shown_with_its_progress(snapshot):
    building = replace(snapshot, status={**STATUS, "state": "building"})
    assert change_words(building) == "50% of the next network is ready"
    silent = replace(snapshot, status={**STATUS, "silent": 1})
    assert change_words(silent).endswith("level -12.3 dB, silent")


class Controls:
    values = defaults()

    def status(self):
        return STATUS


class Client:
    name = "ronn-01"
    rate = 44100.0
    period = 128
    realtime = False


def test_a_snapshot_says_what_the_server_runs_at_or_that_there_is_none():
    with_server = take_snapshot(Controls(), Client(), "127.0.0.1:9420")
    assert (with_server.name, with_server.server) == (
        "ronn-01",
        "44100 Hz, 128 frames, not realtime",
    )
    without = take_snapshot(Controls(), None, "127.0.0.1:9420")
    assert without.server == "waiting for the JACK server"
