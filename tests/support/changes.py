"""Changes as the controller hands them to the node."""

from __future__ import annotations

from ronn_jack.control.operations import Change
from ronn_jack.model.protocol import Model
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import defaults


class Origin:
    name = "test"

    def refuse(self, subject: str, reason: str) -> None:
        raise AssertionError("the builder refuses through its listener")


def change_to(
    model: Model, fade_ms: float = 5.0, levelled: bool = False, subject: str = "seed"
) -> Change:
    """Return the request for a network."""
    values = {**defaults(), "fade_ms": fade_ms, "auto_level": levelled}
    return Change(model, values, subject, Origin())


def first_change() -> Change:
    """Return the request for the network to begin with."""
    return change_to(NetworkSpec(), subject="")
