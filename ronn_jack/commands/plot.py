"""The command that draws."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from ronn_jack.commands.compiling import compile_ahead
from ronn_jack.commands.options import SOUND_HELP, Number, one_line, sound, sound_options
from ronn_jack.errors import UsageError

_KINDS = ("network", "transfer", "weights", "responses", "spectrogram")
_COLUMNS = 800
"""Of a spectrogram."""


@click.command(epilog=SOUND_HELP)
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path))
@sound_options
@click.option(
    "--picture",
    "pictures",
    type=click.Choice(_KINDS),
    multiple=True,
    help="What to draw; may be repeated. By default all but the spectrogram, which needs --sound.",
)
@click.option(
    "--sound",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Sound file to draw the spectrogram of, before and after.",
)
@click.option(
    "--rate",
    default=48000.0,
    show_default=True,
    type=Number(8000, 192000),
    help="Sample rate in Hz; with --sound it is the file's.",
)
def plot(
    target: Path,
    preset: str | None,
    assignments: tuple[str, ...],
    pictures: tuple[str, ...],
    source: Path | None,
    rate: float,
) -> None:
    """Draw a network and what it does to FILE (.png, .svg, .pdf), as the page shows it."""
    values = sound(preset, assignments)
    if "spectrogram" in pictures and source is None:
        raise UsageError("a spectrogram is drawn of a sound: add --sound FILE")
    wanted = pictures or tuple(k for k in _KINDS if k != "spectrogram" or source is not None)
    from ronn_jack.pictures.plots.saving import check_picture

    check_picture(target, "plot")
    compile_ahead()
    from ronn_jack.audio_files.source import opened, quiet_decoders
    from ronn_jack.model.architecture import network_spec
    from ronn_jack.model.expression import Expression
    from ronn_jack.pictures.plots.figure import Subject, draw_figure
    from ronn_jack.pictures.responses import whole
    from ronn_jack.pictures.spectrogram import spectrogram
    from ronn_jack.render import render_file

    sounds, seconds = [], 0.0
    if source is not None and "spectrogram" in wanted:
        with quiet_decoders(), tempfile.TemporaryDirectory() as folder:
            rendered = Path(folder, "after.wav")
            done = render_file(source, rendered, values)
            rate, seconds = float(done.rate), done.frames / done.rate
            for path in (source, rendered):
                with opened(path) as audio:
                    sounds.append(spectrogram(audio.blocks(), done.frames, rate, _COLUMNS))
    spec = network_spec(values, rate=rate)
    gain = 10.0 ** ((float(values["input_gain"]) + float(values["drive"])) / 20.0)
    responses = None
    if "responses" in wanted:
        responses = whole(spec, rate, Expression.of(values), gain)
    draw_figure(Subject(spec, rate, responses, sounds, seconds), wanted, target)
    click.echo(f"wrote {one_line(str(target))}: {', '.join(wanted)}")
