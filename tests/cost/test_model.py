"""Work is counted, weighed and fitted; what it takes on this machine is not tested here."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ronn_jack.cost import calibration
from ronn_jack.cost.calibration import CostModels, calibration_cases, draw_network
from ronn_jack.cost.counts import KINDS, count_work
from ronn_jack.cost.model import CostModel, fit_cost_model, read_cost_model
from ronn_jack.cost.timing import TimedNetwork, TimedStage
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.forms.registry import direct_alone, shape
from ronn_jack.realtime.stages.high_pass import HighPass

BLOCKS = (16, 48, 64, 100, 128, 256, 300, 1024, 8192)
MODEL = CostModel(tuple(1e-9 * (1.0 + i % 7) for i in range(len(KINDS))))
PLAIN = NetworkSpec(inputs=1, outputs=1)


def counted(kind: str, block: int = 64, **values: Any) -> float:
    spec = dataclasses.replace(PLAIN, **values)
    return count_work(spec, block)[KINDS.index(kind)]


def last_form(spec: NetworkSpec) -> int:
    return shape(spec.layer(spec.layers - 1))[layout.FORM]


@given(st.integers(0, 2**32 - 1), st.sampled_from(BLOCKS))
def test_work_is_finite_and_never_negative(seed: int, block: int) -> None:
    work = count_work(draw_network(Random(seed)), block)
    assert len(work) == len(KINDS)
    assert all(0.0 <= amount < math.inf for amount in work)
    assert MODEL.seconds(draw_network(Random(seed)), block) > 0.0


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(BLOCKS),
    st.sampled_from(("layers", "kernel", "channels")),
)
def test_a_network_of_half_the_size_takes_no_longer(seed: int, block: int, name: str) -> None:
    # A single step down can take longer, where tiles fit worse.
    larger = draw_network(Random(seed))
    half = getattr(larger, name) // 2
    assume(half > 2)
    smaller = dataclasses.replace(larger, **{name: half})
    # What another form of the last layer spares, these made-up rates don't know.
    assume(last_form(smaller) == last_form(larger))
    assert MODEL.seconds(smaller, block) <= MODEL.seconds(larger, block)


@pytest.mark.parametrize("name", ["layers", "kernel", "channels"])
@pytest.mark.parametrize("depthwise", [False, True])
def test_multiplications_grow_with_every_step(name: str, depthwise: bool) -> None:
    kind = "depthwise" if depthwise else "dense"
    # In powers of two, more taps and channels begin to be worth a way that multiplies less.
    dilation = 1 if name == "layers" else 3
    amounts = [
        counted(kind, **{name: value}, depthwise=depthwise, dilation=dilation)
        for value in range(3, 25)
    ]
    assert amounts == sorted(amounts)
    assert amounts[-1] > 2 * amounts[0]


def test_a_long_block_takes_as_much_as_its_steps() -> None:
    for kind in KINDS:
        assert counted(kind, 1024) == pytest.approx(4 * counted(kind, 256))
        assert counted(kind, 300) == pytest.approx(counted(kind, 256) + counted(kind, 44))


def test_each_kind_of_work_is_counted_where_it_is_done() -> None:
    assert counted("tanh", activation="tanh") > 0.0
    assert counted("tanh", activation="sine") == 0.0
    assert counted("depthwise", depthwise=True) > 0.0
    assert counted("depthwise") == 0.0
    assert counted("change", residual=True) > counted("change")
    assert counted("change", film=(0.0, 0.0)) > counted("change")
    # What modulates comes between the tile and its relu, which then is a pass of its own.
    assert counted("relu", activation="relu", film=(0.0, 0.0)) > counted("relu", activation="relu")
    assert counted("transform", channels=16) > 0.0
    assert counted("transform", channels=16, dilation=3) == 0.0
    assert counted("product", kernel=13) > 0.0
    assert counted("product", kernel=13, layers=1) == 0.0
    assert counted("product", kernel=3, dilation=1) == 0.0
    assert counted("tap", kernel=100) > 0.0
    assert counted("tap", kernel=3, dilation=1) == 0.0


def test_a_single_tap_has_no_past_whatever_the_growth() -> None:
    grown = {"layers": 24, "kernel": 1}
    for kind in KINDS:
        assert counted(kind, dilation=20, **grown) == counted(kind, dilation=1, **grown)


def test_a_stretched_network_is_counted_by_its_own_delays() -> None:
    even = {"layers": 6, "kernel": 9, "dilation": 1}
    assert counted("tap", **even) == 0.0
    assert counted("tap", **even, stretch=16.0) > 0.0
    assert counted("tap", layers=6, kernel=9, dilation=3, stretch=0.25) < counted(
        "tap", layers=6, kernel=9, dilation=3
    )


def test_rates_are_found_again_in_times_that_follow_from_them() -> None:
    timings = [(spec, block, MODEL.seconds(spec, block)) for spec, block in calibration_cases()]
    found = fit_cost_model(timings)
    for spec, block, seconds in timings:
        assert found.seconds(spec, block) == pytest.approx(seconds, rel=1e-6)
    assert found.rates == pytest.approx(MODEL.rates, rel=1e-2, abs=1e-11)


def test_where_times_contradict_each_other_the_model_errs_high() -> None:
    timings = [(PLAIN, 64, 1e-6), (PLAIN, 64, 1.2e-6)]
    middle = fit_cost_model(timings[:1] * 2).seconds(PLAIN, 64)
    assert middle == pytest.approx(1e-6)
    least_squares = 1.2 * 2.2 / (1.2**2 + 1.0) * 1e-6
    assert fit_cost_model(timings).seconds(PLAIN, 64) > 1.01 * least_squares


def test_a_voice_takes_what_its_stages_take_too() -> None:
    stage = HighPass.of(PLAIN.rules)
    work = count_work(stage, 100)
    assert {kind: n for kind, n in zip(KINDS, work, strict=True) if n} == {"filter": 100.0}
    network, filtering = MODEL.seconds(PLAIN, 64), MODEL.seconds(stage, 64)
    assert MODEL.sounding_seconds(PLAIN, 64) == network + filtering > network
    assert MODEL.sounding_seconds(stage, 64) == filtering


def test_the_load_is_the_share_of_the_block() -> None:
    assert MODEL.load(PLAIN, 64, 48000.0) == pytest.approx(MODEL.seconds(PLAIN, 64) * 750.0)


def test_a_model_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "cost.json"
    MODEL.write(path)
    assert read_cost_model(path) == MODEL


def spoilt(change: dict[str, Any]) -> str:
    content = {"version": 1, "seconds": dict.fromkeys(KINDS, 1e-9)}
    return json.dumps({**content, **change})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\0",
        "[" * 100_000,
        "[]",
        '"cost"',
        spoilt({"version": 2}),
        spoilt({"seconds": []}),
        spoilt({"more": 1}),
        spoilt({"seconds": {"dense": 1e-9}}),
        spoilt({"seconds": {**dict.fromkeys(KINDS, 1e-9), "more": 1e-9}}),
        *(
            spoilt({"seconds": {**dict.fromkeys(KINDS, 1e-9), "dense": value}})
            for value in (-1e-9, math.nan, math.inf, 1.0, True, None, "1e-9")
        ),
        spoilt({"seconds": dict.fromkeys(KINDS, 0.0)}),
    ],
)
def test_a_spoilt_file_holds_no_model(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cost.json"
    path.write_text(text)
    assert read_cost_model(path) is None


def test_a_folder_or_nothing_holds_no_model(tmp_path: Path) -> None:
    assert read_cost_model(tmp_path) is None
    assert read_cost_model(tmp_path / "cost.json") is None


class Machine:
    """Counts calibrations instead of doing them."""

    def __init__(self) -> None:
        self.calibrations = 0
        self.load = self.start()

    def calibrate(self) -> CostModel:
        self.calibrations += 1
        return MODEL

    def start(self) -> Callable[..., CostModel | None]:
        """Return what a process loads its models with."""
        self.load = CostModels(self.calibrate).load
        return self.load


def test_the_machine_is_measured_once(tmp_path: Path) -> None:
    path, machine = tmp_path / "cost.json", Machine()
    assert machine.load(False, path) is None
    assert machine.load(path=path) == MODEL
    assert machine.load(False, path) == MODEL
    machine.start()
    assert machine.load(path=path) == machine.load(False, path) == MODEL
    assert machine.calibrations == 1


def test_a_spoilt_file_is_measured_anew_and_replaced(tmp_path: Path) -> None:
    path, machine = tmp_path / "cost.json", Machine()
    path.write_text("{")
    assert machine.load(False, path) is None
    assert machine.load(path=path) == MODEL
    assert read_cost_model(path) == MODEL
    assert machine.calibrations == 1


def test_without_a_place_for_the_file_the_model_stays_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    path, machine = tmp_path / "file" / "cost.json", Machine()
    assert machine.load(path=path) == machine.load(path=path) == MODEL
    assert machine.calibrations == 1
    assert str(path) in caplog.text


def test_another_host_or_other_kernels_have_another_file() -> None:
    path = calibration.cost_file()
    assert path == calibration.cost_file()
    other_host = calibration.cost_file("elsewhere")
    assert len({path, other_host, calibration.cost_file(folder=Path("other-kernels"))}) == 3
    assert path.name != other_host.name


def test_a_trial_feeds_blocks_of_its_length_and_any_network_can_be_tried() -> None:
    for spec, block in (
        (dataclasses.replace(PLAIN, film=(0.0, 0.0), bias=True), 16),
        (dataclasses.replace(PLAIN, recipe="package", channels=1), 512),
        (dataclasses.replace(PLAIN, layers=24, kernel=1, dilation=20), 64),
    ):
        trial = TimedNetwork(spec, block)
        assert trial.run() > 0.0
        trial.stretch(1e-4)
        assert trial.run() > 0.0


def test_work_is_counted_anew_for_whatever_changes_it_and_for_nothing_else() -> None:
    spec = dataclasses.replace(PLAIN, channels=16, depthwise=False, layers=5)
    work = count_work(spec, 64)
    for free in (
        {"seed": 7},
        {"init": "normal"},
        {"bias": True},
        {"decay": 2.0},
        {"decay": 2.0, "rate": 96_000.0},
    ):
        assert count_work(dataclasses.replace(spec, **free), 64) is work
    modulated = dataclasses.replace(spec, film=(0.0, 0.0))
    moved = dataclasses.replace(spec, film=(0.5, 0.0, 1.0), film_dim=3)
    assert count_work(moved, 64) is count_work(modulated, 64)
    for other in (
        {"inputs": 2},
        {"outputs": 2},
        {"layers": 6},
        {"kernel": 4},
        {"channels": 17},
        {"dilation": 3},
        {"activation": "tanh"},
        {"depthwise": True},
        {"residual": True},
        {"recipe": "package", "activation": "tanh"},
        {"film": (0.0, 0.0)},
        {"stretch": 16.0},
    ):
        assert count_work(dataclasses.replace(spec, **other), 64) != work, other
    assert count_work(spec, 48) != work


def test_work_is_that_of_the_forms_which_can_be_chosen() -> None:
    minimal = count_work(dataclasses.replace(PLAIN, channels=16), 64)
    with direct_alone():
        direct = count_work(dataclasses.replace(PLAIN, channels=16), 64)
    transform = KINDS.index("transform")
    assert minimal[transform] > 0.0
    assert direct[transform] == 0.0
    assert count_work(dataclasses.replace(PLAIN, channels=16), 64) == minimal


def test_calibration_cases_are_the_same_in_every_process() -> None:
    once, again = ([count_work(*case) for case in calibration_cases()] for _ in range(2))
    assert once == again


def test_a_stage_can_be_tried_too() -> None:
    trial = TimedStage(HighPass.of(PLAIN.rules), 64)
    trial.stretch(1e-4)
    # A recursion can't be faster than a multiply-add a frame, nor slower than a hundred.
    assert 64 * 1e-10 < trial.run() < 64 * 1e-6


@pytest.mark.slow
def test_a_calibrated_model_tells_small_networks_from_large_ones() -> None:
    model = calibration.calibrate_cost_model()
    small = model.seconds(PLAIN, 64)
    large = model.seconds(dataclasses.replace(PLAIN, layers=20, channels=64), 64)
    assert 0.0 < 20.0 * small < large
