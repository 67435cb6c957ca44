"""Stages that are made up here, beside the one that there is."""

import numpy as np

from ronn_jack.model.recipes import BY_NAME
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.high_pass import HighPass
from ronn_jack.realtime.stages.stage import RUN, SETTLE, Stage
from tests.realtime.stages.running_chain import RunningChain, noise

RONN = BY_NAME["ronn"]
OFFSET = np.dtype([("amount", "f8")])


@native(RUN)
def _add(state, channels, rows, frames):
    amount = carray(pointer(state), (1,), OFFSET)[0].amount
    y = carray(pointer(rows), (2, MAX_BLOCK), np.float64)
    for channel in range(channels):
        for t in range(frames):
            y[channel, t] += amount


@native(SETTLE)
def _add_to_constant(state, channel, constant):
    return constant + carray(pointer(state), (1,), OFFSET)[0].amount


class Offset(Stage):
    name = "offset"
    state = OFFSET
    run = _add
    settle = _add_to_constant

    def work(self):
        return {"change": 0.125}

    def fields(self):
        return {"amount": 0.25}

    def memory_frames(self, rate):
        return 0


def test_a_stage_settles_on_what_the_one_before_it_gives():
    chain = RunningChain([Offset(), HighPass.of(RONN)], 2, before=(0.5, -1.0))
    assert chain.rest == [0.0, 0.0]
    assert not chain.run(np.repeat([[0.5], [-1.0]], 600, axis=1)).any()


def test_the_signal_passes_the_stages_in_their_order():
    after = RunningChain([HighPass.of(RONN), Offset()], 2, before=(0.5, 0.5))
    assert after.rest == [0.25, 0.25]
    x = noise(2)
    alone = RunningChain([HighPass.of(RONN)], 2, before=(0.5, 0.5)).run(x)
    assert np.array_equal(after.run(x), alone + 0.25)
