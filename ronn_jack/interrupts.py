"""Signals that end the node, from its very start on."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time
from types import FrameType

from ronn_jack.drivers import jack_calls

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
        Signals to take from now on.

    Attributes
    ----------
    wanted : threading.Event
        Set by the first of them.
    """

    def __init__(self, *numbers: int) -> None:
        self.wanted = threading.Event()
        self._started = False
        for number in numbers:
            signal.signal(number, self._take)

    def started(self) -> None:
        """From now on an end by force is a fault; before, there was nothing to lose."""
        self._started = True

    def _take(self, number: int, frame: FrameType | None) -> None:
        if not self.wanted.is_set():
            self.wanted.set()
            jack_calls.hurry()
            # Not by `threading`, of which the signal may have interrupted a function with a lock.
            _thread.start_new_thread(self._end_by_force, ())

    def _end_by_force(self) -> None:
        """End the process, should it still be there: no state of it may withstand a signal."""
        time.sleep(LAST_SECONDS)
        jack_calls.leave()
        if self._started:
            os.write(2, _FORCED)
        if sys.stdout is not None and sys.stdout.isatty():
            os.write(1, _SHOW_CURSOR)
        os._exit(1 if self._started else 0)
