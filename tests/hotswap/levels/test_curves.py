"""Whatever way a network is moved, it stays as loud as its input."""

from dataclasses import replace

import numpy as np
import pytest

from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.hotswap.job import Job
from ronn_jack.hotswap.levels.curves import ORDER, LevelCurves
from ronn_jack.hotswap.levels.survey import LevelSurvey
from ronn_jack.hotswap.priming import prepare
from ronn_jack.loudness.input_meter import InputLoudness
from ronn_jack.loudness.match import block_powers, dry_powers, gate, lufs
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.model.expression import AT_REST, Expression
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import defaults
from ronn_jack.realtime.level import LEVELLED, POINTS, LevelTable
from tests.realtime.engine_driver import RATE, engine_for, noise
from tests.support.changes import change_to
from tests.support.rigged import LIGHT

pytestmark = pytest.mark.slow

PHRASE = pluck_phrase(RATE)[:, : round(4.0 * RATE)]
QUIET_DB = 24.0
"""Keeps what is measured out of the guard's reach."""


class Surveyed:
    """A network that sounds, with all its curves found."""

    def __init__(self, spec, levelled=True, signal=PHRASE, **values):
        self.values = {**defaults(), **values}
        self.engine = engine_for(NetworkSpec(), 20.0, output_gain=-QUIET_DB)
        aim(self.engine, values)
        self.engine.process(signal)
        self.prepared = prepare(
            change_to(spec, levelled=levelled), self.engine, None, None, 1.0, Job(),
            expression=Expression.of(self.values), time_block=LIGHT,
        )  # fmt: skip
        self.prepared.voice.set_fade(1, 0.0)
        self.engine.publish(self.prepared.voice)
        self.engine.process(signal)
        self.survey()

    def survey(self):
        self.surveying = LevelSurvey(self.engine, InputLoudness(self.engine), 1.0, self.prepared)
        self.finish()

    def finish(self):
        while self.surveying.measure():
            pass

    def move(self, **values):
        """Move controls as the node does, and find what is not known yet of their way."""
        expression = self.prepared.expression.moved_to(values)
        if expression.moves_weights and not self.prepared.voice.moves:
            self.prepared.voice.let_move(self.prepared.expression)
        self.prepared.expression = expression
        self.prepared.voice.follow(expression)
        aim(self.engine, values)
        self.finish()

    def off_by(self, signal=PHRASE):
        """Return by how many LU the network is louder than its input."""
        self.engine.process(signal)
        wet = block_powers(self.engine.process(signal), RATE)
        dry = dry_powers(signal, 2, RATE)
        gated = gate(dry)
        return lufs(wet[gated].mean()) + QUIET_DB - lufs(dry[gated].mean())


@pytest.mark.parametrize("levelled", [True, False])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sine"])
def test_drive_changes_the_sound_and_not_the_loudness(activation, levelled):
    sounding = Surveyed(NetworkSpec(activation=activation), levelled)
    before = sounding.off_by()
    for drive in (4.0, 17.0, 48.0):
        sounding.move(drive=drive)
        assert sounding.off_by() == pytest.approx(before, abs=1.0)


@pytest.mark.parametrize("levelled", [True, False])
def test_a_network_that_is_silent_without_drive_is_as_loud_as_its_input_with_it(levelled):
    shrinking = NetworkSpec(activation="softshrink", init="dirac", layers=3)
    quiet = PHRASE * np.float32(0.3)
    surveyed = Surveyed(shrinking, levelled, quiet)
    assert surveyed.off_by(quiet) == -np.inf
    for drive in (36.0, 48.0):
        surveyed.move(drive=drive)
        assert surveyed.off_by(quiet) == pytest.approx(0.0, abs=1.5)
    begun = Surveyed(shrinking, levelled, quiet, drive=48.0)
    assert begun.off_by(quiet) == pytest.approx(0.0, abs=1.5)


def test_without_auto_level_a_network_comes_as_loud_as_with_no_drive():
    spec = NetworkSpec(activation="tanh")
    without = Surveyed(spec, levelled=False).off_by()
    assert Surveyed(spec, levelled=False, drive=30.0).off_by() == pytest.approx(without, abs=1.0)


@pytest.mark.parametrize("seed", [1, 5])
def test_morph_is_as_loud_as_its_input_everywhere(seed):
    sounding = Surveyed(NetworkSpec(activation="tanh", seed=seed))
    for morph in (0.1, 0.5, 0.8, 1.0):
        sounding.move(morph=morph)
        assert abs(sounding.off_by()) <= 1.5


