"""One quick run of `bench --feel`: that it measures everything, never how well."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from ronn_jack.bench.report import from_json

SUBJECTS = ["drive", "paths", "decay", "mix", "gate", "freeze", "presets", "search", "knobs"]


@pytest.mark.slow
def test_everything_is_measured_against_a_goal() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ronn_jack", "bench", "--feel", "--quick", "--json"],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    report = from_json(result.stdout).feel
    assert report.sources == ["guitar", "piano", "drums", "voice"]
    assert set(SUBJECTS) <= {figure.subject for figure in report.figures}
    assert all(math.isfinite(figure.value) for figure in report.figures)
    assert any(figure.met for figure in report.figures)


def test_files_are_nothing_without_it() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ronn_jack", "bench", "--source", "x.wav"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2
    assert "add --feel" in result.stderr
