"""An instrument plays its network as a node does, and a fault of its level is seen."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.bench.feel.instrument import HEADROOM_DB, Instrument, Source
from ronn_jack.bench.feel.measures import louder_by, peak_db, rms_db
from ronn_jack.bench.feel.paths import measure_drive, measure_paths
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.realtime.level import LevelTable

RATE = 48_000.0
PHRASE = Source("phrase", pluck_phrase(RATE)[:, : round(4.0 * RATE)], RATE)
STRAIGHT = {"layers": 1, "kernel": 1, "init": "dirac", "activation": "linear"}


def test_it_plays_its_source_over_and_over() -> None:
    instrument = Instrument(PHRASE, STRAIGHT)
    frames = PHRASE.samples.shape[1]
    place = instrument.place
    dry, wet = instrument.play_frames(frames + 100)
    assert instrument.place == (place + 100) % frames
    assert np.array_equal(dry[:, :100], dry[:, frames:])
    assert np.array_equal(dry[:, :frames], np.roll(PHRASE.samples, -place, axis=1))
    # The high-pass is all that there is between them.
    assert rms_db(wet - dry) < rms_db(dry) - 15.0


def test_a_network_is_as_loud_as_its_source_and_its_headroom_is_not_heard() -> None:
    network = {"activation": "tanh", "seed": 5}
    plain = Instrument(PHRASE, network).probe()
    spared = Instrument(PHRASE, network, HEADROOM_DB).probe()
    assert louder_by(*plain, RATE) == pytest.approx(0.0, abs=0.3)
    assert peak_db(plain[1] - spared[1]) < peak_db(spared[1]) - 30.0


class Unfollowed(Instrument):
    """One whose levels stay what they were found to be, once they are left."""

    left = True

    def follow(self) -> bool:
        return self.left or super().follow()


def test_a_level_that_is_wrong_is_told() -> None:
    instrument = Unfollowed(PHRASE, STRAIGHT, HEADROOM_DB)
    instrument.left = False
    instrument.settle()
    instrument.left = True
    instrument.prepared.voice.level.follow(LevelTable(2.0), 1000.0)
    assert instrument.louder_by() == pytest.approx(6.02, abs=0.1)


def test_every_turn_begins_where_the_source_does() -> None:
    instrument = Instrument(PHRASE, STRAIGHT)
    instrument.play(0.3)
    assert np.array_equal(instrument.probe()[0], PHRASE.samples)
    assert instrument.place == 0


def test_controls_that_move_are_heard() -> None:
    instrument = Instrument(PHRASE, {"activation": "tanh", "auto_level": False}, HEADROOM_DB)
    before = instrument.probe()[1]
    for values in ({"drive": 20.0}, {"drive": 0.0, "morph": 1.0}, {"morph": 0.0, "mix": 0.0}):
        instrument.move(values)
        assert peak_db(instrument.probe()[1] - before) > peak_db(before) - 20.0


@pytest.mark.slow
def test_levels_that_nobody_follows_wander_and_are_missed() -> None:
    """The figures fail where the thing that they are of is taken away."""
    figures = [
        *measure_drive([PHRASE], True, lambda text: None, Unfollowed),
        *measure_paths([PHRASE], True, lambda text: None, Unfollowed),
    ]
    missed = {figure.what.partition(",")[0] for figure in figures if not figure.met}
    assert {"change of loudness over 0…48 dB", "off the dry along morph"} <= missed
    assert any("xy_x" in what for what in missed)
