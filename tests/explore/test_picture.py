"""A candidate's picture travels as one message that docs/osc.md tells."""

from __future__ import annotations

import pytest

from ronn_jack.control.exploring.search import Verdict
from ronn_jack.explore.audition import PLAYED_SECONDS, SILENT_SECONDS, audition, phrase_passage
from ronn_jack.explore.character import BANDS, STEPS, Character
from ronn_jack.explore.picture import picture_of
from ronn_jack.interfaces.web.page import FOLDER
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import defaults
from ronn_jack.surfaces.reference import osc_reference

RATE = 16_000.0


def test_it_has_what_the_reference_says() -> None:
    delay = NetworkSpec(layers=12, kernel=2, channels=2, dilation=2, activation="linear")
    character = audition(delay, phrase_passage(2, RATE))
    words, seed, liked, tail, crest, _, pitch, *rest = picture_of(
        defaults(), character, Verdict.LIKED
    )
    assert (words, seed, liked) == ("relu · 6 × 3 taps · 8 channels", 42, 1)
    assert tail == pytest.approx(character.tail_db, abs=0.01)
    assert 3.0 < crest < 40.0
    assert 0.0 <= pitch <= 1.0
    spectrum, course = rest[:BANDS], rest[BANDS:]
    assert len(course) == STEPS
    for picture in (spectrum, course):
        assert max(picture) == 0.0
        assert min(picture) >= -60.0
    assert all(type(each) is float for each in rest)
    reference = osc_reference()
    assert f"{BANDS} bands" in reference
    assert f"{STEPS} steps" in reference


def test_what_is_not_described_has_no_numbers() -> None:
    for character in (None, Character(silent=True)):
        assert len(picture_of(defaults(), character, None)) == 3


def test_the_page_draws_the_tail_from_where_the_input_ends() -> None:
    pictures = (FOLDER / "explore" / "pictures.js").read_text(encoding="utf-8")
    share = PLAYED_SECONDS / (PLAYED_SECONDS + SILENT_SECONDS)
    assert f"TAIL_FROM = {share:g};" in pictures
