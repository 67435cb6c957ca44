"""From readings to figures, without any clock."""

from __future__ import annotations

import pytest

from ronn_jack.bench.command import OWN, Scope, speed_task
from ronn_jack.bench.kernels.block_timer import flop_per_frame
from ronn_jack.bench.kernels.speed import Reading, speed_row
from ronn_jack.bench.networks import NETWORKS
from ronn_jack.bench.node.live import parameters_of
from ronn_jack.bench.node.live_node import Heard, Sweep, live_row
from ronn_jack.bench.node.stress import stress_row
from ronn_jack.bench.node.stressed_node import Outcome
from ronn_jack.control.events import Swap
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import defaults
from ronn_jack.realtime.meters.histogram import BINS

SPEC = NetworkSpec(inputs=1, outputs=2, layers=3, kernel=5, channels=4)


def test_a_multiply_add_counts_as_two():
    assert flop_per_frame(SPEC) == 2 * 5 * (1 * 4 + 4 * 4 + 4 * 2)
    depthwise = NetworkSpec(inputs=1, outputs=2, layers=3, kernel=5, channels=4, depthwise=True)
    assert flop_per_frame(depthwise) == 2 * 5 * (1 * 4 + 4 + 4 * 2)


def test_a_row_is_of_medians_and_of_the_peak_around_each_reading():
    flop = flop_per_frame(SPEC) * 64
    readings = [
        Reading(1e-5, 2 * flop / 1e-5, flop / 1e-5),  # half the peak
        Reading(
            2e-5, 2 * flop / 2e-5, flop / 1.6e-5
        ),  # slower, as the core was: still half the peak
        Reading(9e-5, 9 * flop / 9e-5, 2 * flop / 9e-5),
    ]
    row = speed_row("A", SPEC, 64, readings)
    assert row.block_us == pytest.approx(20.0)
    assert row.fastest_us == pytest.approx(10.0)
    assert row.peak_share == pytest.approx(0.5)
    assert row.fed_share == pytest.approx(0.8)
    assert row.gflop_per_second == pytest.approx(flop / 2e-5 / 1e9)
    assert row.times_realtime == pytest.approx(64 / 48000 / 2e-5)


def test_the_share_of_blocks_run_is_of_those_due():
    times = [0] * BINS
    times[0], times[-1] = 99, 1
    row = stress_row(Outcome("compiled", 10.0, 2666.7, 3600, 3750, 7, 5000.0, times))
    assert row.blocks_run_share == pytest.approx(0.96)
    assert row.xruns == 7
    assert row.callback_p50_us == row.callback_p99_us < 1.0
    assert row.callback_max_us > 1e6


def heard(at, milliseconds):
    return Heard(at, Swap(change_to_sound_ms=milliseconds))


def test_changes_and_a_sweep_are_told_apart():
    swaps = [Swap(change_to_sound_ms=ms, dip=ms > 98) for ms in range(1, 101)]
    sweep = Sweep(10.0, 12.0, [heard(10.1, 5.0), heard(10.9, 7.0), heard(11.0, 6.0)])
    row = live_row("A", 64, True, swaps, sweep)
    assert (row.p50_ms, row.p99_ms, row.max_ms) == (50.0, 99.0, 100.0)
    assert (row.changes, row.dips) == (100, 2)
    assert row.sweep_heard_per_second == pytest.approx(1.5)
    assert row.sweep_gap_ms == pytest.approx(1000.0)
    assert (row.sweep_p50_ms, row.sweep_p99_ms) == (6.0, 7.0)


def test_a_sweep_of_which_nothing_is_heard_is_one_gap():
    row = live_row("D", 64, True, [Swap(change_to_sound_ms=3.0)], Sweep(0.0, 2.0, []))
    assert row.sweep_gap_ms == 2000.0
    assert row.sweep_p50_ms is None


def test_the_networks_are_those_of_the_study():
    assert list(NETWORKS) == ["A", "B", "C", "D", "E"]
    assert NETWORKS["C"].receptive_field / 48000 == pytest.approx(3.5, abs=0.02)
    assert NETWORKS["E"].depthwise


def test_a_network_of_the_user_s_is_measured_with_its_own_activation_too():
    values = {**defaults(), "activation": "selu", "channels": 3}
    networks = speed_task(Scope(values)).networks
    own = [arguments for name, arguments in networks if name == OWN]
    assert [arguments["activation"] for arguments in own] == ["relu", "tanh", "selu"]
    assert {arguments["channels"] for arguments in own} == {3}
    assert all(NetworkSpec(**arguments) for _, arguments in networks)
    assert OWN not in dict(speed_task(Scope()).networks)


def test_a_node_is_told_to_play_a_network_by_its_parameters():
    values = parameters_of(NETWORKS["E"])
    assert values["depthwise"] is True
    assert values["channels"] == NETWORKS["E"].channels
    assert set(values) == set(defaults())
