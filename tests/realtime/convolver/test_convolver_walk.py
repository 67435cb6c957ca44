"""A walk through the latent rooms themselves, as a player's hand would take it."""

import numpy as np
import pytest

from ronn_jack.model.latent.reverb import ReverbModel, RoomSpec, synthesise
from ronn_jack.realtime.convolver.response import PreparedResponse
from tests.realtime.convolver.running_convolver import RATE, RunningConvolver

CYCLE = 4096
"""Frames from one response to the next: more than ten a second."""
_T = np.arange(3 * 48000) / RATE
# It comes in so smoothly that the longest rooms don't remember a beginning.
_U = np.minimum(1.0, _T)
_RISE = _U**4 * (35 - 84 * _U + 70 * _U**2 - 20 * _U**3)
SINE = np.tile(np.sin(2 * np.pi * 50.0 * _T) * _RISE, (2, 1))


def loudest_above(y, hertz):
    """Return the most power above a frequency in any tenth of a second, against all, in dB."""
    frames = 4800
    window = np.kaiser(frames, 28.0)
    first = round(hertz * frames / RATE)
    powers = []
    for start in range(0, y.shape[1] - frames, frames // 4):
        power = np.abs(np.fft.rfft(y[:, start : start + frames] * window)) ** 2
        powers.append((power[:, first:].sum(), power.sum()))
    high, whole = np.array(powers).T
    return 10 * np.log10(high.max() / whole.mean())


@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_four_units_in_a_second_are_heard_in_no_octave_above(axis):
    model = ReverbModel.ours()
    running = RunningConvolver()
    begin, at, parts = 90000, 0, []
    while at < SINE.shape[1]:
        place = min(2.0, max(-2.0, 4.0 * (at - begin) / RATE - 2.0))
        if at == 0 or begin <= at <= begin + RATE + CYCLE:
            place_of = {"x": -1.0, "y": 0.0, "z": 0.0, axis: place}
            response = PreparedResponse(synthesise(model, RoomSpec(**place_of), RATE))
            running.convolver.offer(response)
        if at == 0:
            running.forget()
        step = CYCLE if at + CYCLE > begin else begin - at - (begin - at) % CYCLE
        parts.append(running.run(SINE[:, at : at + step]))
        at += step
    y = np.concatenate(parts, axis=1)
    assert loudest_above(y[:, 80000:], 5000.0) <= -100.0
