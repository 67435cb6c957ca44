"""Every error that ronn_jack raises on purpose.

RonnError
├── RefusedError          a network that can't run here, though nothing about it is wrong
├── UsageError            a flag, name or file that the user can mend (exit code 2)
│   ├── ParameterError    a value outside a parameter's table entry
│   ├── SpecError         parameters that are valid alone but not together
│   ├── PresetError       a preset that can't be found, read or written
│   ├── ProfileError      a MIDI profile that can't be found or read
│   └── ModelError        a latent model that can't be found or read
└── MachineError          something of this machine is missing or taken (exit code 1)
    ├── JackError         no libjack, a server that refused or does not answer
    │   └── NoServerError no server of that name
    ├── PortTakenError    a port of the network that another program has
    └── AudioFileError    an audio file that can't be read or written

A message is one line that names the value, the limit and the remedy.
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable

LONGEST_MESSAGE = 1000
"""Characters of a message: what lists many faults is of use only as far as somebody reads it."""
_LONGEST_SHOWN = 60
_MOST_NAMED = 40
"""Choices that are listed where none is near."""
_MOST_COMPARED = 256
"""Choices among which the nearest is looked for; each takes a while."""


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


class ModelError(UsageError):
    """A latent model can't be found or read."""


class MachineError(RonnError):
    """Something outside the program is missing, taken or refused."""


class JackError(MachineError):
    """The JACK library or server is missing, or refused a request."""


class NoServerError(JackError):
    """No JACK server runs under the name that was given."""


class PortTakenError(MachineError):
    """Another program listens on a port of the network.

    Attributes
    ----------
    port : int
    """

    def __init__(self, text: str, port: int) -> None:
        super().__init__(text)
        self.port = port


class AudioFileError(MachineError):
    """An audio file can't be read or written."""


def unknown(kind: str, name: object, choices: Iterable[str]) -> str:
    """Say that `name` is no known `kind`, with the nearest of `choices` as a suggestion."""
    known = list(choices)
    found = nearest(str(name), known, cutoff=0.5) if len(known) <= _MOST_COMPARED else None
    if found is not None:
        return f"unknown {kind} '{name}': did you mean '{found}'?"
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return f"unknown {kind} '{name}': known: {', '.join(known[:_MOST_NAMED])}{more}"


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


_REMEDIES = {
    errno.EACCES: "let this user have it (chmod, chown)",
    errno.EPERM: "let this user have it (chmod, chown)",
    errno.ENOSPC: "make room on its disk",
    errno.EDQUOT: "make room within your quota",
    errno.EROFS: "let its disk be written to, or use another folder",
}


def reason_of(fault: OSError) -> str:
    """Return the system's reason, with the remedy where there is one."""
    remedy = _REMEDIES.get(fault.errno or 0)
    return f"{fault.strerror}; {remedy}" if remedy else str(fault.strerror)


def shown(value: object) -> str:
    """Return a value as it is quoted in a message: on one line and not endless."""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of more than some thousand digits
        return "a number of thousands of digits"
    except RecursionError:
        return "something nested without end"
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def shortened(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """Return a message with its middle left out if it is too long: the remedy is at the end."""
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[:half]}…{text[-half:]}"
