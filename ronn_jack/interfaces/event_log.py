"""The event log: what happens in a node, as JSON lines in a file or on stdout.

`docs/telemetry.md` says what the lines hold.
"""

from __future__ import annotations

import dataclasses
import errno
import logging
import os
import select
import stat
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from ronn_jack.closing import Closing
from ronn_jack.control.events import UNLOGGED, Dump, Event
from ronn_jack.control.subscriptions import PAUSE_SECONDS, Numbered, Subscription, Subscriptions
from ronn_jack.errors import UsageError, shown

STDOUT = "-"
"""Name by which stdout is meant."""
KEPT_EVENTS = 10_000
RETRY_SECONDS = 0.5

_log = logging.getLogger(__name__)


class EventLog(Closing):
    """Writes events on a thread of its own, so that a reader that stalls holds nothing up.

    Where nothing can be written, events wait until it can be again.

    Parameters
    ----------
    target : str
        A file, which is appended to, a named pipe, or STDOUT.
    kept_events : int
        Events that wait for a slow file or reader; what happens beyond them is only counted.
    retry_seconds : float
        Time between attempts where nothing can be written: a full disk, a pipe that nobody reads.

    Raises
    ------
    UsageError
        If the file can't be written.
    """

    def __init__(
        self, target: str, kept_events: int = KEPT_EVENTS, retry_seconds: float = RETRY_SECONDS
    ) -> None:
        self._output = _Output(target, retry_seconds)
        self._kept_events = kept_events
        self._retry_seconds = retry_seconds
        self._subscription: Subscription | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="event-log", daemon=True)

    def follow(self, subscriptions: Subscriptions) -> None:
        """Write all that is told from now on; to be called once."""
        self._subscription = subscriptions.subscribe(self._kept_events)
        self._thread.start()

    def close(self, seconds: float = 1.0) -> None:
        """Write what waits, for `seconds` at most, and close the file."""
        self._closing.set()
        if self._subscription is None:
            self._output.close()
        else:
            self._subscription.close()
            self._thread.join(seconds)

    def _run(self) -> None:
        assert self._subscription is not None
        told = False
        while taken := self._subscription.take(None):
            lines = list(_lines(taken))
            pause = PAUSE_SECONDS
            while reason := self._output.write(lines):
                if not told:
                    _log.warning("the event log waits, as it can't be written: %s", reason)
                lines, told, pause = [], True, self._retry_seconds
                if self._closing.wait(pause):
                    self._output.write(lines)
                    break
            self._closing.wait(pause)
        self._output.close()


def _lines(taken: Sequence[Numbered]) -> Iterator[bytes]:
    """Yield the lines of events; of a dump, what it stands for was left out."""
    for numbered in taken:
        event = numbered.event
        if isinstance(event, Dump):
            yield _line(numbered, "left_out", {"count": event.left_out})
        elif event.level >= logging.INFO:
            yield _line(numbered, event.kind, _fields(event))


class _Output:
    """Where lines go; those that there is no room for are kept."""

    def __init__(self, target: str, patience: float) -> None:
        self._patience = patience
        self._path = Path(target)
        self._owned = target != STDOUT
        self._descriptor = -1
        self._kept = b""
        if not self._owned:
            if sys.stdout is not None:
                self._descriptor = sys.stdout.fileno()
            return
        try:
            self._open()
        except OSError as error:
            if error.errno == errno.ENXIO and self._path.is_fifo():
                return  # nobody reads the pipe yet
            raise UsageError(
                f"--log-json {shown(target)[1:-1]} can't be written: {error.strerror}; choose "
                f"another file, or {STDOUT} for stdout"
            ) from None

    def write(self, lines: list[bytes]) -> str:
        """Write what was kept and then `lines`; return why not all of it could be written.

        A file then ends with a whole line.
        """
        self._kept += b"".join(lines)
        try:
            if self._descriptor < 0 and self._owned:
                self._open()
            while self._kept and self._descriptor >= 0:
                self._write_on()
        except OSError as error:
            return "nobody reads the pipe" if error.errno == errno.ENXIO else error.strerror or ""
        return ""

    def close(self) -> None:
        """Close a file; stdout is not ours."""
        if self._owned:
            descriptor, self._descriptor = self._descriptor, -1
            if descriptor >= 0:
                os.close(descriptor)

    def _open(self) -> None:
        # Without waiting: a pipe that nobody reads would hold the program up, deaf to signals.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o666)
        if _ends_within_a_line(self._path):
            self._kept = b"\n" + self._kept

    def _write_on(self) -> None:
        """Write as much as there is room for, or wait a moment for a reader that is slow.

        Raises
        ------
        OSError
            If nothing more can be written for now.
        """
        written = 0
        try:
            while written < len(self._kept):
                written += os.write(self._descriptor, memoryview(self._kept)[written:])
        except BlockingIOError:
            select.select([], [self._descriptor], [], self._patience)
        except OSError:
            written = self._take_back(written)
            raise
        finally:
            self._kept = self._kept[written:]

    def _take_back(self, written: int) -> int:
        """Cut off the line that a file has room for in part; return what remains written."""
        whole = self._kept.rfind(b"\n", 0, written) + 1
        state = os.fstat(self._descriptor)
        if not stat.S_ISREG(state.st_mode):
            return written
        end = os.lseek(self._descriptor, 0, os.SEEK_CUR)
        if whole == written or state.st_size != end:  # somebody else writes there too
            return written
        os.ftruncate(self._descriptor, end - (written - whole))
        os.lseek(self._descriptor, 0, os.SEEK_END)
        return whole


def _ends_within_a_line(path: Path) -> bool:
    """Say whether a file lacks its last line's end, as one does whose writer was killed."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            stream.seek(-1, os.SEEK_END)
            return stream.read() != b"\n"
    except OSError:  # empty, or not for us to read
        return False


def _fields(event: Event) -> dict[str, object]:
    # Not by `dataclasses.asdict`, which copies in depth what is only read.
    return {
        field.name: getattr(event, field.name)
        for field in dataclasses.fields(event)
        if field.metadata != UNLOGGED
    }


def _line(numbered: Numbered, kind: str, fields: dict[str, object]) -> bytes:
    line = {"time": numbered.time, "number": numbered.number, "event": kind, **fields}
    # An infinite level becomes null, since JSON has no word for it.
    try:
        return msgspec.json.encode(line) + b"\n"
    except UnicodeEncodeError:  # the name of a file that is no text
        texts = {name: value for name, value in line.items() if isinstance(value, str)}
        for name, value in texts.items():
            line[name] = value.encode("utf-8", "replace").decode()
        return msgspec.json.encode(line) + b"\n"
