"""On what candidates are heard."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.explore.audition import (
    PLAYED_SECONDS,
    SILENT_SECONDS,
    audition,
    phrase_passage,
    recent_passage,
)
from ronn_jack.model.spec import NetworkSpec

RATE = 16_000.0


def played(*levels: float) -> np.ndarray:
    """Return a second of noise at each level."""
    noise = np.random.default_rng(1).normal(0.0, 1.0, (2, len(levels) * round(RATE)))
    return (noise * np.repeat(levels, round(RATE))).astype(np.float32)


def test_the_latest_that_was_played_is_taken_with_silence_after_it() -> None:
    recent = played(0.3, 0.3, 0.1, 0.1, 0.0, 0.0)
    passage = recent_passage(recent, RATE)
    assert passage is not None
    assert passage.recorded
    frames = round(PLAYED_SECONDS * RATE)
    assert passage.signal.shape == (2, frames + round(SILENT_SECONDS * RATE))
    assert passage.sounding_frames == frames
    assert not passage.signal[:, frames:].any()
    middle = slice(frames // 4, 3 * frames // 4)
    expected = recent[:, 2 * round(RATE) : 4 * round(RATE)]
    np.testing.assert_array_equal(passage.signal[:, middle], expected[:, middle])


@pytest.mark.parametrize("levels", [(), (0.0, 0.0, 0.0), (1e-4, 1e-4, 1e-4), (0.3,)])
def test_where_too_little_was_played_there_is_none(levels: tuple[float, ...]) -> None:
    assert recent_passage(played(*levels), RATE) is None


def test_a_network_is_heard_as_it_sounds() -> None:
    passage = phrase_passage(2, RATE)
    plain = NetworkSpec(layers=1, kernel=1, channels=1, init="dirac", activation="linear")
    character = audition(plain, passage)
    assert not character.silent
    assert character.distance_db < 0.5
    delay = NetworkSpec(layers=12, kernel=2, channels=2, dilation=2, activation="linear")
    assert audition(delay, passage).tail_db > character.tail_db + 10.0


def test_work_is_done_in_pieces_and_can_be_given_up() -> None:
    pauses: list[int] = []
    audition(NetworkSpec(), phrase_passage(2, RATE), lambda: pauses.append(1))
    assert len(pauses) > 20

    class EnoughError(Exception):
        pass

    def stop() -> None:
        raise EnoughError

    with pytest.raises(EnoughError):
        audition(NetworkSpec(), phrase_passage(2, RATE), stop)


def test_one_of_two_inputs_is_heard_too() -> None:
    character = audition(NetworkSpec(inputs=1, outputs=2), phrase_passage(1, RATE))
    assert not character.silent
