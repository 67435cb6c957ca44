"""Networks that take little time to be heard offline."""

from __future__ import annotations

from collections.abc import Mapping

from ronn_jack.errors import SpecError
from ronn_jack.model.architecture import model_of
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value

RATE = 16_000.0


def make(values: Mapping[str, Value]) -> Model:
    return model_of(values, 2, 2, RATE)


def fits(values: Mapping[str, Value]) -> bool:
    """Take small networks, for the time of the test."""
    try:
        return make(values).multiplications < 4_000
    except SpecError:
        return False
