"""In twenty presses, hardly one that is no new sound."""

from __future__ import annotations

import pytest

from ronn_jack.explore.audition import phrase_passage
from ronn_jack.explore.presses import new_sounds
from tests.explore.small_networks import RATE, fits, make


@pytest.mark.slow
def test_nearly_all_of_twenty_presses_are_new_sounds() -> None:
    passage = phrase_passage(2, RATE)
    assert new_sounds(passage, make, fits, finds=0) < 12, "by chance it would do"
    assert new_sounds(passage, make, fits) >= 18
