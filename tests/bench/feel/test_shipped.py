"""How far presets are apart, by the two sources that tell them apart best."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.bench.feel.shipped import nearest


def courses(*levels: float) -> list[np.ndarray]:
    return [np.full((3, 4), level) for level in levels]


def test_the_second_source_tells_two_sounds_apart() -> None:
    found = {"a": courses(0, 0, 0), "b": courses(9, 4, 1), "c": courses(50, 60, 70)}
    assert nearest(found) == (4.0, "a, b")


@pytest.mark.parametrize("level", [0.0, 2.0])
def test_with_one_source_that_one_counts(level: float) -> None:
    assert nearest({"a": courses(0), "b": courses(level)}) == (level, "a, b")
