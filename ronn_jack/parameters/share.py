"""A sound as a short text that can be sent, spoken about and pasted anywhere.

::

    ronn:1:d3160779:layers=9,activation=tanh,seed=7,mix=0.25

After `ronn`, the format's version and a checksum come the parameters of a sound that differ from
their defaults, without those that only show what is playing, as `name=value` with commas between. A
value is written as on the command line: numbers, `on` and `off`, an enum by its name. The checksum
is the CRC-32 of what follows it, as 8 hexadecimal digits.

No character of it means anything to a shell, a URL, HTML or a chat, so that it needs no quotes and
survives all of them. White space, line ends and what can't be seen within it, and quotes or a full
stop around it, are what copying adds: they are ignored. Whatever else was lost or changed shows by
the checksum. Parameters are named and not counted, so that a text means the same to later versions.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping

from ronn_jack.errors import UsageError, shown
from ronn_jack.parameters.companions import follows, taken_over
from ronn_jack.parameters.kinds import Kind, Parameter, Scope, Value
from ronn_jack.parameters.table import PARAMETERS, parameter

SCHEME = "ronn:"
MOST_CHARACTERS = 4096
"""No sound comes near it."""

_VERSION = "1"
_FORM = re.compile(r"([0-9]+):([0-9a-f]{8}):?(.*)", re.DOTALL)
"""A colon at the end, where every parameter has its default, may get lost."""
_AROUND = "'\"`\u2018\u2019\u201c\u201d\u00ab\u00bb\u2026<>()[]{}.,;!?*"
"""What sentences and programs put around a text; none of ours begins or ends with one."""
_MOST_FAULTS = 5


def is_shared(text: str) -> bool:
    """Say whether a text is meant to be a sound, rather than a name or a file."""
    return _plain(text[:MOST_CHARACTERS])[: len(SCHEME)].lower() == SCHEME


def share(values: Mapping[str, Value]) -> str:
    """Return the text of a sound.

    Parameters
    ----------
    values : mapping
        Accepted values; those of the node are left out.
    """
    said = ",".join(
        f"{name}={_written(row, values[name])}"
        for name, row in PARAMETERS.items()
        if row.scope is Scope.SOUND
        and name in values
        and values[name] != row.default
        and not follows(row, values)
    )
    return f"{SCHEME}{_VERSION}:{_checksum(said)}:{said}"


def read_shared(text: str) -> dict[str, Value]:
    """Return the accepted value of every parameter of the sound that a text says.

    Raises
    ------
    UsageError
        If it is none, is damaged, or says what this version does not know.
    """
    if len(text) > MOST_CHARACTERS:
        raise UsageError(f"a sound's text has at most {MOST_CHARACTERS} characters: copy it alone")
    plain = _plain(text)
    if plain[: len(SCHEME)].lower() != SCHEME:
        raise UsageError(f"{shown(text)} is no sound's text: it begins with {SCHEME}")
    found = _FORM.fullmatch(plain[len(SCHEME) :])
    if found is None:
        raise UsageError(
            f"{shown(text)} is cut off or damaged: it begins with {SCHEME}, a version and a "
            "checksum; copy the whole of it anew"
        )
    version, checksum, said = found.groups()
    if version != _VERSION:
        raise UsageError(
            f"the sound's text is of version {shown(version)[1:-1]}, and this program reads "
            f"{_VERSION}: update it"
        )
    if _checksum(said) != checksum:
        raise UsageError(
            "the sound's text is cut off or damaged, as its checksum shows: copy the whole of it "
            "anew"
        )
    values = _values(said)
    return {
        **{name: row.default for name, row in PARAMETERS.items() if row.scope is Scope.SOUND},
        **taken_over(values),
        **values,
    }


def _plain(text: str) -> str:
    """Return a text without what copying has added."""
    return "".join(c for c in text if c.isprintable() and c != " ").strip(_AROUND)


def _values(said: str) -> dict[str, Value]:
    values: dict[str, Value] = {}
    faults = []
    for assignment in said.split(",") if said else []:
        name, _, value = assignment.partition("=")
        try:
            row = parameter(name)
            if row.scope is not Scope.SOUND:
                raise UsageError(f"{name} belongs to the node, not to a sound")
            if name in values:
                raise UsageError(f"{name} is there twice")
            values[name] = row.parse(value)
        except UsageError as error:
            faults.append(str(error))
            if len(faults) == _MOST_FAULTS:
                break
    if faults:
        raise UsageError(f"the sound's text can't be read here: {'; '.join(faults)}")
    return values


def _written(row: Parameter, value: Value) -> str:
    if row.kind is Kind.BOOL:
        return "on" if value else "off"
    return value if isinstance(value, str) else repr(value)


def _checksum(said: str) -> str:
    return f"{zlib.crc32(said.encode('utf-8', 'surrogatepass')):08x}"
