"""From a foreign message to the node's own.

An alias says which foreign address, with which of its arguments and over which range, moves which
parameter or does which action. A message that comes to it becomes one or more of our own.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ronn_jack.interfaces.osc.addresses import ENDPOINTS, ROOT
from ronn_jack.interfaces.osc.codec import Argument, Fault, Message
from ronn_jack.parameters import Curve, Parameter, Value
from ronn_jack.units import as_number

_CACHED = 256
"""Foreign addresses are few in earnest; this bounds what a flood of others may keep."""
_PRESSED = 0.5
"""Share of the input's range from which a control counts as pressed."""


Arguments = tuple[Argument, ...]


@dataclass(frozen=True)
class Follow:
    """The parameter follows the control.

    Attributes
    ----------
    minimum, maximum : float
        Values at the ends of the input's range, as numbers of the parameter.
    """

    parameter: Parameter
    minimum: float
    maximum: float
    curve: Curve
    alone: Arguments = ()

    @property
    def name(self) -> str:
        """The parameter's."""
        return self.parameter.name

    def at(self, place: float) -> Arguments:
        """Return the value for a place in the input's range, 0–1."""
        number = self.curve.between(self.minimum, self.maximum, place)
        return (self.parameter.from_number(number),)

    def place(self, value: Value) -> float:
        """Return where a value lies, 0–1; beyond the limits, at the nearer end."""
        return self.curve.place(self.minimum, self.maximum, self.parameter.to_number(value))


@dataclass(frozen=True)
class Press:
    """A press sets one value or does one thing; a release does nothing.

    Attributes
    ----------
    alone : tuple
        The arguments that go with it.
    """

    name: str
    alone: Arguments = ()

    def at(self, place: float) -> Arguments | None:
        """Return what a press comes with, None for a release."""
        return self.alone if place >= _PRESSED else None


@dataclass(frozen=True)
class Amount:
    """An action that is given how far the control has come."""

    name: str
    alone: Arguments = ()

    def at(self, place: float) -> Arguments:
        """Return the amount."""
        return (place,)


@dataclass(frozen=True)
class Alias:
    """What one foreign address means.

    Attributes
    ----------
    address : str
        In it, `*` is any characters and `?` any one, but not a '/'.
    leading : tuple
        Arguments that have to come first, such as the number of a control.
    position : int
        Which of the arguments after those is the value, from 1 on.
    low, high : float
        The input's range; the larger may come first.
    skip : float or None
        A value that isn't meant: some programs fill with it what isn't there.
    """

    address: str
    leading: tuple[int | float | str, ...]
    position: int
    low: float
    high: float
    target: Follow | Press | Amount
    skip: float | None = None

    def message(self, arguments: Sequence[Argument]) -> Message | None:
        """Return what a message to the address asks for; None if it isn't meant or is a release."""
        count = len(self.leading)
        if tuple(arguments[:count]) != self.leading:
            return None
        index = count + self.position - 1
        address = ROOT + self.target.name
        if len(arguments) == count:
            # Without a value a parameter is asked for, and a press is one.
            return Message(address, self.target.alone)
        if index >= len(arguments):
            return None
        number = as_number(arguments[index])
        if number is None or not math.isfinite(number):
            return Message(address, (arguments[index],))  # for its fault to be told
        if number == self.skip:
            return None
        place = min(1.0, max(0.0, (number - self.low) / (self.high - self.low)))
        told = self.target.at(place)
        return None if told is None else Message(address, told)


class Aliases:
    """All aliases together.

    Parameters
    ----------
    rows : sequence of Alias
        Several of one address each have their say.
    ignored : sequence of str
        What foreign addresses begin with that are not to be answered at all.
    """

    def __init__(self, rows: Sequence[Alias] = (), ignored: Sequence[str] = ()) -> None:
        self._ignored = tuple(ignored)
        self._exact: dict[str, list[Alias]] = {}
        self._patterns: list[tuple[re.Pattern[str], Alias]] = []
        for row in rows:
            if is_pattern(row.address):
                self._patterns.append((_compiled(row.address), row))
            else:
                self._exact.setdefault(row.address, []).append(row)
        self._found = functools.lru_cache(_CACHED)(self._find)

    def translate(self, item: Message | Fault) -> Sequence[Message | Fault]:
        """Return what a message means: itself if its address is no alias, nothing if ignored."""
        if isinstance(item, Fault) or item.address in ENDPOINTS:
            return (item,)
        rows = self._found(item.address)
        if rows:
            return [each for row in rows if (each := row.message(item.arguments)) is not None]
        ours = item.address.startswith(ROOT)
        return () if not ours and item.address.startswith(self._ignored) else (item,)

    def _find(self, address: str) -> list[Alias]:
        matching = [row for pattern, row in self._patterns if pattern.fullmatch(address)]
        return [*self._exact.get(address, ()), *matching]


def is_pattern(address: str) -> bool:
    """Tell whether an alias's address stands for several."""
    return "*" in address or "?" in address


def _compiled(address: str) -> re.Pattern[str]:
    parts = re.split(r"(\*+|\?)", address)
    wild = {"?": "[^/]"}
    return re.compile(
        "".join(
            wild.get(part, "[^/]*") if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
    )
