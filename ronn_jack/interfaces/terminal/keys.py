"""What the keys of the live view do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from ronn_jack.control.operations import Act, Operation, Origin, Set
from ronn_jack.parameters import PARAMETERS, Value

QUIT = "q"
_MIX_STEP = 0.1
_DRIVE_STEP_DB = 3.0

log = logging.getLogger(__name__)


class Controls(Protocol):
    """The controller, as far as keys turn it."""

    @property
    def values(self) -> Mapping[str, Value]:
        """The accepted value of every parameter."""
        ...

    def apply(self, operations: Sequence[Operation], origin: Origin) -> None:
        """Apply operations as one change."""
        ...


def _switched(name: str) -> Callable[[Mapping[str, Value]], Operation]:
    return lambda values: Set(name, not values[name])


def _stepped(name: str, step: float) -> Callable[[Mapping[str, Value]], Operation]:
    row = PARAMETERS[name]

    def operation(values: Mapping[str, Value]) -> Operation:
        # Rounded, as ten steps of 0.1 are to come back to where they began.
        number = round(float(values[name]) + step, 6)
        return Set(name, min(row.maximum, max(row.minimum, number)))

    return operation


def _acted(name: str) -> Callable[[Mapping[str, Value]], Operation]:
    return lambda values: Act(name)


KEYS: dict[str, Callable[[Mapping[str, Value]], Operation]] = {
    "n": _acted("preset_next"),
    "p": _acted("preset_previous"),
    "r": _acted("reseed"),
    "x": _acted("randomize"),
    "u": _acted("undo"),
    "b": _switched("bypass"),
    "m": _stepped("mix", -_MIX_STEP),
    "M": _stepped("mix", _MIX_STEP),
    "d": _stepped("drive", -_DRIVE_STEP_DB),
    "D": _stepped("drive", _DRIVE_STEP_DB),
}
HELP = f"n/p preset  r reseed  x random  u undo  b bypass  m/M mix  d/D drive  {QUIT} quit"
"""The keys in a line."""


class Keys:
    """Who presses keys: does what they stand for, and says what can't be done."""

    name = "keys"

    def __init__(self) -> None:
        self._asking = False

    def press(self, keys: str, controls: Controls) -> bool:
        """Do what keys stand for, in their order; return whether one of them was to quit."""
        for key in keys:
            if key == QUIT:
                return True
            if key in KEYS:
                self._asking = True
                controls.apply([KEYS[key](controls.values)], self)
                self._asking = False
        return False

    def refuse(self, subject: str, reason: str) -> None:
        """[any-thread] Log what was refused at once; of a network the event says it."""
        if self._asking:
            log.warning("%s: %s", subject, reason)
