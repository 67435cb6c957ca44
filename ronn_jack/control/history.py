"""What undo goes back through: what each step has moved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ronn_jack.control.operations import ClockOrigin, Origin
from ronn_jack.control.scene import SOUND, Scene
from ronn_jack.errors import ParameterError
from ronn_jack.parameters import PARAMETERS, Value
from ronn_jack.parameters.companions import follows

MOST_STEPS = 256
"""Steps that can be undone; older ones are forgotten."""
SWEEP_SECONDS = 0.5
"""Longest time between two movements of one parameter that are one step."""

_SOUND = frozenset(SOUND)

Moves = Mapping[str, tuple[Value, Value]]
"""Of each parameter that was moved, the value before and after; never modified."""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Step:
    """What a change has moved, and where the sound came from before and after it."""

    touch: Touch
    moves: Moves
    before: Scene
    after: Scene

    def going_on(self, moves: Moves, after: Scene, touch: Touch) -> Step:
        """Return the step of a sweep once it has gone farther."""
        farther = {name: (self.moves.get(name, move)[0], move[1]) for name, move in moves.items()}
        left = {name: m for name, m in {**self.moves, **farther}.items() if m[0] != m[1]}
        return Step(touch, left, self.before, after)

    def without(self, names: Collection[str]) -> Step:
        """Return what is left of the step without some parameters."""
        left = {name: move for name, move in self.moves.items() if name not in names}
        return Step(self.touch, left, self.before, self.after)

    @property
    def is_one(self) -> bool:
        """Whether it moves the sound, or where that comes from."""
        return self.before.preset is not self.after.preset or not _SOUND.isdisjoint(self.moves)


@dataclass(frozen=True, slots=True)
class History:
    """The steps, and the place among them where the sound is now; never modified.

    Attributes
    ----------
    now : Scene
    steps : tuple of Step
        The first `place` of them have been done, and the others undone.
    """

    now: Scene
    steps: tuple[Step, ...] = ()
    place: int = 0

    @property
    def undoable(self) -> int:
        """Number of steps that can be undone."""
        return self.place

    @property
    def redoable(self) -> int:
        """Number of steps that can be done again."""
        return len(self.steps) - self.place

    def with_change(self, scene: Scene, touch: Touch) -> History:
        """Return the history after a change that was accepted.

        It is a step of its own if it moved the sound, and part of the last one of its parameters
        if it goes on with a sweep. What was undone can't be done again after it. What a clock moves
        is no step: undo is for what somebody did.
        """
        step = Step(touch, _moves(self.now, scene), self.now, scene)
        if not step.is_one or isinstance(touch.origin, ClockOrigin):
            return self.with_scene(scene)
        place = self._sweep(touch)
        if place is not None:
            swept = self.steps[place].going_on(step.moves, scene, touch)
            # One that has come back to where it began is none.
            kept = (swept,) if swept.is_one else ()
            steps = (*self.steps[:place], *kept, *self.steps[place + 1 :])
            return History(scene, steps, len(steps))
        done = (*self.steps[max(0, self.place + 1 - MOST_STEPS) : self.place], step)
        return History(scene, done, len(done))

    def with_scene(self, scene: Scene) -> History:
        """Return the same history with another scene in the place of the present one."""
        steps = self.steps
        if not scene.same_origin(self.now):
            # Whoever comes back here from either side finds it so.
            around = list(steps)
            if self.place:
                last = around[self.place - 1]
                around[self.place - 1] = Step(last.touch, last.moves, last.before, scene)
            if self.redoable:
                next_ = around[self.place]
                around[self.place] = Step(next_.touch, next_.moves, scene, next_.after)
            steps = tuple(around)
        return History(scene, steps, self.place)

    def without_refused(self, scene: Scene) -> History:
        """Return the history once values were taken back; a step of which nothing is left is none.

        Of each value those steps are left out that had led away from it, in one go: a clock may
        have moved it since a step, which is then no part of that.
        """
        back = dict(_moves(self.now, scene))
        done = list(self.steps[: self.place])
        for at in range(len(done) - 1, -1, -1):
            moves = done[at].moves
            led = {n for n, (now, _) in back.items() if n in moves and moves[n][1] == now}
            done[at] = done[at].without(led)
            back |= {n: (moves[n][0], back[n][1]) for n in led}
            back = {n: way for n, way in back.items() if way[0] != way[1]}
            if not back:
                break
        left = [step for step in done if step.is_one]
        return History(scene, (*left, *self.steps[self.place :]), len(left))

    def undone(self, now: Scene) -> tuple[History, Scene]:
        """Return the history after one step back, and the scene that leads to."""
        if not self.undoable:
            raise ParameterError("there is nothing to undo")
        step = self.steps[self.place - 1]
        back = {name: (new, old) for name, (old, new) in step.moves.items()}
        scene = step.before.holding(_moved(now.values, back))
        return History(scene, self.steps, self.place - 1), scene

    def redone(self, now: Scene) -> tuple[History, Scene]:
        """Return the history after one step forward again, and the scene that leads to."""
        if not self.redoable:
            raise ParameterError("there is nothing to redo")
        step = self.steps[self.place]
        scene = step.after.holding(_moved(now.values, step.moves))
        return History(scene, self.steps, self.place + 1), scene

    def _sweep(self, touch: Touch) -> int | None:
        """Return the place of the step that a movement goes on with; None for a new one.

        Sweeps of several parameters may go on side by side, as those of an XY pad do.
        """
        if not touch.parameters or self.redoable:
            return None
        for place in range(self.place - 1, -1, -1):
            step = self.steps[place]
            if step.touch.parameters == touch.parameters and step.touch.origin == touch.origin:
                return place if touch.time - step.touch.time <= SWEEP_SECONDS else None
            if not touch.parameters.isdisjoint(step.moves):
                return None
        return None


Direction = Callable[[History, Scene], tuple[History, Scene]]
"""`History.undone` or `History.redone`."""


def _moves(before: Scene, after: Scene) -> dict[str, tuple[Value, Value]]:
    old, new = before.values, after.values
    moves = {n: (old[n], value) for n, value in new.items() if value != old[n]}
    # What follows others before and after goes back with them by itself.
    shown = {n for n in moves if follows(PARAMETERS[n], old) and follows(PARAMETERS[n], new)}
    return {n: move for n, move in moves.items() if n not in shown} if shown else moves


def _moved(now: Mapping[str, Value], moves: Moves) -> dict[str, Value]:
    """Return values after moves; the node's own stay where they were moved to since."""
    to = {n: new for n, (old, new) in moves.items() if n in _SOUND or now[n] == old}
    return {**now, **to}
