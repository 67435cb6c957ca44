"""In twenty presses, fifteen new sounds."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ronn_jack.errors import SpecError
from ronn_jack.explore.audition import phrase_passage
from ronn_jack.explore.presses import new_sounds
from ronn_jack.model.architecture import model_of
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value

RATE = 16_000.0


def make(values: Mapping[str, Value]) -> Model:
    return model_of(values, 2, 2, RATE)


def fits(values: Mapping[str, Value]) -> bool:
    """Take small networks, for the time of the test."""
    try:
        return make(values).multiplications < 4_000
    except SpecError:
        return False


@pytest.mark.slow
def test_fifteen_of_twenty_presses_are_new_sounds() -> None:
    passage = phrase_passage(2, RATE)
    assert new_sounds(passage, make, fits, finds=0) < 12, "by chance it would do"
    assert new_sounds(passage, make, fits) >= 15
