"""From a model to a voice, by the kind of the model."""

from __future__ import annotations

import functools

from ronn_jack.hotswap.drawn_network import drawn_network
from ronn_jack.model.expression import AT_REST, Expression
from ronn_jack.model.protocol import Model
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.playable import Playable
from ronn_jack.realtime.voice import Voice


@functools.singledispatch
def make_playable(model: Model, rate: float, expression: Expression, movable: bool) -> Playable:
    """Return a network in memory with its numbers where they are to be, after endless silence.

    Each kind of model registers what makes it. The parameters are those of `make_voice`.
    """
    raise NotImplementedError(f"nothing builds model {type(model).__name__}")


make_playable.register(NetworkSpec)(drawn_network)


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
    return Voice(model, make_playable(model, rate, expression, movable), rate)
