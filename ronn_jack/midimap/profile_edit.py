"""Bindings put into and taken out of a profile's text, all else in it kept.

The text is cut at its table headers, so that comments stay where they are, and read again: an edit
that does anything else than what was meant is refused.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

import tomlkit

from ronn_jack.errors import ProfileError
from ronn_jack.files import VERSION
from ronn_jack.midimap.learn import Heard
from ronn_jack.midimap.profile_file import copy_mark, profile_of
from ronn_jack.parameters import PARAMETERS, Kind

_BINDING = re.compile(r"^[ \t]*\[\[[ \t]*binding[ \t]*\]\]", re.MULTILINE)
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_VERSION = re.compile(r"^[ \t]*version[ \t]*=.*$", re.MULTILINE)
_COPY_OF = re.compile(r"^[ \t]*copy_of[ \t]*=.*\n", re.MULTILINE)
_DEVICE_NUMBERS = re.compile(r" \d+:\d+$")
"""At the end of ALSA's port names; another time they are others."""

Table = Mapping[str, str | int | bool]


def binding_of(heard: Heard, name: str) -> Table:
    """Return the binding by which a control that was heard drives a parameter or action wholly."""
    control = heard.control
    table: dict[str, str | int | bool] = {"message": control.message.value}
    if control.number is not None:
        table["number"] = control.number
    if control.channel is not None:
        table["channel"] = control.channel
    if control.can_have_14_bits:
        table["bits"] = control.bits
    if control.relative is not None:
        table["relative"] = control.relative.value
    table["parameter" if name in PARAMETERS else "action"] = name
    if heard.momentary and name in PARAMETERS and PARAMETERS[name].kind is Kind.BOOL:
        table["mode"] = "toggle"
    return table


def edited(path: Path, text: str, added: Collection[Table], removed: Collection[int]) -> str:
    """Return a profile's text with other bindings.

    Parameters
    ----------
    path : Path
        Where it is to be written, for errors.
    text : str
        What it says, without a fault.
    added : collection of mapping
        As `binding_of` gives them.
    removed : collection of int
        Places of bindings, from 0.

    Raises
    ------
    ProfileError
        If that is no profile, or if the text is written in a way that can't be cut so.
    """
    before = tomllib.loads(text)
    kept = [each for n, each in enumerate(before.get("binding", [])) if n not in removed]
    wanted = {**before, "binding": [*kept, *map(dict, added)]}
    after = _with(_without(text, removed), added)
    try:
        understood = tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        understood = {}
    if {"binding": [], **understood} != wanted:
        raise ProfileError(
            f"{path}: is written in a way that can't be edited; write each binding as a table "
            "of its own under [[binding]]"
        )
    profile_of(path, understood)
    return after


def text_for(port: str, text: str) -> str:
    """Return the text of a profile for a hardware port, with the bindings of another profile.

    Parameters
    ----------
    text : str
        Of the profile that has read the port so far.
    """
    device = _DEVICE_NUMBERS.sub("", port)
    first = _TABLE.search(text)
    lines = [
        f"version = {VERSION}",
        f"name = {_literal(device_name(port))}",
        f"ports = {_literal('^' + re.escape(device))}",
        "",
        text[first.start() :] if first else "",
    ]
    return "\n".join(lines)


def copy_text(text: str) -> str:
    """Return the text of a copy of a profile, which says what it was made of."""
    mark = f"copy_of = {_literal(copy_mark(text))}"
    text = _COPY_OF.sub("", text)
    first = _TABLE.search(text)
    end = first.start() if first else len(text)
    versioned = _VERSION.sub(lambda found: f"{found[0]}\n{mark}", text[:end], count=1)
    return versioned + text[end:]


def device_name(port: str) -> str:
    """Return what a device is called, by the name of its port."""
    return port.partition(":")[0]


def _without(text: str, removed: Collection[int]) -> str:
    tables = [match.start() for match in _TABLE.finditer(text)] + [len(text)]
    bindings = [match.start() for match in _BINDING.finditer(text)]
    for number in sorted(removed, reverse=True):
        if number < len(bindings):
            start = bindings[number]
            end = min(place for place in tables if place > start)
            text = text[:start] + _comments_after(text[start:end]) + text[end:]
    return text


def _comments_after(block: str) -> str:
    """Return what follows a table's last key: comments on the next table, and empty lines."""
    lines = block.splitlines(keepends=True)
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return block[len("".join(lines)) :].removeprefix("\n")


def _with(text: str, added: Collection[Table]) -> str:
    for table in added:
        lines = [f"{key} = {_literal(value)}" for key, value in table.items()]
        text = "\n".join([text.rstrip("\n"), "", "[[binding]]", *lines, ""]).lstrip("\n")
    return text


def _literal(value: str | int | bool) -> str:
    return tomlkit.item(value).as_string()
