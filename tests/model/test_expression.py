"""What moves a running network is what the parameter table says."""

from __future__ import annotations

from dataclasses import fields

from ronn_jack.model.expression import AT_REST, Expression
from ronn_jack.parameters import PARAMETERS, Effect


def test_every_expressive_parameter_is_a_field():
    # The input is driven whatever the network; its level alone is to know.
    named = {field.name for field in fields(Expression)} - {"seed_b", "drive"}
    assert named == {n for n, row in PARAMETERS.items() if row.effect is Effect.EXPRESSIVE}


def test_the_weights_move_by_what_the_table_says_moves_them():
    for name, row in PARAMETERS.items():
        assert AT_REST.moved_to({name: row.maximum}).moves_weights == row.moves_weights
