"""Whether a network fits its share of the period, and what would."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ronn_jack.errors import RefusedError
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import PARAMETERS
from ronn_jack.realtime.stages.stage import Stage

HOPELESS = 1.4
"""A prediction this much over the budget is believed; nearer to it, the network is measured. Where
no cache holds a history, what others do on the machine moves its time by as much."""
SAFE = 0.85
"""Share of the room that a prediction may take where nobody asked for just this network: one that
takes a little more than predicted has to catch up, too."""

Cost = Callable[[Model | Stage, int], float]
"""Predicts the processor time in s that a network or stage takes for a block of so many frames."""


@dataclass(frozen=True)
class Deadline:
    """What there is to fit into.

    Attributes
    ----------
    period : int
        Frames in a block.
    rate : float
        Sample rate in Hz.
    budget : float
        Share of the period that a network may take, with the stages that outlive it.
    taken : float
        Share of the period that those stages take.
    remedies : sequence of str
        What lets them take less.
    """

    period: int
    rate: float
    budget: float
    taken: float = 0.0
    remedies: Sequence[str] = ()

    @property
    def room(self) -> float:
        """Share of the period that is left for a network."""
        return self.budget - self.taken

    @property
    def trusted_room(self) -> float:
        """Room for a network that was predicted to fit, within which measuring takes no part.

        A knob's position would lead here today and there tomorrow otherwise.
        """
        return max(self.room, min(HOPELESS * self.room, PARAMETERS["budget"].maximum - self.taken))

    @property
    def safe_room(self) -> float:
        """Room for a prediction on which a network is chosen."""
        return SAFE * self.room

    def load(self, seconds: float) -> float:
        """Return the share of the period that a time in s is."""
        return seconds * self.rate / self.period

    def spare_frames(self, seconds: float, block_seconds: float) -> int:
        """Return how many frames more fit into a period beside what takes a time in s.

        Parameters
        ----------
        block_seconds : float
            Time that a network takes for a block.
        """
        spare = self.room - self.load(seconds)
        return max(0, math.floor(self.period * spare / max(self.load(block_seconds), 1e-9)))


def admit(
    model: Model,
    seconds: float,
    deadline: Deadline,
    cost: Cost | None = None,
    subject: str = "",
) -> None:
    """Let a network pass if its own load is within the budget.

    Parameters
    ----------
    seconds : float
        Processor time that it takes a block.
    cost : Cost, optional
        For advice; without it, multiplications are counted.
    subject : str
        The parameter that was moved, for which a value that fits is looked for first.

    Raises
    ------
    RefusedError
        Naming the load, the budget and the nearest value that fits.
    """
    load = deadline.load(seconds)
    if load <= deadline.room:
        return
    predict: Callable[[Model, int], float] = cost or _multiplications
    # The prediction is scaled to what was measured, so that the advice holds for this network.
    scale = seconds / predict(model, deadline.period)

    def fits(candidate: Model) -> bool:
        return deadline.load(scale * predict(candidate, deadline.period)) <= deadline.room

    taken = f", of which the stages take {deadline.taken:.0%}" if deadline.taken else ""
    remedies = [_remedy(model, fits, subject), *deadline.remedies]
    raise RefusedError(
        f"needs {load:.0%} of the {deadline.period}-frame period at {deadline.rate:g} Hz, and "
        f"budget is {deadline.budget:.0%}{taken}: {', or '.join(remedies)}"
    )


def _remedy(model: Model, fits: Callable[[Model], bool], subject: str) -> str:
    # A stable order: the parameter that was moved comes first, where it is one of them.
    for name in sorted(model.lightening, key=lambda name: name != subject):
        for value, candidate in model.lighter(name):
            if fits(candidate):
                return f"{name} = {value} fits"
    *others, last = model.lightening
    return f"raise the buffer size, or lower {', '.join(others)} and {last}"


def _multiplications(model: Model, block: int) -> float:
    return float(model.multiplications * block)
