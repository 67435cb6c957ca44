"""Suggestions are what difflib would suggest, found faster."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from ronn_jack.errors import nearest, unknown
from ronn_jack.parameters import PARAMETERS

WORDS = st.text("abcdelrsy_", max_size=12)


@given(
    WORDS | st.sampled_from(list(PARAMETERS)), st.lists(WORDS, max_size=8), st.floats(0.01, 0.99)
)
def test_the_nearest_is_difflibs(name: str, words: list[str], cutoff: float) -> None:
    choices = [*PARAMETERS, *words]
    expected = difflib.get_close_matches(name, choices, n=1, cutoff=cutoff)
    assert nearest(name, choices, cutoff) == (expected[0] if expected else None)


def test_without_anything_near_all_are_named() -> None:
    assert unknown("colour", "x1", ["red", "blue"]) == "unknown colour 'x1': known: red, blue"
    assert unknown("colour", "bleu", ["red", "blue"]).endswith("did you mean 'blue'?")
