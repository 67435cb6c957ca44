"""What a cache has lost is counted by how it comes back."""

from __future__ import annotations

from typing import Any

import pytest

from ronn_jack.cost.caches import Caches
from ronn_jack.cost.counts import KINDS, count_work
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.kernels.convolution import DENSE_ROWS

NEAR: dict[str, Any] = {"layers": 6, "kernel": 20, "channels": 12, "dilation": 2}
REMOTE: dict[str, Any] = {"layers": 5, "kernel": 60, "channels": 40, "dilation": 16}
"""40 MB of history."""
LARGE: dict[str, Any] = {"layers": 24, "kernel": 40, "channels": 64, "dilation": 1}
"""14 MB of weights, and next to no history."""


CACHES = Caches(32 << 10, 1 << 20, 16 << 20)
"""The same on every machine."""


def counted(kind: str, network: dict[str, Any], block: int = 64, **values: Any) -> float:
    spec = NetworkSpec(**{"inputs": 1, "outputs": 1, **network, **values})
    return count_work(spec, block, CACHES)[KINDS.index(kind)]


def test_what_a_cache_holds_is_not_read_again() -> None:
    for kind in ("far", "memory", "wait"):
        assert counted(kind, NEAR) == 0.0
        assert counted(kind, REMOTE, 16) > 0.0


def test_weights_are_a_stream_that_comes_in_time() -> None:
    for kind in ("memory", "wait"):
        assert counted(kind, LARGE) == 0.0


def test_a_longer_history_is_farther_until_no_cache_holds_it() -> None:
    distances = [counted("far", NEAR, channels=32, dilation=d) for d in (8, 10, 12, 14)]
    assert distances == sorted(distances)
    assert distances[0] > 0.0
    amounts = [counted("memory", REMOTE, dilation=d) for d in (4, 8, 12, 16)]
    assert amounts == sorted(amounts)
    assert amounts[0] == 0.0 < amounts[1] < amounts[3]


def test_every_row_and_tap_is_read_once_whatever_the_tiles() -> None:
    reads, waits = (counted(kind, REMOTE, 16) for kind in ("memory", "wait"))
    # The last inner layer alone is out of reach for sure.
    assert reads >= waits >= 40 * 60


def test_only_tiles_that_multiply_much_wait() -> None:
    assert counted("memory", REMOTE, dilation=15, depthwise=True) > 0.0
    assert counted("wait", REMOTE, dilation=15, depthwise=True) == 0.0


def test_what_is_asked_for_ahead_is_waited_for_only_where_it_ends_in_another_line() -> None:
    wide = {**REMOTE, "channels": 3 * DENSE_ROWS}
    # A single vector of frames is never asked for.
    assert counted("wait", wide, 16) > 0.0
    assert counted("wait", wide, 64) == 0.0
    assert counted("wait", wide, 64, dilation=15) > 0.0


def test_low_tiles_ask_for_nothing() -> None:
    low = {**REMOTE, "channels": DENSE_ROWS // 2, "layers": 6, "dilation": 8}
    assert counted("wait", low, 64) > 0.0


def test_a_stretch_of_memory_waits_at_its_beginning() -> None:
    stretches = {**REMOTE, "depthwise": True}
    reads, waits = (counted(kind, stretches) for kind in ("memory", "wait"))
    assert 0.0 < waits < reads
    # However many taps it has.
    twice = {**stretches, "kernel": 2 * REMOTE["kernel"]}
    assert counted("memory", twice) / counted("wait", twice) == pytest.approx(
        2.0 * reads / waits, rel=0.2
    )
