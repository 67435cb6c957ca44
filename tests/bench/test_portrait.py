"""A sound is described by what `render` makes of it, and by how its network rings."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.bench.portrait import difference_db, likeness, tail_seconds
from ronn_jack.bench.sources import voice
from ronn_jack.parameters import Value, defaults

RATE = 48_000
ECHO: dict[str, Value] = {
    **defaults(), "activation": "linear", "layers": 4, "kernel": 4, "dilation": 18, "mix": 0.5,
}  # fmt: skip


def test_a_sound_differs_from_another_but_not_from_itself() -> None:
    sung = np.ascontiguousarray(voice(RATE)[:, : round(1.5 * RATE)])
    dry, echo = (likeness({**ECHO, "mix": mix}, sung, RATE) for mix in (0.0, 0.5))
    assert np.array_equal(dry.played, sung)
    assert difference_db(dry, dry) == 0.0
    assert difference_db(dry, echo) > 2.0
    assert echo.character.gain_db == pytest.approx(0.0, abs=1.0)


def test_a_tail_is_as_long_as_its_decay_or_its_network() -> None:
    dense: dict[str, Value] = {**ECHO, "dilation": 8, "kernel": 24, "rate": RATE}
    assert tail_seconds({**dense, "decay": 0.15}, RATE) == pytest.approx(0.15, rel=0.15)
    field = 1 + 23 * (1 + 8 + 64 + 512)
    assert 0.8 * field / RATE < tail_seconds(dense, RATE) <= (field + 1) / RATE
