"""What a plugin takes: that it is measured, and that it is no other sound."""

from __future__ import annotations

import pytest

from ronn_jack.bench.plugins import FRAMES, measure_plugins, plugins_table


@pytest.mark.slow
def test_it_is_measured_against_the_live_engine() -> None:
    report = measure_plugins(True, lambda text: None)
    whats = [figure.what for figure in report.figures]
    for form in ("lv2", "clap"):
        assert whats.count(f"size as --{form}") == whats.count(f"export --{form}") == 1
    compared = [f for f in report.figures if "live engine" in f.what]
    assert len(compared) == 3 * len(FRAMES)
    # Nobody else's load decides: it is only that neither does nothing.
    assert all(0.2 < figure.value < 5.0 for figure in compared)
    assert plugins_table(report).row_count == len(report.figures)
