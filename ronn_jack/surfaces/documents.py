"""The page of parameters, and the tables in the page on MIDI."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ronn_jack.parameters import PARAMETERS, Curve, Group, Kind, Parameter, Scope
from ronn_jack.surfaces.reaper import sliders
from ronn_jack.surfaces.tables import shown_default, shown_effect, table

_HEAD = """\
# Parameters

Generated from the parameter table. A name here is a parameter's name everywhere: in
`--set NAME=VALUE`, as the key in a preset, in the addresses `/ronn/NAME` and `/ronn/n/NAME`, which
takes 0 to 1 of the range ([osc.md](osc.md)), and as the `parameter` of a MIDI binding
([midi.md](midi.md)) or of an alias ([daw.md](daw.md#aliases)).

*Rebuild* parameters crossfade to a new network, *continuous* ones glide, a *setting* counts from
the next change on. What belongs to the *node* is not saved with a sound.
"""
_MARK_END = "<!-- end -->"
_COLUMNS = ["name", "shown as", "kind", "range", "default", "effect", "slider", "meaning"]
_NOTES = """\
The slider is the one of Reaper's JSFX, which keeps its number. By `/ronn/n/` and a MIDI controller
the range is gone through evenly, that of {exponential} in equal ratios, that of
{square} more finely at its start.
"""


def parameter_page() -> str:
    """Return docs/parameters.md."""
    numbers = {slider.parameter.name: n for n, slider in enumerate(sliders(), 1)}
    notes = _NOTES.format(exponential=_those(Curve.EXPONENTIAL), square=_those(Curve.SQUARE))
    parts = [_HEAD, notes]
    for group in Group:
        rows = [_row(row, numbers[row.name]) for row in PARAMETERS.values() if row.group is group]
        parts.append(f"## {group.value}\n\n{table([_COLUMNS, *rows])}")
    return "\n".join(parts)


def _those(curve: Curve) -> str:
    return ", ".join(f"`{row.name}`" for row in PARAMETERS.values() if row.curve is curve)


def _row(row: Parameter, slider: int) -> list[str]:
    node = " (node)" if row.scope is Scope.NODE else ""
    return [
        f"`{row.name}`",
        row.label,
        {Kind.BOOL: "switch", Kind.ENUM: "choice"}.get(row.kind, row.kind.value),
        row.range_text,
        shown_default(row),
        shown_effect(row) + node,
        str(slider),
        row.description,
    ]


def with_midi_tables(page: str, profiles: Path) -> str:
    """Return a page with what stands between its marks made anew.

    Parameters
    ----------
    profiles : Path
        The folder of MIDI profiles.
    """
    found = {path.stem: _toml(path) for path in sorted(profiles.glob("*.toml"))}
    tables = {"generic": _generic(found["generic"]), "profiles": _profiles(found)}
    for name, text in tables.items():
        before, mark, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(_MARK_END)
        page = before + mark + text + end + after
    return page


def _toml(path: Path) -> Mapping[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _generic(profile: Mapping[str, Any]) -> str:
    rows = [["message", "does"]]
    for binding in profile["binding"]:
        number = f" {binding['number']}" if "number" in binding else ""
        message = {"cc": "CC", "program": "program change"}.get(
            binding["message"], binding["message"]
        )
        rows.append([message + number, _target(binding)])
    return table(rows)


def _target(binding: Mapping[str, Any]) -> str:
    if "parameter" in binding:
        return f"`{binding['parameter']}` over its whole range"
    if binding["action"] == "preset_load":
        return "`preset_load` of that number"
    return f"`{binding['action']}`, when it crosses 64 upwards"


def _profiles(profiles: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [["profile", "device", "ports", "bindings"]]
    for name, profile in profiles.items():
        ports = f"`{profile['ports']}`".replace("|", "\\|") if "ports" in profile else ""
        rows.append([f"`{name}`", profile["name"], ports, str(len(profile.get("binding", ())))])
    return table(rows)
