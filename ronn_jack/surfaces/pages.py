"""What a surface shows: pages of controls from the tables, each in its place.

Every parameter has a control on the page of its group, so that a new one appears by itself; every
action that needs no words is a button. Each surface draws the same pages in its own way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ronn_jack.control.status import STATUS
from ronn_jack.parameters import (
    ACTIONS,
    CANDIDATES,
    MAXIMUM_DRAWN_SEED,
    PARAMETERS,
    Action,
    Group,
    Kind,
    Parameter,
)

ARCHITECTURE, PLAY, PRESETS, NODE = "Architecture", "Play", "Presets", "Node"
EXPLORE = "Explore"
BANDS = "Bands"
"""What the equaliser's other controls move has a page to itself."""
MOST_PRESETS = 48
"""Buttons that a page has room for."""
SNAPSHOTS = 8
CANDIDATES_A_ROW = 8

_GROUPS = {
    Group.NETWORK: ARCHITECTURE,
    Group.SEED: ARCHITECTURE,
    Group.EXPRESSION: PLAY,
    Group.LEVELS: PLAY,
    Group.NODE: NODE,
}
_PAIRS = {"morph": "drift_depth"}
"""Parameters that one pad turns, besides those whose names differ in _x and _y."""
_AMOUNTS = (0.25, 0.5, 1.0)
_FEWEST_ROWS = 9.0
"""A page with less on it is not stretched over the whole screen."""
_FEW_CHOICES = 4


@dataclass(frozen=True)
class Slider:
    """Turns a number."""

    parameter: Parameter

    @property
    def maximum(self) -> float:
        """Where it ends; a surface's numbers are float32, which hold no larger seeds."""
        return min(self.parameter.maximum, MAXIMUM_DRAWN_SEED)

    @property
    def bipolar(self) -> bool:
        """Whether zero is its middle."""
        return self.parameter.minimum == -self.parameter.maximum


@dataclass(frozen=True)
class Switch:
    """Turns something on and off."""

    parameter: Parameter


@dataclass(frozen=True)
class Choice:
    """One button for each of an enum's names."""

    parameter: Parameter


@dataclass(frozen=True)
class Pad:
    """Turns two numbers by a point."""

    x: Parameter
    y: Parameter


@dataclass(frozen=True)
class Button:
    """Sends one message when it is pressed."""

    label: str
    address: str
    argument: float | str | None = None


@dataclass(frozen=True)
class Readout:
    """Shows what the node tells at an address."""

    label: str
    address: str


Cell = Slider | Switch | Choice | Pad | Button | Readout


class Frame(NamedTuple):
    """A place: left, top, width and height."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Row:
    """Cells side by side, each as wide as one of `columns`."""

    cells: tuple[Cell, ...]
    columns: int
    height: float = 1.0


@dataclass(frozen=True)
class Page:
    """A screen full of controls."""

    title: str
    rows: tuple[Row, ...]

    def placed(self) -> Iterator[tuple[Cell, Frame]]:
        """Yield the cells with their places, as shares of the page."""
        unit = 1.0 / max(_FEWEST_ROWS, sum(row.height for row in self.rows))
        y = 0.0
        for row in self.rows:
            for column, cell in enumerate(row.cells):
                yield cell, Frame(column / row.columns, y, 1.0 / row.columns, row.height * unit)
            y += row.height * unit


def label(parameter: Parameter) -> str:
    """Return a parameter's name for people, with its unit."""
    return f"{parameter.label} ({parameter.unit})" if parameter.unit else parameter.label


