"""Memory goes back to the system once it is calm, and only then."""

from __future__ import annotations

import sys
import threading

import numpy as np
import psutil
import pytest

from ronn_jack.hotswap.resources.heap import Heap

MEBIBYTE = 2**20


def test_it_is_given_back_once_after_the_last_use() -> None:
    now, trims = [100.0], []
    kept = Heap(lambda: now[0], trims.append)
    kept.tend()
    kept.used()
    now[0] += 0.4
    kept.used()
    now[0] += 0.4
    kept.tend()
    assert trims == []
    now[0] += 0.2
    kept.tend()
    kept.tend()
    assert trims == [0]


@pytest.mark.skipif(sys.platform != "linux", reason="others give memory back by themselves")
@pytest.mark.parametrize("pinned", [False, True])
def test_what_is_freed_leaves_the_process(pinned: bool) -> None:
    def work() -> None:
        # From small to large, as each teaches glibc to keep as much.
        for size in (1, 2, 4, 8, 16, 24):
            np.ones(size * MEBIBYTE, np.uint8)
        before = process.memory_info().rss
        blocks = []  # until they are more than what other tests have left free
        while process.memory_info().rss < before + 40 * MEBIBYTE:
            blocks.append(np.ones(MEBIBYTE, np.uint8))
        above = np.ones(MEBIBYTE if pinned else 1, np.uint8)
        held = process.memory_info().rss
        del blocks
        kept.used()
        now[0] += 1.0
        kept.tend()
        found.extend([held - before, process.memory_info().rss - before])
        del above

    now = [100.0]
    kept, process = Heap(lambda: now[0]), psutil.Process()
    found: list[int] = []
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found[0] > 30 * MEBIBYTE
    assert found[1] < 8 * MEBIBYTE
