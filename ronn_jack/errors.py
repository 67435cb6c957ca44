"""Every error that ronn_jack raises on purpose.

RonnError
├── RefusedError          a network that can't run here, though nothing about it is wrong
├── UsageError            a flag, name or file that the user can mend (exit code 2)
│   ├── ParameterError    a value outside a parameter's table entry
│   ├── SpecError         parameters that are valid alone but not together
│   ├── PresetError       a preset that can't be found, read or written
│   └── ProfileError      a MIDI profile that can't be found or read
└── MachineError          something of this machine is missing or taken (exit code 1)
    ├── JackError         no libjack, a server that refused or does not answer
    │   └── NoServerError no server of that name
    └── AudioFileError    an audio file that can't be read or written

A message is one line that names the value, the limit and the remedy.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class RonnError(Exception):
    """Root of the tree; its text is fit to be shown to the user as it is."""


class RefusedError(RonnError):
    """A network would overload the machine, or can't be heard."""


class UsageError(RonnError):
    """Something the user wrote can't be used as it stands."""


class ParameterError(UsageError):
    """A parameter's value is unknown, of the wrong type or out of range."""


class SpecError(UsageError):
    """A network can't be built from parameters that are valid one by one."""


class PresetError(UsageError):
    """A preset can't be found, read or written."""


class ProfileError(UsageError):
    """A MIDI controller profile can't be found or read."""


class MachineError(RonnError):
    """Something outside the program is missing, taken or refused."""


class JackError(MachineError):
    """The JACK library or server is missing, or refused a request."""


class NoServerError(JackError):
    """No JACK server runs under the name that was given."""


class AudioFileError(MachineError):
    """An audio file can't be read or written."""


def unknown(kind: str, name: object, choices: Iterable[str]) -> str:
    """Say that `name` is no known `kind`, with the nearest of `choices` as a suggestion."""
    known = list(choices)
    found = nearest(str(name), known, cutoff=0.5)
    hint = f"known: {', '.join(known)}" if found is None else f"did you mean '{found}'?"
    return f"unknown {kind} '{name}': {hint}"


def nearest(name: str, choices: Iterable[str], cutoff: float) -> str | None:
    """Return the choice most similar to `name`; None if none is, 0–1, as much as `cutoff`."""
    letters = set(name)
    # A flood of wrong names must not hold up the right ones: what has too few letters in common
    # is left out before anything is aligned.
    near = [
        choice
        for choice in choices
        if 2 * sum(map(letters.__contains__, choice)) >= cutoff * (len(name) + len(choice))
    ]
    return next(iter(difflib.get_close_matches(name, near, n=1, cutoff=cutoff)), None)
