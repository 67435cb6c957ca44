"""What is left out, and which of the rest is heard next."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ronn_jack.explore.character import BANDS, Character
from ronn_jack.explore.choice import Heard, chosen, is_worth_hearing, novelty_db, quality


def sound(level_db: float, **given: float) -> Character:
    """Return a good sound whose mel spectra are as far apart as their levels."""
    spectrum = np.full(BANDS, level_db)
    good = {"distance_db": 6.0, "pitch": 0.8, "following": 0.9, "flatness": 0.02}
    return Character(silent=False, spectrum=spectrum, **{**good, **given})


def test_silence_noise_and_one_side_are_left_out() -> None:
    assert is_worth_hearing(sound(0.0))
    assert not is_worth_hearing(dataclasses.replace(sound(0.0), silent=True))
    assert not is_worth_hearing(sound(0.0, flatness=0.6, pitch=0.1))
    assert is_worth_hearing(sound(0.0, flatness=0.6, pitch=0.9)), "bright, but with a pitch"
    assert not is_worth_hearing(sound(0.0, balance_db=-7.0))
    assert chosen([sound(0.0, balance_db=-7.0)], Heard()) is None


def test_what_is_alike_to_what_was_heard_is_left_out() -> None:
    heard = Heard([np.full(BANDS, 0.0), np.full(BANDS, 20.0)])
    assert novelty_db(sound(17.5), heard.all) == pytest.approx(2.5)
    assert chosen([sound(2.9), sound(-2.9), sound(17.5)], heard) is None
    assert chosen([sound(2.9), sound(-3.0), sound(17.5)], heard) == 1
    assert chosen([], heard) is None


def test_the_farthest_of_the_better_half_wins() -> None:
    heard = Heard([np.full(BANDS, 0.0)])
    poor = {"pitch": 0.3, "following": 0.2}
    candidates = [sound(40.0, **poor), sound(6.0), sound(9.0), sound(30.0, **poor)]
    assert chosen(candidates, heard) == 2


def test_before_anything_was_heard_the_best_wins() -> None:
    candidates = [sound(0.0, pitch=0.4), sound(5.0, pitch=0.9), sound(9.0, pitch=0.6)]
    assert chosen(candidates, Heard()) == 1


def test_a_liking_draws_near_and_a_dislike_drives_away() -> None:
    start = np.full(BANDS, 0.0)
    low, high = np.full(BANDS, -20.0), np.full(BANDS, 20.0)
    candidates = [sound(-16.0), sound(16.0), sound(-16.5), sound(16.5)]
    assert chosen(candidates, Heard([start, low, high], liked=[low])) in (0, 2)
    assert chosen(candidates, Heard([start, low, high], liked=[high])) in (1, 3)
    assert chosen(candidates, Heard([start, low, high], disliked=[low])) in (1, 3)


@pytest.mark.parametrize(
    "worse",
    [
        {"distance_db": 0.5}, {"following": 0.1}, {"pitch": 0.1}, {"flatness": 0.2},
        {"balance_db": 5.0}, {"brightness": 3.0}, {"gain_db": 60.0},
    ],
    ids=lambda worse: next(iter(worse)),
)  # fmt: skip
def test_each_fault_makes_a_sound_worse(worse: dict[str, float]) -> None:
    assert 0.0 <= quality(sound(0.0, **worse)) < quality(sound(0.0)) <= 1.0
