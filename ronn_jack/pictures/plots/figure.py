"""Panels put together in one figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ronn_jack.model.spec import NetworkSpec
from ronn_jack.pictures.plots import panels
from ronn_jack.pictures.plots.saving import save
from ronn_jack.pictures.responses import Responses
from ronn_jack.pictures.spectrum import Levels

PICTURES = ("network", "transfer", "weights", "responses", "spectrogram")
"""What can be drawn, in the order in which it stands."""
_COLUMNS = 4
_COLUMN_INCHES, _ROW_INCHES = 3.2, 2.5


@dataclass(frozen=True, eq=False)
class Subject:
    """What is drawn.

    Attributes
    ----------
    spec : NetworkSpec
    rate : float
        Sample rate in Hz.
    responses : Responses or None
        Where they are to be drawn.
    sounds : sequence of Levels
        Spectrograms of a sound before and after.
    seconds : float
        Their length.
    """

    spec: NetworkSpec
    rate: float
    responses: Responses | None = None
    sounds: Sequence[Levels] = ()
    seconds: float = 0.0


def draw_figure(subject: Subject, pictures: Sequence[str], path: Path) -> None:
    """Draw pictures below each other and write them.

    Parameters
    ----------
    pictures : sequence of str
        Of PICTURES.
    """
    from matplotlib.figure import Figure

    wanted = [name for name in PICTURES if name in pictures]
    tall = [row for name in wanted for row in _ROWS[name]]
    size = (_COLUMNS * _COLUMN_INCHES, _ROW_INCHES * sum(tall))
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.add_gridspec(len(tall), _COLUMNS, height_ratios=tall)
    row = 0
    for name in wanted:
        rows = len(_ROWS[name])
        _DRAW[name](figure, grid[row : row + rows, :], subject)
        row += rows
    figure.suptitle(subject.spec.summary, fontsize="medium")
    save(figure, path)


def _network(figure: Any, place: Any, subject: Subject) -> None:
    above, below = place.subgridspec(2, 1, height_ratios=_ROWS["network"])
    panels.draw_layers(figure.add_subplot(above), subject.spec)
    panels.draw_taps(figure.add_subplot(below), subject.spec, subject.rate)


def _transfer(figure: Any, place: Any, subject: Subject) -> None:
    cells = place.subgridspec(1, len(panels.HALVES_DRAWN))
    for cell, half in zip(cells, panels.HALVES_DRAWN, strict=True):
        panels.draw_transfer(figure.add_subplot(cell), subject.spec, half)


def _weights(figure: Any, place: Any, subject: Subject) -> None:
    panels.draw_weights(figure.add_subplot(place), subject.spec)


def _responses(figure: Any, place: Any, subject: Subject) -> None:
    assert subject.responses is not None
    for cell, draw in zip(place.subgridspec(1, 4), panels.RESPONSES, strict=True):
        draw(figure.add_subplot(cell), subject.responses)


def _spectrogram(figure: Any, place: Any, subject: Subject) -> None:
    cells = place.subgridspec(1, len(subject.sounds))
    for cell, levels, title in zip(cells, subject.sounds, ("before", "after"), strict=True):
        panels.draw_spectrogram(figure.add_subplot(cell), levels, subject.seconds, title)


_DRAW = {
    "network": _network,
    "transfer": _transfer,
    "weights": _weights,
    "responses": _responses,
    "spectrogram": _spectrogram,
}
_ROWS = {
    "network": (1.3, 0.9),
    "transfer": (0.9,),
    "weights": (0.9,),
    "responses": (1.0,),
    "spectrogram": (1.1,),
}
"""Heights of what a picture consists of."""
