"""A sweep over networks that take long to build is heard all the same."""

import time

from ronn_jack.control import builder as builder_module
from ronn_jack.control.preparation import OutdatedError
from ronn_jack.model.spec import NetworkSpec
from tests.control.test_builder import request, running
from tests.support.jack_server import wait_for

BUILD_SECONDS = 0.1


def test_a_sweep_over_slow_builds_is_heard_before_it_ends(monkeypatch):
    prepare = builder_module.prepare

    def slowly(spec, engine, deadline, cost, levelled, input_gain, work, *rest):
        end = time.monotonic() + BUILD_SECONDS
        while time.monotonic() < end:
            time.sleep(0.002)
            if work._outdated():
                raise OutdatedError
        return prepare(spec, engine, deadline, cost, levelled, input_gain, work, *rest)

    with running() as (_, builder, listener):
        monkeypatch.setattr(builder_module, "prepare", slowly)
        end = time.monotonic() + 20 * BUILD_SECONDS
        seed = 0
        while time.monotonic() < end:
            seed += 1
            builder.request(request(NetworkSpec(seed=seed)))
            time.sleep(0.005)
        heard = len(listener.heard)
        wait_for(lambda: builder.sounding.seed == seed)
        assert heard >= 3
        assert not listener.refusals