def pages(presets: Sequence[str]) -> list[Page]:
    """Return all pages.

    Parameters
    ----------
    presets : sequence of str
        Names that get a button.
    """
    rows: dict[str, list[Row]] = {ARCHITECTURE: [], PLAY: [], PRESETS: [], NODE: []}
    shown: dict[str, list[Parameter]] = {}
    for row in PARAMETERS.values():
        title = BANDS if row.follows else _GROUPS.get(row.group, row.group.value)
        shown.setdefault(title, []).append(row)
    for title, parameters in shown.items():
        rows.setdefault(title, []).extend(_parameter_rows(parameters))
    buttons: dict[str, list[Cell]] = {}
    for action in sorted(ACTIONS.values(), key=_order):
        if action.argument == "snapshot":
            rows[PRESETS] += _rows(_buttons(action), SNAPSHOTS)
        elif action.name == "audition":
            rows.setdefault(EXPLORE, []).extend(_rows(_buttons(action), CANDIDATES_A_ROW))
        else:
            buttons.setdefault(_page_of(action), []).extend(_buttons(action))
    for title, cells in buttons.items():
        rows.setdefault(title, []).extend(_rows(cells, 6))
    rows[PRESETS].insert(0, Row((Readout("Preset", "/ronn/preset"),), 1))
    names = [Button(name, "/ronn/preset_load", name) for name in presets[:MOST_PRESETS]]
    rows[PRESETS] += _rows(names, 6)
    rows[NODE].insert(0, Row((Button("Subscribe", "/ronn/subscribe"),), 6))
    told = [Readout(row.name, f"/ronn/status/{row.name}") for row in STATUS.values()]
    rows[NODE] += _rows(told, 4, 0.8)
    return [Page(title, tuple(found)) for title, found in rows.items() if found]


def _parameter_rows(parameters: Sequence[Parameter]) -> list[Row]:
    rest = {row.name: row for row in parameters}
    pads = []
    for name in list(rest):
        partner = _PAIRS.get(name) or (f"{name[:-2]}_y" if name.endswith("_x") else "")
        if partner in rest:
            pads.append(Pad(rest.pop(name), rest.pop(partner)))
    cells = rest.values()
    sliders = [Slider(row) for row in cells if row.kind in (Kind.INT, Kind.FLOAT)]
    choices = [Choice(row) for row in cells if row.kind is Kind.ENUM]
    few = [cell for cell in choices if len(cell.parameter.choices) <= _FEW_CHOICES]
    many = [cell for cell in choices if cell not in few]
    switches = [Switch(row) for row in cells if row.kind is Kind.BOOL]
    # Which there are changes, so that no surface can offer them.
    names = [Readout(row.label, f"/ronn/{row.name}") for row in cells if row.kind is Kind.NAME]
    return [
        *_rows(pads, max(2, len(pads)), 4.0),
        *_rows(sliders, 5 if len(sliders) == 5 else 4),
        *_rows(many, 1, 2.0),
        *_rows([*few, *names], 2),
        *_rows(switches, 6),
    ]


def _rows(cells: Sequence[Cell], columns: int, height: float = 1.0) -> list[Row]:
    return [
        Row(tuple(cells[start : start + columns]), columns, height)
        for start in range(0, len(cells), columns)
    ]


def _order(action: Action) -> tuple[int, bool]:
    """Sort as the table does, but back before forth."""
    stem = action.name.removesuffix("_previous").removesuffix("_next")
    first = next(n for n, name in enumerate(ACTIONS) if name.startswith(stem))
    return first, not action.name.endswith("_previous")


def _page_of(action: Action) -> str:
    if action.name == "tap":
        return Group.TIME.value
    if action.name.startswith(("preset", "setlist", "snapshot")):
        return PRESETS
    if action.name.startswith(("explore", "audition", "candidate", "breed")):
        return EXPLORE
    if action.name.startswith(("reseed", "seed", "randomize", "like", "dislike")):
        return ARCHITECTURE
    return PLAY


def _buttons(action: Action) -> list[Cell]:
    """Return an action's buttons; none if it needs words or a name."""
    address = f"/ronn/{action.name}"
    if action.argument == "snapshot":
        numbers = range(1, SNAPSHOTS + 1)
        return [Button(f"{action.label} {number}", address, number) for number in numbers]
    if action.name == "audition":
        places = range(1, CANDIDATES + 1)
        return [Button(str(place), address, place) for place in places]
    if action.argument == "amount":
        return [Button(f"{action.label} {share:.0%}", address, share) for share in _AMOUNTS]
    return [] if action.argument not in ("", "pair") else [Button(action.label, address)]
