"""The level of a network that sounds, where other things happen at the same time."""

import numpy as np
import pytest

from ronn_jack.hotswap.job import Job, OutdatedError
from ronn_jack.hotswap.level_follower import LevelFollower
from ronn_jack.hotswap.priming import prepare
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.loudness.auto_level import level_on_noise
from ronn_jack.loudness.input_meter import InputLoudness
from ronn_jack.model.spec import NetworkSpec
from tests.realtime.engine_driver import RATE, engine_for, noise, play
from tests.support.changes import change_to
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


def test_a_glide_that_the_audio_thread_has_not_taken_over_is_not_written_over():
    engine, prepared = sounding(1.0)
    follower = LevelFollower(lambda: False)
    follower.switch(True)
    follower.tend(engine, InputLoudness(engine), 1.0, prepared)
    waiting = prepared.voice.next_level
    assert waiting == prepared.level.gain != 1.0
    follower.switch(False)
    follower.tend(engine, InputLoudness(engine), 1.0, prepared)
    assert prepared.voice.next_level == waiting
    assert prepared.level is not None
    engine.process(noise(64))
    follower.tend(engine, InputLoudness(engine), 1.0, prepared)
    assert prepared.level is None
    play(engine, noise(round(RATE)))
    assert prepared.voice.level == 1.0


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
        known.append(bool(prepared.voice.blend._fields["known"][0]))
    assert known == [True, False]
