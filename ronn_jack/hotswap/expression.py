"""The parameters that move a running network: its point, morph and drift."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ronn_jack.model.drift import draw_sources
from ronn_jack.model.protocol import Model
from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import Value, defaults
from ronn_jack.realtime.motion.modulation import Film
from ronn_jack.realtime.motion.moving_weights import Motion
from ronn_jack.realtime.voice import Voice


@dataclass(frozen=True)
class Expression:
    """Where those parameters are, each in a field of its name, and the seed that morph leads to."""

    seed_b: int
    xy_x: float
    xy_y: float
    morph: float
    drift_rate: float
    drift_depth: float

    @classmethod
    def of(cls, values: Mapping[str, Value]) -> Expression:
        """Return what a full set of parameter values asks for."""
        moved = {name: float(values[name]) for name in cls._moving()}
        return cls(seed_b=int(values["seed_b"]), **moved)

    def moved_to(self, values: Mapping[str, Value]) -> Expression:
        """Return the same with those of `values` that are expressive."""
        moved: dict[str, Any] = {n: float(values[n]) for n in self._moving() if n in values}
        return dataclasses.replace(self, **moved) if moved else self

    def for_seed_b(self, seed_b: int) -> Expression:
        """Return the same on the way to another seed."""
        return dataclasses.replace(self, seed_b=seed_b)

    @classmethod
    def _moving(cls) -> Iterator[str]:
        return (field.name for field in dataclasses.fields(cls) if field.name != "seed_b")

    @property
    def moves_weights(self) -> bool:
        """Whether the weights are, or may come to be, others than the seed's."""
        return self.morph > 0.0 or self.drift_depth > 0.0

    @property
    def point(self) -> tuple[float, float]:
        """The point that conditions the network, where it is conditioned."""
        return self.xy_x, self.xy_y


AT_REST = Expression.of(defaults())


@functools.singledispatch
def make_voice(
    model: Model, rate: float, expression: Expression = AT_REST, movable: bool = False
) -> Voice:
    """Return a voice that has heard nothing but silence, with its numbers where they are to be.

    Parameters
    ----------
    rate : float
        Sample rate in Hz.
    movable : bool
        Whether the weights can move even if the expression does not ask for it now.
    """
    raise NotImplementedError(f"nothing builds model {type(model).__name__}")


@make_voice.register
def _(
    spec: NetworkSpec, rate: float, expression: Expression = AT_REST, movable: bool = False
) -> Voice:
    voice = Voice(spec, draw(spec), rate)
    if movable or expression.moves_weights:
        let_move(voice, expression)
        if spec.film is not None:
            voice.image.modulate(film_of(voice, spec.film, expression.morph))
        voice.start_at(0)
    return voice


def let_move(voice: Voice, expression: Expression) -> None:
    """Let a voice's weights move to where the expression is; it may sound already."""
    other = draw(dataclasses.replace(voice.spec, seed=expression.seed_b))
    sources = draw_sources(voice.spec.seed, voice.weights, other)
    motion = Motion(voice.image, sources, voice.rate)
    aim_motion(motion, expression)
    voice.attach(motion, other.film)


def aim_motion(motion: Motion, expression: Expression) -> None:
    """Let weights glide to where the expression is."""
    motion.aim(expression.morph, expression.drift_rate, expression.drift_depth)


def film_of(voice: Voice, point: tuple[float, ...], morph: float) -> Film:
    """Return the scales and shifts of a voice with conditioning at a point.

    Morph leads in a straight line from what the seed's generator makes of the point to what that
    of `seed_b` does.
    """
    own, other = voice.weights.film, voice.other_film
    assert own is not None
    if other is None or morph == 0.0:
        return own.condition(point)
    if morph == 1.0:
        return other.condition(point)
    share = np.float32(morph)
    rest = np.float32(1.0) - share
    return [
        (rest * scale_a + share * scale_b, rest * shift_a + share * shift_b)
        for (scale_a, shift_a), (scale_b, shift_b) in zip(
            own.condition(point), other.condition(point), strict=True
        )
    ]
