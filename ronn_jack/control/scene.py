"""All that one step of undo goes back to: a sound, and where it came from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from ronn_jack.control.exploring.audition import Audition
from ronn_jack.control.operations import Origin
from ronn_jack.control.protocols import Preset
from ronn_jack.errors import ParameterError
from ronn_jack.model.latent.playing import with_bands
from ronn_jack.parameters import PARAMETERS, Scope, Value
from ronn_jack.parameters.companions import follows

SOUND = tuple(name for name, row in PARAMETERS.items() if row.scope is Scope.SOUND)
"""Names of the parameters that belong to a sound; the others are the node's."""
MOVING = tuple(name for name, row in PARAMETERS.items() if row.moves_weights)
"""Parameters that let the weights move as soon as one of them is above 0."""

Sound = Mapping[str, Value]
"""Accepted values of the parameters of a sound, never modified."""


def sound_of(values: Mapping[str, Value]) -> Sound:
    """Return the values that belong to the sound."""
    return {name: values[name] for name in SOUND}


def at_rate(values: Mapping[str, Value], rate: float) -> dict[str, Value]:
    """Return values that say for which sample rate their delays are meant: by default this one."""
    return {**values, "rate": values["rate"] or PARAMETERS["rate"].from_number(rate)}


class Snapshots:
    """The snapshots of one preset, or of none; the lock of the values protects them.

    They belong to where a sound came from: who goes back to another preset finds that one's, with
    all that was saved in them meanwhile.
    """

    def __init__(self, sounds: Mapping[int, Sound] | None = None) -> None:
        self._sounds: Mapping[int, Sound] = dict(sorted((sounds or {}).items()))

    @property
    def sounds(self) -> Mapping[int, Sound]:
        """What there is, by number in rising order; never modified."""
        return self._sounds

    def save(self, number: int, sound: Sound) -> None:
        """Keep a sound under a number, in the place of one that is there."""
        self._sounds = dict(sorted({**self._sounds, number: sound}.items()))

    def load(self, number: int) -> Sound:
        """Return the sound of a number, or raise ParameterError if none was saved there."""
        try:
            return self._sounds[number]
        except KeyError:
            there = ", ".join(map(str, self._sounds)) or "none"
            raise ParameterError(
                f"snapshot {number} is empty; saved so far: {there}, more by snapshot_save"
            ) from None

    def next_to(self, number: int, step: int) -> int:
        """Return the number of the next one that is not empty, going round."""
        if not self._sounds:
            raise ParameterError("there are no snapshots to step through; save one first")
        numbers = list(self._sounds)
        if step < 0:
            numbers.reverse()
        return next((n for n in numbers if (n - number) * step > 0 and number), numbers[0])


