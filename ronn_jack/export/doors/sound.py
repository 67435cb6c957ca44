"""A sound whose network is to be written, and what of it is beside the network."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ronn_jack.errors import UsageError
from ronn_jack.export.doors.frozen import FrozenNetwork
from ronn_jack.export.level import frozen_level
from ronn_jack.model.architecture import network_spec
from ronn_jack.model.expression import Expression
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import PARAMETERS, Value
from ronn_jack.parameters.share import share
from ronn_jack.realtime.stages.high_pass import HERTZ
from ronn_jack.units import decibels_to_gain, gain_to_decibels


@dataclass(frozen=True)
class Sound:
    """A sound, as it is with a number of channels at a sample rate.

    Attributes
    ----------
    values : mapping
        Accepted values of all parameters.
    inputs, outputs : int
        1 or 2.
    rate : float
        Sample rate in Hz.
    """

    values: Mapping[str, Value]
    inputs: int
    outputs: int
    rate: float

    def __post_init__(self) -> None:
        if not self.values["network"]:
            raise UsageError(
                "network = off leaves nothing to write: turn it on with --set network=on"
            )

    @cached_property
    def spec(self) -> NetworkSpec:
        """What the network is."""
        return network_spec(self.values, self.inputs, self.outputs, self.rate)

    @cached_property
    def network(self) -> FrozenNetwork:
        """The network where morph and its point are, with drift at rest."""
        return FrozenNetwork.of(self.spec, Expression.of(self.values))

    @cached_property
    def text(self) -> str:
        """The sound as `share` writes it."""
        return share(self.values)

    @cached_property
    def level_db(self) -> float:
        """The gain of the network by which it is as loud as its input."""
        still = {**self.values, "drift_depth": 0.0}
        return gain_to_decibels(frozen_level(self.spec, still, self.rate).gain)

    @property
    def gain_before(self) -> float:
        """Amplitude ratio of what is before the network."""
        return decibels_to_gain(float(self.values["input_gain"]) + float(self.values["drive"]))

    @property
    def gain_after(self) -> float:
        """Amplitude ratio of what is after the network."""
        return decibels_to_gain(self.level_db + float(self.values["output_gain"]))

    @property
    def path(self) -> dict[str, float]:
        """What the signal passes beside the network, in its order, as far as it is linear."""
        return {
            "input_gain_db": float(self.values["input_gain"]),
            "drive_db": float(self.values["drive"]),
            "high_pass_hz": HERTZ,
            "high_pass_q": self.spec.rules.high_pass_q,
            "level_db": self.level_db,
            "output_gain_db": float(self.values["output_gain"]),
            "mix": float(self.values["mix"]),
        }

    @property
    def left_out(self) -> list[str]:
        """What of the sound no file of a network holds, in words."""
        values = self.values
        moves = float(values["drift_depth"]) > 0.0 and float(values["drift_rate"]) > 0.0
        gated = float(values["gate"]) > PARAMETERS["gate"].minimum
        there = {
            "the gate": gated,
            "the equaliser": values["eq"],
            "the reverb": values["reverb"],
            "drift": moves,
            "the dry signal": not math.isclose(float(values["mix"]), 1.0),
        }
        return [what for what, is_there in there.items() if is_there]
