"""One quick run of each benchmark: that it measures something, never how fast it is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ronn_jack.bench.report import from_json

pytestmark = pytest.mark.slow


def bench(*arguments):
    result = subprocess.run(
        [sys.executable, "-m", "ronn_jack", "bench", "--quick", "--json", *arguments],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return from_json(result.stdout)


@pytest.mark.soak
def test_speed_and_start():
    report = bench("--set", "layers=2", "--set", "activation=sine")
    assert report.speed.peak_gflop_per_second > 0
    assert report.speed.fed_gflop_per_second > 0
    cells = {(row.network, row.activation, row.period) for row in report.speed.rows}
    assert {("A", "relu", 64), ("E", "tanh", 256), ("own", "sine", 128)} <= cells
    assert all(row.block_us >= row.fastest_us > 0 for row in report.speed.rows)
    assert [row.network for row in report.speed.rebuilds] == ["A", "D"]
    assert report.start.cold_seconds is None
    assert report.start.warm_seconds > 0
    assert report.stress is None


@pytest.mark.soak
def test_stress_tells_the_compiled_callback_from_the_interpreter_s():
    rows = {row.callback: row for row in bench("--stress").stress.rows}
    assert rows["compiled"].blocks_run_share > 0
    assert rows["compiled"].messages_per_second > 0
    assert rows["interpreter"].callback_p99_us > rows["compiled"].callback_p50_us


@pytest.mark.soak
def test_live_hears_every_change():
    rows = bench("--live").live.rows
    assert [(row.network, row.auto_level) for row in rows] == [("A", False), ("A", True)]
    assert all(0 < row.p50_ms <= row.p99_ms <= row.max_ms for row in rows)


def test_cost_is_predicted_and_measured():
    report = bench("--cost").cost
    assert {row.networks for row in report.drawn} == {10}
    assert all(0 <= row.median_error <= row.p95_error for row in report.drawn)
    assert {"A", "B", "C", "D", "E"} == {row.network for row in report.rows}
    assert all(row.predicted_us > 0 and row.measured_us > 0 for row in report.rows)


def test_networks_are_timed_beside_those_that_multiply_every_tap():
    report = bench("--direct").direct
    assert {("A relu", 64), ("D tanh", 256)} <= {(row.network, row.period) for row in report.rows}
    assert len(report.drawn) == 20 and report.draws >= 10
    rows = report.rows + report.drawn
    assert all(row.direct_us > 0 and row.played_us > 0 and row.ratio > 0 for row in rows)


def test_a_picture_of_no_known_kind_is_refused_before_anything_is_measured(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "ronn_jack", "bench", "--plot", str(tmp_path / "picture.xyz")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2
    assert ".png" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.soak
def test_pages_are_told_and_their_cost_is_found():
    report = bench("--page").page
    assert (report.pages, report.pairs) == (5, 1)
    assert report.told_per_second > 1 and report.drawn_per_second > 1
    if report.browser is not None:
        assert report.browser.first_paint_ms > 0 and report.browser.shown_per_second > 1
    assert report.without_p99_us > 0 and report.with_p99_us > 0
    assert report.answer_without_p99_ms > 0 and report.answer_with_p99_ms > 0
    assert report.added_p99_us == pytest.approx(report.with_p99_us - report.without_p99_us)


@pytest.mark.soak
def test_a_crowd_is_told_and_a_quiet_sender_answered():
    report = bench("--crowd").crowd
    assert report.up_to_date == report.subscribers == 20
    assert report.turned_per_second > 0 and report.flooded_per_second > 0
    assert 0 < report.answered <= report.asked
    assert 0 < report.answer_p50_ms <= report.answer_p99_ms <= report.answer_max_ms
    for audio in (report.calm, report.turned, report.flooded):
        assert 0 < audio.callback_p50 <= audio.callback_p99 <= audio.callback_max
        assert audio.xruns >= 0
