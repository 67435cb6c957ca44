"""What the terminal shows of a running node: a live screen, or plain lines where it is none."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from ronn_jack.closing import Closing
from ronn_jack.interfaces.terminal.keyboard import Keyboard
from ronn_jack.interfaces.terminal.keys import HELP
from ronn_jack.interfaces.terminal.snapshot import Snapshot

if TYPE_CHECKING:
    from ronn_jack.interfaces.terminal.screen import Screen

KEPT_EVENTS = 200
LINES_A_SECOND = 50
"""Plain lines written in a second; what happens beyond that is only counted."""

_REDRAW_SECONDS = 0.1


class View(Protocol):
    """Somewhere to show what a node does. Shown between `with view:` and its end."""

    def event(self, text: str) -> None:
        """[any-thread] Tell that something happened."""
        ...

    def update(self, snapshot: Snapshot) -> None:
        """Show the node as it is now; called often, from the thread that opened the view."""
        ...

    def pressed(self) -> str:
        """Return the keys that were pressed since the last call; returns at once."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


def open_view(
    stream: TextIO,
    clock: Callable[[], float] = time.monotonic,
    keyboard: TextIO | None = None,
) -> View:
    """Return the view that suits a stream: live on a terminal that can show it, else plain.

    Parameters
    ----------
    keyboard : file, optional
        Where keys come from, if it is a terminal and the view is live.
    """
    capable = (
        stream.isatty()
        and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")
        and (stream.encoding or "").lower().replace("-", "") == "utf8"
    )
    if not capable:
        return PlainView(stream, clock)
    typed = keyboard is not None and keyboard.isatty()
    return LiveView(stream, clock, Keyboard(keyboard) if keyboard and typed else None)


class PlainView(Closing):
    """Writes events as lines without any control characters, and nothing else.

    Parameters
    ----------
    stream : file
    clock : callable
        Returns the time in s.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stream = stream
        self._lock = threading.Lock()
        self._second = clock()
        self._written = 0
        self._left_out = 0

    def event(self, text: str) -> None:
        """[any-thread] Write a line, unless too many came in this second."""
        with self._lock:
            self._begin_second()
            if self._written < LINES_A_SECOND:
                self._written += 1
                self._write(text)
            else:
                self._left_out += 1

    def update(self, snapshot: Snapshot) -> None:
        """Write only how many lines were left out, if any were."""
        with self._lock:
            self._begin_second()

    def pressed(self) -> str:
        """Return none: where no keys are shown none are asked for."""
        return ""

    def close(self) -> None:
        """Write how many lines were left out at last, if any were."""
        with self._lock:
            self._tell_left_out()

    def _begin_second(self) -> None:
        now = self._clock()
        if now - self._second >= 1.0:
            self._second, self._written = now, 0
            self._tell_left_out()

    def _tell_left_out(self) -> None:
        if self._left_out:
            self._write(f"and {self._left_out} more")
            self._left_out = 0

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        line = _on_one_line(text).encode(encoding, "replace").decode(encoding)
        # A reader that has gone away is no reason for the sound to stop.
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()


class LiveView(Closing):
    """Fills the terminal with a screen that moves, and leaves its last state behind.

    Parameters
    ----------
    stream : file
    clock : callable
        Returns the time in s.
    keyboard : Keyboard, optional
        Where keys are pressed.
    """

    def __init__(
        self,
        stream: TextIO,
        clock: Callable[[], float] = time.monotonic,
        keyboard: Keyboard | None = None,
    ) -> None:
        from rich.console import Console  # which takes long to load, and plain lines do without
        from rich.live import Live

        self._clock = clock
        self._keyboard = keyboard
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._live = Live(console=self._console, screen=True, auto_refresh=False)
        self._events: deque[tuple[str, str]] = deque(maxlen=KEPT_EVENTS)
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._next_drawing = 0.0

    def event(self, text: str) -> None:
        """[any-thread] Add a line to the events; a knob that goes on moving keeps its line."""
        text = _on_one_line(text)
        with self._lock:
            if self._events and _knob(text) and _knob(text) == _knob(self._events[-1][1]):
                self._events.pop()
            self._events.append((time.strftime("%H:%M:%S"), text))

    def update(self, snapshot: Snapshot) -> None:
        """Draw the screen anew, unless that was done a moment ago."""
        self._snapshot = snapshot
        now = self._clock()
        if now >= self._next_drawing:
            self._next_drawing = now + _REDRAW_SECONDS
            # A terminal that was closed is no reason for the sound to stop.
            with contextlib.suppress(OSError):
                self._live.update(self.screen(self._console.height), refresh=True)

    def pressed(self) -> str:
        """Return the keys that were pressed since the last call; returns at once."""
        return self._keyboard.pressed() if self._keyboard else ""

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def close(self) -> None:
        """Leave the last screen on the terminal, and the keyboard as it was."""
        if self._keyboard is not None:
            self._keyboard.close()
        with contextlib.suppress(OSError):
            self._live.stop()
            self._console.print(self.screen(None))

    def screen(self, height: int | None) -> Screen:
        """Return what there is to see, in so many lines; None for the last that is left behind."""
        from ronn_jack.interfaces.terminal.screen import Screen

        with self._lock:
            keys = HELP if self._keyboard and height is not None else ""
            return Screen(self._snapshot, list(self._events), height, keys)


class LogEvents(logging.Handler):
    """Makes events of log records."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record, with its exception's last line if it has one."""
        try:
            text = record.getMessage()
            if record.exc_info and record.exc_info[1] is not None:
                text += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
            if record.levelno >= logging.WARNING:
                text = f"warning: {text}"
            self._view.event(text)
        except Exception:
            self.handleError(record)


@contextlib.contextmanager
def logging_to(view: View, level: int = logging.INFO) -> Iterator[None]:
    """Show in a view what ronn_jack logs, and nowhere else, for the time of a with block."""
    logger = logging.getLogger("ronn_jack")
    before = logger.level, logger.propagate
    handler = LogEvents(view)
    logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


def _on_one_line(text: str) -> str:
    """Return text without anything that could move the cursor: it may come from the network."""
    text = " ".join(text.split())
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "�" for c in text)


def _knob(text: str) -> str:
    """Return what "osc: mix = 0.5" is about, "osc: mix"; "" if it is not about one value."""
    return text.partition(" = ")[0] if text.count(" = ") == 1 else ""