@dataclass(frozen=True, eq=False)
class Scene:
    """The accepted values and where they came from.

    Attributes
    ----------
    values : mapping
        Accepted values of all parameters. Those that follow show what is playing, however the
        others came about.
    preset : Preset or None
        The preset loaded or saved last.
    place : str or None
        The preset from which is stepped: the one loaded last, or one that can't be loaded.
    song : int or None
        The place in the setlist from which is stepped.
    snapshots : Snapshots
        Those of the preset.
    snapshot : int
        The one loaded or saved last; 0 for none.
    snapshot_place : int
        The one from which is stepped: that one, or one whose sound can't be had.
    slot : str
        Which of the two compared sounds this is, "a" or "b".
    other : mapping or None
        The other one; None as long as there is none.
    audition : Audition or None
        The candidate that is heard for a try.
    """

    values: Mapping[str, Value]
    preset: Preset | None = None
    place: str | None = None
    song: int | None = None
    snapshots: Snapshots = field(default_factory=Snapshots)
    snapshot: int = 0
    snapshot_place: int = 0
    slot: str = "a"
    other: Sound | None = None
    audition: Audition | None = None

    def __post_init__(self) -> None:
        """Let the values that follow be what the others make of them."""
        object.__setattr__(self, "values", with_bands(self.values))

    @property
    def sound(self) -> Sound:
        """The values that belong to the sound."""
        return sound_of(self.values)

    @property
    def edited(self) -> bool:
        """Whether the sound or its snapshots are no longer, or not yet, those of the preset."""
        preset = self.preset
        return preset is not None and (
            any(_differ(name, self.values, preset.values) for name in SOUND)
            or dict(self.snapshots.sounds) != dict(preset.snapshots)
        )

    @property
    def recall(self) -> Mapping[str, int | str]:
        """Where recall stands, and what is heard for a try, by the names of their status."""
        return {
            "snapshot": self.snapshot,
            "snapshots": " ".join(map(str, self.snapshots.sounds)),
            "ab": "off" if self.other is None else self.slot,
            "audition": self.audition.place if self.audition else 0,
        }

    def holding(self, values: Mapping[str, Value]) -> Scene:
        """Return the same with other values; what is heard by them is no audition any more."""
        audition = self.audition
        if audition is not None and not audition.lasts(values):
            audition = None
        # Not by `dataclasses.replace`, which takes long, and this is done for each knob's turn.
        return Scene(
            values,
            self.preset,
            self.place,
            self.song,
            self.snapshots,
            self.snapshot,
            self.snapshot_place,
            self.slot,
            self.other,
            audition,
        )

    @property
    def kept(self) -> Scene:
        """The same without what is only heard for a try."""
        if self.audition is None:
            return self
        return dataclasses.replace(self, values=self.audition.undone(self.values), audition=None)

    def is_tried_by(self, origin: Origin) -> bool:
        """Say whether somebody hears a candidate for a try."""
        return self.audition is not None and self.audition.origin == origin

    def outlasting(self, values: Mapping[str, Value]) -> Scene:
        """Return the same, or `kept` if what is heard for a try does not last by some values."""
        audition = self.audition
        lasts = audition is None or audition.lasts({**self.values, **values})
        return self if lasts else self.kept

    def auditioning(self, place: int, values: Mapping[str, Value], origin: Origin) -> Scene:
        """Return the same with a candidate's values for a try."""
        audition = Audition.between(place, origin, self.values, values)
        return dataclasses.replace(self, values=values, audition=audition)

    def same_origin(self, other: Scene) -> bool:
        """Say whether another one comes from the same place, whatever its values."""
        return self is other or all(
            mine is theirs
            for mine, theirs in (
                (self.preset, other.preset),
                (self.place, other.place),
                (self.song, other.song),
                (self.snapshots, other.snapshots),
                (self.snapshot, other.snapshot),
                (self.snapshot_place, other.snapshot_place),
                (self.slot, other.slot),
                (self.other, other.other),
            )
        )

    def at_snapshot(self, number: int) -> Scene:
        """Return the same at one of its snapshots."""
        return dataclasses.replace(self, snapshot=number, snapshot_place=number)

    def saved_as(self, number: int, rate: float) -> Scene:
        """Keep the sound, as it is at a sample rate, as a snapshot; return the same at it."""
        self.snapshots.save(number, at_rate(self.sound, rate))
        return self.at_snapshot(number)

    def saved_in(self, preset: Preset, rate: float) -> Scene:
        """Return the same, saved at a sample rate: for that its delays are meant from now on."""
        values = at_rate(self.values, rate)
        return dataclasses.replace(self, values=values, preset=preset, place=preset.name)

    def compared(self) -> Scene:
        """Return the other of two compared sounds; where there is none yet, a copy of this one."""
        other = self.sound if self.other is None else self.other
        return dataclasses.replace(
            self,
            values={**self.values, **other},
            slot="b" if self.slot == "a" else "a",
            other=self.sound,
        )


def _differ(name: str, values: Mapping[str, Value], preset: Mapping[str, Value]) -> bool:
    """Say whether a value is another than that of a preset, where both say one."""
    value, saved = values[name], preset.get(name)
    unsaid = saved is None or (name == "rate" and not (value and saved))
    return not unsaid and value != saved and not follows(PARAMETERS[name], values)


def beginning(values: Mapping[str, Value], preset: Preset | None = None) -> Scene:
    """Return the scene that a node begins with.

    Parameters
    ----------
    values : mapping
        Accepted values of all parameters.
    preset : Preset, optional
        The one that they were taken from.
    """
    if preset is None:
        return Scene(values)
    return Scene(values, preset, preset.name, snapshots=Snapshots(preset.snapshots))


PLACES = ("place", "song", "snapshot_place")
"""Fields of a scene from which is stepped: what can't be had must not block the way."""
