"""The stages that each network's output passes, and the compiled run through all of them.

A new stage is a module of its own and an entry here. Each network owns the state of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from ronn_jack.model.recipes.recipe import Recipe
from ronn_jack.realtime.compiler.compile import inlined
from ronn_jack.realtime.compiler.memory import offset
from ronn_jack.realtime.stages.high_pass import HighPass
from ronn_jack.realtime.stages.stage import Stage

STAGES: Sequence[type[Stage]] = (HighPass,)
"""In the order in which the signal passes them."""

CHAIN = np.dtype([(stage.name, stage.state) for stage in STAGES], align=True)
"""The states of all stages."""


def stages_of(recipe: Recipe) -> list[Stage]:
    """[control-thread] Return the stages of a network of a recipe."""
    return [stage.of(recipe) for stage in STAGES]


def compiled_chain(stages: Sequence[type[Stage]], chain: np.dtype[Any]) -> tuple[Any, Any]:
    """[control-thread] Return `run` and `settle` of stages in a row.

    Parameters
    ----------
    chain : dtype
        Their states, each in a field of its stage's name.
    """
    places = [(stage, offset(chain, stage.name)) for stage in stages]
    return reduce(_run_then, places, _pass_on), reduce(_settle_then, places, _keep)


@inlined
def _pass_on(state: int, channels: int, rows: int, frames: int) -> None:
    pass


@inlined
def _keep(state: int, channel: int, constant: float) -> float:
    return constant


def _run_then(before: Any, stage_and_place: tuple[type[Stage], int]) -> Any:
    stage, place = stage_and_place
    run = stage.run

    @inlined
    def run_both(state: int, channels: int, rows: int, frames: int) -> None:
        before(state, channels, rows, frames)
        run(state + place, channels, rows, frames)

    return run_both


def _settle_then(before: Any, stage_and_place: tuple[type[Stage], int]) -> Any:
    stage, place = stage_and_place
    settle = stage.settle

    @inlined
    def settle_both(state: int, channel: int, constant: float) -> Any:
        return settle(state + place, channel, before(state, channel, constant))

    return settle_both


run_chain, settle_chain = compiled_chain(STAGES, CHAIN)
"""[audio-thread] Let float64 rows pass all stages; [control-thread] settle them on a constant."""
