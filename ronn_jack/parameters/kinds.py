"""What a parameter is: how its values are written, and what moving it does."""

from __future__ import annotations

import enum
import math
import sys
from dataclasses import dataclass

from ronn_jack.errors import ParameterError, shown, unknown
from ronn_jack.parameters.names import NAME_RULE, is_name, names_on
from ronn_jack.units import as_number

Value = int | float | bool | str
"""A parameter's accepted value: int, float, bool, or the text of an enum or a name."""

_TRUE_WORDS = {"on", "true", "yes"}
_FALSE_WORDS = {"off", "false", "no"}


class Kind(enum.Enum):
    """How values are written."""

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    ENUM = "enum"
    NAME = "name"
    """Of a file that the user has: which names there are changes while a node runs."""
    TEXT = "text"
    """Any words: of what a node tells, of no parameter."""


class Effect(enum.Enum):
    """What moving a parameter does to the running node."""

    REBUILD = "rebuild"
    """A new network is built and crossfaded in."""
    EXPRESSIVE = "expressive"
    """The running network itself moves."""
    CONTINUOUS = "continuous"
    """The running network goes on; the value is smoothed."""
    SETTING = "setting"
    """Read the next time it is needed."""


class Scope(enum.Enum):
    """What a parameter belongs to."""

    SOUND = "sound"
    """Presets keep it."""
    NODE = "node"
    """A preset changes it only where it mentions it, and is never saved with it."""


class Group(enum.Enum):
    """Which parameters a musician looks for in one place, on a page or a surface."""

    NETWORK = "Network"
    SEED = "Seed"
    TIME = "Time"
    LEVELS = "Levels"
    EXPRESSION = "Expression"
    EQUALISER = "Equaliser"
    REVERB = "Reverb"
    NODE = "Node"


class Draw(enum.Enum):
    """How `randomize` draws a parameter."""

    KEPT = "kept"
    """Not at all."""
    EVEN = "even"
    """Every value alike."""
    RATIO = "ratio"
    """1 to 2 is as large a step as 32 to 64, so that small networks stay common."""
    SEED = "seed"
    """Anew, however near the rest stays."""


class Curve(enum.Enum):
    """How a position, 0–1, becomes the way from one number to another."""

    LINEAR = "linear"
    EXPONENTIAL = "exponential"
    """Equal steps are equal ratios; both numbers have to be above zero."""
    SQUARE = "square"
    """Fine at the start."""
    ROOT = "root"
    """Fine at the end."""

    def between(self, low: float, high: float, position: float) -> float:
        """Return the number at `position` of the way from `low` to `high`; the ends exactly."""
        if position in (0.0, 1.0):
            return high if position else low
        if self is Curve.EXPONENTIAL:
            ratio: float = (high / low) ** position
            return low * ratio
        share: float = position ** {Curve.SQUARE: 2.0, Curve.ROOT: 0.5}.get(self, 1.0)
        return low + (high - low) * share

    def place(self, low: float, high: float, number: float) -> float:
        """Return the position at which `between` gives a number, an end for one beyond."""
        if low == high:
            return 0.0
        if self is Curve.EXPONENTIAL:
            share = math.log(max(number, sys.float_info.min) / low) / math.log(high / low)
        else:
            share = (number - low) / (high - low)
        share = min(1.0, max(0.0, share))
        back: float = share ** {Curve.SQUARE: 0.5, Curve.ROOT: 2.0}.get(self, 1.0)
        return back