def test_xy_is_as_loud_as_its_input_along_each_axis():
    sounding = Surveyed(NetworkSpec(activation="relu", film=(0.0, 0.0)), xy=True)
    for x in (-1.0, -0.3, 0.8):
        sounding.move(xy_x=x)
        assert abs(sounding.off_by()) <= 1.5
    sounding.survey()
    for y in (-0.9, 0.4):
        sounding.move(xy_y=y)
        assert abs(sounding.off_by()) <= 1.5


def test_slow_drift_is_as_loud_as_its_input_all_along_its_way():
    steady = noise(round(3.0 * RATE))

    def farthest(levelled_ahead):
        sounding = Surveyed(
            NetworkSpec(activation="tanh", seed=5), signal=steady, drift_rate=1.0, drift_depth=1.0
        )
        if not levelled_ahead:
            sounding.prepared.voice.level.follow(LevelTable(sounding.prepared.level.gain), 100.0)
        sounding.engine.process(steady[:, :4800])
        wet = block_powers(sounding.engine.process(steady), RATE)
        return np.abs(10.0 * np.log10(wet / dry_powers(steady, 2, RATE)) + QUIET_DB).max()

    assert farthest(False) > 1.0
    assert farthest(True) <= 0.5


class Measured:
    """A made-up loudness, and how often it was asked for."""

    def __init__(self):
        self.asked = []

    def __call__(self, expression, cycles, along):
        self.asked.append((expression, cycles))
        return -expression.drive + 6.0 * expression.morph * expression.drive + 3.0 * cycles


def all_of(curves, now, cycle=0.0):
    curves.step(now, cycle)  # what has moved since the last look comes to rest
    while curves.step(now, cycle):
        pass
    return curves.table(cycle)


def test_what_moves_is_measured_first():
    measured = Measured()
    curves = LevelCurves(measured, 1.0, AT_REST, True, ("drive", "morph"))
    curves.step(AT_REST)
    for turn in range(4):
        curves.step(replace(AT_REST, morph=0.1 * turn))
    assert {e.drive for e, _ in measured.asked[2:]} == {0.0}
    assert [e.morph for e, _ in measured.asked[2:]] == [ORDER[i] / (POINTS - 1) for i in range(3)]


def test_of_what_nobody_moves_little_is_measured():
    measured = Measured()
    curves = LevelCurves(measured, 1.0, AT_REST, True)
    all_of(curves, AT_REST)
    assert len(measured.asked) <= 1 + 5 * len(LEVELLED)
    assert {e.morph for e, _ in measured.asked} == {0.0, 0.25, 0.5, 0.75, 1.0}
    measured.asked.clear()
    all_of(curves, replace(AT_REST, morph=0.1))
    along = [e.morph for e, _ in measured.asked[: POINTS - 5]]
    assert len(set(along)) == POINTS - 5, "all of its way, before anything else"


def test_curves_fit_where_the_others_rest_now():
    curves = LevelCurves(Measured(), 1.0, AT_REST, True, ("drive", "morph"))
    assert all_of(curves, AT_REST).curves[0][-1] == pytest.approx(-48.0)
    moved = replace(AT_REST, morph=1.0)
    assert all_of(curves, moved).curves[0][-1] == pytest.approx(-48.0 + 6.0 * 48.0)
    driven = replace(moved, drive=12.0)
    table = all_of(curves, driven)
    assert 20.0 * np.log10(table.gain) == pytest.approx(60.0)
    assert table.curves[LEVELLED.index("morph")][0] == pytest.approx(-72.0)


def test_only_drive_is_made_up_for_without_auto_level():
    curves = LevelCurves(Measured(), 1.0, AT_REST, False)
    table = all_of(curves, replace(AT_REST, drive=12.0))
    assert 20.0 * np.log10(table.gain) == pytest.approx(-12.0)
    assert not table.curves[1:].any()
    assert all_of(curves, AT_REST).gain == 1.0


def test_drift_is_measured_ahead_of_where_it_is():
    drifting = replace(AT_REST, drift_rate=1.0, drift_depth=0.5)
    curves = LevelCurves(Measured(), 1.0, drifting, True, ("drive",))
    table = all_of(curves, drifting, cycle=10.3)
    assert table.begin == pytest.approx(10.25)
    assert table.depth == 0.5
    assert table.drift[:3] == pytest.approx([30.75, 31.125, 31.5])
    assert all_of(curves, replace(drifting, drift_rate=2.0), 10.3).depth == 0.0


def test_where_nothing_is_heard_a_curve_says_nothing():
    curves = LevelCurves(
        lambda expression, *_: None if 12.0 <= expression.drive <= 36.0 else -expression.drive,
        1.0,
        AT_REST,
        True,
        ("drive",),
    )
    row = all_of(curves, AT_REST).curves[0]
    assert row == pytest.approx(-np.linspace(0.0, 48.0, POINTS))
