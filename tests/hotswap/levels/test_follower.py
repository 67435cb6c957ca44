"""The level of a network that sounds, where other things happen at the same time."""

import dataclasses

import numpy as np
import pytest

from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.hotswap.job import Job, OutdatedError
from ronn_jack.hotswap.levels.follower import LevelFollower
from ronn_jack.hotswap.priming import measure_level, prepare
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.loudness.auto_level import level_on_noise
from ronn_jack.loudness.input_meter import InputLoudness
from ronn_jack.model.expression import AT_REST
from ronn_jack.model.latent.equaliser import FLAT
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.level import LevelTable
from ronn_jack.realtime.mixing import Blend
from tests.realtime.engine_driver import RATE, engine_for, noise, play
from tests.support.changes import change_to
from tests.support.rigged import LIGHT, Clock
from tests.support.running_engine import watch_block

LOUD = NetworkSpec(init="normal", activation="tanh")


def sounding(seconds):
    """Return an engine that has heard noise for so long, and what sounds in it, unlevelled."""
    engine = engine_for(NetworkSpec(), history_seconds=20.0)
    if seconds:
        play(engine, noise(round(seconds * RATE)), 8192)
    prepared = prepare(change_to(LOUD), engine, None, None, 1.0, Job())
    prepared.voice.set_fade(1, 0.0)
    engine.publish(prepared.voice)
    engine.process(noise(64))
    return engine, prepared


def test_a_new_network_puts_the_switch_off_and_spoils_no_level():
    engine, prepared = sounding(3.5)
    busy = [True]
    follower = LevelFollower(lambda: busy[0])
    follower.switch(True)
    follower.tend(engine, InputLoudness(engine), 1.0, prepared)
    assert prepared.level is None
    busy[0] = False
    follower.tend(engine, InputLoudness(engine), 1.0, prepared)
    assert prepared.level is not None and not prepared.level.on_noise


def test_what_thewatch_blockdog_has_dropped_is_not_measured_on():
    engine, prepared = sounding(3.5)
    for _ in range(4):
        engine.process(noise(64))
        watch_block.ctypes(engine.address, 1001, 1000)
    follower = LevelFollower(lambda: False)
    follower.switch(True)
    follower.tend(engine, InputLoudness(engine), 1.0, prepared)
    assert prepared.level is None


def test_switched_back_before_it_is_heard_it_stays_as_it_was():
    engine, prepared = sounding(1.0)
    follower = LevelFollower(lambda: False)
    for on in (True, False):
        follower.switch(on)
        follower.tend(engine, InputLoudness(engine), 1.0, prepared)
        assert (prepared.level is not None) == on
    play(engine, noise(round(RATE)))
    assert prepared.voice.level.gain == 1.0


def levelled(spec, received, seconds=7.0):
    """Return an engine that has heard more and more, and a levelled network that sounds in it."""
    engine = engine_for(NetworkSpec(), history_seconds=20.0)
    frames = round(seconds * RATE)
    play(engine, noise(frames) * np.linspace(0.1, 1.0, frames, dtype=np.float32), 8192)
    change = dataclasses.replace(change_to(spec, levelled=True), received=received)
    measured = []
    prime = engine.prime

    def counting(voice, end, meter=None):
        measured.append(end - voice.position if meter else 0)
        return prime(voice, end, meter)

    engine.prime = counting
    prepared = prepare(change, engine, None, None, 1.0, Job(), time_block=LIGHT)
    prepared.voice.set_fade(1, 0.0)
    engine.publish(prepared.voice)
    engine.process(noise(64))
    return engine, prepared, sum(measured)


@pytest.mark.parametrize("spec", [LOUD, NetworkSpec(layers=14, kernel=3, channels=4)])
def test_a_level_is_found_on_little_input_and_found_better_once_the_hand_rests(spec):
    engine, prepared, measured = levelled(spec, received=np.inf)
    assert 0 < measured <= RATE
    quick = prepared.level
    assert quick.quick and not quick.on_noise
    assert prepared.voice.level.table.gain == quick.gain
    follower = LevelFollower(lambda: False)
    follower.tend(engine, InputLoudness(engine), 1.0, prepared)
    assert prepared.level is quick, "the hand still moves"
    prepared.change = dataclasses.replace(prepared.change, received=-np.inf)
    follower.tend(engine, InputLoudness(engine), 1.0, prepared)
    loudness = InputLoudness(engine)
    full = measure_level(make_voice(spec, RATE), engine, loudness, loudness.window(), 1.0, Job())
    assert not prepared.level.quick
    assert prepared.level.gain == pytest.approx(full.gain, rel=1e-6)
    assert prepared.voice.level.table.gain == prepared.level.gain
    assert quick.gain == pytest.approx(full.gain, rel=0.4), "and was near before"


