"""A knob that is swept faster than networks can be built keeps the sound moving."""

import itertools
import time

import psutil
import pytest

from ronn_jack.drivers.jack_server import realtime_allowed
from ronn_jack.parameters import PARAMETERS
from tests.support.event_log import told
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process

SECONDS = 2.0
MESSAGES_PER_SECOND = 400
ENOUGH = 20
SMALL = ("--set", "layers=6", "--set", "kernel=3", "--set", "channels=8", "--set", "dilation=2")


def swaps(log):
    return [line for line in told(log) if line["event"] == "swap"]


def sweep(osc, log, done):
    """Turn a knob up and down until `done`; return when networks were heard, and the last value."""
    before, values = len(told(log)), itertools.cycle(range(2, 7))
    value = 0

    def turn():
        nonlocal value
        for _ in range(MESSAGES_PER_SECOND // 20):
            value = next(values)
            osc.send("/ronn/kernel", value)
            time.sleep(1 / MESSAGES_PER_SECOND)
        return done()

    wait_for(turn, 60.0, "the sweep to be heard")
    assert PARAMETERS["kernel"].minimum <= value <= PARAMETERS["kernel"].maximum
    wait_for(lambda: osc.ask("/ronn/kernel") == [value])
    wait_for(lambda: osc.ask("/ronn/status/state") == ["running"])
    lines = told(log)[before:]
    assert not [line for line in lines if line["event"] in ("refusal", "fall_back")]
    heard = [line["time"] - line["fade_ms"] / 1000 for line in lines if line["event"] == "swap"]
    return heard, value


@pytest.fixture
def node_and_log(tmp_path):
    log = tmp_path / "log"
    realtime = realtime_allowed(10)
    with (
        jack_server("sweep", 48000, 128, realtime) as server,
        node_process(server.name, *SMALL, "--log-json", str(log)) as node,
    ):
        yield node, log


@pytest.mark.slow
def test_a_sweep_that_never_rests_is_heard_and_ends_where_the_knob_stands(node_and_log):
    node, log = node_and_log
    process = psutil.Process(node.process.pid)
    # How many come in a second is the machine's affair, and measured elsewhere.
    sweep(node.osc, log, lambda: len(swaps(log)) > ENOUGH)
    before = process.memory_info().rss
    _, value = sweep(node.osc, log, lambda: len(swaps(log)) > 2 * ENOUGH)
    layers = 7
    assert node.osc.ask("/ronn/status/parameters") == [
        2 * 8 * value + (layers - 3) * 8 * 8 * value + 2 * 8 * value
    ]
    assert process.memory_info().rss < 1.1 * before


@pytest.mark.soak
@pytest.mark.slow
def test_sweeps_are_never_silent_about_a_change_for_longer_than_100_ms(node_and_log):
    node, log = node_and_log
    gaps = []
    for _ in range(10):
        end = time.monotonic() + SECONDS
        heard, _ = sweep(node.osc, log, lambda end=end: time.monotonic() > end)
        gaps += [b - a for a, b in itertools.pairwise(heard)]
    assert max(gaps) <= 0.1
