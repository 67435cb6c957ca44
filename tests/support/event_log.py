"""An event log on its own, on a disk that may be full, and reading one while it is written."""

from __future__ import annotations

import json
import resource
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ronn_jack.control.events import Dump
from ronn_jack.control.subscriptions import Subscriptions
from ronn_jack.interfaces.event_log import EventLog


class Feeder:
    """An event log and the seam that it follows."""

    def __init__(self, target, **limits):
        self._log = EventLog(target, **limits)
        self._subscriptions = Subscriptions(
            threading.RLock(), lambda left_out: Dump(left_out, {}, None, False, False)
        )
        self._log.follow(self._subscriptions)
        self.write = self._subscriptions.publish
        self.close = self._log.close


@contextmanager
def writing(target, **limits):
    log = Feeder(str(target), **limits)
    try:
        yield log
    finally:
        log.close()


@contextmanager
def disk_of(size):
    """Let no file of this process grow beyond some bytes, as on a disk that is full.

    Yields a list that grows with each attempt to write more; to be used in the main thread.
    """
    attempts = []
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heeded = signal.signal(signal.SIGXFSZ, lambda *_: attempts.append(1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield attempts
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heeded)


def told(log: Path) -> list[dict[str, Any]]:
    """Return the events so far, without a line whose end is still to come."""
    whole, _, _ = log.read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines()]
