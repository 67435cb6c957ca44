"""A pytest plugin: each of several workers begins with what takes long.

What is left in the end, when those that are done take from the others, is then short, and no worker
waits for another's longest test.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        items[:] = ordered(items, worker["workercount"])


def ordered(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """Return the tests in an order whose equal parts, one a worker, each begin with slow modules.

    The slow modules of a room stay together, as they may share a browser.
    """
    modules: dict[Path, list[pytest.Item]] = defaultdict(list)
    for item in items:
        modules[item.path].append(item)
    rooms: dict[str, list[pytest.Item]] = defaultdict(list)
    quick: list[pytest.Item] = []
    for path, tests in modules.items():
        is_slow = any(test.get_closest_marker("slow") for test in tests)
        (rooms[path.relative_to(TESTS).parts[0]] if is_slow else quick).extend(tests)
    dealt: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for room in sorted(rooms.values(), key=_slow_tests, reverse=True):
        min(dealt, key=_slow_tests).extend(room)
    left = len(items)
    for number, part in enumerate(dealt):
        # As xdist shares them out.
        size = left // (workers - number)
        left -= size
        room = max(0, size - len(part))
        part += quick[:room]
        del quick[:room]
    return [*itertools.chain.from_iterable(dealt), *quick]


def _slow_tests(tests: Sequence[pytest.Item]) -> int:
    return sum(test.get_closest_marker("slow") is not None for test in tests)
