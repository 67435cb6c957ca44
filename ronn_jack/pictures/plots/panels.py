"""One panel of a figure each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.pictures.responses import FLOOR_DB, INPUT_LEVELS_DB, Responses
from ronn_jack.pictures.spectrum import HIGHEST_HERTZ, LOWEST_HERTZ, Levels
from ronn_jack.pictures.structure import taps
from ronn_jack.pictures.transfer import HALVES, places, transfer_curves

HALVES_DRAWN = HALVES[:3]
_ACCENT, _INPUT, _QUIET, _RESIDUAL = "#a84300", "#1d5fae", "#868e9a", "#15803d"
_LARGEST_MARK, _MARKED_POINTS = 8.0, 110.0
"""Points that a mark is high at most, and that all of a column take together."""
_MOST_NAMES = 12
_MOST_LINES = 1200
"""Connections of two layers that are drawn one by one; more are one area."""
_TAPS_DRAWN = 1500
"""Places across that can be told apart."""
_HARMONICS_FLOOR_DB = -80.0
_RANGE_DB = 80.0


def draw_layers(axes: Any, spec: NetworkSpec) -> None:
    """Draw a column for each layer, a mark for each channel, and what connects them."""
    from matplotlib.collections import LineCollection

    layers = [spec.layer(i) for i in range(spec.layers)]
    columns = [_column(spec.inputs), *(_column(layer.outputs) for layer in layers)]
    for i, layer in enumerate(layers):
        before, after = columns[i], columns[i + 1]
        sources, targets = np.divmod(np.arange(layer.inputs * layer.outputs), layer.outputs)
        own = sources * layer.groups // layer.inputs == targets * layer.groups // layer.outputs
        sources, targets = sources[own], targets[own]
        if sources.size <= _MOST_LINES:
            lines = [
                ((i, before[s]), (i + 1, after[t])) for s, t in zip(sources, targets, strict=True)
            ]
            alpha = max(0.07, min(0.7, 12 / sources.size))
            axes.add_collection(LineCollection(lines, colors=_QUIET, alpha=alpha, linewidths=0.8))
        else:
            ends = [before[0], after[0], after[-1], before[-1]]
            axes.fill([i, i + 1, i + 1, i], ends, color=_QUIET, alpha=0.22, linewidth=0)
        if layer.residual_delay is not None:
            top = max(before[-1], after[-1])
            across = np.linspace(0.0, 1.0, 30)
            bow = np.interp(across, [0, 1], [before[-1], after[-1]])
            bow += (top + 1.0 - bow) * np.sin(np.pi * across)
            axes.plot(i + across, bow, color=_RESIDUAL, linewidth=1.2)
    most = max(map(len, columns))
    for i, column in enumerate(columns):
        size = min(_LARGEST_MARK, _MARKED_POINTS / most) ** 2
        colour = _INPUT if i == 0 else _ACCENT
        axes.scatter(np.full(len(column), i), column, s=size, marker="s", color=colour, zorder=2)
    words = ["in", *(f"{i}\n×{layer.dilation}" for i, layer in enumerate(layers, 1))]
    axes.set_xticks(range(len(columns)), words, fontsize="small")
    axes.set_yticks([])
    axes.set_ylim(-most / 2 - 1.5, most / 2 + 1.5)
    axes.set_frame_on(False)
    axes.set_title(f"{spec.parameter_count} parameters", fontsize="small")


def draw_taps(axes: Any, spec: NetworkSpec, rate: float) -> None:
    """Draw the frames that each layer reads for the present output."""
    layers = [spec.layer(i) for i in range(spec.layers)]
    span = max(1, spec.receptive_field - 1)
    rows = taps(layers, span / _TAPS_DRAWN)
    for i, (row, layer) in enumerate(zip(rows, reversed(layers), strict=False)):
        if row.size * layer.kernel <= _MOST_LINES:
            ends = np.add.outer(row, layer.dilation * np.arange(layer.kernel))
            x = np.stack([np.broadcast_to(row[:, np.newaxis], ends.shape), ends], axis=-1)
            alpha = max(0.12, min(0.8, 24 / ends.size))
            lines = -x.reshape(-1, 2).T * 1e3 / rate
            axes.plot(lines, [-i, -i - 1], color=_QUIET, alpha=alpha, linewidth=0.7)
    count = len(rows)
    for i, row in enumerate(rows):
        places = -row * 1e3 / rate
        axes.plot(places, np.full(row.size, -i), "|", color="black", markersize=min(5, 60 / count))
    names = ["out", *(str(count - 1 - i) for i in range(1, count - 1)), "in"]
    named = range(0, count, -(-count // _MOST_NAMES))
    axes.set_yticks([-i for i in named], [names[i] for i in named], fontsize="x-small")
    axes.set_xlabel("ms")
    milliseconds = spec.receptive_field * 1e3 / rate
    title = f"receptive field {milliseconds:.4g} ms, {spec.receptive_field} frames"
    axes.set_title(title, fontsize="small")
    axes.spines[["top", "right", "left"]].set_visible(False)


def draw_transfer(axes: Any, spec: NetworkSpec, half: float) -> None:
    """Draw the curve of the activation, half as wide as given."""
    index = HALVES.index(half)
    layer = spec.layer(0)
    axes.plot(places()[index], transfer_curves(layer)[index], color=_ACCENT)
    axes.axhline(0.0, color=_QUIET, linewidth=0.5)
    axes.axvline(0.0, color=_QUIET, linewidth=0.5)
    axes.set_title(layer.activation, fontsize="small")


def draw_weights(axes: Any, spec: NetworkSpec) -> None:
    """Draw the weights of all layers side by side, each against its strongest."""
    weights = [
        spec.layer(i).decayed(weight).reshape(len(weight), -1)
        for i, weight in enumerate(draw(spec).weights)
    ]
    for i, rows in enumerate(weights):
        peak = float(np.abs(rows).max()) or 1.0
        axes.imshow(
            rows / peak, extent=(i + 0.04, i + 0.96, 0.0, 1.0), aspect="auto", cmap="RdBu_r",
            vmin=-1.0, vmax=1.0, interpolation="nearest",
        )  # fmt: skip
    axes.set_xlim(0, len(weights))
    axes.set_xticks(np.arange(len(weights)) + 0.5, range(1, len(weights) + 1), fontsize="small")
    axes.set_yticks([])
    axes.set_frame_on(False)
    axes.set_title("weights of each layer: outputs down, taps of inputs across", fontsize="small")


def _draw_harmonics(axes: Any, found: Responses) -> None:
    above = np.maximum(found.harmonics, _HARMONICS_FLOOR_DB) - _HARMONICS_FLOOR_DB
    numbers = np.arange(1, found.harmonics.size + 1)
    axes.bar(numbers, above, bottom=_HARMONICS_FLOOR_DB, color=_ACCENT)
    axes.set_ylabel("dB")
    axes.set_title(f"harmonics of {found.hertz:.4g} Hz", fontsize="small")


def _draw_levels(axes: Any, found: Responses) -> None:
    seen = found.levels > FLOOR_DB
    axes.plot(np.array(INPUT_LEVELS_DB)[seen], found.levels[seen], color=_ACCENT)
    axes.set_xlabel("in, dBFS")
    axes.set_ylabel("out, dBFS")
    axes.set_title("level of a sine", fontsize="small")


def _draw_impulse(axes: Any, found: Responses) -> None:
    _draw_course(axes, found, found.impulse, "impulse response")


def _draw_step(axes: Any, found: Responses) -> None:
    _draw_course(axes, found, found.step, "step response")


def _draw_course(axes: Any, found: Responses, course: Any, title: str) -> None:
    axes.plot(np.arange(course.size) * 1e3 / found.rate, course, color=_ACCENT, linewidth=0.8)
    axes.set_xlabel("ms")
    axes.set_title(title, fontsize="small")


RESPONSES: tuple[Callable[[Any, Responses], None], ...] = (
    _draw_harmonics,
    _draw_levels,
    _draw_impulse,
    _draw_step,
)


def draw_spectrogram(axes: Any, levels: Levels, seconds: float, title: str) -> None:
    """Draw a spectrogram, the loudest brightest."""
    low, high = np.log10([LOWEST_HERTZ, HIGHEST_HERTZ])
    top = float(levels.max())
    axes.imshow(
        levels, origin="lower", aspect="auto", extent=(0.0, seconds, low, high), cmap="magma",
        vmin=top - _RANGE_DB, vmax=top,
    )  # fmt: skip
    hertz = [50, 200, 1000, 5000, 20000]
    axes.set_yticks(np.log10(hertz), [f"{h // 1000} k" if h >= 1000 else str(h) for h in hertz])
    axes.set_xlabel("s")
    axes.set_ylabel("Hz")
    axes.set_title(title, fontsize="small")


def _column(count: int) -> list[float]:
    return [channel - (count - 1) / 2 for channel in range(count)]
