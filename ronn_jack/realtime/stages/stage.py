"""What a stage has to tell: an effect of fixed size that the network's output passes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from ronn_jack.model.recipes.recipe import Recipe
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import float64, int64, void

RUN = "void(int64, int64, int64, int64)"
"""Signature of a stage's `run`: (state, channels, rows, frames)."""
SETTLE = "float64(int64, int64, float64)"
"""Signature of a stage's `settle`: (state, channel, constant)."""
PREPARE = void(int64, float64)
"""Signature of a stage's `prepare`: (state, rate in Hz)."""


@native(PREPARE)
def prepare_nothing(state: int, rate: float) -> None:
    """[control-thread] The `prepare` of a stage that is the same at all sample rates."""


class Stage(ABC):
    """A stage as one network or engine has it; the compiled part is the same for all.

    Attributes
    ----------
    name : str
        Of its state in the chain's.
    state : dtype
        Its coefficients, and what it keeps from block to block.
    run : compiled function of the signature RUN
        [audio-thread] Changes `frames` samples, at most MAX_BLOCK, of finite float64 rows in place;
        `rows` is their address, and they are MAX_BLOCK apart.
    settle : compiled function of the signature SETTLE
        [control-thread] Puts a channel in the state that an endless `constant` leaves it in, and
        returns the constant that comes out.
    prepare : compiled function of the signature PREPARE
        [control-thread] Writes all that depends on the sample rate; then it is to be settled.
    switch : str
        The parameter that turns it on; empty where it is always on.
    on : bool
        [control-thread] Whether it is on; off it takes no time that counts.
    remedies : sequence of str
        What lets it take less of the budget, as advice: "turn eq off".
    """

    name: ClassVar[str]
    state: ClassVar[np.dtype[Any]]
    run: ClassVar[Any]
    settle: ClassVar[Any]
    prepare: ClassVar[Any] = prepare_nothing
    switch: ClassVar[str] = ""
    remedies: ClassVar[Sequence[str]] = ()
    on: bool = True

    @abstractmethod
    def work(self) -> Mapping[str, float]:
        """[control-thread] Return the work that a frame takes, by its kind in `cost.counts`."""

    def exert(self, state: Any) -> None:  # noqa: B027
        """[control-thread] Let it take as long as it ever can from now on, to be measured."""

    def fields(self) -> Mapping[str, Any]:
        """[control-thread] Return the fields that its state begins with at every rate."""
        return {}

    @abstractmethod
    def memory_frames(self, rate: float) -> int:
        """[control-thread] Return the frames of input after which it has forgotten its start."""


class VoiceStage(Stage):
    """A stage that each voice has of its own, since it depends on the network's recipe."""

    @classmethod
    @abstractmethod
    def of(cls, recipe: Recipe) -> VoiceStage:
        """[control-thread] Return the stage that a recipe calls for."""