@pytest.mark.parametrize("spec", [NetworkSpec(), LOUD])
def test_a_network_that_comes_with_another_drive_is_levelled_for_that(spec):
    x = noise(round(7.0 * RATE)) * 0.1
    gains = []
    for drives in ([0.0, 30.0], [30.0, 30.0]):
        engine = engine_for(NetworkSpec(), history_seconds=20.0)
        aim(engine, {"drive": drives[0]})
        play(engine, x, 8192)
        aim(engine, {"drive": drives[1]})
        at = dataclasses.replace(AT_REST, drive=30.0)
        change = change_to(spec, levelled=True)
        prepared = prepare(change, engine, None, None, 1.0, Job(), at, time_block=LIGHT)
        assert not prepared.level.on_noise
        assert prepared.voice.position == engine.position
        gains.append(prepared.level.gain)
    assert gains[0] == pytest.approx(gains[1], rel=0.1)


def test_a_level_that_was_far_off_is_right_soon():
    engine, prepared, _ = levelled(LOUD, received=-np.inf)
    prepared.level = dataclasses.replace(prepared.level, gain=1e-9)
    prepared.voice.level.begin_with(LevelTable(1e-9))
    LevelFollower(lambda: False).tend(engine, InputLoudness(engine), 1.0, prepared)
    engine.process(noise(round(0.15 * RATE)))
    assert prepared.voice.level.gain == pytest.approx(prepared.level.gain, rel=1e-6)


def test_what_was_loud_long_ago_is_measured_and_the_voice_hears_the_present_all_the_same():
    engine = engine_for(NetworkSpec(), history_seconds=20.0)
    play(engine, noise(round(4.0 * RATE)), 8192)
    play(engine, 1e-4 * noise(round(3.0 * RATE)), 8192)
    levels = [
        prepare(change_to(LOUD, levelled=on), engine, None, None, 1.0, Job())
        for on in (True, False)
    ]
    assert levels[0].level.quick and not levels[0].level.on_noise
    outputs = [each.voice.last_block[:, :64] for each in levels]
    assert [each.voice.position for each in levels] == [engine.position] * 2
    assert outputs[0] == pytest.approx(outputs[1] * levels[0].level.gain, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("pieces", [1, 7])
def test_a_level_on_noise_is_given_up_for_a_newer_network(pieces):
    long = NetworkSpec(layers=16, kernel=3)
    engine = engine_for(NetworkSpec(), history_seconds=20.0)
    looks = []

    def outdated():
        looks.append(1)
        return len(looks) > pieces

    with pytest.raises(OutdatedError):
        prepare(change_to(long, levelled=True), engine, None, None, 1.0, Job(outdated))
    assert len(looks) == pieces + 1


def test_a_level_on_noise_does_not_depend_on_the_pieces():
    levels = [
        level_on_noise(make_voice(LOUD, RATE), 1.0, piece_seconds=seconds)
        for seconds in (0.25, 60.0)
    ]
    assert levels[0].on_noise
    assert np.isclose(levels[0].gain, levels[1].gain, rtol=1e-12)


def test_how_it_mixes_is_known_while_it_is_levelled():
    engine, prepared = sounding(3.5)
    follower = LevelFollower(lambda: False)
    known = []
    for wanted in (True, False):
        follower.switch(wanted)
        follower.tend(engine, InputLoudness(engine), 1.0, prepared)
        play(engine, noise(round(RATE)))
        known.append(bool(prepared.voice.blend.fields["known"][0]))
    assert known == [True, False]


def test_the_polarity_that_is_heard_is_kept_once_the_level_is_found_better():
    engine, prepared, _ = levelled(LOUD, received=-np.inf)
    found = prepared.level.blend
    heard = Blend(-found.polarity, -found.correlation, True)
    assert heard.correlation > -0.6, "a network that would be turned in any case"
    prepared.level = dataclasses.replace(prepared.level, blend=heard)
    LevelFollower(lambda: False).tend(engine, InputLoudness(engine), 1.0, prepared)
    assert not prepared.level.quick
    assert prepared.level.blend.polarity == heard.polarity
    assert prepared.voice.blend.fields["wanted_polarity"][0] == heard.polarity


class CountingLoudness(InputLoudness):
    """Counts how often input is asked for to measure a network on."""

    asked = 0

    def excerpt(self, run_up_frames, seconds):
        self.asked += 1
        return super().excerpt(run_up_frames, seconds)


@pytest.mark.parametrize("by", ["input gain", "equaliser"])
def test_a_sweep_before_the_network_is_waited_out_and_then_surveyed_once(by):
    engine, prepared = sounding(3.5)
    clock, loudness, gain = Clock(), CountingLoudness(engine), 1.0
    follower = LevelFollower(lambda: False, clock)
    follower.tend(engine, loudness, gain, prepared)
    asked = loudness.asked
    assert asked > 0
    for place in range(1, 21):
        clock.now += 0.05
        if by == "equaliser":
            engine.equalise(FLAT, 0.1 * place, "pre")
        else:
            gain = 1.0 + 0.1 * place
        follower.tend(engine, loudness, gain, prepared)
    assert loudness.asked == asked
    clock.now += 1.0
    follower.tend(engine, loudness, gain, prepared)
    assert loudness.asked == asked + 1
