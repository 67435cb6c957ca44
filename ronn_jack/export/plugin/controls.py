"""The controls of a plugin, from the table of parameters."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ronn_jack.export.plugin.records import Action
from ronn_jack.export.sound import Choices
from ronn_jack.model.latent.equaliser import BANDS
from ronn_jack.model.times import drift_hertz
from ronn_jack.parameters import PARAMETERS, Kind, Parameter, Value
from ronn_jack.parameters.rows.equaliser import EQ_MODE, MANUAL
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.stages.eq_model import INTERPOLATE, STRENGTH


@dataclass(frozen=True)
class PluginControl:
    """A control.

    Attributes
    ----------
    parameter : Parameter
        Its row in the table: name, label, unit, range, curve, choices.
    default : float
        Where it is in this sound, in native units.
    action : Action
    place : int
        Which of the engine's controls it moves, where it moves one.
    """

    parameter: Parameter
    default: float
    action: Action
    place: int = 0

    @property
    def symbol(self) -> str:
        """Its name, as everywhere."""
        return self.parameter.name

    @property
    def identity(self) -> int:
        """A number that stays its own in all versions: what a state or a host knows it by."""
        return zlib.crc32(self.symbol.encode())

    @property
    def is_switch(self) -> bool:
        """Whether it is 0 or 1."""
        return self.parameter.kind is Kind.BOOL

    @property
    def is_whole(self) -> bool:
        """Whether it goes in steps of 1."""
        return self.parameter.kind in (Kind.BOOL, Kind.INT, Kind.ENUM)

    @property
    def minimum(self) -> float:
        """The least value."""
        return float(self.parameter.minimum)

    @property
    def maximum(self) -> float:
        """The greatest value."""
        return float(self.parameter.maximum)

    @property
    def scale_points(self) -> list[tuple[float, str]]:
        """Values that have a word of their own, with it."""
        row = self.parameter
        if row.kind is Kind.ENUM:
            return [(float(place), word) for place, word in enumerate(row.choices)]
        if row.least > row.minimum:
            return [(self.minimum, "off")]
        return [(self.minimum, "off")] if self.action is Action.THRESHOLD else []

    def words(self, value: float) -> str:
        """Return a value as it is shown."""
        return self.parameter.words(self.parameter.from_number(value))


_ALWAYS = {
    "input_gain": (Action.AMPLITUDE, Control.INPUT_GAIN),
    "drive": (Action.AMPLITUDE, Control.DRIVE),
    "gate": (Action.THRESHOLD, Control.GATE),
    "mix": (Action.SHARE, Control.MIX),
    "output_gain": (Action.AMPLITUDE, Control.OUTPUT_GAIN),
    "bypass": (Action.SHARE, Control.BYPASS),
    "morph": (Action.MORPH, 0),
    "drift_rate": (Action.DRIFT_RATE, 0),
    "drift_depth": (Action.DRIFT_DEPTH, 0),
}
"""In the order in which hosts number them: new ones come last."""
_IN_A_ROOM = {
    "reverb": (Action.SHARE, Control.REVERB),
    "reverb_mix": (Action.SHARE, Control.REVERB_MIX),
}


def _of_equaliser(values: Mapping[str, Value]) -> Mapping[str, tuple[Action, int]]:
    """Return the controls of an equaliser, by what sets its bands."""
    rows: dict[str, tuple[Action, int]] = {"eq": (Action.EQ_SWITCH, 0)}
    if values[EQ_MODE] == MANUAL:
        for i, band in enumerate(BANDS):
            if values[f"eq_{band.name}"]:
                rows[f"eq_{band.name}_gain"] = Action.EQ_ROW, i
                rows[f"eq_{band.name}_freq"] = Action.EQ_LOGARITHM, len(BANDS) + i
                if band.form == "bell":
                    rows[f"eq_{band.name}_q"] = Action.EQ_LOGARITHM, 2 * len(BANDS) + i
        return rows
    if values[EQ_MODE] == "words":
        rows["eq_interpolate"] = Action.EQ_ASKED, INTERPOLATE
    else:
        axes = "xyz"[: int(values["eq_dims"])]
        rows |= {f"eq_{axis}": (Action.EQ_ASKED, i) for i, axis in enumerate(axes)}
    rows["eq_strength"] = Action.EQ_ASKED, STRENGTH
    return rows


def controls_of(values: Mapping[str, Value], choices: Choices | None = None) -> list[PluginControl]:
    """Return the controls of a sound, by its accepted values of all parameters.

    Parameters
    ----------
    choices : Choices or None
        What a bank chooses among.
    """
    rows = {
        **_ALWAYS,
        **(_of_equaliser(values) if values["eq"] else {}),
        **(_IN_A_ROOM if values["reverb"] else {}),
    }
    controls = [
        PluginControl(PARAMETERS[name], _default(name, values), action, int(place))
        for name, (action, place) in rows.items()
    ]
    return [*controls, *([_choice_among(choices)] if choices else [])]


def _choice_among(choices: Choices) -> PluginControl:
    names = choices.words
    row = replace(
        PARAMETERS["seed"],
        name=choices.name,
        label=choices.name.capitalize(),
        description="Which of the networks sounds.",
        kind=Kind.ENUM,
        minimum=0,
        maximum=len(names) - 1,
        default=names[0],
        choices=names,
    )
    return PluginControl(row, 0.0, Action.SEED)


def _default(name: str, values: Mapping[str, Value]) -> float:
    return drift_hertz(values) if name == "drift_rate" else float(values[name])
