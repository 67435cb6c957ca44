"""On what candidates are heard."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.explore.audition import (
    PLAYED_SECONDS,
    SILENT_SECONDS,
    audition,
    phrase_excerpt,
    recent_excerpt,
)
from ronn_jack.model.spec import NetworkSpec

RATE = 16_000.0


def played(*levels: float) -> np.ndarray:
    """Return a second of noise at each level."""
    noise = np.random.default_rng(1).normal(0.0, 1.0, (2, len(levels) * round(RATE)))
    return (noise * np.repeat(levels, round(RATE))).astype(np.float32)


def test_the_latest_that_was_played_is_taken_with_silence_after_it() -> None:
    recent = played(0.3, 0.3, 0.1, 0.1, 0.0, 0.0)
    excerpt = recent_excerpt(recent, RATE)
    assert excerpt is not None
    assert excerpt.recorded
    frames = round(PLAYED_SECONDS * RATE)
    assert excerpt.signal.shape == (2, frames + round(SILENT_SECONDS * RATE))
    assert excerpt.sounding_frames == frames
    assert not excerpt.signal[:, frames:].any()
    middle = slice(frames // 4, 3 * frames // 4)
    expected = recent[:, 2 * round(RATE) : 4 * round(RATE)]
    np.testing.assert_array_equal(excerpt.signal[:, middle], expected[:, middle])


@pytest.mark.parametrize("levels", [(), (0.0, 0.0, 0.0), (1e-4, 1e-4, 1e-4), (0.3,)])
def test_where_too_little_was_played_there_is_none(levels: tuple[float, ...]) -> None:
    assert recent_excerpt(played(*levels), RATE) is None


def test_a_network_is_heard_as_it_sounds() -> None:
    excerpt = phrase_excerpt(2, RATE)
    plain = NetworkSpec(layers=1, kernel=1, channels=1, init="dirac", activation="linear")
    character = audition(plain, excerpt)
    assert not character.silent
    assert character.distance_db < 0.5
    delay = NetworkSpec(layers=12, kernel=2, channels=2, dilation=2, activation="linear")
    assert audition(delay, excerpt).tail_db > character.tail_db + 10.0


def test_work_is_done_in_pieces_and_can_be_given_up() -> None:
    pauses: list[int] = []
    audition(NetworkSpec(), phrase_excerpt(2, RATE), lambda: pauses.append(1))
    assert len(pauses) > 20

    class EnoughError(Exception):
        pass

    def stop() -> None:
        raise EnoughError

    with pytest.raises(EnoughError):
        audition(NetworkSpec(), phrase_excerpt(2, RATE), stop)


def test_one_of_two_inputs_is_heard_too() -> None:
    character = audition(NetworkSpec(inputs=1, outputs=2), phrase_excerpt(1, RATE))
    assert not character.silent
