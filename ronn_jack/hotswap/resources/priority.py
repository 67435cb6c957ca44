"""Which of the node's threads has to wait where there are not processors enough for all."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

_NICENESS = 5
"""About a third of the processor time of a thread that is as it was started."""
LOWEST = 19
"""Hardly any processor time where others want it."""


def give_way(by: int = _NICENESS) -> None:
    """Let the calling thread have less of a busy processor than others of its process.

    A thread that computes all the time would otherwise hold up, for some milliseconds at a time,
    those that answer knobs, and with them the interpreter's lock.

    Parameters
    ----------
    by : int
        Niceness that is added.
    """
    if sys.platform == "linux":  # elsewhere it is the whole process that has a niceness
        with contextlib.suppress(OSError):
            thread = threading.get_native_id()
            niceness = min(LOWEST, os.getpriority(os.PRIO_PROCESS, thread) + by)
            os.setpriority(os.PRIO_PROCESS, thread, niceness)
