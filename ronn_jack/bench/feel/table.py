"""What a musician feels, as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich import box
from rich.table import Table

from ronn_jack.bench.feel.figures import FeelReport, Figure


def feel_table(report: FeelReport) -> Table:
    """Return what was measured against the goals."""
    missed = sum(not figure.met for figure in report.figures)
    title = (
        f"under the hands: {len(report.figures) - missed} of {len(report.figures)} goals met, "
        f"played on {', '.join(report.sources)}"
    )
    return goals_table(title, report.figures)


def goals_table(title: str, all_figures: Sequence[Figure]) -> Table:
    """Return figures against their goals, those of a subject together."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("what")
    for column in ("measured", "goal", ""):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("farthest from the goal")
    for _, figures in groupby(all_figures, key=lambda figure: figure.subject):
        for figure in figures:
            table.add_row(
                f"{figure.subject}: {figure.what}",
                _number(figure, figure.value),
                f"{'≤' if figure.bound == 'at most' else '≥'} {_number(figure, figure.goal)}",
                "met" if figure.met else "MISSED",
                figure.where,
            )
        table.add_section()
    return table


def _number(figure: Figure, value: float) -> str:
    number = f"{value:.1e}" if 0.0 < abs(value) < 1e-3 else f"{value:.4g}"
    if figure.unit in ("dB", "LU"):
        number = f"{value:.1f}" if abs(value) >= 0.05 or value == 0.0 else "0.0"
    return f"{number} {figure.unit}".rstrip()
