"""How often a voice in the making is asked for again."""

from types import SimpleNamespace

import pytest

from ronn_jack.hotswap.job import Job, OutdatedError
from ronn_jack.hotswap.priming import advance

RATE = 48000.0


class Clocked:
    """An engine whose voices take a definite time for a second of input."""

    def __init__(self, seconds):
        self.rate = RATE
        self.position = round(60 * RATE)
        self.now = 0.0
        self.pieces = []
        self._seconds = seconds

    def clock(self):
        return self.now

    def prime(self, voice, end, meter):
        frames = end - voice.position
        self.pieces.append(frames / RATE * self._seconds)
        self.now += self.pieces[-1]
        voice.position = end
        return True


@pytest.mark.parametrize("seconds,fewest,most", [(0.001, 1, 40), (0.2, 240, 240)])
def test_a_quick_voice_is_asked_for_seldom_and_a_slow_one_often(seconds, fewest, most):
    engine = Clocked(seconds)
    voice = SimpleNamespace(position=0)
    advance(voice, engine, engine.position, Job(clock=engine.clock))
    assert voice.position == engine.position
    assert fewest <= len(engine.pieces) <= most
    # No more than 50 ms pass before a voice that nobody wants any more is given up.
    assert max(engine.pieces) <= 0.05


def test_a_voice_goes_no_farther_once_nobody_wants_it():
    engine = Clocked(0.2)
    voice = SimpleNamespace(position=0)
    with pytest.raises(OutdatedError):
        advance(voice, engine, engine.position, Job(lambda: engine.now >= 0.1, engine.clock))
    assert len(engine.pieces) == 2
