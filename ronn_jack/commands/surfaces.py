"""The command that writes surfaces."""

from __future__ import annotations

from pathlib import Path

import click

from ronn_jack.presets.store import PresetStore


@click.command()
@click.argument("folder", default="ronn-surfaces", type=click.Path(path_type=Path))
def surfaces(folder: Path) -> None:
    """Write surfaces for TouchOSC, Open Stage Control and Reaper to FOLDER (ronn-surfaces).

    They show every parameter and the presets that there are now, yours among them.
    """
    from ronn_jack.surfaces.files import write_surfaces

    for path in write_surfaces(folder, PresetStore().names()):
        click.echo(f"wrote {path}")
