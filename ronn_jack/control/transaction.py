"""A change while it is put together: operations applied in order to a copy of the values."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from random import Random

from ronn_jack.control.operations import Act, Operation, Set
from ronn_jack.control.protocols import Preset, PresetStore
from ronn_jack.control.randomize import randomized
from ronn_jack.errors import ParameterError, PresetError, shown, unknown
from ronn_jack.model.architecture import architecture
from ronn_jack.parameters import ACTIONS, MAXIMUM_DRAWN_SEED, MAXIMUM_SEED, Effect, Value, parameter
from ronn_jack.units import as_number

_FIRES_FROM = 0.5
"""A button sends 1 when pressed and 0 when released; only the press counts."""
_SOUNDLESS = {"panic", "preset_save"}
_MOST_SAVES = 4
"""Names that one change saves the sound under: each is a file."""


class Draft:
    """What the values will be once the operations taken so far are applied.

    Attributes
    ----------
    values : dict
        Accepted values of all parameters.
    preset : Preset or None
        The preset loaded last.
    place : str or None
        The preset from which is stepped: the one loaded last, or one that can't be loaded.
    loaded : bool
        Whether a preset was loaded.
    saves : list of str
        Names to save the sound under once the change is applied.
    subject : str
        The operation that moved a rebuild parameter last; empty if none did.
    panicked : bool
        Whether silence was asked for.
    changed : bool
        Whether an operation that moves the sound was accepted, and no panic came after it.
    """

    def __init__(
        self,
        values: Mapping[str, Value],
        preset: Preset | None,
        place: str | None,
        presets: PresetStore,
        random: Random,
        fits: Callable[[Mapping[str, Value]], bool],
    ) -> None:
        self.values = dict(values)
        self.preset = preset
        self.place = place
        self.loaded = False
        self.saves: list[str] = []
        self.subject = ""
        self.panicked = False
        self.changed = False
        self._presets = presets
        self._random = random
        self._fits = fits
        self._actions: dict[str, Callable[[object], None]] = {
            "reseed": self._reseed,
            "seed_next": lambda _: self._step_seed(1),
            "seed_previous": lambda _: self._step_seed(-1),
            "randomize": self._randomize,
            "preset_load": self._load_preset,
            "preset_save": self._save_preset,
            "preset_next": lambda _: self._step_preset(1),
            "preset_previous": lambda _: self._step_preset(-1),
            "panic": self._panic,
        }

    def take(self, operation: Operation) -> None:
        """Apply one operation.

        Raises
        ------
        UsageError
            If it can't be done; nothing has changed then.
        """
        if isinstance(operation, Set):
            self._set(operation)
        else:
            self._act(operation)

    def _set(self, operation: Set) -> None:
        row = parameter(operation.name)
        parse = row.parse_normalised if operation.normalised else row.parse
        value = parse(operation.value)
        if row.effect is Effect.REBUILD and value != self.values[row.name]:
            self.subject = row.name
        self.values[row.name] = value
        if row.link_partner and self.values["link"]:
            # Taken from zero so that the opposite of 0 dB is not written as -0.
            self.values[row.link_partner] = 0.0 - float(value)
        self.changed = True

    def _act(self, operation: Act) -> None:
        if operation.name not in ACTIONS:
            raise ParameterError(unknown("action", operation.name, ACTIONS))
        action = ACTIONS[operation.name]
        is_button = action.argument in ("", "amount")
        if is_button and not _fires(operation, action.argument == "amount"):
            return
        before = architecture(self.values)
        self._actions[action.name](operation.argument)
        if action.name not in _SOUNDLESS:
            self.changed = True
        if architecture(self.values) != before:
            self.subject = action.name

    def _panic(self, _: object) -> None:
        self.panicked = True
        self.changed = False

    def _reseed(self, _: object) -> None:
        self.values["seed"] = self._random.randint(0, MAXIMUM_DRAWN_SEED)

    def _step_seed(self, step: int) -> None:
        seed = int(self.values["seed"])
        # Among the seeds that can be drawn, unless one beyond them was sent.
        last = MAXIMUM_DRAWN_SEED if seed <= MAXIMUM_DRAWN_SEED else MAXIMUM_SEED
        self.values["seed"] = (seed + step) % (last + 1)

    def _randomize(self, argument: object) -> None:
        amount = 1.0 if argument is None else _number("randomize", argument)
        if not 0.0 < amount <= 1.0:
            raise ParameterError(f"randomize = {shown(argument)} is out of range; use 0 to 1")
        self.values = randomized(self.values, amount, self._random, self._fits)

    def _load_preset(self, argument: object) -> None:
        if isinstance(argument, bool) or not isinstance(argument, (str, int, float)):
            raise PresetError("preset_load needs a preset's name or index")
        # Never a path: a sender must not make the node read a file of its choice.
        self._load(argument)

    def _step_preset(self, step: int) -> None:
        names = list(self._presets.names())
        if not names:
            raise PresetError("no presets to step through; save one with preset_save")
        index = -1 if step > 0 else 0
        if self.place in names:
            index = names.index(self.place)
        # Moves on even if the preset can't be loaded: a faulty one must not block the way.
        self.place = names[(index + step) % len(names)]
        self._load(self.place)

    def _load(self, reference: str | float) -> None:
        preset = self._presets.load(reference)
        self.values.update(preset.values)
        self.preset, self.place, self.loaded = preset, preset.name, True

    def _save_preset(self, argument: object) -> None:
        if not isinstance(argument, str) or not argument:
            raise PresetError("preset_save needs the name to save the sound under")
        if len(self.saves) == _MOST_SAVES:
            raise PresetError(
                f"one change can save under {_MOST_SAVES} names; send the others later"
            )
        self.saves.append(argument)


def _fires(operation: Act, is_amount: bool) -> bool:
    """Tell a press from a release; of an amount, only zero is a release."""
    if operation.argument is None:
        return True
    number = _number(operation.name, operation.argument)
    return number != 0.0 if is_amount else number >= _FIRES_FROM


def _number(name: str, argument: object) -> float:
    number = as_number(argument)
    if number is None or (isinstance(number, float) and not math.isfinite(number)):
        raise ParameterError(
            f"{name} = {shown(argument)} is no finite number; use 1, or no argument"
        )
    if abs(number) >= sys.float_info.max:
        raise ParameterError(f"{name} = {shown(argument)} is out of range; use 1, or no argument")
    return float(number)
