"""An example of every event that there is."""

from __future__ import annotations

import dataclasses
import enum
import types
from collections.abc import Mapping
from typing import Any, get_args, get_origin, get_type_hints

from ronn_jack.control import events, midi_events, recall_events
from ronn_jack.control.events import Event

CLASSES: dict[str, type] = {
    name: each
    for module in (events, midi_events, recall_events)
    for name, each in vars(module).items()
    if dataclasses.is_dataclass(each) and hasattr(each, "kind")
}
_PLAIN: dict[object, object] = {str: "mix", int: 3, float: 0.5, bool: True}


def example(name: str) -> Event:
    """Return an event of a class, each of its fields with a value of its type."""
    hints = get_type_hints(CLASSES[name])
    made: Event = CLASSES[name](
        **{each.name: _value(hints[each.name]) for each in dataclasses.fields(CLASSES[name])}
    )
    return made


def _value(hint: Any) -> object:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if get_origin(hint) is types.UnionType:
        return _value(get_args(hint)[0])
    if get_origin(hint) is tuple:
        return (_value(get_args(hint)[0]),)
    if get_origin(hint) is Mapping:
        return {"mix": 0.5}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    raise AssertionError(f"an event's field of type {hint} has no example; write one here")
