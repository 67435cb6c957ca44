"""What a pool holds for, what it forgets, and what twenty presses bring."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import numpy as np
import pytest

from ronn_jack.control.exploring.aim import Aim, genes_of
from ronn_jack.control.exploring.search import Verdict
from ronn_jack.control.randomize import DRAWN
from ronn_jack.explore.audition import phrase_passage
from ronn_jack.explore.character import BANDS, Character
from ronn_jack.explore.finding import Finding
from ronn_jack.explore.pool import MOST_CANDIDATES, MOST_VAIN, Candidate, Pool, Terms
from ronn_jack.parameters import CANDIDATES, Value, defaults
from tests.explore.small_networks import RATE, fits, make

NO_LOCKS: frozenset[str] = frozenset()


def always(_: object) -> bool:
    return True


def terms(amount: float = 1.0, **values: Value) -> Terms:
    return Terms.of({**defaults(), **values}, Aim(amount), NO_LOCKS)


def candidate(level_db: float, **values: Value) -> Candidate:
    drawn = {name: {**defaults(), **values}[name] for name in DRAWN}
    character = Character(silent=False, pitch=0.8, spectrum=np.full(BANDS, level_db))
    return Candidate(drawn, character, defaults())


@pytest.fixture
def pool() -> Pool:
    pool = Pool()
    assert pool.hold(terms())
    for seed, level in enumerate((0.0, 10.0, 20.0)):
        assert pool.offer(terms(), candidate(level, seed=seed))
    return pool


def test_it_stops_when_it_is_full() -> None:
    pool = Pool()
    pool.hold(terms())
    offered = [pool.offer(terms(), candidate(10.0 * n, seed=n)) for n in range(40)]
    assert offered == [True] * MOST_CANDIDATES + [False] * (40 - MOST_CANDIDATES)
    assert not pool.hold(terms())
    assert pool.waiting == MOST_CANDIDATES
    assert pool.places == list(range(1, CANDIDATES + 1))
    assert {pool.candidate(place)["seed"] for place in pool.places} == set(range(CANDIDATES))


def test_no_two_candidates_are_alike() -> None:
    pool = Pool()
    pool.hold(terms())
    levels = (0.0, 2.9, 3.1, 6.0, 6.2)
    assert [pool.offer(terms(), candidate(each)) for each in levels] == [
        True, False, True, False, True,
    ]  # fmt: skip


def test_what_is_heavy_has_no_place() -> None:
    pool = Pool()
    pool.hold(terms())
    offered = [pool.offer(terms(), candidate(10.0 * n), light=False) for n in range(9)]
    assert offered == [True] * 8 + [False]
    assert (pool.places, pool.waiting, pool.wants_light) == ([], 8, True)
    assert pool.offer(terms(), candidate(200.0))
    assert pool.places == [1]


@pytest.mark.parametrize("change", ["terms", "heard", "described", "input"])
def test_what_is_in_vain_is_given_up_until_something_is_another(change: str) -> None:
    pool, silent = Pool(), Candidate({}, Character(silent=True))
    pool.hear(defaults())
    for _ in range(MOST_VAIN):
        assert pool.hold(terms())
        assert not pool.offer(terms(), silent)
    assert pool.rests
    pool.hear(defaults())
    assert not pool.hold(terms()), "nothing is another"
    match change:
        case "terms":
            assert pool.hold(terms(0.5))
        case "heard":
            pool.hear({**defaults(), "seed": 7})
        case "described":
            pool.describe(defaults(), candidate(0.0).character)
        case "input":
            pool.forget_characters()
    assert not pool.rests


def test_a_search_that_goes_wrong_again_and_again_is_given_up(pool: Pool) -> None:
    pool.searched = True
    for _ in range(MOST_VAIN):
        assert pool.progress == "searching"
        pool.search_failed()
    assert pool.progress == "exhausted"


def test_a_find_lets_the_search_go_on() -> None:
    pool, silent = Pool(), Candidate({}, Character(silent=True))
    pool.hold(terms())
    for level in (0.0, 10.0):
        for _ in range(MOST_VAIN - 1):
            pool.offer(terms(), silent)
        assert pool.offer(terms(), candidate(level))
    assert pool.hold(terms())


def test_an_empty_pool_knows_none_and_wakes_who_fills_it() -> None:
    woken: list[int] = []
    pool = Pool(lambda: woken.append(1))
    assert pool.find(defaults(), 1.0, NO_LOCKS, always) is None
    assert woken


def test_what_does_not_fit_any_more_is_left_out(pool: Pool) -> None:
    found = pool.find(defaults(), 1.0, NO_LOCKS, lambda values: values["seed"] == 2)
    assert found is not None
    assert found["seed"] == 2


def test_what_was_heard_does_not_come_again(pool: Pool) -> None:
    pool.hear({**defaults(), "seed": 7}, candidate(11.0).character)
    seeds = []
    while (found := pool.find(defaults(), 1.0, NO_LOCKS, always)) is not None:
        seeds.append(found["seed"])
    assert sorted(seeds, key=str) == [0, 2]
    assert pool.waiting == 0


@pytest.mark.parametrize(
    ("values", "amount", "locks", "kept"),
    [
        ({"layers": 9, "seed": 5, "mix": 0.3}, 1.0, (), True),
        ({"recipe": "package"}, 1.0, (), False),
        ({}, 0.5, (), False),
        ({}, 1.0, ("layers",), False),
    ],
)
def test_it_holds_for_what_a_draw_depends_on(
    pool: Pool, values: Mapping[str, Value], amount: float, locks: tuple[str, ...], kept: bool
) -> None:
    found = pool.find({**defaults(), **values}, amount, frozenset(locks), always)
    assert (found is not None) == kept


def test_a_small_amount_is_for_the_present_values_but_for_any_seed() -> None:
    assert terms(0.5, layers=9) != terms(0.5)
    assert terms(0.5, seed=9, seed_b=8, morph=0.5) == terms(0.5)


def test_on_another_input_everything_heard_is_described_anew(pool: Pool) -> None:
    heard = {**defaults(), "seed": 7}
    pool.hear(heard, candidate(11.0).character)
    assert pool.undescribed() is None
    pool.forget_characters()
    assert pool.undescribed() == heard


def test_on_another_input_candidates_stay_if_they_are_still_worth_it(pool: Pool) -> None:
    pool.forget_characters()
    for level in (0.0, 1.0, 50.0):  # the second is alike to the first by now
        stale = pool.stale()
        assert stale is not None
        pool.renew(stale, candidate(level).character)
    assert pool.stale() is None
    assert pool.places == [1, 3]
    pool.forget_characters()
    stale = pool.stale()
    assert stale is not None
    pool.look_for(Aim(0.5))
    pool.renew(stale, candidate(0.0).character)
    assert pool.places == [], "what has gone meanwhile does not come back"


@pytest.mark.parametrize("liked", [True, False])
def test_a_mark_steers_the_choice(liked: bool) -> None:
    pool = Pool()
    pool.hold(terms())
    for seed, level in enumerate((-16.0, 16.0, -16.5, 16.5)):
        pool.offer(terms(), candidate(level, seed=seed))
    for seed, level in ((10, -20.0), (11, 20.0), (12, 0.0)):
        pool.hear({**defaults(), "seed": seed}, candidate(level).character)
    pool.mark({**defaults(), "seed": 10}, liked)
    found = pool.find({**defaults(), "seed": 12}, 1.0, NO_LOCKS, always)
    assert found is not None
    assert (found["seed"] in (0, 2)) == liked


def test_a_candidate_that_is_liked_or_kept_is_not_looked_for_again(pool: Pool) -> None:
    pool.judge(2, Verdict.LIKED)
    assert pool.picture(2)[2] == 1
    assert pool.picture(1)[2] == 0
    assert pool.places == [1, 2, 3]
    pool.keep(2, {**defaults(), "seed": 1})
    assert pool.places == [1, 3, 25]
    assert pool.candidate(25)["seed"] == 1
    assert pool.picture(25)[:3] == ["relu · 6 × 3 taps · 8 channels", 1, 1]
    assert not pool.offer(terms(), candidate(11.0)), "it was heard"
    assert pool.offer(terms(), candidate(40.0)), "and its place is free"
    assert pool.places == [1, 2, 3, 25]


def test_of_what_was_kept_the_oldest_makes_room() -> None:
    pool = Pool()
    for seed in range(10):
        pool.keep(1, {**defaults(), "seed": seed})
    assert [pool.candidate(place)["seed"] for place in pool.places] == [8, 9, 2, 3, 4, 5, 6, 7]
    assert [each["seed"] for each in pool.kept().values()][-2:] == [8, 9]
    pool.keep(27, {**defaults(), "seed": 2})
    assert [each["seed"] for each in pool.kept().values()][-2:] == [9, 2]
    pool.judge(27, Verdict.DISLIKED)
    assert 27 not in pool.places


def test_what_is_kept_spares_another_sound_that_has_its_place_by_now(pool: Pool) -> None:
    heard = {**defaults(), "seed": 0}
    pool.judge(1, Verdict.DISLIKED)
    assert pool.offer(terms(), candidate(40.0, seed=5))
    pool.keep(1, heard)
    assert pool.candidate(1)["seed"] == 5
    assert pool.candidate(25)["seed"] == 0
    pool.judge(25, Verdict.DISLIKED)
    pool.keep(1, {**defaults(), "seed": 5})
    pool.keep(25, heard)
    assert [pool.candidate(place)["seed"] for place in (25, 26)] == [5, 0]


def test_a_dislike_drops_one_and_never_all_that_is_like_it() -> None:
    pool = Pool()
    pool.hold(terms())
    for seed, level in enumerate((0.0, 3.5, 7.0, 20.0)):
        pool.offer(terms(), candidate(level, seed=seed))
    pool.judge(4, Verdict.DISLIKED)
    assert pool.places == [1, 2, 3]
    pool.judge(1, Verdict.AVOIDED)
    assert pool.places == [3]
    assert not pool.offer(terms(), candidate(-5.0))
    assert pool.offer(terms(), candidate(-6.5))
    assert pool.offer(terms(), candidate(24.0)), "a dislike alone forbids nothing"


def test_another_aim_drops_all_but_what_is_spared(pool: Pool) -> None:
    pool.look_for(Aim(0.15, (genes_of(defaults()),)), spared=[2])
    assert pool.places == [2]
    aim = pool.aim
    assert pool.hold(Terms.of(defaults(), aim, NO_LOCKS))
    assert pool.places == [2]
    pool.hold(Terms.of({**defaults(), "layers": 9}, aim, NO_LOCKS))
    assert pool.places == [2], "what is like a sound does not depend on the present one"
    pool.hold(Terms.of({**defaults(), "recipe": "package"}, aim, NO_LOCKS))
    assert pool.places == []


def test_a_press_by_another_aim_begins_anew(pool: Pool) -> None:
    pool.look_for(Aim(0.15, (genes_of(defaults()),)))
    assert pool.find(defaults(), 1.0, NO_LOCKS, always) is None
    assert pool.aim == Aim(1.0)


def test_what_is_described_anew_keeps_its_place_in_time() -> None:
    pool = Pool()
    sounds = [{**defaults(), "seed": seed} for seed in range(6)]
    for values in sounds:
        pool.hear(values)
    for _ in range(2):
        order = []
        while (heard := pool.undescribed()) is not None:
            order.append(heard)
            pool.describe(heard, candidate(0.0).character)
        assert order == sounds[::-1]
        pool.forget_characters()


def test_candidates_come_before_all_that_was_heard_is_described_anew() -> None:
    passage, pool = phrase_passage(2, RATE), Pool()
    finding = Finding(pool, make, fits, Random(2))
    small = {**defaults(), "channels": 2, "layers": 2}
    sounds = [{**small, "seed": seed} for seed in range(30)]
    for values in sounds:
        pool.hear(values)
    for _ in range(4):
        finding.find_one(small, NO_LOCKS, passage)
    assert pool.undescribed(latest=4) is None, "the latest come first"
    for _ in range(14):
        finding.find_one(small, NO_LOCKS, passage)
    assert pool.waiting > 0
    assert pool.undescribed() is not None
    for _ in range(60):
        finding.find_one(small, NO_LOCKS, passage)
    assert pool.undescribed() is None, "all are described in the end"


def test_locked_parameters_are_those_of_the_present_sound() -> None:
    passage, pool = phrase_passage(2, RATE), Pool()
    finding = Finding(pool, make, fits, Random(2))
    values, locks = {**defaults(), "layers": 4, "seed_b": 99}, frozenset({"layers", "seed_b"})
    for _ in range(8):
        finding.find_one(values, locks, passage)
    # One of them was set by hand meanwhile.
    found = pool.find({**values, "seed_b": 5}, 1.0, locks, fits)
    assert found is not None
    drawn = {**values, "seed_b": 5, **found}
    assert (drawn["layers"], drawn["seed_b"]) == (4, 5)
