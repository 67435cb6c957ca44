"""The command line, `ronn-jack`."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import click
from click.shell_completion import shell_complete

from ronn_jack import __version__
from ronn_jack.commands.bench import bench
from ronn_jack.commands.compiling import compile_ahead
from ronn_jack.commands.exporting import export
from ronn_jack.commands.importing import import_file
from ronn_jack.commands.midi import midi
from ronn_jack.commands.options import (
    SOUND_HELP,
    Number,
    Tail,
    WholeRange,
    assigned,
    first_sound,
    node_options,
    one_line,
    send_options,
    sound,
    sound_options,
    watch_options,
)
from ronn_jack.commands.plot import plot
from ronn_jack.commands.presets import presets
from ronn_jack.commands.surfaces import surfaces
from ronn_jack.errors import RonnError, UsageError, reason_of, shortened
from ronn_jack.files import name_or_file
from ronn_jack.model.architecture import model_of
from ronn_jack.model.latent.playing import in_words, playing
from ronn_jack.process import SESSION, is_node, on_signals

PROGRAM = "ronn-jack"
_COMPLETION = "_RONN_JACK_COMPLETE"
"""Environment variable by which a shell asks for completions."""
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.group(
    commands=[plot, surfaces],
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(__version__, "-V", "--version", package_name="ronn-jack")
@click.pass_context
def cli(context: click.Context) -> None:
    """Randomized overdrive neural networks as a JACK effect."""
    if context.invoked_subcommand is None:
        # A session manager starts programs without arguments.
        if not os.environ.get(SESSION):
            raise click.exceptions.NoArgsIsHelpError(context)
        context.invoke(run)


cli.add_command(bench)
cli.add_command(presets)
cli.add_command(import_file)
cli.add_command(export)


@cli.command(epilog=SOUND_HELP)
@click.argument("text", metavar="[SOUND]", required=False)
@sound_options
@node_options
@click.option("--log-json", metavar="FILE|-", help="Write what happens as JSON lines.")
def run(
    text: str | None,
    preset: str | None,
    assignments: tuple[str, ...],
    log_json: str | None,
    **overrides: Any,
) -> None:
    """Run the node until it is interrupted.

    SOUND is a preset's name or file, or a sound's text ronn:…, as --preset takes it.
    """
    # Before all that takes long to load, in which an exception may be lost.
    from ronn_jack.interrupts import Interrupts

    interrupts = Interrupts(*_ENDING)
    from ronn_jack.midimap.profile_file import ProfileStore
    from ronn_jack.settings import load_settings

    settings = load_settings(overrides)
    if text is not None and preset is not None:
        raise UsageError("SOUND and --preset are both given: leave one of them out")
    given = text or preset
    begin = first_sound(given or settings.preset, assignments)
    ProfileStore().load(name_or_file(settings.midi_profile))  # so that wrong use is told first
    from ronn_jack.drivers.jack_library import require_server

    if not os.environ.get(SESSION):  # in a session, JACK may be started later
        require_server(settings.server)
    compile_ahead(err=log_json == "-")
    from ronn_jack.control.scene import beginning
    from ronn_jack.interfaces.state_keeper import restored
    from ronn_jack.presets.store import PresetStore
    from ronn_jack.sessions.managed import run_managed  # which compiles

    kept = settings.restore and given is None and not os.environ.get(SESSION)
    scene = restored(settings.name, PresetStore()) if kept else None
    scene = scene.holding(assigned(scene.values, assignments)) if scene else beginning(*begin)
    run_managed(settings, scene, log_json, interrupts)


@cli.command(epilog=SOUND_HELP)
@sound_options
@click.option("-s", "--server", help="JACK server to connect to.")
@click.option(
    "--seconds",
    default=20.0,
    show_default=True,
    type=Number(1, 3600),
    help="Length of the recording.",
)
@click.option(
    "--out",
    default="ronn-demo.wav",
    show_default=True,
    type=click.Path(path_type=Path),
    help="WAV file to write.",
)
def demo(
    preset: str | None,
    assignments: tuple[str, ...],
    server: str | None,
    seconds: float,
    out: Path,
) -> None:  # fmt: skip
    """Play a built-in phrase through the node, turn some knobs, and write what was heard."""
    from ronn_jack.settings import load_settings

    chosen = preset is not None or bool(assignments)
    values = sound(preset, assignments) if chosen else None
    settings = load_settings({"server": server})
    from ronn_jack.interrupts import Interrupts

    interrupts = Interrupts(*_ENDING)
    from ronn_jack.drivers.jack_library import require_server

    if settings.server is not None:
        require_server(settings.server)
    compile_ahead(err=False)
    from ronn_jack.demo.run import run_demo  # which compiles

    run_demo(seconds, out, interrupts, settings, values)


@cli.command(epilog=SOUND_HELP)
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@sound_options
@click.option(
    "--tail",
    default=0.0,
    type=Tail(0, 3600),
    metavar="SECONDS|auto",
    help="Render silence after the end: for so long, or until the sound has faded to -90 dBFS.",
)
@click.option("--subtype", help="Sample format of OUT, such as PCM_24.")
def render(
    source: Path,
    target: Path,
    preset: str | None,
    assignments: tuple[str, ...],
    tail: float | str,
    subtype: str | None,
) -> None:  # fmt: skip
    """Render the audio file IN to OUT (WAV, FLAC, OGG or MP3)."""
    from rich.console import Console
    from rich.progress import Progress

    values = sound(preset, assignments)
    if values["freeze"]:
        click.echo("note: freeze = on is left out, as a file has no past to hold")
    compile_ahead()
    from ronn_jack.render import render_file

    with Progress(transient=True, disable=not sys.stdout.isatty(), console=Console()) as bar:
        task = bar.add_task("rendering", total=None)
        done = render_file(
            source,
            target,
            values,
            None if isinstance(tail, str) else tail,
            subtype,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    if done.warning is not None:
        click.echo(f"{PROGRAM}: warning: {one_line(done.warning)}", err=True)
    click.echo(
        f"wrote {one_line(str(target))}: {done.frames / done.rate:.1f} s at {done.rate} Hz, "
        f"{done.form.container} {done.form.subtype}"
    )


@cli.command(epilog=SOUND_HELP)
@sound_options
@click.option(
    "--rate",
    default=48000.0,
    show_default=True,
    type=Number(8000, 192000),
    help="Sample rate in Hz.",
)
@click.option(
    "--period",
    default=128,
    show_default=True,
    type=WholeRange(16, 8192),
    help="Frames in a block.",
)
@click.option("--inputs", default=2, show_default=True, type=WholeRange(1, 2))
@click.option("--outputs", default=2, show_default=True, type=WholeRange(1, 2))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def info(
    preset: str | None,
    assignments: tuple[str, ...],
    rate: float,
    period: int,
    inputs: int,
    outputs: int,
    as_json: bool,
) -> None:  # fmt: skip
    """Say what a network is, and what share of a period it takes on this machine."""
    values = sound(preset, assignments)
    model = model_of(values, inputs, outputs, rate)
    compile_ahead()
    from ronn_jack.cost.calibration import load_cost_model

    milliseconds = model.receptive_field / rate * 1000.0
    load = load_cost_model().load(model, period, rate)
    if as_json:
        facts: dict[str, object] = {
            "parameters": model.parameter_count,
            "receptive_field_frames": model.receptive_field,
            "receptive_field_ms": milliseconds,
            "predicted_load": load,
        }
        if values["eq"]:
            facts["equaliser"] = dataclasses.asdict(playing(values))
        click.echo(json.dumps(facts))
        return
    click.echo(model.summary)
    click.echo(f"parameters       {model.parameter_count}")
    click.echo(
        f"receptive field  {model.receptive_field} frames ({milliseconds:.1f} ms at {rate:g} Hz)"
    )
    click.echo(f"predicted load   {load:.1%} of a period of {period} frames")
    if values["eq"]:
        click.echo(f"equaliser        {in_words(values, rate)}")


cli.add_command(midi)


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("address")
@click.argument("values", metavar="[VALUE]...", nargs=-1)
@send_options
def osc(address: str, values: tuple[str, ...], wait: float, **place: Any) -> None:
    """Send a message to a running node and print what it answers."""
    from ronn_jack.commands.place import connected
    from ronn_jack.interfaces.osc.client import answers, value_of

    with connected(**place) as client:
        client.send(address, [value_of(value) for value in values])
        for line in answers(client, wait):
            click.echo(one_line(line))


@cli.command()
@watch_options
def watch(normalised: bool, interval: int, **place: Any) -> None:
    """Print what changes in a running node until interrupted."""
    from ronn_jack.commands.place import connected
    from ronn_jack.interfaces.osc.client import changes

    with connected(**place) as client, contextlib.suppress(KeyboardInterrupt):
        for line in changes(client, normalised, interval):
            click.echo(one_line(line))


@cli.command()
def ps() -> None:
    """List the nodes that run on this machine."""
    from ronn_jack.running_nodes import running_nodes

    for node in running_nodes():
        server = f"  server {node.server}" if node.server else ""
        http = f"  HTTP {node.http}" if node.http else ""
        click.echo(f"{node.name:16} process {node.process}  OSC {node.osc}{http}{server}")


@cli.command()
def doctor() -> None:
    """Check this machine for what the node needs, with the remedy for each finding."""
    from ronn_jack.doctor import diagnose
    from ronn_jack.settings import load_settings

    findings = diagnose(load_settings())
    for finding in findings:
        click.echo(finding.line)
    if any(finding.ok is False for finding in findings):
        sys.exit(1)


def main(arguments: list[str] | None = None) -> None:
    """Run the given or the process' arguments: exit code 0 done, 2 wrong use, 1 anything else."""
    # A character that the terminal can't show is no reason to fail.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        if not is_node():
            on_signals(signal.default_int_handler, *_ENDING)
        if instruction := os.environ.get(_COMPLETION):
            sys.exit(shell_complete(cli, {}, PROGRAM, _COMPLETION, instruction))
        with cli.make_context(PROGRAM, sys.argv[1:] if arguments is None else arguments) as context:
            cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        _leave("give a command", 2)
    except click.ClickException as error:
        _leave(error.format_message(), error.exit_code)
    except UsageError as error:
        _leave(str(error), 2)
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except RonnError as error:
        _leave(str(error), 1)
    except OSError as error:
        _leave(f"{error.filename}: {reason_of(error)}" if error.filename else str(error), 1)
    except MemoryError:
        _leave("not enough memory: lower channels, kernel or dilation", 1)
    except (click.Abort, KeyboardInterrupt):
        _leave("interrupted", 1)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        _leave(f"internal error, please report it: {error!r} at {where}", 1)


def _leave(message: str, code: int) -> None:
    """Say in one line on stderr why the program ends, and end it."""
    click.echo(f"{PROGRAM}: {shortened(one_line(message))}", err=True)
    sys.exit(code)
