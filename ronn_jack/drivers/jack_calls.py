"""Calls of libjack that may never return. [control-thread]

libjack waits without limit: for the answer of a server that is stopped, for a lock in the database
that all of a user's JACK programs share and that one of them took to its grave, and for its own
lock, which the first call that waits so keeps. No signal ends such a wait. So every call that goes
to the server or the database is made here: on one thread that may be left behind, one at a time
(the requests of a client share a socket without a lock), while the caller waits for a limited time.
"""

from __future__ import annotations

import atexit
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ronn_jack.drivers.jack_trouble import explain
from ronn_jack.errors import JackError, RonnError

OPEN_SECONDS = 3.5
"""Time to open a client, which takes a hundredth of it, or more while other programs keep the
server from running: the program has to answer within 5 s."""
REQUEST_SECONDS = 2.0
"""Time for a request of an open client, which a server answers within some periods when it runs."""
CLOSE_SECONDS = 1.5
"""Time to leave a server: with all else there is to do, the program has to end within 3 s."""

HURRIED_SECONDS = 0.2
"""Time that is left to what is no goodbye once the program is to end."""
_STEP_SECONDS = 0.02
"""One turn of waiting: shorter than what libjack's own turns take, of which a call needs dozens."""

T = TypeVar("T")


def call(
    action: Callable[[], T],
    seconds: float = REQUEST_SECONDS,
    server: str | None = None,
    undo: Callable[[T], object] | None = None,
) -> T:
    """Return what `action` returns, which calls libjack and nothing else that may fail.

    Parameters
    ----------
    seconds : float
        How long to wait for it, of the time in which this process gets to run.
    server : str, optional
        Server that it needs.
    undo : callable, optional
        Given the result on the calling thread, should it come when nobody waits for it any more.

    Raises
    ------
    JackError
        If it does not return in time, with the cause and the remedy; if one before it has not
        returned yet; or in place of whatever it raises.
    """
    return _caller.call(Call(action, undo), seconds, server)


def close(action: Callable[[], object]) -> None:
    """Make a call that frees something, in any case: later, if it can't be made in time."""
    with contextlib.suppress(JackError):
        _caller.call(Call(action, None, due=True), CLOSE_SECONDS, None)


def hurry() -> None:
    """[any-thread] Wait for nothing long any more but for goodbyes, as the program is to end."""
    _caller.hurried = True


def leave(seconds: float = CLOSE_SECONDS) -> None:
    """Let the calls that were left to themselves end, but for those that hang.

    A process that ends while it writes to the database leaves it locked for all others.
    """
    _caller.leave(seconds)


class Call(Generic[T]):
    """One call and what becomes of it."""

    def __init__(
        self, action: Callable[[], T], undo: Callable[[T], object] | None, due: bool = False
    ) -> None:
        self.due = due
        self.finished = threading.Event()
        self._action, self._undo = action, undo
        self._lock = threading.Lock()
        self._abandoned = False
        self._result: T
        self._error: BaseException | None = None

    def run(self) -> None:
        """[calling thread] Make the call, unless nobody wants it any more."""
        if self._abandoned and not self.due:
            self.finished.set()
            return
        try:
            self._result = self._action()
        except BaseException as error:
            self._error = error
        with self._lock:
            self.finished.set()
            abandoned = self._abandoned
        if abandoned:
            self.revoke()

    def abandon(self) -> bool:
        """Leave the call to itself; False if it has just finished."""
        with self._lock:
            self._abandoned = not self.finished.is_set()
            return self._abandoned

    def revoke(self) -> None:
        """[calling thread] Undo what it has done."""
        if self._undo is not None and self._error is None:
            self._undo(self._result)

    def result(self) -> T:
        """Return what it returned, or raise what it raised, in our words."""
        if self._error is None:
            return self._result
        if isinstance(self._error, RonnError):
            raise self._error
        raise JackError(f"the JACK server refused: {self._error}") from self._error


class Caller:
    """The calling thread, started with the first call."""

    def __init__(self) -> None:
        self.hurried = False
        self._calls: queue.SimpleQueue[Call[Any]] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stuck: Call[Any] | None = None
        self._reason = ""

    @property
    def stuck(self) -> bool:
        """Whether a call that has had its time has not returned."""
        return self._stuck is not None and not self._stuck.finished.is_set()

    def call(self, call: Call[T], seconds: float, server: str | None) -> T:
        """Make a call and wait for it."""
        if threading.current_thread() is self._thread:  # undoing one closes what it opened
            call.run()
            return call.result()
        stuck = self.stuck
        if call.due or not stuck:
            self._calls.put(call)
        if stuck:
            raise JackError(self._reason)
        thread = self._started()
        try:
            if self._wait(call, seconds) or not call.abandon():
                return call.result()
        except BaseException:
            if not call.abandon():
                self._calls.put(Call(call.revoke, None))
            raise
        self._stuck = call
        self._reason = explain(thread.native_id, server)
        raise JackError(self._reason)

    def _wait(self, call: Call[T], seconds: float) -> bool:
        # Time goes by in turns of ours: while this process is kept from running, by other programs,
        # by its own compiling or since it is stopped, libjack and the server may be as well.
        left = round(seconds / _STEP_SECONDS)
        hurried = round(HURRIED_SECONDS / _STEP_SECONDS)
        while not call.finished.wait(_STEP_SECONDS):
            left -= 1
            if self.hurried and not call.due:
                left = min(left, hurried)
            if left <= 0:
                return False
        return True

    def leave(self, seconds: float = CLOSE_SECONDS) -> None:
        """Wait for the calls that nobody waits for."""
        if self._thread is not None and not self.stuck:
            last = Call(lambda: None, None, due=True)
            self._calls.put(last)
            if not last.finished.wait(seconds):
                self._stuck = last

    def _started(self) -> threading.Thread:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="libjack", daemon=True)
                self._thread.start()
            return self._thread

    def _run(self) -> None:
        while True:
            self._calls.get().run()


_caller = Caller()
atexit.register(leave)
