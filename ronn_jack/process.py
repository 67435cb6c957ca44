"""What a process has from its parent: streams that may be closed, signals that may be ignored."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], Any]
_NODES = (["run"], ["demo"])


def is_node() -> bool:
    """Return whether this process was started to run a node, which ends well by a signal."""
    return sys.argv[1:2] in _NODES


def open_closed_streams() -> None:
    """Put the null device in the place of each standard stream that is closed.

    The next file or socket would take its number otherwise, and be written what is meant for it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # The system gives the lowest free number, which is the stream's own.
            number = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


def on_signals(handler: Handler, *numbers: int) -> dict[int, Any]:
    """Set a handler, except where the parent has the signal ignored, as `nohup` does.

    Returns
    -------
    dict
        The handler that each signal had before, of those that were set.
    """
    heeded = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    return {number: signal.signal(number, handler) for number in heeded}
