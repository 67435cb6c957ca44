"""What undo goes back through: the scenes that there were, one for each step."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from ronn_jack.control.operations import Origin
from ronn_jack.control.scene import SOUND, Scene
from ronn_jack.errors import ParameterError
from ronn_jack.parameters import PARAMETERS, Scope, Value

MOST_STEPS = 256
"""Steps that can be undone; older ones are forgotten."""
SWEEP_SECONDS = 0.5
"""Longest time between two movements of one parameter that are one step."""

_NODE = tuple(name for name, row in PARAMETERS.items() if row.scope is Scope.NODE)


@dataclass(frozen=True)
class Touch:
    """Who changed something, and how.

    Attributes
    ----------
    origin : Origin
    time : float
        In s, of any clock that only goes forward.
    parameters : frozenset of str
        What was moved, where nothing but parameters was; else empty.
    """

    origin: Origin
    time: float
    parameters: frozenset[str] = frozenset()

    def goes_on_as(self, later: Touch) -> bool:
        """Say whether the same one moves the same parameters."""
        return self.parameters == later.parameters and self.origin == later.origin


@dataclass(frozen=True)
class Step:
    """A scene, and how it was come to.

    Attributes
    ----------
    touch : Touch or None
        None for what there was at the beginning.
    settings : mapping
        Of each parameter of the node that was moved along, the value before and after.
    """

    scene: Scene
    touch: Touch | None
    settings: Mapping[str, tuple[Value, Value]]

    def same_sound(self, scene: Scene) -> bool:
        """Say whether a scene sounds the same and came from the same preset."""
        mine, theirs = self.scene.values, scene.values
        return self.scene.preset is scene.preset and all(mine[n] == theirs[n] for n in SOUND)


@dataclass(frozen=True)
class History:
    """The steps, and the place among them where the sound is now; never modified.

    Attributes
    ----------
    steps : tuple of Step
        Those up to `place` have been done, and those after it undone. The first one is where it
        begins.
    """

    steps: tuple[Step, ...]
    place: int = 0

    @classmethod
    def beginning_with(cls, scene: Scene) -> History:
        """Return a history without a step."""
        return cls((Step(scene, None, {}),))

    @property
    def undoable(self) -> int:
        """Number of steps that can be undone."""
        return self.place

    @property
    def redoable(self) -> int:
        """Number of steps that can be done again."""
        return len(self.steps) - 1 - self.place

    def with_change(self, scene: Scene, before: Scene, touch: Touch) -> History:
        """Return the history after a change that was accepted.

        It is a step of its own if it moved the sound, and part of the last one of its parameters
        if it goes on with a sweep. What was undone can't be done again after it.

        Parameters
        ----------
        before : Scene
            What it changed.
        """
        if self.steps[self.place].same_sound(scene):
            return self.with_scene(scene)
        sweep = self._sweep(touch)
        if sweep is not None:
            return self._swept(sweep, scene, touch)
        settings = {
            name: (before.values[name], scene.values[name])
            for name in _NODE
            if before.values[name] != scene.values[name]
        }
        done = self.steps[max(0, self.place + 1 - MOST_STEPS) : self.place + 1]
        return History((*done, Step(scene, touch, settings)), len(done))

    def with_scene(self, scene: Scene) -> History:
        """Return the same history with another scene in the place of the present one."""
        step = dataclasses.replace(self.steps[self.place], scene=scene)
        return History((*self.steps[: self.place], step, *self.steps[self.place + 1 :]), self.place)

    def without_refused(self, scene: Scene) -> History:
        """Return the history once something was taken back of what the present step did.

        A step of which nothing is left is none.
        """
        if self.place and self.steps[self.place - 1].same_sound(scene):
            steps = self.steps[: self.place] + self.steps[self.place + 1 :]
            return History(steps, self.place - 1).with_scene(scene)
        return self.with_scene(scene)

    def undone(self, now: Scene) -> tuple[History, Scene]:
        """Return the history after one step back, and the scene that leads to."""
        if not self.undoable:
            raise ParameterError("there is nothing to undo")
        settings = {n: (after, before) for n, (before, after) in self._here.settings.items()}
        return self._at(self.place - 1, settings, now)

    def redone(self, now: Scene) -> tuple[History, Scene]:
        """Return the history after one step forward again, and the scene that leads to."""
        if not self.redoable:
            raise ParameterError("there is nothing to redo")
        return self._at(self.place + 1, self.steps[self.place + 1].settings, now)

    @property
    def _here(self) -> Step:
        return self.steps[self.place]

    def _at(
        self, place: int, settings: Mapping[str, tuple[Value, Value]], now: Scene
    ) -> tuple[History, Scene]:
        """Go to a step; the node's parameters stay where they were moved to since."""
        scene = self.steps[place].scene
        moved = {n: value for n, (since, value) in settings.items() if now.values[n] == since}
        values = {**now.values, **scene.sound, **moved}
        return dataclasses.replace(self, place=place), scene.holding(values)

    def _sweep(self, touch: Touch) -> int | None:
        """Return the place of the step that a movement goes on with; None for a new one.

        Sweeps of several parameters may go on side by side, as those of an XY pad do.
        """
        if not touch.parameters or self.redoable:
            return None
        for place in range(self.place, 0, -1):
            step = self.steps[place]
            if step.touch is None:
                return None
            if step.touch.goes_on_as(touch):
                return place if touch.time - step.touch.time <= SWEEP_SECONDS else None
            before = self.steps[place - 1].scene.values
            if any(step.scene.values[name] != before[name] for name in touch.parameters):
                return None
        return None

    def _swept(self, place: int, scene: Scene, touch: Touch) -> History:
        """Go on with a sweep: what came after its first movement was done to its last one."""
        last = self._here.scene.values
        moved = {name: scene.values[name] for name in SOUND if scene.values[name] != last[name]}
        steps = list(self.steps)
        steps[place] = dataclasses.replace(steps[place], touch=touch)
        for at in range(place, len(steps)):
            was = steps[at].scene
            steps[at] = dataclasses.replace(steps[at], scene=was.holding({**was.values, **moved}))
        return History(tuple(steps), self.place).without_refused(scene)
