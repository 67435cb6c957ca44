"""The reverb: the signal mixed with itself, convolved with a response that may be exchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray
from ronn_jack.realtime.compiler.mailbox import publish
from ronn_jack.realtime.compiler.memory import offset
from ronn_jack.realtime.convolver.convolver import (
    Convolver,
    forget,
    pass_by,
    ringing_frames,
    run_convolver,
    wake,
)
from ronn_jack.realtime.convolver.response import PreparedResponse, late_partitions, longest_frames
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.stage import RUN, SETTLE, Stage

_STATE = np.dtype(
    [
        ("convolver", "i8"),  # address, or 0 as long as there was no response
        ("cleared", "i8"),  # set to ask that the tail be forgotten
        ("asleep", "i8"),  # what there was before: SILENCE, or a SIGNAL that it let pass; or 0
        ("on", "i8"),  # addresses of float64 [shape=(MAX_BLOCK,)]: how far it is on,
        ("mix", "i8"),  # and how much of the mixture is convolved
        ("sends", "f8", MAX_BLOCK),
    ],
    align=True,
)
_SILENCE, _SIGNAL = 1, 2
CONVOLVER = offset(_STATE, "convolver")
_CLEARED = offset(_STATE, "cleared")
_ON, _MIX = offset(_STATE, "on"), offset(_STATE, "mix")
_SENDS = offset(_STATE, "sends")


@native(SETTLE)
def _settle(state: int, channel: int, constant: float) -> float:
    carray(pointer(state), (1,), _STATE)[0].asleep = _SILENCE
    return constant


@native(RUN)
def _run(state: int, channels: int, rows: int, frames: int) -> None:
    convolver = load_acquire(state + CONVOLVER)
    s = carray(pointer(state), (1,), _STATE)[0]
    if convolver == 0:
        s.asleep = _SIGNAL
        return
    on = carray(pointer(s.on), (frames,), np.float64)
    mix = carray(pointer(s.mix), (frames,), np.float64)
    # Within a block it only comes or only goes.
    off = on[0] == 0.0 and on[frames - 1] == 0.0
    if off and s.asleep != 0:
        s.asleep = _SIGNAL
        pass_by(convolver, frames)
        return
    cleared = exchange(state + _CLEARED, 0) != 0
    unheard = mix[0] == 0.0 and mix[frames - 1] == 0.0
    if off and (cleared or unheard or ringing_frames(convolver) <= 0):
        # Forgotten now, as nothing lets go of the responses while it is asleep.
        forget(convolver)
        s.asleep = _SIGNAL
        pass_by(convolver, frames)
        return
    if cleared or s.asleep == _SIGNAL:
        wake(convolver)
    elif s.asleep == _SILENCE:
        forget(convolver)
    s.asleep = 0
    for t in range(frames):
        s.sends[t] = on[t] * on[t] * (3.0 - 2.0 * on[t])
    run_convolver(convolver, channels, rows, MAX_BLOCK * 8, state + _SENDS, s.mix, frames)


class Reverb(Stage):
    """A reverb, silent until it has a response.

    Turned off, its tail rings out; then it takes no time and passes its input.

    Parameters
    ----------
    rate : float
        Sample rate in Hz.
    tried_seconds : float, optional
        Length of the response that it is measured with, for one that is there for that alone.
    """

    name = "reverb"
    state = _STATE
    run = _run
    settle = _settle
    switch = "reverb"
    remedies = ("turn reverb off",)

    def __init__(self, rate: float, tried_seconds: float | None = None) -> None:
        self.on = False
        self._rate = rate
        self._tried_frames = round((tried_seconds or 0.0) * rate)
        self._convolver: Convolver | None = None
        self._address = 0

    def stand(self, address: int, on: int, mix: int) -> None:
        """[control-thread] Take its place in a chain, before the audio runs.

        Parameters
        ----------
        address : int
            Of its state.
        on, mix : int
            Addresses of float64 [shape=(MAX_BLOCK,)]: how far it is on, and how much of the
            mixture is convolved.
        """
        self._address = address
        publish(address + _ON, on)
        publish(address + _MIX, mix)

    def offer(self, response: PreparedResponse | None) -> None:
        """[control-thread] Let a response take the place of the one that is heard, or silence."""
        if self._convolver is None:
            self._convolver = Convolver(self._rate)
        self._convolver.offer(response)
        publish(self._address + CONVOLVER, self._convolver.address)

    def collect(self) -> None:
        """[control-thread] Let go of the responses that the audio thread has done with."""
        if self._convolver is not None:
            self._convolver.collect()

    @property
    def held_responses(self) -> int:
        """Responses that are kept alive because the audio thread may still read them."""
        return self._convolver.held_responses if self._convolver else 0

    def rings(self, chain: Any) -> bool:
        """[any-thread] Whether it is off, and its tail is still heard.

        Parameters
        ----------
        chain : StageChain
            That it stands in.
        """
        return not self.on and int(chain.state(self)["asleep"]) == 0

    def clear(self) -> None:
        """[any-thread] Let the tail be forgotten with the next block."""
        publish(self._address + _CLEARED, 1)

    def work(self) -> Mapping[str, float]:
        """[control-thread] Return the work that a frame takes, whichever room it is."""
        if self._tried_frames:
            return {"reverb": 1.0, "partition": late_partitions(self._tried_frames)}
        # Twice the products while it goes from one room to the next.
        return {"reverb": 1.0, "partition": 2.0 * late_partitions(longest_frames(self._rate))}

    def exert(self, state: Any) -> None:
        """[control-thread] Let it take as long as it can with its length of response."""
        self._always = np.ones(MAX_BLOCK)
        state["on"] = state["mix"] = self._always.ctypes.data
        self._convolver = Convolver(self._rate)
        frames = self._tried_frames or longest_frames(self._rate)
        self._convolver.offer(PreparedResponse(np.zeros((1, frames), np.float32)))
        self._convolver.pretend_past()
        state["asleep"] = 0
        state["convolver"] = self._convolver.address

    def fields(self) -> Mapping[str, Any]:
        """[control-thread] Return the fields that it begins with at every rate."""
        return {"asleep": _SILENCE}

    def memory_frames(self, rate: float) -> int:
        """[control-thread] Return the frames after which it has forgotten its start."""
        return longest_frames(rate)
