"""The table of what a node tells tells values that fit from those that don't."""

from __future__ import annotations

import pytest

from ronn_jack.control.status import STATUS


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("load", [0.0, 0.5, 1.5], [0, -0.1, "0.5", float("nan")]),
        ("progress", [0.0, 1.0], [1.1]),
        ("xruns", [0, 10**6], [0.0, -1, True]),
        ("silent", [0, 1], [2, False, 0.0]),
        ("level_in", [-30.0, -200.0], [-30, float("nan")]),
        ("state", ["running", "dry"], ["asleep", 0]),
        ("xruns_after", ["", "layers"], [0]),
    ],
)
def test_only_values_of_the_kind_and_range_fit(name, good, bad):
    assert all(map(STATUS[name].accepts, good))
    assert not any(map(STATUS[name].accepts, bad))
