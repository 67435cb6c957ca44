"""[control-thread] The stages of an engine, which outlive its networks, and what they are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ronn_jack.model.latent.equaliser import EqSettings
from ronn_jack.realtime.convolver.response import PreparedResponse
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.chain import StageChain, chain_entries
from ronn_jack.realtime.stages.equaliser import Curve, Equaliser
from ronn_jack.realtime.stages.reverb import Reverb
from ronn_jack.realtime.stages.stage import Stage

Position = Literal["pre", "post"]
"""Where the equaliser stands: before the networks, or after them."""

BEFORE: tuple[type[Stage], ...] = (Equaliser,)
AFTER: tuple[type[Stage], ...] = (Equaliser, Reverb)
"""The kinds of stages that every engine has before its networks and after them."""

for _types in (BEFORE, AFTER):
    chain_entries(_types)  # so that they are known, and can be compiled, before there is an engine


class EngineStages:
    """What the signal passes whichever network sounds.

    An equaliser stands at both places, of which one at most is not flat. The reverb comes last.

    Parameters
    ----------
    after : sequence of Stage
        Those after the networks and the equaliser.
    rate : float
        Sample rate in Hz.
    glides : int
        Address of the controls' values, float64 [shape=(CONTROLS, MAX_BLOCK)].
    """

    def __init__(self, after: Sequence[Stage], rate: float, glides: int) -> None:
        self._places = {"pre": Equaliser(), "post": Equaliser()}
        self._reverb = Reverb(rate)
        later = (*after, self._reverb)
        self.stages: Sequence[Stage] = (*self._places.values(), *later)
        self.chain_before = StageChain([self._places["pre"]], rate)
        self.chain = StageChain([self._places["post"], *later], rate)
        on, mix = (glides + each * MAX_BLOCK * 8 for each in (Control.REVERB, Control.REVERB_MIX))
        self._reverb.stand(self.chain.address_of(self._reverb), on, mix)

    @property
    def working_stages(self) -> Sequence[Stage]:
        """Those that are on."""
        return [stage for stage in self.stages if stage.on]

    @property
    def reverb_address(self) -> int:
        """Where the state of the reverb lies."""
        return self.chain.address_of(self._reverb)

    @property
    def ringing_stages(self) -> Sequence[Stage]:
        """Those that are off, and take time until their tails have rung out."""
        return [self._reverb] if self._reverb.rings(self.chain) else []

    @property
    def curve_before(self) -> Curve | None:
        """What the networks' input is to pass; None where that changes nothing."""
        return self._places["pre"].curve

    def equalise(
        self, settings: EqSettings | None, makeup_db: float = 0.0, position: Position | None = None
    ) -> None:
        """Let the equaliser glide to settings at its place, which may be another one.

        Parameters
        ----------
        settings : EqSettings or None
            None is off.
        makeup_db : float
            Gain that holds the loudness.
        position : {"pre", "post"} or None
            None is off, too.
        """
        for place, equaliser in self._places.items():
            curve = Curve(settings, makeup_db) if settings and place == position else None
            equaliser.aim(self.chain_before if place == "pre" else self.chain, curve)

    def offer_response(self, response: PreparedResponse | None) -> None:
        """Let the reverb fade to a response, or to silence; the newest wins."""
        self._reverb.offer(response)

    def expect_reverb(self) -> None:
        """Count the reverb among the working stages: it is to be on as soon as it has a room."""
        self._reverb.on = True

    def collect_responses(self) -> None:
        """Free the responses that the audio thread has done with."""
        self._reverb.collect()

    @property
    def held_responses(self) -> int:
        """Responses that are kept alive because the audio thread may still read them."""
        return self._reverb.held_responses

    def clear_tails(self) -> None:
        """[any-thread] Let the reverb forget what it has heard, with the next block."""
        self._reverb.clear()

    def settle_stages(self) -> None:
        """Be where all that glides goes, after silence; only while no audio runs."""
        self.chain_before.settle()
        self.chain.settle()
