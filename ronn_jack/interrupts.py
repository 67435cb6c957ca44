"""Signals that end the program: at once while it starts, and in order from then on."""

from __future__ import annotations

import threading
from types import FrameType

from ronn_jack.drivers import jack_calls


class Interrupts:
    """Takes signals on the main thread.

    Attributes
    ----------
    wanted : threading.Event
        Set once somebody wants the program to end.
    """

    def __init__(self) -> None:
        self.wanted = threading.Event()
        self._starting = True

    def take(self, number: int, frame: FrameType | None) -> None:
        """Take a signal; the first one ends what is being started, whatever that waits for.

        Raises
        ------
        KeyboardInterrupt
            If the program is still starting.
        """
        again = self.wanted.is_set()
        self.wanted.set()
        jack_calls.hurry()
        if self._starting and not again:
            raise KeyboardInterrupt

    def started(self) -> None:
        """From now on only note what is wanted; a signal that got lost in the start counts."""
        self._starting = False
