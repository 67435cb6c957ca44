"""How much processor time a network or a stage takes on this machine, predicted from its work."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from pathlib import Path

import numpy as np

from ronn_jack.cost.counts import KINDS, count_work
from ronn_jack.cost.least_squares import nonnegative_least_squares
from ronn_jack.files import write_atomically
from ronn_jack.model.protocol import Model
from ronn_jack.realtime.stages.chain import stages_of
from ronn_jack.realtime.stages.stage import Stage

Timing = tuple[Model | Stage, int, float]
"""A network or stage, frames in a block, and the processor time in s that a block took."""

_VERSION = 1
_LONGEST = 1e-3
"""Seconds; nothing that is counted takes as long on any machine that could run a network."""
_MOST_BYTES = 1 << 16
_WEIGHT_BELOW = 1.5
"""How much worse a prediction below the truth is than one above."""
_REWEIGHTINGS = 4


@dataclass(frozen=True)
class CostModel:
    """What each kind of work takes on a machine.

    Parameters
    ----------
    rates : sequence of float
        Seconds for one of each of `counts.KINDS`.
    """

    rates: Sequence[float]

    def seconds(self, subject: Model | Stage, block: int) -> float:
        """Return the processor time in s that a network or stage takes for so many frames."""
        return float(sum(map(mul, self.rates, count_work(subject, block))))

    def sounding_seconds(self, subject: Model | Stage, block: int) -> float:
        """Return the same, a network's with the stages that its voice has."""
        stages = [] if isinstance(subject, Stage) else stages_of(subject.rules)
        return sum(self.seconds(each, block) for each in (subject, *stages))

    def load(self, model: Model, block: int, rate: float) -> float:
        """Return the share of a block's duration at a sample rate in Hz that a network takes."""
        return self.seconds(model, block) * rate / block

    def write(self, path: Path) -> None:
        """Write the model to a file.

        Raises
        ------
        OSError
            If the file can't be written.
        """
        seconds = dict(zip(KINDS, self.rates, strict=True))
        content = {"version": _VERSION, "seconds": seconds}
        write_atomically(path, json.dumps(content, indent=1) + "\n")


def read_cost_model(path: Path) -> CostModel | None:
    """Return the model that a file holds, or None if it is not there or not whole."""
    try:
        with path.open("rb") as stream:
            content = json.loads(stream.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or set(content) != {"version", "seconds"}:
        return None
    seconds = content["seconds"]
    if content["version"] != _VERSION or not isinstance(seconds, dict):
        return None
    if set(seconds) != set(KINDS) or not all(map(_plausible, seconds.values())):
        return None
    if not any(seconds.values()):
        return None
    return CostModel(tuple(float(seconds[kind]) for kind in KINDS))


def fit_cost_model(timings: Sequence[Timing]) -> CostModel:
    """Return the model whose relative errors are least, those below the truth weighing more."""
    work = np.array([count_work(spec, block) for spec, block, _ in timings])
    relative = work / np.array([[seconds] for _, _, seconds in timings])
    size = np.maximum(relative.max(axis=0), np.finfo(np.float64).tiny)
    matrix = relative / size
    weights = np.ones(len(timings))
    for _ in range(_REWEIGHTINGS):
        x = nonnegative_least_squares(matrix * weights[:, np.newaxis], weights)
        weights = np.where(matrix @ x < 1.0, math.sqrt(_WEIGHT_BELOW), 1.0)
    return CostModel(tuple((x / size).tolist()))


def _plausible(value: object) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and 0.0 <= value <= _LONGEST
    )
