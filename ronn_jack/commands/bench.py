"""The command that measures."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ronn_jack.commands.compiling import compile_ahead
from ronn_jack.commands.options import sound, sound_options
from ronn_jack.errors import UsageError

_TABLE_WIDTH = 120
"""Columns of a table that no terminal limits."""


@click.command()
@sound_options
@click.option("--stress", is_flag=True, help="Blocks run while Python is busy in the node.")
@click.option("--live", is_flag=True, help="Time from a turned knob to its sound.")
@click.option("--crowd", is_flag=True, help="Many senders and subscribers of OSC at once.")
@click.option("--page", is_flag=True, help="What pages that look at a node cost it.")
@click.option("--feel", is_flag=True, help="What a musician feels, against its goals.")
@click.option(
    "--source",
    "sources",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Sound file for --feel to play too; may be repeated.",
)
@click.option("--stages", is_flag=True, help="What equaliser and reverb take, against goals.")
@click.option("--plugin", is_flag=True, help="What a plugin takes beside the live engine.")
@click.option("--direct", is_flag=True, help="Kernels beside those that multiply every tap.")
@click.option("--cost", is_flag=True, help="Predicted against measured cost of networks.")
@click.option("--quick", is_flag=True, help="A rough look, in seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--plot", "picture", type=click.Path(path_type=Path), metavar="FILE", help="Draw a picture."
)
def bench(
    preset: str | None,
    assignments: tuple[str, ...],
    as_json: bool,
    picture: Path | None,
    sources: tuple[Path, ...],
    **parts: bool,
) -> None:
    """Measure this machine: kernels against its peak, starts, memory.

    With --stress, --live, --crowd or --page, measure a running node instead; with --cost, the cost
    model; with --direct, what multiplying less spares; with --feel, what a musician feels; with
    --stages, the equaliser and the reverb; with --plugin, an exported sound.
    """
    if sources and not parts["feel"]:
        raise UsageError("--source is what --feel plays: add --feel")
    chosen = preset is not None or bool(assignments)
    values = sound(preset, assignments) if chosen else None
    compile_ahead()
    from ronn_jack.bench.command import Scope
    from ronn_jack.bench.command import bench as measured
    from ronn_jack.bench.tables import tables

    report = measured(Scope(values, sources=sources, **parts), picture)
    width = None if sys.stdout.isatty() else _TABLE_WIDTH
    click.echo(report.to_json() if as_json else tables(report, width))
