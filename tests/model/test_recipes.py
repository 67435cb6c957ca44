"""Recipes and initialisers are those that the parameter table names."""

from __future__ import annotations

from ronn_jack.model import initialisers
from ronn_jack.model.recipes import BY_NAME
from ronn_jack.parameters import INITIALISERS, RECIPES


def test_every_recipe_of_the_table_has_its_object():
    assert list(BY_NAME) == RECIPES
    assert all(set(recipe.initialisers) <= set(INITIALISERS) for recipe in BY_NAME.values())


def test_every_initialiser_of_the_table_has_its_entry():
    assert list(initialisers.BY_NAME) == INITIALISERS
