"""The event log: what happens in a node, as JSON lines in a file or on stdout.

`docs/telemetry.md` says what the lines hold.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import threading
import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from ronn_jack.control.events import Event
from ronn_jack.errors import UsageError

STDOUT = "-"
"""Name by which stdout is meant."""
KEPT_EVENTS = 10_000
"""Events that wait for a slow file or reader; what happens beyond them is only counted."""
_PAUSE_SECONDS = 0.05
"""Time in which events gather: to wake for each would take turns from those who report them."""


class EventLog:
    """Writes events on a thread of its own, so that a reader that stalls holds nothing up.

    Parameters
    ----------
    target : str
        A file, which is appended to, or STDOUT.

    Raises
    ------
    UsageError
        If the file can't be written.
    """

    def __init__(self, target: str) -> None:
        self._stream = _opened(target)
        self._owned = target != STDOUT
        self._waiting: deque[tuple[float, Event]] = deque()
        self._condition = threading.Condition()
        self._left_out = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="event-log", daemon=True)
        self._thread.start()

    def write(self, event: Event) -> None:
        """[any-thread] Add an event; returns at once."""
        with self._condition:
            if len(self._waiting) < KEPT_EVENTS:
                self._waiting.append((time.time(), event))
                if len(self._waiting) == 1:
                    self._condition.notify()
            else:
                self._left_out += 1

    def close(self, seconds: float = 1.0) -> None:
        """Write what waits, for `seconds` at most, and close the file."""
        self._closing.set()
        with self._condition:
            self._condition.notify()
        self._thread.join(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self) -> None:
        # A full disk or a reader that has gone is no reason for the sound to stop.
        with contextlib.suppress(OSError, ValueError):
            while lines := self._next():
                self._stream.write(b"".join(lines))
                self._stream.flush()
                self._closing.wait(_PAUSE_SECONDS)
        if self._owned:
            with contextlib.suppress(OSError):
                self._stream.close()

    def _next(self) -> list[bytes]:
        """Wait for events and return their lines; none when the log is closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._closing.is_set())
            events = list(self._waiting)
            self._waiting.clear()
            left_out, self._left_out = self._left_out, 0
        lines = [_line(at, event.kind, _fields(event)) for at, event in events]
        if left_out:
            lines.append(_line(time.time(), "left_out", {"count": left_out}))
        return lines


def _opened(target: str) -> IO[bytes]:
    if target == STDOUT:
        return sys.stdout.buffer
    try:
        return Path(target).open("ab")
    except OSError as error:
        raise UsageError(
            f"--log-json {target} can't be written: {error.strerror}; choose another file, or "
            f"{STDOUT} for stdout"
        ) from None


def _fields(event: Event) -> dict[str, object]:
    # Not by `dataclasses.asdict`, which copies in depth what is only read.
    return {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}


def _line(at: float, kind: str, fields: dict[str, object]) -> bytes:
    # An infinite level becomes null, since JSON has no word for it.
    return msgspec.json.encode({"time": at, "event": kind, **fields}) + b"\n"
