"""From a file's bytes to the settings that the original stored in it, by the original's names."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Set
from xml.parsers import expat

from ronn_jack.errors import PresetError, shown

MAXIMUM_BYTES = 64 * 2**20
"""A notebook keeps the audio that it played, and gets large by it."""
_MAXIMUM_TEXT = 256 * 1024
"""No dictionary, state or notebook's code comes near it."""

_JUCE_MAGIC = b"VC2!"
"""Begins JUCE's binary form of a state; then come the size (4 bytes), XML and a zero byte."""

_LONG_NUMBER = re.compile(r"[0-9][0-9_]{4000}")
"""Python converts no text of 4,300 digits, and JSON and Python text fail by it as by a typo."""

_UNKNOWN = object()
"""Stands for what only running a program would tell."""


def settings_in(content: bytes, known: Set[str]) -> tuple[dict[str, object], bool]:
    """Return the settings in a file, and whether it was a plugin's state.

    Parameters
    ----------
    content : bytes
        The plugin's state as XML or as JUCE's binary (bare or inside a host's preset); or a
        dictionary as JSON or Python text, alone or assigned; or the notebook.
    known : set of str
        Names to pick from a notebook's assignments.

    Raises
    ------
    PresetError
        If the bytes are none of these.
    """
    start = content.find(_JUCE_MAGIC)
    if start >= 0:
        content = content[start + len(_JUCE_MAGIC) + 4 :].split(b"\0")[0]
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise PresetError("is no text: give a state as XML, a dictionary or a notebook") from None
    if text.startswith("<"):
        return _from_xml(_short(text)), True
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _from_python([text], known), False
    if isinstance(value, dict) and isinstance(value.get("cells"), list):
        return _from_python(_code_cells(value["cells"], known), known), False
    if not isinstance(value, dict):
        raise PresetError("is JSON, but no dictionary of parameters")
    return value, False


def _from_xml(text: str) -> dict[str, object]:
    """Read `<PARAM id="layers" value="6.0"/>` elements, whatever they are wrapped in."""
    settings: dict[str, object] = {}

    def refuse_document_type(*_: object) -> None:
        raise PresetError("has a document type, which no plugin's state has; remove it")

    def start_element(tag: str, attributes: dict[str, str]) -> None:
        if tag != "PARAM":
            return
        try:
            name, value = attributes["id"], attributes["value"]
        except KeyError as missing:
            raise PresetError(f"has a PARAM without {missing.args[0]}") from None
        if name in settings:
            raise PresetError(f"has '{name}' twice: give the state of one plugin")
        settings[name] = value

    parser = expat.ParserCreate("utf-8")
    # Entities, and with them every expansion, can be declared nowhere else.
    parser.StartDoctypeDeclHandler = refuse_document_type
    parser.StartElementHandler = start_element
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise PresetError(f"is no XML: {error}") from None
    return settings


def _from_python(sources: list[str], known: Set[str]) -> dict[str, object]:
    """Read a dictionary, or assignments of constants, without running anything."""
    names: dict[str, object] = {}
    found: dict[str, object] = {}
    parsed = False
    for source in sources:
        try:
            with warnings.catch_warnings(action="ignore"):
                statements = ast.parse(_short(source)).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        parsed = True
        for statement in statements:
            if not isinstance(statement, (ast.Assign, ast.Expr)):
                continue
            if isinstance(statement.value, ast.Dict):
                entries = _entries(statement.value, names)
                if isinstance(statement, ast.Expr) or not known.isdisjoint(entries):
                    found = entries
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                value = _constant(statement.value, names)
                if value is not _UNKNOWN:
                    names[statement.targets[0].id] = value
    if not parsed:
        if any(map(_LONG_NUMBER.search, sources)):
            raise PresetError("a number has too many digits; write one within its range")
        raise PresetError("is no XML, JSON, Python dictionary or notebook")
    return {name: value for name, value in names.items() if name in known} | found


def _entries(node: ast.Dict, names: dict[str, object]) -> dict[str, object]:
    """Return a dictionary's entries, without those that only running the program would give."""
    entries = {}
    for key, value in zip(node.keys, node.values, strict=True):
        name = _UNKNOWN if key is None else _constant(key, names)
        constant = _constant(value, names)
        if constant is not _UNKNOWN:
            entries[name if isinstance(name, str) else shown(name)] = constant
    return entries


def _constant(node: ast.expr, names: dict[str, object]) -> object:
    """Return the value of a literal or of a name assigned before."""
    if isinstance(node, ast.Name):
        return names.get(node.id, _UNKNOWN)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return _UNKNOWN


def _code_cells(cells: list[object], known: Set[str]) -> list[str]:
    """Return the code in a notebook, without much of what names no parameter."""
    sources = []
    room, spare_room = _MAXIMUM_TEXT, _MAXIMUM_TEXT
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", "")
        parts = source if isinstance(source, list) else [source]
        text = "".join(part for part in parts if isinstance(part, str))
        if any(name in text for name in known):
            room -= len(text)
            if room < 0:
                raise _too_long()
        else:
            # It may hold a number that a parameter is set to later.
            spare_room -= len(text)
            if spare_room < 0:
                continue
        sources.append(text)
    return sources


def _short(text: str) -> str:
    if len(text) > _MAXIMUM_TEXT:
        raise _too_long()
    return text


def _too_long() -> PresetError:
    return PresetError(f"is longer than {_MAXIMUM_TEXT // 1024} KiB: give the settings alone")
