"""What several commands take: a sound, and how to run a node."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import click

from ronn_jack.errors import UsageError, shown
from ronn_jack.files import name_or_file
from ronn_jack.model.latent.playing import with_bands
from ronn_jack.parameters import PARAMETERS, Value, defaults, parameter
from ronn_jack.parameters.companions import taken_over
from ronn_jack.parameters.share import is_shared, read_shared
from ronn_jack.presets.preset import Preset
from ronn_jack.presets.store import PresetStore
from ronn_jack.units import as_number

FIRST_PRESET = "warm-drive"
"""What `run` begins with where no sound is given: it answers to the touch."""
SOUND_HELP = "\b\nParameters:\n" + "\n".join(
    f"  {row.name:12} {row.range_text}" for row in PARAMETERS.values()
)
"""What --set can name, to stand below a command's help."""

Command = Callable[..., None]


class _Strict(click.ParamType[Any]):
    """Reads numbers as everything else here does: "1_0" is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return what click makes of a number, or fail with click's words."""
        number = as_number(value)
        if number is None:
            kind = self.name.removesuffix(" range")
            self.fail(f"{shown(value)} is not a valid {kind}.", param, ctx)
        if abs(number) >= sys.float_info.max:
            self.fail(f"{shown(value)} is out of range.", param, ctx)
        return super().convert(value, param, ctx)


class Whole(_Strict, click.types.IntParamType):
    """A whole number."""


class WholeRange(_Strict, click.IntRange):
    """A whole number within limits."""


class Number(_Strict, click.FloatRange):
    """A finite number within limits; click's own lets NaN pass."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, or fail with click's words."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return number


class Tail(Number):
    """Seconds of silence, or the word "auto"."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number or the word, or fail with click's words."""
        return value if value == "auto" else super().convert(value, param, ctx)


class Chosen(NamedTuple):
    """What a user has chosen to begin with.

    Attributes
    ----------
    values : dict
        Every parameter's value.
    preset : Preset or None
        The preset that they were taken from.
    """

    values: dict[str, Value]
    preset: Preset | None


def sound(reference: str | None, assignments: tuple[str, ...]) -> dict[str, Value]:
    """Return every parameter's value, as `chosen` does."""
    return chosen(reference, assignments).values


def chosen(reference: str | None, assignments: tuple[str, ...]) -> Chosen:
    """Return the defaults, changed by a preset or a text, and then one by one.

    Parameters
    ----------
    reference : str or None
        Name or file of a preset, or the text of a sound.
    assignments : tuple of str
        Each "name=value" in native units.
    """
    preset = None
    values = defaults()
    if reference is not None and is_shared(reference):
        values |= read_shared(reference)
    elif reference is not None:
        preset = PresetStore().load(name_or_file(reference))
        values |= preset.values
    return Chosen(assigned(values, assignments), preset)


def first_sound(reference: str | None, assignments: tuple[str, ...]) -> Chosen:
    """Return what a node begins with: as `chosen`, or FIRST_PRESET where nothing is given."""
    if reference is None and not assignments:
        reference = FIRST_PRESET
    return chosen(reference, assignments)


def assigned(values: Mapping[str, Value], assignments: tuple[str, ...]) -> dict[str, Value]:
    """Return values with those of each "name=value" in native units."""
    changed: dict[str, Value] = {}
    faults = []
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        try:
            if not equals:
                raise UsageError(f"--set {assignment} has no value: write --set {name}=VALUE")
            value = parameter(name).parse(text)
            parameter(name).require(value)
            changed[name] = value
        except UsageError as error:
            faults.append(str(error))
    if faults:
        raise UsageError("; ".join(faults))
    return {**with_bands(values), **taken_over(changed), **changed}


def sound_options(command: Command) -> Command:
    """Add --preset and --set."""
    for option in (
        click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE",
                     help="Set a parameter; may be repeated."),
        click.option("--preset", metavar="NAME|FILE|TEXT", help="Start from a preset, or ronn:…"),
    ):  # fmt: skip
        command = option(command)
    return command


def node_options(command: Command) -> Command:
    """Add the options of a running node; what is not given comes from the settings files."""
    for option in (
        click.option("--lock", metavar="PARAMETER", multiple=True,
                     help="Let randomize leave it as it is; may be repeated."),
        click.option("--explore/--no-explore", default=None,
                     help="Look for sounds for randomize in idle time."),
        click.option("--open/--no-open", default=None, help="Open the page in the browser."),
        click.option("--restore/--no-restore", default=None,
                     help="Go on where the node of this name was left."),
        click.option("--midi-profile", metavar="NAME|FILE", help="MIDI profile of midi_in."),
        click.option("--midi-in", metavar="PATTERN", help="Open matching hardware MIDI ports."),
        click.option("--connect", metavar="[PATTERN]", is_flag=False, flag_value="",
                     help="Connect to the sound card, or to matching JACK ports."),
        click.option("--allow", metavar="ADDRESS|CIDR", multiple=True,
                     help="Hear OSC of others from there too; may be repeated."),
        click.option("--bind", metavar="ADDRESS", help="Address to listen on (127.0.0.1)."),
        click.option("--http-port", type=Whole(), help="TCP port for HTTP (9421, 9431, …)."),
        click.option("--osc-port", type=Whole(), help="UDP and TCP port for OSC (9420, 9430, …)."),
        click.option("--outputs", type=Whole(), help="Output channels, 1 or 2."),
        click.option("--inputs", type=Whole(), help="Input channels, 1 or 2."),
        click.option("-s", "--server", help="JACK server to connect to."),
        click.option("-n", "--name", help="Client name (ronn)."),
    ):  # fmt: skip
        command = option(command)
    return command


def send_options(command: Command) -> Command:
    """Add the options of sending a message to a running node."""
    wait = click.option("--wait", default=0.3, show_default=True, type=Number(0, 3600),
                        metavar="SECONDS", help="How long to listen for answers.")  # fmt: skip
    return place_options(wait(command))


def watch_options(command: Command) -> Command:
    """Add the options of being told what changes in a running node."""
    for option in (
        click.option("--interval", default=100, show_default=True, type=WholeRange(10, 10000),
                     metavar="MS", help="Time between two messages of the same status."),
        click.option("--normalised", is_flag=True, help="Positions 0–1, not native units."),
    ):  # fmt: skip
        command = option(command)
    return place_options(command)


def place_options(command: Command) -> Command:
    """Add the options that say where a running node is."""
    for option in (
        click.option("--tcp", is_flag=True, help="Connect by TCP instead of UDP."),
        click.option("--port", type=WholeRange(1, 65535),
                     help="The node's OSC port; without it, that of the settings or of the node "
                     "that runs."),
        click.option("--host", help="Where the node is (this computer)."),
    ):  # fmt: skip
        command = option(command)
    return command


def one_line(text: str) -> str:
    """Return a text as one line of characters that a terminal can show."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
