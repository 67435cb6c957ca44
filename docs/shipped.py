"""What the presets that ship make of the sources: a table, and a sheet of spectrograms."""

from __future__ import annotations

import functools
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spectrogram import RATE, drawn

from ronn_jack.bench.portrait import Likeness, difference_db, excerpt, likeness, tail_seconds
from ronn_jack.bench.sources import SOURCES
from ronn_jack.cost.calibration import load_cost_model
from ronn_jack.cost.model import CostModel
from ronn_jack.model.architecture import network_spec
from ronn_jack.parameters import Value, defaults
from ronn_jack.presets.preset import Preset
from ronn_jack.surfaces.tables import table

PERIOD = 64
_BEGIN, _END = "<!-- shipped -->\n", "<!-- end -->"
_COLUMNS = [
    "number", "name", "tags", "what one hears", "brightness", "level", "tail", "from dry",
    "nearest", "load",
]  # fmt: skip
_SOURCE = "guitar"
_TAIL_SECONDS = 1.5
_LOWERED_DB = -24.0
"""Keeps what is not levelled from the guard."""
_COLUMN_COUNT, _WIDTH, _HEIGHT, _GAP, _TITLE = 6, 180, 80, 10, 18


@dataclass(frozen=True, eq=False)
class Sound:
    """A preset, and what it makes of the sources."""

    preset: Preset

    @functools.cached_property
    def values(self) -> Mapping[str, Value]:
        """The value of every parameter."""
        return {**defaults(), **self.preset.values}

    @functools.cached_property
    def heard(self) -> Mapping[str, Likeness]:
        """How it is on each source."""
        return {name: likeness(self.values, excerpt(name, RATE), RATE) for name in SOURCES}

    def level_db(self) -> float:
        """Return the gain that `auto_level` gives its network on the guitar."""
        plain = {**self.values, "auto_level": False, "mix": 1.0, "output_gain": _LOWERED_DB}
        return likeness(plain, excerpt(_SOURCE, RATE), RATE).character.gain_db + _LOWERED_DB

    def apart_db(self, other: Sound) -> float:
        """Return how far it is from another one, on the source that is second in telling them."""
        return sorted(difference_db(self.heard[s], other.heard[s]) for s in SOURCES)[-2]

    def row(self, number: int, others: Sequence[Sound], cost: CostModel) -> list[str]:
        """Return what the table says of it."""
        characters = [heard.character for heard in self.heard.values()]
        from_dry = [_from_dry(self.heard[name], name) for name in SOURCES]
        apart, name = min((self.apart_db(other), other.preset.name) for other in others)
        spec = network_spec(self.values, 2, 2, RATE)
        return [
            str(number),
            self.preset.name,
            ", ".join(self.preset.tags),
            self.preset.description,
            f"{np.median([c.brightness for c in characters]):+.1f}",
            f"{self.level_db():+.0f}",
            _seconds(tail_seconds(self.values, RATE)),
            _range(from_dry),
            f"{name} {apart:.1f}",
            f"{100.0 * cost.load(spec, PERIOD, RATE):.1f} %",
        ]


def with_shipped(page: str, sounds: Sequence[Sound]) -> str:
    """Return docs/presets.md with what stands between its marks made anew."""
    cost = load_cost_model()
    rows = [
        sound.row(number, [other for other in sounds if other is not sound], cost)
        for number, sound in enumerate(sounds)
    ]
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    return before + begin + table([_COLUMNS, *rows]) + end + after


def contact_sheet(sounds: Sequence[Sound]) -> str:
    """Return spectrograms of what all presets make of the guitar, as SVG."""
    tail = np.zeros((2, round(_TAIL_SECONDS * RATE)), np.float32)
    dry = np.concatenate([excerpt(_SOURCE, RATE), tail], axis=1)
    panels = [_panel(0, "dry guitar", dry)]
    panels += [
        _panel(place, f"{place - 1} {sound.preset.name}", likeness(sound.values, dry, RATE).played)
        for place, sound in enumerate(sounds, 1)
    ]
    rows = -(-len(panels) // _COLUMN_COUNT)
    width = _GAP + _COLUMN_COUNT * (_WIDTH + _GAP)
    height = _GAP + rows * (_HEIGHT + _TITLE + _GAP)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
            "<style>text{font-family:sans-serif;font-size:12px;fill:#222}</style>"
            '<rect width="100%" height="100%" fill="#fff"/>',
            *panels,
            "</svg>\n",
        ]
    )


def _panel(place: int, title: str, x: NDArray[np.float32]) -> str:
    left = _GAP + place % _COLUMN_COUNT * (_WIDTH + _GAP)
    top = _GAP + place // _COLUMN_COUNT * (_HEIGHT + _TITLE + _GAP)
    return (
        f'<text x="{left}" y="{top + 12}">{html.escape(title)}</text>'
        f'<image x="{left}" y="{top + _TITLE}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'href="{drawn(x, _WIDTH, _HEIGHT)}"/>'
    )


def _from_dry(heard: Likeness, source: str) -> float:
    return difference_db(heard, _dry(source))


@functools.cache
def _dry(source: str) -> Likeness:
    return likeness({**defaults(), "mix": 0.0}, excerpt(source, RATE), RATE)


def _range(figures: Sequence[float]) -> str:
    low, high = round(min(figures)), round(max(figures))
    return f"{low}" if low == high else f"{low}…{high}"


def _seconds(seconds: float) -> str:
    return f"{1000.0 * seconds:.0f} ms" if seconds < 1.0 else f"{seconds:.1f} s"
