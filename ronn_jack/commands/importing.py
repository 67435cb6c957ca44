"""The command that brings what others have made: sounds, models and impulse responses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ronn_jack.commands.options import one_line
from ronn_jack.errors import UsageError
from ronn_jack.files import check_name
from ronn_jack.presets.store import PresetStore

if TYPE_CHECKING:
    from ronn_jack.imports.flow_eq import Decoders
    from ronn_jack.imports.safe import Described


@click.command("import")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--as-heard/--as-meant",
    " /--as-labelled",
    default=None,
    help="Take what the original's faults made of it (the default for its settings), or what was "
    "meant (the default for its models).",
)
@click.option("--name", help="Name of the preset or the model; without it, the file's.")
def import_file(source: Path, as_heard: bool | None, name: str | None) -> None:
    """Bring a sound, a model or an impulse response that is in FILE.

    A sound of the original ronn's plugin or notebook becomes a preset. A decoder of flowEQ, or
    settings of the SAFE project's equaliser, become an eq_model. A decoder of NeuralReverberator,
    its plugin's responses, or a WAV, FLAC or other sound file become a reverb_model.
    """
    from ronn_jack.imports.reading import keep_model, name_for, read_model
    from ronn_jack.imports.training import train

    def learn(described: Described) -> tuple[Decoders, float]:
        click.echo(f"trains twelve models on {len(described.words)} settings, for half a minute")
        return train(described)

    model = read_model(source, as_heard is True, learn)
    if model is None:
        _import_sound(source, as_heard is not False, name)
        return
    path = keep_model(model, name_for(source) if name is None else name)
    click.echo(f"wrote {one_line(str(path))}: set {model.parameter} to {path.stem}")
    for note in model.notes:
        click.echo(f"note: {one_line(note)}")


def _import_sound(source: Path, as_heard: bool, name: str | None) -> None:
    """Write a user preset from a sound of the original ronn."""
    from ronn_jack.original import read_original

    found = read_original(source, as_heard)
    store = PresetStore()
    name = check_name("preset", source.stem if name is None else name, UsageError)
    if name in store.names():
        raise UsageError(f"there is a preset '{name}' already: choose another with --name")
    path = store.save(name, found.parameters, found.description)
    click.echo(f"wrote {one_line(str(path))}")
    for note in found.notes:
        click.echo(f"note: {note}")
