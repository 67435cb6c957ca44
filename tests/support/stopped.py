"""Programs that stand still for a while, as under a debugger or after Ctrl-Z."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from tests.support.jack_server import wait_for


@contextlib.contextmanager
def stopped(process: int) -> Iterator[None]:
    """Stop a process for some time, which has taken effect in each of its threads from the first.

    Only once one of them has run are the others stopped, which takes its time on a busy machine.
    """
    os.kill(process, signal.SIGSTOP)
    try:
        wait_for(lambda: _stands_still(process), what=f"process {process} to stop")
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)


def _stands_still(process: int) -> bool:
    """Whether all threads of a process are stopped."""
    states = []
    for file in Path(f"/proc/{process}/task").glob("*/stat"):
        with contextlib.suppress(OSError):  # a thread that has just ended
            states.append(file.read_text().rpartition(") ")[2][0])
    return set(states) == {"T"}
