"""A network of a NetworkSpec in memory, whose weights were drawn and can morph and drift."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.drift import draw_sources
from ronn_jack.model.expression import Expression
from ronn_jack.model.film import condition_between
from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.model.times import Times
from ronn_jack.model.weights import FilmGenerator, Weights
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.network import process_signal
from ronn_jack.realtime.kernels.stretch_data import most_weights, stretch_memory
from ronn_jack.realtime.kernels.vectors import MIXED
from ronn_jack.realtime.motion.modulation import Film, Modulation
from ronn_jack.realtime.motion.moving_weights import Motion
from ronn_jack.realtime.playable import Playable


class DrawnNetwork(Playable):
    """A network's image, and what moves its weights and its scales and shifts.

    Parameters
    ----------
    spec : NetworkSpec
    weights : Weights
        Those that it rests at.
    rate : float
        Sample rate in Hz.
    """

    can_move = True

    def __init__(self, spec: NetworkSpec, weights: Weights, rate: float) -> None:
        self.process = process_signal.address
        self.image = NetworkImage(spec, weights)
        self.address = self.image.address
        self.outputs = self.image.outputs
        self.nbytes = self.image.nbytes
        self._spec = spec
        self._weights = weights
        self._rate = rate
        self._other_film: FilmGenerator | None = None
        self._motion: Motion | None = None
        self._modulation: Modulation | None = None
        if self.image.modulation:
            self._modulation = Modulation(self.image, rate)
            self.modulation = self._modulation.address

    def start_at(self, position: int) -> None:
        """Put all where it is at a frame, with endless silence before."""
        if self._motion is not None:
            self._motion.settle(position)
        self.image.reset()

    def forget(self) -> None:
        """Leave zeros of all that can be laid out anew from what `stretched_network` returns."""
        if self._motion is not None:
            self._motion.forget()
        self.image.forget()

    def rejoin_at(self, position: int, silent: bool) -> None:
        """Go on from a frame with the state that it has, which may be that of silence."""
        self.image.rejoin_at(position, silent)

    def let_move(self, expression: Expression, room: Sequence[int] | None = None) -> None:
        """Make ready to morph and drift, beginning where the expression is.

        Parameters
        ----------
        room : sequence of int, optional
            Packed weights that each layer has at most, where it is to be laid out anew.
        """
        other = draw(dataclasses.replace(self._spec, seed=expression.seed_b))
        sources = draw_sources(self._spec.seed, self._weights, other)
        motion = Motion(self.image, sources, self._rate, room)
        _aim(motion, expression)
        self._motion, self._other_film = motion, other.film
        self.motion = motion.address

    def pin(self, expression: Expression, cycles: float) -> None:
        """Put all where it is at an expression, drift after so many cycles, and keep it there."""
        if self._modulation is not None:
            self.image.modulate(self._film(expression.point, expression.morph))
        if self._motion is not None:
            self._motion.aim(expression.morph, 0.0, expression.drift_depth)
            self._motion.settle(0, cycles)
        self.image.reset()

    def drift_cycles(self, position: int) -> float:
        """[any-thread] Return the phase of drift at a frame, in cycles."""
        return self._motion.cycles(position) if self._motion is not None else 0.0

    def follow(self, expression: Expression) -> None:
        """[any-thread] Let what can move glide to an expression; one caller at a time."""
        if self._modulation is not None:
            self._modulation.aim(self._film(expression.point, expression.morph))
        if self._motion is not None:
            _aim(self._motion, expression)

    def set_restless(self, on: bool) -> None:
        """Let weights that can move be mixed as if they did, to measure what that takes."""
        if self._motion is not None:
            self._motion.set_restless(on)

    def settle_film(self, morph: float) -> None:
        """Put scales and shifts where they are at a morph; only before the network runs."""
        if self._spec.film is not None:
            self.image.modulate(self._film(self._spec.film, morph))

    def film_ends(self, point: tuple[float, ...]) -> NDArray[np.float32]:
        """Return the scales and shifts at a point [shape=(2, count)], as its image holds them.

        Morph leads in a straight line from the first row to the second.
        """
        ends = [self.image.packed_modulation(self._film(point, morph)) for morph in (0.0, 1.0)]
        return np.array(ends, np.float32)

    def _film(self, point: tuple[float, ...], morph: float) -> Film:
        """Return the scales and shifts at a point."""
        own, other = self._weights.film, self._other_film
        assert own is not None
        return condition_between(own, other, point, morph)


def stretched_network(spec: NetworkSpec, times: Times, expression: Expression) -> bytes:
    """Return what a network that can move is laid out of for any sample rate, without Python.

    Parameters
    ----------
    times : Times
        How long its delays are.
    expression : Expression
        Where its scales and shifts are, and where its morph goes.
    """
    weights, film = draw(spec), None
    other = draw(dataclasses.replace(spec, seed=expression.seed_b))
    sources = draw_sources(spec.seed, weights, other)
    if spec.film is not None and weights.film is not None:
        conditioned = condition_between(weights.film, other.film, spec.film, expression.morph)
        film = NetworkImage(spec, weights).packed_modulation(conditioned)
    rows = [[layer.weights[row] for layer in sources] for row in range(MIXED)]
    layers = [spec.layer(index) for index in range(spec.layers)]
    return stretch_memory(layers, float(spec.dilation), times, rows, weights.biases, film)


def drawn_network(
    spec: NetworkSpec, rate: float, expression: Expression, movable: bool
) -> DrawnNetwork:
    """Return a network with its numbers where they are to be, after endless silence."""
    network = DrawnNetwork(spec, draw(spec), rate)
    if movable or expression.moves_weights:
        network.let_move(expression)
        network.settle_film(expression.morph)
        network.start_at(0)
    return network


def network_for_any_rate(
    spec: NetworkSpec, times: Times, rate: float, expression: Expression
) -> DrawnNetwork:
    """Return a network that can move, to be laid out anew of what `stretched_network` returns.

    There is room in it for its weights at any rate. Its own image has short delays.

    Parameters
    ----------
    times : Times
        How long its delays are.
    """
    room = most_weights([spec.layer(index) for index in range(spec.layers)], times)
    short = dataclasses.replace(spec, dilation=1, stretch=1.0)
    network = DrawnNetwork(short, draw(short), rate)
    network.let_move(expression, room)
    network.settle_film(expression.morph)
    network.start_at(0)
    return network


def _aim(motion: Motion, expression: Expression) -> None:
    motion.aim(expression.morph, expression.drift_rate, expression.drift_depth)
