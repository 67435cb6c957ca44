"""The command that writes a sound as what other programs play."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ronn_jack.commands.banks import Sounds, check_banks, kept_of, snapshots_of
from ronn_jack.commands.compiling import compile_ahead
from ronn_jack.commands.options import (
    SOUND_HELP,
    Number,
    WholeRange,
    assigned,
    one_line,
    place_options,
    sound,
    sound_options,
)
from ronn_jack.errors import MachineError, UsageError, shown
from ronn_jack.files import write_atomically
from ronn_jack.parameters import PARAMETERS, Value

if TYPE_CHECKING:
    from ronn_jack.export.doors.sound import Sound
    from ronn_jack.export.machine.targets import Target
    from ronn_jack.export.sound import FrozenSound


_RATE = 48000.0
_PROCESSORS = ["native", "v2", "v3", "v4", "aarch64"]
_SYSTEMS = ["linux", "windows", "macos"]
_UNTRIED = {
    "windows": ["untested on Windows itself; try it before you rely on it"],
    "macos": ["untested: nobody has run it on macOS; try it before you rely on it"],
}
_SEEDS = int(PARAMETERS["seed"].maximum) + 1


@dataclass(frozen=True)
class Wanted:
    """What is to be written.

    Attributes
    ----------
    target : Path
    values : mapping
        Accepted values of all parameters.
    inputs, outputs : int
        Audio channels.
    rate : float
        Sample rate in Hz; a plugin runs at any.
    name : str
        By which people know it.
    cpu : str or None
        The least that a plugin is to need; None is what is usual here.
    system : str
        Under which a plugin is to run.
    seeds : int
        How many seeds, from that of the sound on, a plugin is to choose among.
    numbered : mapping
        Accepted values of those that it is to choose among instead, by their numbers.
    is_kept : bool
        Whether these are sounds that a node has kept; else they are a preset's snapshots.
    """

    target: Path
    values: Mapping[str, Value]
    inputs: int
    outputs: int
    rate: float
    name: str
    cpu: str | None
    system: str
    seeds: int
    numbered: Mapping[int, Mapping[str, Value]]
    is_kept: bool


@dataclass(frozen=True)
class Form:
    """A form in which a sound can be written.

    Attributes
    ----------
    name : str
        Of its option.
    suffix : str
        How the names of its files end.
    help : str
    write : callable
        Writes what is wanted and returns what there is to say about it.
    channels : int
        Inputs and outputs, unless they are asked for.
    folder : str
        Of a plugin: where hosts look for it, in the user's home.
    is_folder : bool
        Whether it is written as a folder, which may take the place of one.
    """

    name: str
    suffix: str
    help: str
    write: Callable[[Wanted], list[str]]
    channels: int = 2
    folder: str = ""
    is_folder: bool = False


def _write_json(wanted: Wanted) -> list[str]:
    from ronn_jack.export.doors.json_file import json_file

    sound = _sound(wanted)
    write_atomically(wanted.target, json_file(sound))
    return [_raw(sound)]


def _write_wav(wanted: Wanted) -> list[str]:
    from ronn_jack.export.doors.wav_file import HELD, write_wav

    sound = _sound(wanted)
    write_wav(sound, wanted.target)
    return [_held(sound, HELD)]


def _write_onnx(wanted: Wanted) -> list[str]:
    try:
        from ronn_jack.export.doors.onnx_file import onnx_file
    except ModuleNotFoundError as error:
        raise MachineError(
            f"--onnx needs {error.name}: install it with pip install 'ronn-jack[onnx]'"
        ) from None
    sound = _sound(wanted)
    write_atomically(wanted.target, onnx_file(sound))
    return [_raw(sound)]


def _write_nam(wanted: Wanted) -> list[str]:
    from ronn_jack.export.doors.nam_file import HELD, nam_file

    sound = _sound(wanted)
    write_atomically(wanted.target, nam_file(sound))
    return [_held(sound, HELD)]


def _write_clap(wanted: Wanted) -> list[str]:
    from ronn_jack.export.clap.plugin_file import check_place, write_plugin
    from ronn_jack.export.machine.targets import TARGETS, chosen

    targets = chosen(wanted.cpu, wanted.system)
    if wanted.system != _SYSTEMS[0]:
        from ronn_jack.export.cross.zig import check_zig

        check_zig(wanted.system)
    check_place(wanted.target, wanted.system)
    sound = _frozen(wanted)
    write_plugin(sound, wanted.name, targets, wanted.target)
    return [sound.level_words, _for(TARGETS[targets[-1]]), *_UNTRIED.get(wanted.system, ())]


def _write_lv2(wanted: Wanted) -> list[str]:
    from ronn_jack.export.lv2.bundle import Bundle, check_place
    from ronn_jack.export.machine.targets import TARGETS, chosen

    targets = chosen(wanted.cpu)
    check_place(wanted.target)
    sound = _frozen(wanted)
    Bundle(wanted.name, sound, targets).write(wanted.target)
    return [sound.level_words, _for(TARGETS[targets[-1]])]


def _for(target: Target) -> str:
    return f"for processors {target.words}"


def _frozen(wanted: Wanted) -> FrozenSound:
    """Return the sound, which takes minutes where kernels are to be compiled."""
    from ronn_jack.export.plugin.sharing import KEPT, SNAPSHOT, check_shared, freeze_numbered
    from ronn_jack.export.sound import freeze_bank

    name = KEPT if wanted.is_kept else SNAPSHOT
    if wanted.numbered:
        check_shared(wanted.numbered, name)
    compile_ahead()
    if wanted.numbered:
        return freeze_numbered(wanted.numbered, wanted.inputs, name)
    first = int(wanted.values["seed"])
    seeds = [(first + number) % _SEEDS for number in range(wanted.seeds)]
    return freeze_bank(wanted.values, seeds, wanted.inputs)


def _sound(wanted: Wanted) -> Sound:
    compile_ahead()
    from ronn_jack.export.doors.sound import Sound

    return Sound(wanted.values, wanted.inputs, wanted.outputs, wanted.rate)


FORMS = (
    Form("json", ".json", "Architecture and weights by name.", _write_json),
    Form("wav", ".wav", "Impulse response of a linear network.", _write_wav),
    Form("onnx", ".onnx", "ONNX graph that streams.", _write_onnx),
    Form("nam", ".nam", "Neural Amp Modeler's file, mono.", _write_nam, channels=1),
    Form("lv2", ".lv2", "LV2 plugin, a folder.", _write_lv2, folder=".lv2", is_folder=True),
    Form("clap", ".clap", "CLAP plugin.", _write_clap, folder=".clap"),
)
"""All forms; each has an option of its name, of which one is given."""


def _form_options(command: Callable[..., None]) -> Callable[..., None]:
    for form in reversed(FORMS):
        command = click.option(f"--{form.name}", is_flag=True, help=form.help)(command)
    return command


@click.command(epilog=SOUND_HELP)
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@_form_options
@sound_options
@click.option("--from-node", is_flag=True, help="Take the sound of the node that runs.")
@place_options
@click.option("--inputs", type=WholeRange(1, 2), help="Input channels (2; --nam has 1).")
@click.option("--outputs", type=WholeRange(1, 2), help="Output channels (2; --nam has 1).")
@click.option("--rate", type=Number(8000, 192000),
              help="Sample rate in Hz that OUT is for (48000); a plugin runs at any.")  # fmt: skip
@click.option("--name", help="Name of a plugin (OUT's).")
@click.option("--cpu", type=click.Choice(_PROCESSORS),
              help="Least processor of a plugin: a level of x86-64 (v3), or ARM's.")  # fmt: skip
@click.option("--os", "system", type=click.Choice(_SYSTEMS),
              help="System that a CLAP plugin is for (linux).")  # fmt: skip
@click.option("--seeds", type=WholeRange(2, 64), metavar="N",
              help="Let a plugin choose among N seeds, from the sound's on.")  # fmt: skip
@click.option("--snapshots", is_flag=True, help="Let a plugin choose among a preset's snapshots.")
@click.option("--kept", is_flag=True,
              help="Let a plugin choose among the sounds that the node has kept.")  # fmt: skip
@click.option("--install", is_flag=True, help="Put a plugin where hosts look for it.")
def export(
    target: Path,
    preset: str | None,
    assignments: tuple[str, ...],
    from_node: bool,
    inputs: int | None,
    outputs: int | None,
    rate: float | None,
    name: str | None,
    cpu: str | None,
    system: str | None,
    seeds: int | None,
    snapshots: bool,
    kept: bool,
    install: bool,
    **others: Any,
) -> None:
    """Write a sound to OUT in one form, for other programs.

    What of the sound each form holds is told in docs/plugins.md.
    """
    form = _chosen_form(others)
    _check_options(
        form,
        rate=rate,
        outputs=outputs,
        name=name,
        cpu=cpu,
        os=system,
        seeds=seeds,
        snapshots=snapshots,
        kept=kept,
        install=install,
    )
    check_banks(from_node, seeds=seeds, snapshots=snapshots, kept=kept)
    if install:
        target = _installed(target, form)
    else:
        _check_target(target, form, system == "macos")
    place = {name: others[name] for name in ("host", "port", "tcp")}
    values = _values(preset, assignments, from_node, place)
    sounds: Sounds = {}
    if snapshots:
        sounds = snapshots_of(preset, assignments)
    elif kept:
        sounds = kept_of(place, assignments)
    wanted = Wanted(
        target,
        values,
        inputs or form.channels,
        outputs or form.channels,
        rate or _RATE,
        _plugin_name(name or target.stem) if form.folder else target.stem,
        cpu,
        system or _SYSTEMS[0],
        seeds or 1,
        sounds,
        kept,
    )
    notes = form.write(wanted)
    click.echo(f"wrote {one_line(str(target))}")
    for note in notes:
        click.echo(f"note: {one_line(note)}")


def _chosen_form(options: Mapping[str, Any]) -> Form:
    chosen = [form for form in FORMS if options[form.name]]
    listed = ", ".join(f"--{form.name}" for form in FORMS)
    if not chosen:
        raise UsageError(f"no form is given: add one of {listed}")
    if len(chosen) > 1:
        given = " and ".join(f"--{form.name}" for form in chosen)
        raise UsageError(f"{given} are given: leave all but one of them out")
    return chosen[0]


def _check_options(form: Form, **given: object) -> None:
    """Refuse options that mean nothing to a form."""
    plugins = ("name", "cpu", "os", "seeds", "snapshots", "kept", "install")
    for option in ("rate", "outputs") if form.folder else plugins:
        if given[option]:
            raise UsageError(f"--{option} means nothing with --{form.name}: leave it out")
    if given["os"] not in (None, _SYSTEMS[0]):
        if form.name != "clap":
            raise UsageError(f"--{form.name} is for {_SYSTEMS[0]} alone: use --clap with --os")
        if given["install"]:
            raise UsageError("--install is for this system: leave it or --os out")


def _installed(target: Path, form: Form) -> Path:
    """Return where a plugin of OUT's name lies for hosts to find it."""
    if target.name != str(target):
        raise UsageError(f"OUT is {shown(str(target))}: with --install it is a name alone")
    stem = target.stem if target.suffix.lower() == form.suffix else target.name
    return Path.home() / form.folder / f"{stem}{form.suffix}"


