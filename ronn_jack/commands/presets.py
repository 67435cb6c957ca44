"""The commands of the presets: they list, export and import them."""

from __future__ import annotations

from pathlib import Path

import click

from ronn_jack.commands.options import one_line
from ronn_jack.errors import UsageError
from ronn_jack.files import read_text, write_atomically
from ronn_jack.parameters.share import is_shared, read_shared
from ronn_jack.presets.store import PresetStore


@click.group(invoke_without_command=True)
@click.option("--tag", help="Only those that have this tag.")
@click.pass_context
def presets(context: click.Context, tag: str | None) -> None:
    """List the presets with the numbers by which program changes load them."""
    if context.invoked_subcommand is not None:
        return
    for number, entry in enumerate(PresetStore().entries()):
        if tag is None or tag in entry.tags:
            tags = f"  [{', '.join(entry.tags)}]" if entry.tags else ""
            click.echo(f"{number:3}  {entry.name:24}  {entry.description}{tags}")


@presets.command("export")
@click.argument("name")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path))
def presets_export(name: str, target: Path) -> None:
    """Write the preset NAME to FILE, word for word."""
    preset = PresetStore().load(name)
    if target.exists():
        raise UsageError(f"{target} is there already: choose another name, or remove it")
    write_atomically(target, read_text(preset.path, UsageError))
    click.echo(f"wrote {one_line(str(target))}")


@presets.command("import")
@click.argument("source", metavar="FILE|TEXT")
@click.option("--name", help="Name of the preset; without it, the file's.")
def presets_import(source: str, name: str | None) -> None:
    """Add the preset in FILE, or the sound of a text ronn:…, to yours."""
    store = PresetStore()
    if is_shared(source):
        if name is None:
            raise UsageError("a sound's text has no name: give one with --name")
        if name in store.names():
            raise UsageError(f"there is a preset '{name}' already: choose another with --name")
        path = store.save(name, read_shared(source))
    else:
        preset = store.load(Path(source))
        path = store.add(name or preset.name, read_text(preset.path, UsageError))
    click.echo(f"wrote {one_line(str(path))}")
