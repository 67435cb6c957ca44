"""What a MIDI profile's file says, and where the profiles lie.

A profile is a TOML file that is named after the profile::

    version = 1
    name = "Korg nanoKONTROL2"
    ports = "nanoKONTROL2"    # optional: the device's port names, as a regular expression

    [[binding]]
    message = "cc"            # or "note" or "program"
    number = 16               # of the controller, note or program
    channel = 1               # optional, 1–16; without it, any
    parameter = "mix"         # or action = "…", or preset = name or number

A parameter follows the control from `minimum` to `maximum` (native units, by default its whole
range; the other way round if `minimum` is the larger) along `curve`. With `mode = "toggle"` each
press turns it on or off, and with `value` each press sets that value. An action may have an
`argument`. A press is a controller crossing `threshold` (64) upwards, or a note struck.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from pathlib import Path

from ronn_jack.control.operations import Act, Set
from ronn_jack.errors import ProfileError, UsageError, shown, unknown
from ronn_jack.files import (
    Fields,
    check_name,
    raise_faults,
    read_table,
    shipped_folder,
    user_config_folder,
)
from ronn_jack.midimap.messages import Message
from ronn_jack.midimap.profile import Binding, Follow, Press, Profile, Toggle
from ronn_jack.parameters import ACTIONS, MOST_SNAPSHOTS, PARAMETERS, Curve, Kind
from ronn_jack.parameters.share import read_shared

THRESHOLD = 64
"""Where a controller counts as pressed, as the MIDI specification has it for switches."""
SOFTEST_NOTE = 1
"""Velocity of the softest note; 0 is a release."""

_MOST_FAULTS = 100

_TARGET_KEYS = (
    "parameter", "action", "preset", "value", "mode", "minimum", "maximum", "curve", "argument",
    "threshold",
)  # fmt: skip


class ProfileStore:
    """The profiles in a shipped and in the user's folder.

    Parameters
    ----------
    shipped, user : Path, optional
        Folders; by default those of the program and of the user.
    """

    def __init__(self, shipped: Path | None = None, user: Path | None = None) -> None:
        self._folders = (
            user or user_config_folder() / "midi",
            shipped or shipped_folder() / "midi",
        )

    def names(self) -> list[str]:
        """Return the profiles' names, the user's first."""
        return list(self._paths())

    def load(self, reference: str | Path) -> Profile:
        """Return a profile by its name or its file.

        Raises
        ------
        ProfileError
            If there is no such profile, or listing every fault of its file.
        """
        if isinstance(reference, Path):
            return read_profile(reference)
        paths = self._paths()
        if reference not in paths:
            raise ProfileError(unknown("MIDI profile", shown(reference)[1:-1], paths))
        return read_profile(paths[reference])

    def readable(self) -> list[Profile]:
        """Return every profile without a fault, the user's first; log the others'."""
        profiles = []
        for path in self._paths().values():
            try:
                profiles.append(read_profile(path))
            except ProfileError as error:
                logging.getLogger(__name__).warning("%s", error)
        return profiles

    def _paths(self) -> dict[str, Path]:
        """Return the files by name; a user's profile stands in for a shipped one of its name."""
        paths: dict[str, Path] = {}
        for folder in self._folders:
            for path in sorted(folder.glob("*.toml")):
                paths.setdefault(path.stem, path)
        return paths


def read_profile(path: Path) -> Profile:
    """Read a profile's file.

    Raises
    ------
    ProfileError
        Listing every fault, unknown keys with the nearest known one.
    """
    faults: list[str] = []
    fields = Fields(read_table(path, ProfileError), faults)
    fields.version()
    label = fields.take("name", str, path.stem)
    ports = fields.pattern("ports")
    bindings = []
    for number, table in enumerate(fields.tables("binding"), 1):
        bindings.append(_read_binding(table, faults, f"binding {number}: "))
        if len(faults) > _MOST_FAULTS:  # nobody reads more, and to find each takes a while
            break
    fields.finish()
    raise_faults(path, faults, ProfileError)
    return Profile(
        path.stem,
        label,
        re.compile(ports, re.IGNORECASE) if ports else None,
        tuple(binding for binding in bindings if binding is not None),
    )


def _read_binding(table: Mapping[str, object], faults: list[str], where: str) -> Binding | None:
    """Return a binding, or None after adding its faults."""
    before = len(faults)
    fields = Fields(table, faults, where)
    if not fields.has("message"):
        fields.fault('message is missing; write message = "cc", "note" or "program"')
    message = Message(fields.one_of("message", [kind.value for kind in Message]) or "cc")
    number = fields.within("number", 0, 127)
    if number is None and message is not Message.PROGRAM and "number" not in table:
        fields.fault("number is missing; write number = 0 to 127")
    channel = fields.within("channel", 1, 16)
    target = _read_target(fields, message, number)
    fields.finish()
    if target is None or len(faults) > before:
        return None
    return Binding(message, number, channel, target)


