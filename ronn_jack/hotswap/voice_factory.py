"""From a model to a voice: made by the kind of the model, or kept from when it sounded before.

A network that comes again (a snapshot, A/B, an undo) needs neither to be drawn nor to be tried
anew; it still has to hear the recent input. The kept ones are the builder's thread's.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from dataclasses import dataclass

from ronn_jack.hotswap.drawn_network import drawn_network
from ronn_jack.model.expression import AT_REST, Expression
from ronn_jack.model.protocol import Model
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.playable import Playable
from ronn_jack.realtime.voice import Voice

MOST_BYTES = 16 * 2**20
"""Memory that kept networks take together: that of dozens of the usual ones, of each some 100 kB.
Those that alone would take a quarter of it are not kept."""


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
    voice = Voice(model, make_playable(model, rate, expression, movable), rate)
    voice.aim_level(expression)
    return voice


@dataclass(frozen=True)
class KeptNetwork:
    """A network in memory that no voice has, and what was found out about it.

    Attributes
    ----------
    period : int
        Frames in a block for which it was measured.
    block_seconds : float
        Processor time that it takes such a block.
    """

    network: Playable
    period: int
    block_seconds: float


class KeptNetworks:
    """The networks that have sounded last, as far as there is room.

    Parameters
    ----------
    most_bytes : int
        Beyond it those go that were kept first.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[Model, float], KeptNetwork] = OrderedDict()

    @property
    def nbytes(self) -> int:
        """Memory that they take."""
        return sum(kept.network.nbytes for kept in self._kept.values())

    def keep(self, voice: Voice, period: int, block_seconds: float) -> None:
        """Keep the network of a voice that nobody runs any more.

        One whose numbers have moved, or could have, is another by now.
        """
        network = voice.network
        moved = network.motion or network.modulation
        if moved or not 0 < network.nbytes <= self._most_bytes // 4:
            return
        key = voice.model, voice.rate
        self._kept[key] = KeptNetwork(network, period, block_seconds)
        self._kept.move_to_end(key)
        while self.nbytes > self._most_bytes:
            self._kept.popitem(last=False)

    def take(self, model: Model, rate: float) -> KeptNetwork | None:
        """Return the network of a model as after endless silence; it is the taker's from now on."""
        kept = self._kept.pop((model, rate), None)
        if kept is not None:
            kept.network.start_at(0)
        return kept
