"""Single layers, run by the very kernels that run whole networks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.expression import Expression
from ronn_jack.model.film import Modulation
from ronn_jack.model.spec import Layer
from ronn_jack.model.weights import LayerSources, Weights
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.network import process_signal
from ronn_jack.realtime.motion.moving_weights import Motion

Signal = NDArray[np.float32]

_ONLY = (0.0, 0.0)
"""Stands for the point where a layer is conditioned; what it makes of it is given."""


@dataclasses.dataclass(frozen=True)
class _Single:
    """A network of one layer, as an image is made from it."""

    only: Layer
    film: tuple[float, ...] | None
    layers: int = 1

    def layer(self, index: int) -> Layer:
        return self.only


@dataclasses.dataclass(frozen=True)
class _Given:
    """What conditions that layer, found already."""

    modulation: Modulation

    def condition(self, point: tuple[float, ...]) -> list[Modulation]:
        return [self.modulation]


class LayerRun:
    """A layer with its own history, after endless silence.

    Parameters
    ----------
    layer : Layer
    weight : ndarray [shape=(outputs, inputs/groups, kernel), float32]
    bias : ndarray [shape=(outputs,), float32] or None
    modulation : (ndarray, ndarray) or None
        Scale and shift, where it is conditioned.
    sources : LayerSources, optional
        What its weights move between.
    rate : float
        Sample rate in Hz.
    """

    def __init__(
        self,
        layer: Layer,
        weight: Signal,
        bias: Signal | None = None,
        modulation: Modulation | None = None,
        sources: LayerSources | None = None,
        rate: float = 48_000.0,
    ) -> None:
        biases = None if bias is None else [bias]
        given = None if modulation is None else _Given(modulation)
        single = _Single(layer, None if given is None else _ONLY)
        self._image = NetworkImage(single, Weights([weight], biases, given))
        self._motion = None if sources is None else Motion(self._image, [sources], rate)

    def modulate(self, modulation: Modulation) -> None:
        """Take another scale and shift."""
        self._image.modulate([modulation])

    def move(self, expression: Expression, cycles: float) -> None:
        """Put the weights where they are at an expression, drift after so many cycles."""
        assert self._motion is not None
        self._motion.aim(expression.morph, 0.0, expression.drift_depth)
        self._motion.settle(0, cycles)

    @property
    def shares(self) -> Sequence[float]:
        """How much of each of their sources the weights are."""
        assert self._motion is not None
        shares: list[float] = self._motion.shares[0].tolist()
        return shares

    def process(self, x: Signal) -> Signal:
        """Return the output [shape=(outputs, frames)] for the next frames of input."""
        source = np.ascontiguousarray(x, np.float32)
        frames = source.shape[1]
        target = np.empty((self._image.outputs, frames), np.float32)
        process_signal.ctypes(
            self._image.address, source.ctypes.data, frames, target.ctypes.data, frames, frames
        )
        return target


def bare(layer: Layer) -> Layer:
    """Return a layer that puts out what enters its activation."""
    return dataclasses.replace(layer, activation="linear", residual_delay=None)
