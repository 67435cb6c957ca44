"""A kind of network that is made up here: what goes by the protocol takes it as its own."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from ronn_jack.cost.admission import Deadline
from ronn_jack.cost.counts import KINDS, count_work
from ronn_jack.cost.model import CostModel
from ronn_jack.errors import RefusedError
from ronn_jack.hotswap.job import Job
from ronn_jack.hotswap.live_motion import LiveMotion
from ronn_jack.hotswap.priming import prepare
from ronn_jack.hotswap.voice_factory import make_playable, make_voice
from ronn_jack.model.expression import AT_REST
from ronn_jack.model.recipes import BY_NAME
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.language import carray
from ronn_jack.realtime.compiler.memory import aligned_bytes
from ronn_jack.realtime.playable import Playable
from tests.realtime.engine_driver import engine_for, noise, play
from tests.support.changes import change_to

COST = CostModel([1e-5] * len(KINDS)).seconds


@dataclass(frozen=True)
class Echoes:
    """Adds each input's last frame to it, so many times over."""

    repeats: int = 4
    point: tuple[float, float] = (0.0, 0.0)
    inputs = outputs = 2
    rules = BY_NAME["ronn"]
    summary = "echoes"
    receptive_field = 2
    longest_dilation = 1
    parameter_count = 2
    lightening = ("repeats", "length")

    @property
    def multiplications(self):
        return self.repeats

    def lighter(self, name):
        if name == "repeats":
            for value in range(self.repeats - 1, 0, -1):
                yield value, replace(self, repeats=value)

    def limit_faults(self, rate):
        return []

    def at(self, point):
        return replace(self, point=point)


@entry("void(int64, int64, int64, int64, int64, int64)")
def run_echoes(network, inputs, input_stride, outputs, output_stride, frames):
    past = carray(pointer(network), (3,), np.float32)
    for channel in range(2):
        x = carray(pointer(inputs + 4 * channel * input_stride), (frames,), np.float32)
        y = carray(pointer(outputs + 4 * channel * output_stride), (frames,), np.float32)
        for t in range(frames):
            y[t] = x[t] + past[2] * past[channel]
            past[channel] = x[t]


class EchoesInMemory(Playable):
    process = run_echoes.address
    outputs = 2

    def __init__(self, echoes):
        self._memory = aligned_bytes(12)
        self._past = self._memory.view(np.float32)
        self._past[2] = echoes.repeats
        self.address = self._memory.ctypes.data

    def start_at(self, position):
        self._past[:2] = 0.0


@count_work.register
def _(echoes: Echoes, block: int) -> list[float]:
    return [float(echoes.repeats)] + [0.0] * (len(KINDS) - 1)


@make_playable.register
def _(echoes: Echoes, rate, expression, movable):
    return EchoesInMemory(echoes)


def prepared(echoes, engine, deadline=None):
    return prepare(change_to(echoes), engine, deadline, COST, 1.0, Job())


def test_another_model_is_built_primed_and_heard():
    engine = engine_for(NetworkSpec(), auto_level=False, output_gain=-24.0)
    x = noise(20_000)
    play(engine, x[:, :8000])
    coming = prepared(Echoes(5), engine, Deadline(64, 48000.0, 0.9))
    assert np.isfinite(coming.block_seconds)
    coming.voice.set_fade(1, 0.0)
    engine.publish(coming.voice)
    y = play(engine, x[:, 8000:])
    alone = engine_for(NetworkSpec(layers=1, kernel=2, init="dirac"), output_gain=-24.0)
    alone.withdraw()
    alone.publish(make_voice(Echoes(5), 48000.0))
    expected = play(alone, x)[:, 8000:]
    assert np.abs(y - expected)[:, 64:].max() < 1e-4 * np.abs(expected).max()
    # A sum of frames next to each other: what the network itself does, but for the high-pass.
    summed = x[:, 8000:] + 5.0 * x[:, 7999:-1]
    assert np.corrcoef(y[0, 64:], summed[0, 64:])[0, 1] > 0.99


def test_another_model_that_cannot_move_stays_where_it_is():
    engine = engine_for(NetworkSpec())
    motion = LiveMotion(due=lambda: pytest.fail("nothing is to be made ready"))
    motion.follow(prepared(Echoes(2), engine))
    motion.aim({"morph": 1.0, "drift_depth": 1.0, "xy_x": 0.5})
    assert not motion.is_due


def test_another_model_is_refused_with_a_remedy_of_its_own():
    deadline = Deadline(period=48, rate=48000.0, budget=0.5)
    engine = engine_for(NetworkSpec())
    with pytest.raises(RefusedError, match=r"needs 400% of .*: repeats = 50 fits"):
        prepared(Echoes(400), engine, deadline)
    with pytest.raises(RefusedError, match="or lower repeats and length"):
        prepared(Echoes(1), engine, Deadline(48, 48000.0, 0.001))


def test_a_model_that_nothing_builds_is_named():
    with pytest.raises(NotImplementedError, match="nothing builds model object"):
        make_playable(object(), 48000.0, AT_REST, False)
    with pytest.raises(NotImplementedError, match="counts the work of model object"):
        count_work(object(), 64)