def _plugin_name(name: str) -> str:
    from ronn_jack.export.identity import plugin_name

    return plugin_name(name)


def _check_target(target: Path, form: Form, is_folder: bool) -> None:
    from ronn_jack.audio_files.target import check_target

    if target.suffix.lower() != form.suffix:
        raise UsageError(
            f"OUT is {shown(target.name)}: end the name in {form.suffix} for --{form.name}"
        )
    if not ((form.is_folder or is_folder) and target.is_dir()):
        check_target(target)


def _values(
    preset: str | None,
    assignments: tuple[str, ...],
    from_node: bool,
    place: Mapping[str, Any],
) -> dict[str, Value]:
    """Return the values of the sound that is meant."""
    if not from_node:
        given = [name for name, value in place.items() if value]
        if given:
            raise UsageError(f"--{given[0]} says where a node is: add --from-node")
        return sound(preset, assignments)
    if preset is not None:
        raise UsageError("--preset and --from-node are both given: leave one of them out")
    from ronn_jack.commands.place import sounds_of_node

    [values] = sounds_of_node(**place)
    return assigned(values, assignments)


def _raw(sound: Sound) -> str:
    path = sound.path
    words = ", ".join(
        f"{name} {path[key]:.2f} dB"
        for name, key in (
            ("input gain", "input_gain_db"),
            ("drive", "drive_db"),
            ("level", "level_db"),
            ("output gain", "output_gain_db"),
        )
    )
    return _with_left_out(
        sound, f"the network alone; the file says what is around it: {words}, high-pass at 10 Hz"
    )


def _held(sound: Sound, held: str) -> str:
    return _with_left_out(sound, f"holds {held} ({sound.level_db:.2f} dB)")


def _with_left_out(sound: Sound, text: str) -> str:
    left_out = sound.left_out
    return f"{text}; left out: {', '.join(left_out)}" if left_out else text
