"""Signals that end the node, from its very start on."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time
from collections.abc import Container
from types import FrameType

from ronn_jack.drivers import jack_calls
from ronn_jack.process import on_signals

LAST_SECONDS = 2.6
"""Time to end in order, so that the program ends within 3 s in any case."""
_FORCED = b"ronn-jack: did not end in order, and was ended by force\n"
_SHOW_CURSOR = b"\x1b[?25h"


class Interrupts:
    """Notes that somebody wants the node to end; it may not take long then.

    Nothing is raised: an exception in the middle of what is loaded or compiled may be lost in a
    callback, or leave a lock behind.

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
        self._started = False
        # Python runs a handler only between its own instructions: the main thread may be within
        # compiled code for seconds then, so another thread waits for what the system notes.
        noted, note = os.pipe()
        os.set_blocking(note, False)
        signal.set_wakeup_fd(note, warn_on_full_buffer=False)
        _thread.start_new_thread(self._watch, (noted, on_signals(self._take, *numbers)))

    def started(self) -> None:
        """From now on an end by force is a fault; before, there was nothing to lose."""
        self._started = True

    def _take(self, number: int, frame: FrameType | None) -> None:
        self.wanted.set()
        jack_calls.hurry()

    def _watch(self, noted: int, numbers: Container[int]) -> None:
        """End the process, should it still be there: no state of it may withstand a signal."""
        while os.read(noted, 1)[0] not in numbers:
            pass
        time.sleep(LAST_SECONDS)
        jack_calls.leave()
        if self._started:
            os.write(2, _FORCED)
        if sys.stdout is not None and sys.stdout.isatty():
            os.write(1, _SHOW_CURSOR)
        os._exit(1 if self._started else 0)
