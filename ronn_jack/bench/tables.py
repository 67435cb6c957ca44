"""A report as tables for people."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from itertools import groupby

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table

from ronn_jack.bench.cost import CostReport
from ronn_jack.bench.feel.table import feel_table
from ronn_jack.bench.kernels.direct_table import direct_lines, direct_table
from ronn_jack.bench.kernels.speed import SpeedReport, SpeedRow
from ronn_jack.bench.machine import MachineFacts
from ronn_jack.bench.node.browser import BrowserFigures
from ronn_jack.bench.node.crowd import CrowdReport
from ronn_jack.bench.node.live import LiveReport
from ronn_jack.bench.node.live_node import LiveRow
from ronn_jack.bench.node.pages import PageReport
from ronn_jack.bench.node.startup import StartReport
from ronn_jack.bench.node.stress import StressReport
from ronn_jack.bench.plugins import plugins_table
from ronn_jack.bench.report import Report
from ronn_jack.bench.stages.report import stages_table

_MEBIBYTE = 2**20


def tables(report: Report, width: int | None) -> str:
    """Return every part that was measured, as text without any control characters.

    Parameters
    ----------
    width : int or None
        Columns that there are; None for those of the terminal.
    """
    text = io.StringIO()
    console = Console(file=text, width=width or shutil.get_terminal_size().columns)
    for part in _parts(report):
        console.print(part, highlight=False, markup=False)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def _parts(report: Report) -> Iterator[RenderableType]:
    yield _machine(report.machine)
    if report.speed is not None:
        speed = report.speed
        yield (
            f"peak of one core: {speed.peak_gflop_per_second:.1f} GFLOP/s on registers, "
            f"{speed.fed_gflop_per_second:.1f} in a tile fed from the nearest cache"
        )
        yield _speed(report.speed)
        yield from _rebuilds(report.speed)
    if report.start is not None:
        yield from _start(report.start)
    if report.cost is not None:
        yield _cost(report.cost)
        yield from _drawn(report.cost)
    if report.stress is not None:
        yield _stress(report.stress)
        yield _scheduling(report.stress.realtime)
    if report.live is not None:
        yield _changes(report.live)
        yield _sweeps(report.live)
        yield _scheduling(report.live.realtime)
    if report.crowd is not None:
        yield from _crowds(report.crowd)
        yield _crowds_audio(report.crowd)
        yield _scheduling(report.crowd.realtime)
    if report.page is not None:
        yield _pages(report.page)
        yield _scheduling(report.page.realtime)
    if report.feel is not None:
        yield feel_table(report.feel)
        yield _scheduling(report.feel.realtime)
    if report.stages is not None:
        yield stages_table(report.stages)
    if report.plugin is not None:
        yield plugins_table(report.plugin)
    if report.direct is not None:
        yield direct_table(report.direct)
        yield from direct_lines(report.direct)


def _crowds(report: CrowdReport) -> Iterator[str]:
    yield (
        f"{report.up_to_date} of {report.subscribers} subscribers end with every final value of "
        f"{report.turned_per_second:.0f} messages a second"
    )
    yield (
        f"{report.answered} of {report.asked} questions answered among {report.floods} senders of "
        f"{report.flooded_per_second:.0f} messages a second, saves included: "
        f"p50 {report.answer_p50_ms:.1f} ms, p99 {report.answer_p99_ms:.1f} ms, "
        f"longest {report.answer_max_ms:.1f} ms"
    )


def _crowds_audio(report: CrowdReport) -> Table:
    columns = ("among", "callback p50", "p99", "longest", "xruns")
    table = _table(f"the audio meanwhile, in shares of the {report.period} frames", *columns)
    for among, audio in (
        ("one calm sender", report.calm),
        (f"{report.subscribers} subscribers", report.turned),
        (f"{report.floods} floods", report.flooded),
    ):
        shares = (audio.callback_p50, audio.callback_p99, audio.callback_max)
        table.add_row(among, *(f"{100 * share:.1f} %" for share in shares), f"{audio.xruns}")
    return table


def _pages(report: PageReport) -> Table:
    columns = ("looked at by", "callback p99", "xruns", "answer p99")
    table = _table(
        f"{report.pairs} pairs of turns, each page told {report.told_per_second:.0f} messages and "
        f"{report.drawn_per_second:.0f} frames of pictures a second: adds "
        f"{report.added_p99_us:.1f} µs to p99; {_seen(report.browser)}",
        *columns,
    )
    rows = (
        ("nobody", report.without_p99_us, report.xruns_without, report.answer_without_p99_ms),
        (f"{report.pages} pages", report.with_p99_us, report.xruns_with, report.answer_with_p99_ms),
    )
    for by, p99, xruns, answer in rows:
        table.add_row(by, f"{p99:.1f} µs", f"{xruns}", f"{answer:.2f} ms")
    return table


def _seen(browser: BrowserFigures | None) -> str:
    if browser is None:
        return "no browser here (chromium and playwright)"
    return (
        f"in a browser first seen after {browser.first_paint_ms:.0f} ms, "
        f"{browser.shown_per_second:.0f} frames a second"
    )


def _machine(facts: MachineFacts) -> str:
    torch = f", torch {facts.torch}" if facts.torch else ""
    return (
        f"{facts.processor}, {facts.cores} cores, vectors of {facts.vector_bits} bits\n"
        f"{facts.system}, Python {facts.python}, numba {facts.numba}, numpy {facts.numpy}{torch}, "
        f"ronn_jack {facts.ronn_jack}"
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=True)
    return table


def _speed(report: SpeedReport) -> Table:
    columns = ["network", "frames", "µs/block", "GFLOP/s", "% of peak", "% of fed", "× real time"]
    with_torch = any(row.torch_us is not None for row in report.rows)
    table = _table(
        "networks on one core (look-back: the original's way, in numpy, against ours)",
        *columns,
        "look-back",
        *(["in torch"] if with_torch else []),
    )
    for _, rows in groupby(report.rows, key=lambda row: (row.network, row.activation)):
        for row in rows:
            cells = [
                f"{row.network} {row.activation}",
                f"{row.period}",
                f"{row.block_us:.2f}",
                f"{row.gflop_per_second:.1f}",
                f"{100 * row.peak_share:.1f}",
                f"{100 * row.fed_share:.1f}",
                f"{row.times_realtime:.1f}",
                _slower(row, row.numpy_us),
            ]
            table.add_row(*cells, *([_slower(row, row.torch_us)] if with_torch else []))
        table.add_section()
    return table


def _slower(row: SpeedRow, block_us: float | None) -> str:
    if block_us is None:
        return ""
    return f"{block_us:.0f} µs ({block_us / row.block_us:.0f} ×)"


def _rebuilds(report: SpeedReport) -> Iterator[str]:
    for row in report.rebuilds:
        yield f"rebuild of {row.network}, spec to network: {row.milliseconds:.2f} ms"


def _start(report: StartReport) -> Iterator[str]:
    if report.cold_seconds is not None:
        yield f"cold start, kernels compiled: {report.cold_seconds:.1f} s"
    yield f"warm start, command to sound: {report.warm_seconds:.2f} s"
    for row in report.memory:
        yield f"memory of a node with {row.network}: {row.resident_bytes / _MEBIBYTE:.0f} MiB"


def _cost(report: CostReport) -> Table:
    table = _table("predicted cost", "network", "frames", "predicted µs", "measured µs", "error %")
    for _, rows in groupby(report.rows, key=lambda row: (row.network, row.activation)):
        for row in rows:
            table.add_row(
                f"{row.network} {row.activation}",
                f"{row.period}",
                f"{row.predicted_us:.2f}",
                f"{row.measured_us:.2f}",
                f"{100 * row.error:+.1f}",
            )
        table.add_section()
    return table


def _drawn(report: CostReport) -> Iterator[str]:
    for row in report.drawn:
        yield (
            f"{row.networks} random networks that fit {row.period} frames: median error "
            f"{100 * row.median_error:.1f} %, 95th percentile {100 * row.p95_error:.1f} %, "
            f"signed median {100 * row.median_signed_error:+.1f} %, {row.misjudged} misjudged"
        )


def _stress(report: StressReport) -> Table:
    table = _table(
        f"node under stress, {report.period} frames ({report.period_us:.0f} µs) a block",
        *("callback", "blocks run", "xruns", "p50 µs", "p99 µs", "max µs", "OSC/s", "seconds"),
    )
    for row in report.rows:
        table.add_row(
            row.callback,
            f"{100 * row.blocks_run_share:.2f} %",
            f"{row.xruns}",
            f"{row.callback_p50_us:.0f}",
            f"{row.callback_p99_us:.0f}",
            f"{row.callback_max_us:.0f}",
            f"{row.messages_per_second:.0f}",
            f"{row.seconds:.1f}",
        )
    return table


def _scheduling(realtime: bool) -> str:
    if realtime:
        return "with realtime scheduling"
    return "without realtime scheduling, which is not allowed here: `ronn-jack doctor` says why"


def _changes(report: LiveReport) -> Table:
    table = _table(
        "change to sound",
        *("network", "frames", "auto level", "p50 ms", "p99 ms", "max ms", "changes", "dips"),
    )
    for row in report.rows:
        table.add_row(
            *_turned(row),
            f"{row.p50_ms:.1f}",
            f"{row.p99_ms:.1f}",
            f"{row.max_ms:.1f}",
            f"{row.changes}",
            f"{row.dips}",
        )
    return table


def _sweeps(report: LiveReport) -> Table:
    table = _table(
        "sweeps of 200 changes a second",
        *("network", "frames", "auto level", "p50 ms", "p99 ms", "heard/s", "longest gap ms"),
    )
    for row in report.rows:
        table.add_row(
            *_turned(row),
            "" if row.sweep_p50_ms is None else f"{row.sweep_p50_ms:.1f}",
            "" if row.sweep_p99_ms is None else f"{row.sweep_p99_ms:.1f}",
            f"{row.sweep_heard_per_second:.1f}",
            f"{row.sweep_gap_ms:.0f}",
        )
    return table


def _turned(row: LiveRow) -> tuple[str, str, str]:
    return row.network, f"{row.period}", "on" if row.auto_level else "off"
