"""Signals that end the node, from its very start on."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from ronn_jack.drivers import jack_calls
from ronn_jack.process import on_signals

LAST_SECONDS = 2.3
"""Time to end in order, so that the program ends within 3 s in any case."""
_LEAVE_SECONDS = 0.4
"""Of those, for what is in JACK's database yet."""
_FORCED = "ronn-jack: did not end in order, and was ended by force{}\n"
_SHOW_CURSOR = b"\x1b[?25h"


class Interrupts:
    """Notes that somebody wants the node to end; it may not take long then.

    Nothing is raised: an exception in the middle of what is loaded or compiled may be lost in a
    callback, or leave a lock behind. And nothing is done where the main thread has been
    interrupted, which may be within a function that holds a lock, or after seconds, as Python
    handles no signal while the compiler works: a thread reads the signals.

    Until the node joins a server there is nothing to end in order, and the program ends at once.

    Parameters
    ----------
    *numbers : int
        Signals to take from now on, except where the parent has them ignored.

    Attributes
    ----------
    wanted : threading.Event
        Set by the first of them.
    """

    def __init__(self, *numbers: int) -> None:
        self.wanted = threading.Event()
        self._lock = threading.Lock()
        self._joining = self._started = False
        self._terminal = _modes()
        self._arrived, arriving = os.pipe()
        os.set_blocking(arriving, False)
        signal.set_wakeup_fd(arriving, warn_on_full_buffer=False)
        self._heeded = frozenset(on_signals(_read_elsewhere, *numbers))
        threading.Thread(target=self._run, name="signals", daemon=True).start()

    def joining(self) -> None:
        """From now on the node is to be ended in order."""
        with self._lock:
            self._joining = True

    def started(self) -> None:
        """From now on an end by force is a fault; before, there was nothing to lose."""
        self._started = not self.wanted.is_set()

    def _run(self) -> None:
        while os.read(self._arrived, 1)[0] not in self._heeded:
            pass
        with self._lock:
            if not self._joining:
                self._end_by_force()
        self.wanted.set()
        jack_calls.hurry()
        time.sleep(LAST_SECONDS)
        self._end_by_force()

    def _end_by_force(self) -> None:
        """End the process, should it still be there: no state of it may withstand a signal."""
        jack_calls.leave(_LEAVE_SECONDS)
        if self._started:
            with contextlib.suppress(OSError):  # nobody reads it
                os.write(2, _FORCED.format(_place()).encode())
        if sys.stdout is not None and sys.stdout.isatty():
            os.write(1, _SHOW_CURSOR)
        _set_modes(self._terminal)
        os._exit(1 if self._started else 0)


def _place() -> str:
    """Return in which function of ours the main thread is, for who reports it."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None:
        code = frame.f_code
        if frame.f_globals.get("__name__", "").startswith(f"{__package__}."):
            return f" in {code.co_name} ({Path(code.co_filename).name}:{frame.f_lineno})"
        frame = frame.f_back
    return ""


def _modes() -> list[Any] | None:
    """Return how the terminal treats what is typed; None if there is none."""
    try:
        return termios.tcgetattr(0)
    except (OSError, termios.error):
        return None


def _set_modes(modes: list[Any] | None) -> None:
    """Let the terminal be as it was, unless another program has it by now."""
    with contextlib.suppress(OSError, termios.error):
        if modes is not None and os.tcgetpgrp(0) == os.getpgrp():
            termios.tcsetattr(0, termios.TCSANOW, modes)


def _read_elsewhere(number: int, frame: FrameType | None) -> None:
    """Be there, so that Python writes the signal's number for the thread."""
