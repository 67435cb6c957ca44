"""Whether a network fits its share of the period, and what would."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass

from ronn_jack.errors import RefusedError, SpecError
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import PARAMETERS, Kind

Cost = Callable[[NetworkSpec, int], float]
"""Predicts the processor time in s that a network takes for a block of so many frames."""

_LIGHTENING = ("channels", "kernel", "layers")
"""Parameters that make a network cheaper, in the order in which they are suggested."""


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
        Share of the period that a network may take.
    """

    period: int
    rate: float
    budget: float

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
        spare = self.budget - self.load(seconds)
        return max(0, math.floor(self.period * spare / max(self.load(block_seconds), 1e-9)))


def admit(
    spec: NetworkSpec,
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
    if load <= deadline.budget:
        return
    cost = cost or _multiplications
    # The prediction is scaled to what was measured, so that the advice holds for this network.
    scale = seconds / cost(spec, deadline.period)

    def fits(candidate: NetworkSpec) -> bool:
        return deadline.load(scale * cost(candidate, deadline.period)) <= deadline.budget

    raise RefusedError(
        f"needs {load:.0%} of the {deadline.period}-frame period at {deadline.rate:g} Hz, and "
        f"budget is {deadline.budget:.0%}: {_remedy(spec, fits, subject)}"
    )


def _remedy(spec: NetworkSpec, fits: Callable[[NetworkSpec], bool], subject: str) -> str:
    names = [name for name in _LIGHTENING if name != subject]
    if subject in PARAMETERS and PARAMETERS[subject].kind is Kind.INT and subject in _LIGHTENING:
        names.insert(0, subject)
    for name in names:
        value = _nearest(spec, name, fits)
        if value is not None:
            return f"{name} = {value} fits"
    return "raise the buffer size, or lower channels, kernel and layers"


def _nearest(spec: NetworkSpec, name: str, fits: Callable[[NetworkSpec], bool]) -> int | None:
    """Return the largest smaller value of a parameter with which the network fits."""
    # Typed loosely, as the name of the parameter is not known here.
    replaced: Callable[..., NetworkSpec] = dataclasses.replace
    for value in range(int(getattr(spec, name)) - 1, 0, -1):
        try:
            if fits(replaced(spec, **{name: value})):
                return value
        except SpecError:
            continue
    return None


def _multiplications(spec: NetworkSpec, block: int) -> float:
    return float(sum(math.prod(spec.weight_shape(i)) for i in range(spec.layers)) * block)
