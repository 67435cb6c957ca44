"""A network beside the one that sounds: run layer by layer, to be looked into."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.drift import draw_sources
from ronn_jack.model.expression import AT_REST, Expression
from ronn_jack.model.film import Modulation, condition_between
from ronn_jack.model.protocol import Model
from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.model.weights import LayerSources, Weights
from ronn_jack.pictures.layer_run import LayerRun, Signal, bare

MOST_BYTES = 64 * 2**20
"""Histories and weights beyond which a network is not looked into."""

Range = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Activity:
    """What layers did over some frames.

    Attributes
    ----------
    levels : sequence of ndarray [shape=(outputs,), float64]
        RMS of each channel that a layer puts out.
    entered : mapping
        By the number of a layer, the least and the most that entered its activation.
    """

    levels: Sequence[NDArray[np.float64]]
    entered: Mapping[int, Range]


def is_light(spec: NetworkSpec) -> bool:
    """Say whether a network is small enough to have another one beside it."""
    layers = [spec.layer(i) for i in range(spec.layers)]
    histories = sum(layer.inputs * layer.history for layer in layers)
    return 4 * (histories + spec.parameter_count) <= MOST_BYTES


class Shadow:
    """Hears what a network hears.

    Each layer begins as if what comes before it had been silent; once they have heard as much as
    the network goes back, they are what they are in it.

    Parameters
    ----------
    spec : NetworkSpec
    rate : float
        Sample rate in Hz.

    Attributes
    ----------
    layers : list of LayerRun
        What it runs, one after the other.
    """

    @classmethod
    def of(cls, model: Model, rate: float) -> Shadow | None:
        """Return the shadow of a network; None of one that is of another kind or too large."""
        return cls(model, rate) if isinstance(model, NetworkSpec) and is_light(model) else None

    def __init__(self, spec: NetworkSpec, rate: float) -> None:
        self.spec = spec
        self._rate = rate
        self._drawn = draw(spec)
        self._other: Weights | None = None
        self._sources: list[LayerSources] | None = None
        self._expression = AT_REST
        self._cycles = 0.0
        self._bare: dict[int, LayerRun] = {}
        self.layers = [self._run(i) for i in range(spec.layers)]

    def aim(self, expression: Expression, cycles: float = 0.0) -> bool:
        """Go where the sounding network is; return whether it was elsewhere.

        Parameters
        ----------
        cycles : float
            Phase of drift, which counts where there is any depth.
        """
        cycles = cycles if expression.drift_depth else 0.0
        before = self._expression
        if self._place(expression, cycles) == self._place(before, self._cycles):
            return False
        self._expression, self._cycles = expression, cycles
        moving = expression.moves_weights
        if moving and (self._sources is None or expression.seed_b != before.seed_b):
            self._other = draw(dataclasses.replace(self.spec, seed=expression.seed_b))
            self._sources = draw_sources(self.spec.seed, self._drawn, self._other)
            self.layers = [self._run(i) for i in range(self.spec.layers)]
            self._bare = {}
        for index, run in [*enumerate(self.layers), *self._bare.items()]:
            self._put(index, run)
        return True

    def hear(self, driven: Signal, watched: Collection[int] = ()) -> Activity:
        """Take the next frames of the network's input [shape=(inputs, frames)].

        Parameters
        ----------
        watched : collection of int
            Layers of which it is to be told what enters their activation.
        """
        levels, entered = [], {}
        self._bare = {i: run for i, run in self._bare.items() if i in watched}
        signal = driven
        for index, run in enumerate(self.layers):
            if index in watched:
                if index not in self._bare:
                    self._bare[index] = self._run(index, alone=True)
                    self._put(index, self._bare[index])
                inside = np.nan_to_num(self._bare[index].process(signal))
                entered[index] = float(inside.min()), float(inside.max())
            signal = run.process(signal)
            power = np.square(np.nan_to_num(signal), dtype=np.float64).mean(axis=1)
            levels.append(np.sqrt(power))
        return Activity(levels, entered)

    def weights(self, index: int) -> Signal:
        """Return a layer's weights as they are [shape=(outputs, inputs/groups, kernel)]."""
        weight = self._drawn.weights[index]
        if self._sources is not None:
            shares = self.layers[index].shares
            sources = self._sources[index].weights
            weight = sum(
                (np.float32(share) * each for share, each in zip(shares, sources, strict=True)),
                start=np.zeros_like(weight),
            )
        return self.spec.layer(index).decayed(weight)

    def _place(self, expression: Expression, cycles: float) -> tuple[object, ...]:
        """Return all of an expression that makes a difference."""
        e = expression
        point = e.point if self.spec.film is not None else None
        return point, e.morph, e.drift_depth, e.seed_b if e.morph else None, cycles

    def _run(self, index: int, alone: bool = False) -> LayerRun:
        """Return a layer; one that ends before its activation where it is to be alone."""
        layer, drawn = self.spec.layer(index), self._drawn
        return LayerRun(
            bare(layer) if alone else layer,
            drawn.weights[index],
            None if drawn.biases is None else drawn.biases[index],
            self._modulation(index),
            None if self._sources is None else self._sources[index],
            self._rate,
        )

    def _put(self, index: int, run: LayerRun) -> None:
        """Put a layer's numbers where the expression is."""
        modulation = self._modulation(index)
        if modulation is not None:
            run.modulate(modulation)
        if self._sources is not None:
            run.move(self._expression, self._cycles)

    def _modulation(self, index: int) -> Modulation | None:
        own, e = self._drawn.film, self._expression
        if own is None or self.spec.film is None:
            return None
        point = self.spec.film if e is AT_REST else e.point
        other = None if self._other is None else self._other.film
        return condition_between(own, other, point, e.morph)[index]
