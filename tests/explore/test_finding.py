"""Of what is found for the page, nothing is silent or noise, no two are alike, and all is light."""

from __future__ import annotations

import itertools
from random import Random

import pytest

from ronn_jack.control.exploring.aim import Aim
from ronn_jack.cost.admission import Deadline
from ronn_jack.cost.calibration import load_cost_model
from ronn_jack.errors import SpecError
from ronn_jack.explore.audition import audition, phrase_passage
from ronn_jack.explore.character import distance_db
from ronn_jack.explore.choice import NEW_DB, is_worth_hearing
from ronn_jack.explore.explorer import LIGHT
from ronn_jack.explore.finding import Finding, Values
from ronn_jack.explore.pool import Pool
from ronn_jack.model.architecture import model_of
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import CANDIDATES, defaults
from ronn_jack.units import decibels_to_gain
from tests.explore.small_networks import RATE, fits, make

MOST_TRIES = 600


def find(finding: Finding, pool: Pool, values: Values, count: int, rate: float = RATE) -> int:
    """Let candidates be found; return how many tries it took."""
    passage = phrase_passage(2, rate)
    for tries in range(MOST_TRIES):
        if len(pool.places) == count:
            return tries
        finding.find_one(values, (), passage)
    raise AssertionError(f"only {len(pool.places)} found")


@pytest.mark.soak
def test_twenty_four_on_a_guitar_phrase() -> None:
    rate, cost, pool = 48_000.0, load_cost_model().sounding_seconds, Pool()
    deadline = Deadline(256, rate, budget=0.7)

    def model(values: Values) -> Model:
        return model_of(values, 2, 2, rate)

    def load(values: Values) -> float:
        try:
            return deadline.load(cost(model(values), deadline.period))
        except SpecError:
            return 1.0

    finding = Finding(
        pool,
        model,
        lambda values: load(values) < 0.6,
        Random(5),
        lambda values: load(values) < LIGHT,
    )
    find(finding, pool, defaults(), CANDIDATES, rate)
    sounds = [{**defaults(), **(pool.candidate(place) or {})} for place in pool.places]
    assert max(map(load, sounds)) <= 0.05
    passage = phrase_passage(2, rate)
    found = [
        audition(model(each), passage, gain=decibels_to_gain(float(each["drive"])))
        for each in sounds
    ]
    assert all(map(is_worth_hearing, found))
    apart = [distance_db(a.spectrum, b.spectrum) for a, b in itertools.combinations(found, 2)]
    assert min(apart) >= NEW_DB
    assert len({each["activation"] for each in sounds}) > 5, "from all over"


def test_only_what_is_light_has_a_place_and_the_rest_may_wait_too() -> None:
    pool, base = Pool(), {**defaults(), "layers": 2, "channels": 2}

    def is_light(values: Values) -> bool:
        return fits(values) and make(values).multiplications < 300

    finding = Finding(pool, make, fits, Random(6), is_light)
    find(finding, pool, base, 4)
    for place in pool.places:
        assert is_light({**base, **(pool.candidate(place) or {})})


def test_near_a_large_sound_what_is_as_large_has_a_place() -> None:
    pool, base = Pool(), {**defaults(), "layers": 4, "channels": 6}
    pool.look_for(Aim(0.1))
    finding = Finding(pool, make, fits, Random(7), lambda values: False)
    find(finding, pool, base, 2)
    most = 1.25 * make(base).multiplications
    for place in pool.places:
        near = {**base, **(pool.candidate(place) or {})}
        assert make(near).multiplications <= most
        assert abs(int(near["layers"]) - 4) <= 3
