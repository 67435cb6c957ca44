"""What is near to a sound, and what lies between two."""

from __future__ import annotations

from random import Random

import pytest

from ronn_jack.control.exploring.aim import MORE_AMOUNT, Aim, genes_of
from ronn_jack.control.randomize import DRAWN
from ronn_jack.parameters import PARAMETERS, Draw, Kind, defaults

ONE = {**defaults(), "layers": 2, "kernel": 4, "channels": 4, "activation": "tanh", "seed": 1}
OTHER = {**defaults(), "layers": 8, "kernel": 64, "channels": 4, "activation": "sine", "seed": 2}


def always(_: object) -> bool:
    return True


def test_children_have_what_their_parents_have_or_lie_between() -> None:
    aim, random = Aim(1.0, (genes_of(ONE), genes_of(OTHER))), Random(1)
    present = {**defaults(), "layers": 20, "recipe": "package", "bias": True}
    children = [aim.drawn(present, random, always, ()) for _ in range(200)]
    for name in DRAWN:
        row, found = PARAMETERS[name], [child[name] for child in children]
        if row.draw is Draw.SEED:
            assert len(set(found)) > 40
        elif row.kind in (Kind.INT, Kind.FLOAT):
            low, high = sorted((ONE[name], OTHER[name]))
            assert all(low <= value <= high for value in found), name
        else:
            assert set(found) == {ONE[name], OTHER[name]}, name
    assert len({child["kernel"] for child in children}) > 10
    assert {child["recipe"] for child in children} == {"package"}, "what is not drawn stays"
    assert {child["seed"] for child in children} >= {1, 2}


def test_what_is_like_one_is_near_it_wherever_the_present_sound_is() -> None:
    aim = Aim(MORE_AMOUNT, (genes_of(ONE),))
    drawn = [aim.drawn(OTHER, Random(n), always, ()) for n in range(50)]
    assert all(abs(each["layers"] - 2) <= 4 for each in drawn)
    assert sum(each["activation"] == "tanh" for each in drawn) > 35


@pytest.mark.parametrize("parents", [(), (ONE,), (ONE, OTHER)])
def test_what_is_locked_is_the_present_sound_s(parents: tuple[dict[str, object], ...]) -> None:
    aim = Aim(0.5, tuple(genes_of(each) for each in parents))
    for fits in (always, lambda _: False):
        drawn = aim.drawn({**defaults(), "layers": 17}, Random(3), fits, {"layers", "seed"})
        assert (drawn["layers"], drawn["seed"]) == (17, 42)
