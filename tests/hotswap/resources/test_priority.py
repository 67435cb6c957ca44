"""A thread that gives way changes nobody else's place."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from ronn_jack.hotswap.resources.priority import give_way


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own")
def test_only_the_calling_thread_gives_way() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    found: list[int] = []

    def work() -> None:
        give_way()
        found.append(niceness())

    before = niceness()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found[0] > before or before == 19
    assert niceness() == before
