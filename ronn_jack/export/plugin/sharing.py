"""Sounds that one plugin holds: networks and controls are their own, the stages are shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ronn_jack.errors import UsageError
from ronn_jack.export.plugin.controls import controls_of
from ronn_jack.export.sound import Choices, FrozenSound, freeze
from ronn_jack.parameters import Value

_STAGES = ("eq", "reverb")
"""Switches of what all share, with which the names of its parameters begin."""


SNAPSHOT, KEPT = "snapshot", "kept"
"""What sounds can be called beside their numbers."""


def freeze_numbered(
    sounds: Mapping[int, Mapping[str, Value]], inputs: int = 2, name: str = SNAPSHOT
) -> FrozenSound:
    """Return the first of some sounds of any architecture with the others as its neighbours.

    Parameters and errors are those of `check_shared`.
    """
    check_shared(sounds, name)
    bank, *neighbours = (freeze(values, inputs) for values in sounds.values())
    named = Choices(name, tuple(map(str, sounds)))
    return replace(bank, neighbours=tuple(neighbours), named=named)


def check_shared(sounds: Mapping[int, Mapping[str, Value]], name: str) -> None:
    """Check that sounds are alike in what a plugin has once.

    Parameters
    ----------
    sounds : mapping
        Accepted values of each, by its number.
    name : str
        What each is.

    Raises
    ------
    UsageError
        If they are not.
    """
    (number, first), *others = sounds.items()
    for other, values in others:
        differing = [name for name in _shared(first) if values[name] != first[name]]
        if differing:
            raise UsageError(
                f"{name} {number} and {name} {other} differ in {', '.join(differing)}, which a "
                "plugin has once: make them alike, as by --set, or export each as one of its own"
            )


def _shared(values: Mapping[str, Value]) -> list[str]:
    """Return the parameters that all sounds of a plugin have to have alike."""
    own = {control.symbol for control in controls_of(values)}
    of_stages = tuple(f"{stage}_" for stage in _STAGES if values[stage])
    names = [name for name in values if of_stages and name.startswith(of_stages)]
    return ["network", *_STAGES, *(name for name in names if name not in own)]
