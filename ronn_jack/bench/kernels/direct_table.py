"""What multiplying less spares, for people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from statistics import median

from rich import box
from rich.table import Table

from ronn_jack.bench.kernels.direct import NOTICED, DirectReport


def direct_table(report: DirectReport) -> Table:
    """Return the networks by name."""
    table = Table(
        title="every tap multiplied, and as it is played, by turns",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for column in ("network", "frames", "direct µs", "played µs", "times as fast"):
        table.add_column(column, justify="left" if column == "network" else "right", no_wrap=True)
    for row in report.rows:
        times = (f"{row.direct_us:.2f}", f"{row.played_us:.2f}", f"{row.ratio:.3f}")
        table.add_row(row.network, f"{row.period}", *times)
    return table


def direct_lines(report: DirectReport) -> Iterator[str]:
    """Yield how those did that were drawn, and which are slower."""
    by_period = sorted(report.drawn, key=lambda row: row.period)
    for period, rows in groupby(by_period, key=lambda row: row.period):
        drawn = list(rows)
        ratios = [row.ratio for row in drawn]
        slower = [row for row in drawn if row.slower]
        yield (
            f"{len(drawn)} of {report.draws} random networks multiply less; at {period} frames "
            f"{median(ratios):.3f} times as fast ({min(ratios):.3f} to {max(ratios):.3f}), "
            f"{len(slower)} slower by {100 * NOTICED:g} %"
        )
        yield from (f"{row.ratio:.3f}: {row.network}" for row in slower)
