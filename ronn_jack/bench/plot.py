"""A report as a picture, by matplotlib, which is an optional extra."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ronn_jack.bench.kernels.speed import SpeedReport
from ronn_jack.bench.node.live import LiveReport
from ronn_jack.bench.node.stress import StressReport
from ronn_jack.bench.report import Report
from ronn_jack.pictures.plots.saving import save

_PANEL_INCHES = 5.5, 4.0
_GROUP_WIDTH = 0.8
"""Share of the axis that the bars of one group fill."""


def plot(report: Report, path: Path) -> None:
    """Draw what was measured: all but starts and memory, of which there is little to see."""
    from matplotlib.figure import Figure

    panels: list[Callable[[Any], None]] = []
    if report.speed is not None:
        speed = report.speed
        panels.append(lambda axes: _peak_shares(speed, axes))
        if any(row.numpy_us is not None for row in speed.rows):
            panels.append(lambda axes: _block_times(speed, axes))
    if report.stress is not None:
        stress = report.stress
        panels.append(lambda axes: _blocks_run(stress, axes))
    if report.live is not None:
        live = report.live
        panels.append(lambda axes: _change_to_sound(live, axes))
    width, height = _PANEL_INCHES
    figure = Figure(figsize=(width * len(panels), height), layout="constrained")
    for number, draw in enumerate(panels, 1):
        draw(figure.add_subplot(1, len(panels), number))
    figure.suptitle(f"ronn_jack {report.machine.ronn_jack} · {report.machine.processor}")
    save(figure, path)


def _bars(axes: Any, groups: list[str], series: dict[str, list[float]]) -> None:
    """Draw bars side by side, a colour for each series; NaN leaves one out."""
    width = _GROUP_WIDTH / len(series)
    for number, (name, values) in enumerate(series.items()):
        left = number * width - _GROUP_WIDTH / 2
        places = [group + left + width / 2 for group in range(len(groups))]
        axes.bar(places, values, width, label=name)
    axes.set_xticks(range(len(groups)), groups, rotation=45, ha="right")
    axes.legend(fontsize="small")


def _peak_shares(report: SpeedReport, axes: Any) -> None:
    groups = list(dict.fromkeys(f"{row.network} {row.activation}" for row in report.rows))
    periods = sorted({row.period for row in report.rows})
    found = {(f"{r.network} {r.activation}", r.period): 100 * r.peak_share for r in report.rows}
    series = {
        f"{p} frames": [found.get((group, p), float("nan")) for group in groups] for p in periods
    }
    _bars(axes, groups, series)
    axes.set_ylabel(f"% of {report.peak_gflop_per_second:.0f} GFLOP/s")
    axes.set_title("share of one core's peak")


def _block_times(report: SpeedReport, axes: Any) -> None:
    rows = [row for row in report.rows if row.numpy_us is not None]
    ways = {
        "ronn_jack": [row.block_us for row in rows],
        "look-back, numpy": [row.numpy_us or float("nan") for row in rows],
    }
    if any(row.torch_us is not None for row in rows):
        ways["look-back, torch"] = [row.torch_us or float("nan") for row in rows]
    _bars(axes, [f"{row.network} {row.activation} {row.period}" for row in rows], ways)
    axes.set_yscale("log")
    axes.set_ylabel("µs per block")
    axes.set_title("against the original's way")


def _blocks_run(report: StressReport, axes: Any) -> None:
    names = [f"{row.callback} callback" for row in report.rows]
    _bars(axes, names, {"blocks run": [100 * row.blocks_run_share for row in report.rows]})
    axes.set_ylabel("% of blocks")
    axes.set_title(f"under stress, {report.period} frames")


def _change_to_sound(report: LiveReport, axes: Any) -> None:
    groups = [
        f"{row.network} {row.period}{' levelled' if row.auto_level else ''}" for row in report.rows
    ]
    series = {
        "p50": [row.p50_ms for row in report.rows],
        "p99": [row.p99_ms for row in report.rows],
    }
    _bars(axes, groups, series)
    axes.set_yscale("log")
    axes.set_ylabel("ms")
    axes.set_title("change to sound")
