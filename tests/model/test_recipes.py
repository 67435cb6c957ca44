"""Recipes and initialisers are those that the parameter table names."""

from __future__ import annotations

import pytest

from ronn_jack.errors import SpecError
from ronn_jack.model import initialisers
from ronn_jack.model.recipes import BY_NAME
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import ACTIVATIONS, INITIALISERS, RECIPES


def test_every_recipe_of_the_table_has_its_object():
    assert list(BY_NAME) == RECIPES
    assert all(set(recipe.initialisers) <= set(INITIALISERS) for recipe in BY_NAME.values())
    assert all(set(recipe.activations) <= set(ACTIVATIONS) for recipe in BY_NAME.values())


@pytest.mark.parametrize("recipe", RECIPES)
def test_only_ours_has_the_curves_that_the_originals_never_had(recipe):
    refused = []
    for name in ACTIVATIONS:
        try:
            NetworkSpec(recipe=recipe, activation=name)
        except SpecError as error:
            refused.append(name)
            assert f"recipe {recipe} has no activation {name}; use elu gelu" in str(error)
    assert refused == ([] if recipe == "ronn" else ["hard_clip", "fold", "rectify", "crush"])


def test_a_choice_that_nobody_has_is_told_once():
    with pytest.raises(SpecError) as told:
        NetworkSpec(recipe="plugin", activation="fould", init="dirak")
    assert str(told.value) == (
        "unknown activation value 'fould': did you mean 'fold'?; "
        "unknown init value 'dirak': did you mean 'dirac'?"
    )


def test_every_initialiser_of_the_table_has_its_entry():
    assert list(initialisers.BY_NAME) == INITIALISERS
