"""What a MIDI profile's file says, and where the profiles lie.

A profile is a TOML file that is named after the profile::

    version = 1
    name = "Korg nanoKONTROL2"
    ports = "nanoKONTROL2"    # optional: the device's port names, as a regular expression

    [defaults]                # optional: what holds for every binding that doesn't say otherwise
    takeover = "pickup"       # channel, bits, takeover, motor, feedback

    [[binding]]
    message = "cc"            # or "note", "program", "nrpn", "rpn", "pitch_bend",
                              # "channel_pressure", "key_pressure"
    number = 16               # of the controller, note, program or parameter number
    channel = 1               # optional, 1–16; without it, any
    parameter = "mix"         # or action = "…", or preset = name or number

How the control is to be read: `bits = 14` (a controller below 32 together with the one 32 above it;
the default of nrpn and rpn), `relative` (an encoder's steps), `bank = true` (programs go on from
bank to bank), `motor = true` (a fader that moves by itself).

A parameter follows the control from `minimum` to `maximum` (native units, by default its whole
range; the other way round if `minimum` is the larger) along `curve`, taken over by `takeover`, an
encoder in `detents` steps. With `mode = "toggle"` each press turns it on or off, and with `value`
each press sets that value. An action may have an `argument`. A press is a controller crossing
`threshold` (64) upwards, or a note struck; `gesture = "long"` makes it one held for 0.6 s.

With `feedback = true` the control itself is sent where its parameter stands; a table names another
message: `message`, `number`, `channel`, the levels `off` and `on`, or a `sysex` with a place `vv`
for the level. `greeting`, beside `ports`, is a list of messages that the device is sent first.
`copy_of` is written when a profile is copied to be changed, so that its owner is told when the
original becomes another.
"""

from __future__ import annotations

import itertools
import logging
import re
import zlib
from collections.abc import Mapping
from pathlib import Path

from ronn_jack.errors import ProfileError, shown, unknown
from ronn_jack.files import (
    Fields,
    raise_faults,
    read_table,
    read_text,
    shipped_folder,
)
from ronn_jack.folders import user_config_folder
from ronn_jack.midimap.binding_table import clashes, read_binding, read_defaults
from ronn_jack.midimap.indicator_table import read_greeting
from ronn_jack.midimap.profile import Profile

_MOST_FAULTS = 100
_NO_NAME = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_STEM = 40


class ProfileStore:
    """The profiles in a shipped and in the user's folder, and in a session's before both.

    Parameters
    ----------
    shipped, user : Path, optional
        Folders; by default those of the program and of the user.
    session : Path, optional
        Folder of a session, which then keeps whatever is changed.
    """

    def __init__(
        self,
        shipped: Path | None = None,
        user: Path | None = None,
        session: Path | None = None,
    ) -> None:
        self._folders = (
            *([session] if session else []),
            user or user_config_folder() / "midi",
            shipped or shipped_folder() / "midi",
        )
        self._session = session
        self._told: set[str] = set()

    def names(self) -> list[str]:
        """Return the profiles' names, a session's first, then the user's."""
        return list(self._paths())

    def load(self, reference: str | Path) -> Profile:
        """Return a profile by its name or its file.

        Raises
        ------
        ProfileError
            If there is no such profile, or listing every fault of its file.
        """
        if isinstance(reference, Path):
            return read_profile(self._sessions_copy(reference) or reference)
        paths = self._paths()
        if reference not in paths:
            raise ProfileError(unknown("MIDI profile", shown(reference)[1:-1], paths))
        return read_profile(paths[reference])

    def readable(self) -> list[Profile]:
        """Return every profile without a fault, in the order of the names; log the others'."""
        profiles = []
        for path in self._paths().values():
            try:
                profiles.append(read_profile(path))
                self._tell_if_outdated(profiles[-1], path)
            except ProfileError as error:
                logging.getLogger(__name__).warning("%s", error)
        return profiles

    def own_path(self, profile: Profile) -> Path:
        """Return the file that keeps what the user changes of a profile."""
        path, own = profile.path, self._folders[0]
        if path is None or self._session or path.parent in self._folders[1:]:
            return own / f"{profile.name}.toml"
        return path

    def _sessions_copy(self, path: Path) -> Path | None:
        """Return the file in which a session keeps a profile that lies anywhere, if it does."""
        copy = self._session / path.name if self._session else None
        return copy if copy is not None and copy.exists() else None

    def _tell_if_outdated(self, profile: Profile, path: Path) -> None:
        """Log once that what a profile was copied from is another by now."""
        hidden = (folder / path.name for folder in self._folders if folder != path.parent)
        original = next((each for each in hidden if each.exists()), None)
        if profile.copy_of is None or original is None:
            return
        if copy_mark(read_text(original, ProfileError)) != profile.copy_of:
            text = (
                f"{path}: {original} has changed since it was copied; to have that, remove the "
                "copy and learn its controls anew; to keep the copy, take its line copy_of out"
            )
            if text not in self._told:
                self._told.add(text)
                logging.getLogger(__name__).warning("%s", text)

    def new_path(self, device: str) -> Path:
        """Return a file for a profile of a device that none knows, named after it."""
        stem = _NO_NAME.sub("-", device).strip("-").lower()[:_LONGEST_STEM] or "controller"
        names = itertools.chain([stem], (f"{stem}-{n}" for n in itertools.count(2)))
        taken = self._paths()
        return self._folders[0] / f"{next(name for name in names if name not in taken)}.toml"

    def _paths(self) -> dict[str, Path]:
        """Return the files by name; a user's profile stands in for a shipped one of its name."""
        paths: dict[str, Path] = {}
        for folder in self._folders:
            for path in sorted(folder.glob("*.toml")):
                paths.setdefault(path.stem, path)
        return paths


def copy_mark(text: str) -> str:
    """Return what a copy of a profile keeps of the text that it was made of: its CRC-32."""
    return f"{zlib.crc32(text.encode()):08x}"


def read_profile(path: Path) -> Profile:
    """Read a profile's file.

    Raises
    ------
    ProfileError
        Listing every fault, unknown keys with the nearest known one.
    """
    return profile_of(path, read_table(path, ProfileError))


def profile_of(path: Path, table: Mapping[str, object]) -> Profile:
    """Return the profile that the contents of a file make.

    Raises
    ------
    ProfileError
        Listing every fault, unknown keys with the nearest known one.
    """
    faults: list[str] = []
    fields = Fields(table, faults)
    fields.version()
    label = fields.take("name", str, path.stem)
    ports = fields.pattern("ports")
    copied = fields.optional("copy_of", str)
    greeting = read_greeting(fields)
    defaults = read_defaults(fields.table("defaults"), faults)
    bindings = []
    for number, table in enumerate(fields.tables("binding"), 1):
        binding = read_binding(table, defaults, faults, f"binding {number}: ")
        if binding is not None:
            bindings.append((number, binding))
        if len(faults) > _MOST_FAULTS:  # nobody reads more, and to find each takes a while
            break
    fields.finish()
    faults += clashes(bindings)
    raise_faults(path, faults, ProfileError)
    return Profile(
        path.stem,
        label,
        re.compile(ports, re.IGNORECASE) if ports else None,
        tuple(binding for _, binding in bindings),
        path,
        greeting,
        copied,
    )
