"""Recipes and initialisers are those that the parameter table names."""

from __future__ import annotations

import pytest

from ronn_jack.errors import SpecError
from ronn_jack.model import initialisers
from ronn_jack.model.recipes import BY_NAME
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import INITIALISERS, RECIPES


def test_every_recipe_of_the_table_has_its_object():
    assert list(BY_NAME) == RECIPES
    assert all(set(recipe.initialisers) <= set(INITIALISERS) for recipe in BY_NAME.values())


def test_a_choice_that_nobody_has_is_told_once():
    with pytest.raises(SpecError) as told:
        NetworkSpec(recipe="plugin", activation="tahn", init="dirak")
    assert str(told.value) == (
        "unknown activation value 'tahn': did you mean 'tanh'?; "
        "unknown init value 'dirak': did you mean 'dirac'?"
    )


def test_every_initialiser_of_the_table_has_its_entry():
    assert list(initialisers.BY_NAME) == INITIALISERS
