"""The stages that a network's output passes, and the compiled run through a row of them.

There are two places. Each voice has stages of its own, for what belongs to its network: such a
stage is a module and an entry in STAGES. The engine has those that outlive its networks, in a
`StageChain`: they come after the level and the crossfade.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.recipes.recipe import Recipe
from ronn_jack.realtime.compiler.compile import entry, inlined
from ronn_jack.realtime.compiler.memory import offset, record
from ronn_jack.realtime.stages.high_pass import HighPass
from ronn_jack.realtime.stages.stage import (
    PREPARE,
    SETTLE,
    Stage,
    VoiceStage,
    prepare_nothing,
)

CHANNELS = 2
STAGES: Sequence[type[VoiceStage]] = (HighPass,)
"""Those of each voice, in the order in which the signal passes them."""


def states_of(stages: Sequence[type[Stage]]) -> np.dtype[Any]:
    """[control-thread] Return the states of stages, each in a field of its stage's name."""
    return np.dtype([(stage.name, stage.state) for stage in stages], align=True)


CHAIN = states_of(STAGES)
"""The states of a voice's stages."""


def stages_of(recipe: Recipe) -> list[VoiceStage]:
    """[control-thread] Return the stages of a network of a recipe."""
    return [stage.of(recipe) for stage in STAGES]


def compiled_chain(stages: Sequence[type[Stage]], chain: np.dtype[Any]) -> tuple[Any, Any, Any]:
    """[control-thread] Return `run`, `settle` and `prepare` of stages in a row.

    Parameters
    ----------
    chain : dtype
        Their states, each in a field of its stage's name.
    """
    places = [(stage, offset(chain, stage.name)) for stage in stages]
    return (
        reduce(_run_then, places, _pass_on),
        reduce(_settle_then, places, _keep),
        reduce(_prepare_then, places, prepare_nothing),
    )


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


def _prepare_then(before: Any, stage_and_place: tuple[type[Stage], int]) -> Any:
    stage, place = stage_and_place
    prepare = stage.prepare

    @inlined
    def prepare_both(state: int, rate: float) -> None:
        before(state, rate)
        prepare(state + place, rate)

    return prepare_both


run_chain, settle_chain, prepare_chain = compiled_chain(STAGES, CHAIN)
"""[audio-thread] Let float64 rows pass a voice's stages; [control-thread] settle them, and make
them ready for a sample rate."""


@cache  # as each engine has the same stages
def chain_entries(stages: tuple[type[Stage], ...]) -> tuple[Any, Any, Any]:
    """[control-thread] Return `run`, `settle` and `begin` of stages in a row, for outside calls."""
    run, settle, prepare = compiled_chain(stages, states_of(stages))

    def run_all(state: int, channels: int, rows: int, frames: int, spare: int, more: int) -> None:
        run(state, channels, rows, frames)

    def settle_all(state: int, channel: int, constant: float) -> Any:
        return settle(state, channel, constant)

    def begin(state: int, rate: float) -> None:
        prepare(state, rate)
        for channel in range(CHANNELS):
            settle(state, channel, 0.0)

    return (
        entry("void(int64, int64, int64, int64, int64, int64)")(run_all),
        entry(SETTLE)(settle_all),
        entry(PREPARE)(begin),
    )


class StageChain:
    """[control-thread] Stages in a row with their memory, settled on silence.

    Once the audio runs its thread owns the states, but for fields by which a stage takes new
    values: by single aligned stores, or a mailbox.

    Parameters
    ----------
    stages : sequence of Stage
    rate : float
        Sample rate in Hz.

    Attributes
    ----------
    stages : sequence of Stage
    compiled : entry
        The run through them: (state, channels, rows, frames, unused, unused), all int64.
    run : int
        Address of it.
    beginning : entry
        Makes them ready for a sample rate, as after endless silence: (state, rate in Hz).
    begin : int
        Address of it.
    address : int
        Of the states.
    """

    def __init__(self, stages: Sequence[Stage], rate: float) -> None:
        self.stages = stages
        types = tuple(type(stage) for stage in stages)
        self.compiled, self._settle, self.beginning = chain_entries(types)
        self._states, self.address = record(states_of(types))
        self.run = self.compiled.address
        for stage in stages:
            for name, value in stage.fields().items():
                self.state(stage)[name] = value
        self.begin = self.beginning.address
        self.beginning.ctypes(self.address, rate)

    def settle(self) -> None:
        """Be as after endless silence, with all that glides where it goes; before the audio."""
        for channel in range(CHANNELS):
            self.settled(channel, 0.0)

    def settled(self, channel: int, constant: float) -> float:
        """Be as after an endless constant in a channel; return what comes out while it lasts."""
        return float(self._settle.ctypes(self.address, channel, constant))

    def process(self, rows: NDArray[np.float64], channels: int, frames: int) -> None:
        """Let rows [shape=(2, MAX_BLOCK)] pass the stages in place, on the calling thread."""
        self.compiled.ctypes(self.address, channels, rows.ctypes.data, frames, 0, 0)

    def state(self, stage: Stage) -> Any:
        """Return the state of one of the stages."""
        return self._states[0][stage.name]

    def address_of(self, stage: Stage) -> int:
        """Return the address of that state."""
        return self.address + offset(self._states.dtype, stage.name)
