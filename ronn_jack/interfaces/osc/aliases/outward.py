"""From the node's values to a foreign program's messages: what its aliases make, turned round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ronn_jack.interfaces.osc.aliases.alias import Alias, Follow, is_pattern
from ronn_jack.interfaces.osc.codec import encode
from ronn_jack.parameters import Value


class Outward:
    """Tells parameters to a program that knows them by a table of aliases.

    What can't be turned round is not told: actions, presses, addresses that stand for several, and
    messages of which the table doesn't say every value.

    Parameters
    ----------
    rows : sequence of Alias
        Where several say the same value of a message, the first counts.
    """

    def __init__(self, rows: Sequence[Alias]) -> None:
        places: dict[tuple[str, tuple[int | float | str, ...]], dict[int, Alias]] = {}
        for row in rows:
            if _turns_round(row):
                there = places.setdefault((row.address, row.leading), {})
                there.setdefault(row.position, row)
        self._by_name: dict[str, list[Sequence[Alias]]] = {}
        for there in places.values():
            if len(there) == max(there):
                message = [there[position] for position in sorted(there)]
                for name in dict.fromkeys(row.target.name for row in message):
                    self._by_name.setdefault(name, []).append(message)

    def messages(self, name: str, values: Mapping[str, Value]) -> tuple[bytes, ...]:
        """Return the messages that tell a parameter, none if the program doesn't know it."""
        return tuple(_encoded(message, values) for message in self._by_name.get(name, ()))


def _turns_round(row: Alias) -> bool:
    target = row.target
    follows = isinstance(target, Follow) and target.minimum != target.maximum
    return follows and not is_pattern(row.address)


def _encoded(message: Sequence[Alias], values: Mapping[str, Value]) -> bytes:
    shown = [_shown(row, values[row.target.name]) for row in message]
    return encode(message[0].address, [*message[0].leading, *shown])


def _shown(row: Alias, value: Value) -> float:
    """Return where the foreign control stands for a value."""
    assert isinstance(row.target, Follow)
    return float(row.low + (row.high - row.low) * row.target.place(value))
