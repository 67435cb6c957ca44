"""A kind of network that is made up here: what goes by the protocol takes it as its own."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from ronn_jack.cost.admission import Deadline
from ronn_jack.cost.counts import KINDS, count_work
from ronn_jack.cost.model import CostModel
from ronn_jack.errors import RefusedError
from ronn_jack.hotswap.expression import AT_REST, make_voice
from ronn_jack.hotswap.job import Job
from ronn_jack.hotswap.priming import prepare
from ronn_jack.model.spec import NetworkSpec
from tests.realtime.engine_driver import engine_for
from tests.support.changes import change_to

COST = CostModel([1e-5] * len(KINDS)).seconds


@dataclass(frozen=True)
class Echoes:
    repeats: int = 4
    point: tuple[float, float] = (0.0, 0.0)
    receptive_field = 3
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


@count_work.register
def _(echoes: Echoes, block: int) -> list[float]:
    return [float(echoes.repeats)] + [0.0] * (len(KINDS) - 1)


@make_voice.register
def _(echoes: Echoes, rate, expression=AT_REST, movable=False):
    return make_voice(NetworkSpec(layers=1, kernel=echoes.repeats), rate)


def test_another_model_is_built_and_primed():
    engine = engine_for(NetworkSpec())
    prepared = prepare(change_to(Echoes(5)), engine, Deadline(64, 48000.0, 0.9), COST, 1.0, Job())
    assert prepared.voice.spec.kernel == 5
    assert np.isfinite(prepared.block_seconds)


def test_another_model_is_refused_with_a_remedy_of_its_own():
    deadline = Deadline(period=48, rate=48000.0, budget=0.5)
    engine = engine_for(NetworkSpec())
    with pytest.raises(RefusedError, match=r"needs 400% of .*: repeats = 50 fits"):
        prepare(change_to(Echoes(400)), engine, deadline, COST, 1.0, Job())
    with pytest.raises(RefusedError, match="or lower repeats and length"):
        prepare(change_to(Echoes(1)), engine, Deadline(48, 48000.0, 0.001), COST, 1.0, Job())


def test_a_model_that_nothing_builds_is_named():
    with pytest.raises(NotImplementedError, match="nothing builds model object"):
        make_voice(object(), 48000.0)
    with pytest.raises(NotImplementedError, match="counts the work of model object"):
        count_work(object(), 64)