@dataclass(frozen=True)
class Parameter:
    """One row of the table.

    Attributes
    ----------
    minimum, maximum : float
        Inclusive limits in native units; for an enum, of its index; for a name, of its place
        among the names, from 0 to 1.
    least : float
        Of a number whose minimum means off: the smallest that does not. There are none between.
    curve : Curve
        How the normalised value goes from the minimum to the maximum.
    choices : tuple of str
        An enum's names in the order of their indices; empty for other kinds.
    shelf : str
        Of a name: where the files lie that may be named, beside the default that is always there.
    moves_weights : bool
        Whether the weights move as soon as it is above 0.
    link_partner : str
        The parameter that takes its negative while `link` is on; empty if none does.
    follows : str
        The enum that has to be "manual" for the value to be the parameter's own; else it shows
        what is playing. Empty if it always is.
    """

    name: str
    label: str
    kind: Kind
    minimum: float
    maximum: float
    default: Value
    unit: str
    description: str
    group: Group
    effect: Effect
    least: float = -math.inf
    curve: Curve = Curve.LINEAR
    choices: tuple[str, ...] = ()
    scope: Scope = Scope.SOUND
    draw: Draw = Draw.KEPT
    moves_weights: bool = False
    link_partner: str = ""
    follows: str = ""
    shelf: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names that a NAME can have at the moment, the default first."""
        default = str(self.default)
        return (default, *(name for name in names_on(self.shelf) if name != default))

    @property
    def step(self) -> float:
        """The smallest step of numbers that leads to another value; 0 if there is none."""
        if self.kind is Kind.NAME:
            return 1.0 / max(1, len(self.names) - 1)
        return 0.0 if self.kind is Kind.FLOAT else 1.0

    @property
    def range_text(self) -> str:
        """The allowed values in words, for error messages and docs."""
        if self.kind is Kind.ENUM:
            return " ".join(self.choices)
        if self.kind is Kind.BOOL:
            return "on, off"
        if self.kind is Kind.NAME:
            return f"{self.default}, or the name of an imported one"
        unit = f" {self.unit}" if self.unit else ""
        off, least = "", self.minimum
        if self.least > least:
            off, least = f"{self.minimum:.10g} (off), ", self.least
        return f"{off}{least:.10g} to {self.maximum:.10g}{unit}"

    def parse(self, raw: object) -> Value:
        """Return the accepted value for a value in native units.

        Numbers, booleans and numeric text are coerced to the parameter's kind; an enum is
        accepted by name or by index. A name need not be there: see `require`.

        Raises
        ------
        ParameterError
            If `raw` is non-finite, out of range, or of a type that has no meaning here.
        """
        if self.kind is Kind.NAME:
            return self._name(raw)
        if self.kind is Kind.ENUM:
            if isinstance(raw, str) and raw in self.choices:
                return raw
            number = as_number(raw)
            if number is None and isinstance(raw, str):
                raise ParameterError(unknown(f"{self.name} value", shown(raw)[1:-1], self.choices))
            return self.choices[round(self._within(raw, number))]
        if self.kind is Kind.BOOL and isinstance(raw, str):
            word = raw.strip().lower()
            if word in _TRUE_WORDS | _FALSE_WORDS:
                return word in _TRUE_WORDS
        number = self._within(raw, as_number(raw))
        if self.kind is Kind.BOOL:
            return number >= 0.5
        return round(number) if self.kind is Kind.INT else float(number)

    def require(self, value: Value) -> None:
        """Refuse an accepted value whose file is not there, where somebody asks for it.

        What keeps sounds takes it as it is: the file may come, or be on another machine.

        Raises
        ------
        ParameterError
            With the nearest name.
        """
        if self.kind is Kind.NAME and value not in self.names:
            raise ParameterError(unknown(self.name, value, self.names))

    def missing(self, value: Value) -> str:
        """Say what it means that a name is not there."""
        return (
            f"there is no {self.label} '{value}' here: {self.default} is heard in its place until "
            "ronn-jack import brings it"
        )

    def denormalise(self, position: float) -> Value:
        """Return the value at `position` of the range; positions beyond 0–1 are clamped."""
        position = min(1.0, max(0.0, position))
        return self.from_number(self.curve.between(self.minimum, self.maximum, position))

    def from_number(self, number: float) -> Value:
        """Return the value nearest to a number within the range; for an enum, to an index."""
        if self.kind is Kind.BOOL:
            return number >= 0.5
        if self.kind is Kind.NAME:
            names = self.names
            return names[round(number * (len(names) - 1))]
        if self.kind is Kind.ENUM:
            return self.choices[round(number)]
        if self.minimum < number < self.least:
            number = self.least if 2.0 * number >= self.minimum + self.least else self.minimum
        return round(number) if self.kind is Kind.INT else float(number)

    def to_number(self, value: Value) -> float:
        """Return an accepted value as a number; of an enum its index, of a switch 0 or 1."""
        if self.kind is Kind.NAME:
            names = self.names
            return names.index(str(value)) * self.step if value in names else 0.0
        return self.choices.index(str(value)) if self.kind is Kind.ENUM else float(value)

    def parse_normalised(self, raw: object) -> Value:
        """Return the accepted value for a position 0–1 of the range, clamped to it.

        Raises
        ------
        ParameterError
            If `raw` is non-finite or of a type that has no meaning here.
        """
        number = as_number(raw)
        if number is None:
            raise ParameterError(f"{self.name} = {shown(raw)} is no number; use a position 0 to 1")
        if isinstance(number, float) and not math.isfinite(number):
            raise ParameterError(f"{self.name} = {shown(raw)} is not finite; use a position 0 to 1")
        return self.denormalise(number)

    def normalise(self, value: Value) -> float:
        """Return where an accepted value lies in the range, 0–1."""
        return self.curve.place(self.minimum, self.maximum, self.to_number(value))

    def words(self, value: Value) -> str:
        """Return an accepted value as it is shown: "on", "-3.5 dB", "9"."""
        if self.kind is Kind.BOOL:
            return "on" if value else "off"
        if self.least > self.minimum == value:
            return "off"
        if self.kind is Kind.FLOAT:
            four_digits = float(f"{value:.4g}")  # of which large numbers are written in full
            return f"{four_digits:.10g} {self.unit}".rstrip()
        return str(value)

    def _name(self, raw: object) -> str:
        if not isinstance(raw, str) or not is_name(raw):
            raise ParameterError(f"{self.name} = {shown(raw)} is no name; use {NAME_RULE}")
        return raw

    def _within(self, raw: object, number: int | float | None) -> int | float:
        if number is None:
            raise ParameterError(f"{self.name} = {shown(raw)} is no number; use {self.range_text}")
        if isinstance(number, float) and not math.isfinite(number):
            raise ParameterError(f"{self.name} = {shown(raw)} is not finite; use {self.range_text}")
        if not self.minimum <= number <= self.maximum or self.minimum < number < self.least:
            plain = shown(raw).strip("'")
            raise ParameterError(f"{self.name} = {plain} is out of range; use {self.range_text}")
        return number
