"""A stage made up here that belongs to an engine: it outlives networks, and is paid for first."""

import numpy as np

from ronn_jack.cost.counts import KINDS
from ronn_jack.cost.model import CostModel
from ronn_jack.hotswap.builder import Builder
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.stage import RUN, SETTLE, Stage
from tests.realtime.engine_driver import RATE, noise, play
from tests.support.changes import change_to, first_change
from tests.support.jack_server import wait_for
from tests.support.recording import Listener
from tests.support.rigged import RiggedPipeline, taking

TAIL = np.dtype([("share", "f8"), ("last", "f8", 2)])


@native(RUN)
def _ring(state, channels, rows, frames):
    s = carray(pointer(state), (1,), TAIL)[0]
    y = carray(pointer(rows), (2, MAX_BLOCK), np.float64)
    for channel in range(channels):
        for t in range(frames):
            s.last[channel] = y[channel, t] + s.share * s.last[channel]
            y[channel, t] = s.last[channel]


@native(SETTLE)
def _settle(state, channel, constant):
    s = carray(pointer(state), (1,), TAIL)[0]
    s.last[channel] = constant / (1.0 - s.share)
    return s.last[channel]


class Tail(Stage):
    """Lets a share of each frame ring on in the next one."""

    name = "tail"
    state = TAIL
    run = _ring
    settle = _settle
    remedies = ("turn tail off",)

    def __init__(self, share=0.999):
        self.share = share

    def work(self):
        return {"filter": 4.0}

    def fields(self):
        return {"share": self.share}

    def memory_frames(self, rate):
        return round(rate)


def engine_with(*stages):
    engine = Engine(2, 2, RATE, history_seconds=2.0, stages=stages)
    engine.set(Control.MASTER, 1.0)
    engine.set(Control.OUTPUT_GAIN, 1e-4)  # below what the guard bends
    engine.settle()
    return engine


def played(engine, x):
    """Play through one network, exchange it, and let the other go."""
    half = x.shape[1] // 2
    first, second = make_voice(NetworkSpec(), RATE), make_voice(NetworkSpec(seed=7), RATE)
    engine.publish(first)
    parts = [play(engine, x[:, :half])]
    second.set_fade(480, 0.0)
    assert engine.prime(second, engine.position)
    engine.publish(second)
    parts.append(play(engine, x[:, half:]))
    engine.release(64)
    parts.append(play(engine, np.zeros((2, 4096), np.float32)))
    return np.concatenate(parts, axis=1).astype(float)


def rung(x, share):
    y = np.zeros_like(x)
    last = np.zeros(2)
    for t in range(x.shape[1]):
        last = x[:, t] + share * last
        y[:, t] = last
    return y


def test_a_stage_of_the_engine_rings_through_an_exchange_and_after_the_last_network():
    x = noise(8000)
    heard = played(engine_with(Tail()), x)
    expected = rung(played(engine_with(), x), 0.999)
    assert np.abs(heard - expected).max() <= 1e-5 * np.abs(expected).max()
    assert np.abs(heard[:, -1]).max() > 0.01 * np.abs(heard).max() > 0.0


def test_it_takes_new_values_while_the_audio_runs():
    tail = Tail(0.5)
    engine = engine_with(tail)
    engine.publish(make_voice(NetworkSpec(), RATE))
    x = noise(2000)
    before = play(engine, x)
    engine.chain.state(tail)["share"] = 0.999
    assert np.abs(play(engine, x)).max() > 1.5 * np.abs(before).max()


def test_what_a_stage_takes_is_off_the_budget_of_any_network():
    rates = [0.0] * len(KINDS)
    rates[KINDS.index("filter")] = 1e-6
    listener, engine = Listener(), engine_with(Tail())
    # Four recursions a frame: 19 % of the period, so that of the budget 51 % are left.
    pipeline = RiggedPipeline(time_block=taking(0.5 * 64 / RATE))
    builder = Builder(listener, CostModel(rates).sounding_seconds, pipeline)
    builder.attach(engine, lambda: 64)
    try:
        builder.request(first_change())

        def sounds():
            # A voice that comes too late for a block waits for the next one.
            engine.process(noise(64))
            return builder.sounding is not None

        wait_for(sounds)
        pipeline.time_block = taking(0.6 * 64 / RATE)
        builder.request(change_to(NetworkSpec(seed=7)))
        wait_for(lambda: listener.refusals)
        assert listener.refusals[0][1] == (
            "needs 60% of the 64-frame period at 48000 Hz, and budget is 70%, of which the stages "
            "take 19%: raise the buffer size, or lower channels, kernel and layers, or turn tail "
            "off"
        )
    finally:
        builder.detach()