def _read_target(
    fields: Fields, message: Message, number: int | None
) -> Follow | Toggle | Press | None:
    given = [key for key in ("parameter", "action", "preset") if fields.has(key)]
    if given == ["parameter"]:
        return _read_parameter(fields, message)
    if given == ["action"]:
        return _read_action(fields, message, number)
    if given == ["preset"]:
        preset = fields.raw("preset")
        if not _names_preset(preset):
            fields.fault(f"preset = {shown(preset)} is neither a preset's name nor its number")
        return Press(Act("preset_load", preset), _threshold(fields, message))
    fields.fault(
        f"binds {' and '.join(given) or 'nothing'}; give one of parameter, action and preset"
    )
    _skip(fields)
    return None


def _read_parameter(fields: Fields, message: Message) -> Follow | Toggle | Press | None:
    name = fields.one_of("parameter", PARAMETERS)
    if name is None:
        _skip(fields)
        return None
    parameter = PARAMETERS[name]
    if fields.has("value"):
        value = fields.parameter("value", parameter)
        return Press(Set(name, value), _threshold(fields, message))
    if fields.one_of("mode", ("follow", "toggle")) == "toggle":
        if parameter.kind is not Kind.BOOL:
            fields.fault(f"{name} can't be toggled, it is no on/off parameter; leave mode out")
        return Toggle(parameter, _threshold(fields, message))
    if message is Message.PROGRAM:
        fields.fault(f"{name} can't follow a program change; give the value that it sets")
    low = fields.parameter("minimum", parameter)
    high = fields.parameter("maximum", parameter)
    word = fields.one_of("curve", [curve.value for curve in Curve])
    curve = Curve(word) if word else parameter.curve
    minimum = parameter.minimum if low is None else parameter.to_number(low)
    maximum = parameter.maximum if high is None else parameter.to_number(high)
    if curve is Curve.EXPONENTIAL and min(minimum, maximum) <= 0.0:
        fields.fault(
            f"curve exponential needs limits above 0, {name} goes from {minimum:g} to "
            f"{maximum:g}; give minimum and maximum, or use square"
        )
    return Follow(parameter, minimum, maximum, curve)


def _read_action(fields: Fields, message: Message, number: int | None) -> Press | None:
    name = fields.one_of("action", ACTIONS)
    if name is None:
        _skip(fields)
        return None
    threshold = _threshold(fields, message)
    takes = ACTIONS[name].argument
    if takes == "amount":
        amount = fields.optional("argument", float)
        if amount is not None and not 0.0 <= amount <= 1.0:
            fields.fault(f"argument = {shown(amount)} is out of range; use 0 to 1")
        return Press(Act(name, amount), threshold)
    if takes == "name":
        new_name = fields.optional("argument", str)
        if new_name is None:
            fields.fault(f"{name} needs a name; write argument = the name to save under")
        else:
            try:
                check_name("preset", new_name, ProfileError)
            except ProfileError as error:
                fields.fault(str(error))
        return Press(Act(name, new_name), threshold)
    if takes == "preset":
        preset = fields.raw("argument")
        if preset is None and (message is not Message.PROGRAM or number is not None):
            fields.fault(f"{name} needs a preset; write argument = its name or number")
        if preset is not None and not _names_preset(preset):
            fields.fault(f"argument = {shown(preset)} is neither a preset's name nor its number")
        return Press(Act(name, preset), threshold)
    if takes in ("snapshot", "text"):
        return Press(Act(name, _recalled(fields, name, takes)), threshold)
    if fields.has("argument"):
        fields.fault(f"{name} takes no argument; leave it out")
        fields.raw("argument")
    return Press(Act(name), threshold)


def _recalled(fields: Fields, name: str, takes: str) -> int | str | None:
    """Take what an action recalls: a snapshot's number, or a sound's text."""
    if not fields.has("argument"):
        needed = f"1 to {MOST_SNAPSHOTS}" if takes == "snapshot" else "a sound's text, ronn:…"
        fields.fault(f"{name} needs an argument; write argument = {needed}")
        return None
    if takes == "snapshot":
        return fields.within("argument", 1, MOST_SNAPSHOTS)
    text = fields.optional("argument", str)
    if text is not None:
        try:
            read_shared(text)
        except UsageError as error:
            fields.fault(str(error))
    return text


def _skip(fields: Fields) -> None:
    """Take the rest of a binding whose target is at fault, so that it isn't called unknown."""
    for key in _TARGET_KEYS:
        fields.raw(key)


def _threshold(fields: Fields, message: Message) -> int:
    default = SOFTEST_NOTE if message is Message.NOTE else THRESHOLD
    return fields.within("threshold", 1, 127) or default


def _names_preset(value: object) -> bool:
    if isinstance(value, str):
        return bool(value)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
