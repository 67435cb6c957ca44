"""A change while it is put together: operations applied in order to a copy of the values."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping

from ronn_jack.control.exploring.search import SEARCHING
from ronn_jack.control.history import Direction, History, Touch
from ronn_jack.control.operations import (
    Act,
    Cause,
    ClockOrigin,
    Operation,
    Set,
    amount_in,
    fires,
    place_in,
)
from ronn_jack.control.protocols import Machine, PresetStore
from ronn_jack.control.scene import Scene, Snapshots
from ronn_jack.errors import ParameterError, PresetError, UsageError, unknown
from ronn_jack.model.architecture import architecture
from ronn_jack.parameters import (
    ACTIONS,
    MAXIMUM_DRAWN_SEED,
    MAXIMUM_SEED,
    MOST_SNAPSHOTS,
    Effect,
    Kind,
    Value,
    missing_names,
    parameter,
)
from ronn_jack.parameters.companions import companions
from ronn_jack.parameters.landing import landed
from ronn_jack.parameters.share import read_shared

_SOUNDLESS = {
    "panic", "preset_save", "snapshot_save", "tap", "audition", "audition_end", *SEARCHING,
}  # fmt: skip
"""Actions that end no panic: to point at something, or to look away, is not to ask for a sound."""
_MOST_SAVES = 4
"""Names that one change saves the sound under: each is a file."""


class Draft:
    """What the values will be once the operations taken so far are applied.

    Parameters
    ----------
    scene : Scene
        As it is now.
    history : History
        It leads to `scene`.
    touch : Touch
        Who changes it, and when.

    Attributes
    ----------
    values : dict
        Accepted values of all parameters.
    history : History
        As it is after what was undone and done again.
    loaded : bool
        Whether a preset was loaded.
    whole : bool
        Whether a whole sound was gone to, which is to come as a whole or not at all.
    saves : list of str
        Names to save the sound under once the change is applied.
    snapshot_loaded : int
        The snapshot that was loaded last; 0 for none.
    snapshot_saves : list of int
        Snapshots to save it as then.
    subject : str
        The operation that moved a rebuild parameter last; empty if none did.
    panicked : bool
        Whether silence was asked for.
    landed : mapping
        What positions became whose values don't fit.
    fitted : bool
        Whether a position moved a rebuild parameter last, and is predicted to fit.
    changed : bool
        Whether an operation that moves the sound was accepted, and no panic came after it.
    """

    def __init__(
        self,
        scene: Scene,
        history: History,
        touch: Touch,
        presets: PresetStore,
        machine: Machine,
    ) -> None:
        self.values = dict(scene.values)
        self.history = history
        self._scene = scene
        self.loaded = self.whole = False
        self.saves: list[str] = []
        self.snapshot_loaded = 0
        self.snapshot_saves: list[int] = []
        self.subject = ""
        self.panicked = False
        self.changed = False
        self.landed: Mapping[str, Value] = {}
        self.fitted = False
        self._tried = False
        self._touch = touch
        self._moved: set[str] = set()
        self._positions: dict[str, None] = {}
        self._acted = False
        self._presets = presets
        self._machine = machine

    @property
    def scene(self) -> Scene:
        """The scene that the operations lead to."""
        return self._scene.holding(dict(self.values))

    @property
    def touch(self) -> Touch:
        """Who changes it, when, and by which parameters, if by nothing else."""
        moved = frozenset() if self._acted else frozenset(self._moved)
        return Touch(self._touch.origin, self._touch.time, moved)

    @property
    def cause(self) -> Cause:
        """Why the values move."""
        if self.loaded:
            return Cause.PRESET
        if isinstance(self._touch.origin, ClockOrigin) and not self._acted:
            return Cause.CLOCK
        if self._tried:
            return Cause.AUDITION
        return Cause.RECALL if self.whole else Cause.OPERATION

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

    def take_all(self, operations: Iterable[Operation]) -> list[tuple[str, str]]:
        """Apply operations in order; return the names of those that can't be done, and why."""
        before = dict(self.values)
        refusals = []
        for operation in operations:
            try:
                self.take(operation)
            except UsageError as error:
                refusals.append((operation.name, str(error)))
        self._land()
        return refusals + missing_names(self.values, before)

    def _land(self) -> None:
        """Let positions of controls that ask for too much give way, once all is taken."""
        if self.subject not in self._positions:
            return
        self.fitted = self._machine.fits(self.values)
        if not self.fitted:
            self.landed = landed(self.values, list(self._positions), self._machine.fits)
            self.values.update(self.landed)
            self.fitted = bool(self.landed)

    def _set(self, operation: Set) -> None:
        row = parameter(operation.name)
        parse = row.parse_normalised if operation.normalised else row.parse
        row.require(value := parse(operation.value))
        if row.effect is Effect.REBUILD and value != self.values[row.name]:
            self.subject = row.name
        audition = self._scene.audition
        if audition and row.name in audition.moves and value != self.values[row.name]:
            self._keep_audition()  # as who turns what he hears goes on from there
        self._positions.pop(row.name, None)
        if operation.by_position and row.effect is Effect.REBUILD and row.kind is not Kind.BOOL:
            self._positions[row.name] = None
        along = companions(row, value, self.values, self._moved)
        self.values |= {**along, row.name: value}
        self._moved.add(row.name)
        self.changed = True

    def _act(self, operation: Act) -> None:
        if operation.name not in ACTIONS:
            raise ParameterError(unknown("action", operation.name, ACTIONS))
        action = ACTIONS[operation.name]
        foreign = operation.own and not self._scene.is_tried_by(self._touch.origin)
        if foreign or not fires(operation, action.argument):
            return
        before = architecture(self.values)
        if action.name in SEARCHING:
            self._machine.search.act(operation, self.values)
        elif self._scene.audition is None or action.name.startswith("audition"):
            _DO[action.name](self, operation.argument)
        else:
            self._act_on_audition(action.name, operation.argument)
        if action.name not in _SOUNDLESS:
            self.changed = True
            self._acted = True
        if architecture(self.values) != before:
            self.subject = action.name

    def _act_on_audition(self, name: str, argument: object) -> None:
        """Do an action while a candidate is heard for a try, which it keeps, leaves or ends."""
        before = self.history, self._scene.audition, dict(self.values)
        if name not in _SOUNDLESS:
            self._go_without_step(self.scene.kept)
            if name == "undo":
                return  # as that was the last change
        try:
            _DO[name](self, argument)
        except UsageError:
            self.history, audition, self.values = before
            self._scene = dataclasses.replace(self._scene, audition=audition)
            raise
        if name in ("preset_save", "snapshot_save"):
            self._keep_audition()

    def _audition(self, found: tuple[int, Mapping[str, Value]]) -> None:
        """Hear a candidate, at the level of its input whatever was chosen; it is no step yet."""
        place, drawn = found
        kept = self.scene.kept
        values = {**kept.values, **drawn, "auto_level": True}
        self._machine.check(values)
        self._go_without_step(kept.auditioning(place, values, self._touch.origin))

    def _step_audition(self, name: str, step: int) -> None:
        audition = self._scene.audition
        place = audition.place if audition else 0
        self._audition(self._machine.search.candidate_next_to(name, place, step))

    def _keep_audition(self) -> None:
        """Make one step of what a candidate has moved."""
        here = self.scene
        audition = here.audition
        if audition is None:
            raise ParameterError("no candidate is heard that could be kept; audition one first")
        before = self.history.with_change(here, self.touch).with_scene(here.kept)
        self._scene = dataclasses.replace(here, audition=None)
        # A step of who hears it, as a clock that moves it on makes none.
        self.history = before.with_change(self._scene, Touch(audition.origin, self._touch.time))
        self._machine.search.keep(audition.place, here.values)

    def _go_without_step(self, scene: Scene) -> None:
        here = self.scene
        if scene is not here:
            self.history = self.history.with_change(here, self.touch).with_scene(scene)
            self._scene, self.values = scene, dict(scene.values)
            self.whole = self._tried = True

    def _panic(self, _: object) -> None:
        self.panicked = True
        self.changed = False

    def _reseed(self, _: object) -> None:
        self.values["seed"] = self._machine.search.seed()

    def _step_seed(self, step: int) -> None:
        seed = int(self.values["seed"])
        # Among the seeds that can be drawn, unless one beyond them was sent.
        last = MAXIMUM_DRAWN_SEED if seed <= MAXIMUM_DRAWN_SEED else MAXIMUM_SEED
        self.values["seed"] = (seed + step) % (last + 1)

    def _randomize(self, argument: object) -> None:
        machine = self._machine
        amount = amount_in(Act("randomize", argument))
        self.values = machine.search.drawn(self.values, amount, machine.fits)

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
        if self._scene.place in names:
            index = names.index(self._scene.place)
        # Moves on even if the preset can't be loaded: a faulty one must not block the way.
        place = names[(index + step) % len(names)]
        self._scene = dataclasses.replace(self._scene, place=place)
        self._load(place)

    def _step_setlist(self, step: int) -> None:
        songs = self._presets.setlist()
        if not songs:
            raise PresetError("the setlist is empty; write names into setlist.toml")
        index = self._scene.song
        if index is None:
            index = -1 if step > 0 else 0
        song = (index + step) % len(songs)
        self._scene = dataclasses.replace(self._scene, song=song)
        self._load(songs[song])

    def _load(self, reference: str | float) -> None:
        preset = self._presets.load(reference)
        self._go_to(
            dataclasses.replace(
                self._scene,
                values={**self.values, **preset.values},
                preset=preset,
                place=preset.name,
                snapshots=Snapshots(preset.snapshots),
                snapshot=0,
                snapshot_place=0,
            )
        )
        self.loaded = True

    def _save_preset(self, argument: object) -> None:
        if not isinstance(argument, str) or not argument:
            raise PresetError("preset_save needs the name to save the sound under")
        if len(self.saves) == _MOST_SAVES:
            raise PresetError(
                f"one change can save under {_MOST_SAVES} names; send the others later"
            )
        self.saves.append(argument)

    def _load_snapshot(self, argument: object) -> None:
        self._recall_snapshot(place_in(Act("snapshot_load", argument), MOST_SNAPSHOTS, "snapshot"))

    def _save_snapshot(self, argument: object) -> None:
        place = place_in(Act("snapshot_save", argument), MOST_SNAPSHOTS, "snapshot")
        self.snapshot_saves.append(place)

    def _step_snapshot(self, step: int) -> None:
        number = self._scene.snapshots.next_to(self._scene.snapshot_place, step)
        # Moves on even if its sound can't be had: it must not block the way to the others.
        self._scene = dataclasses.replace(self._scene, snapshot_place=number)
        self._recall_snapshot(number)

    def _recall_snapshot(self, number: int) -> None:
        values = {**self.values, **self._scene.snapshots.load(number)}
        self._go_to(self._scene.holding(values).at_snapshot(number))
        self.snapshot_loaded = number

    def _load_text(self, argument: object) -> None:
        if not isinstance(argument, str):
            raise ParameterError("load_text needs a sound's text: ronn:…")
        self._go_to(self._scene.holding({**self.values, **read_shared(argument)}))

    def _tap(self, _: object) -> None:
        tempo = self._machine.taps.tap(self._touch.time)
        if tempo is not None:
            self.values["tempo"] = tempo

    def _move_in_history(self, go: Direction) -> None:
        here = self.scene
        # What the same message has done before is the last step.
        history, scene = go(self.history.with_change(here, self.touch), here)
        self._go_to(scene)
        self.history = history

    def _go_to(self, scene: Scene) -> None:
        """Go to a whole sound, or to nothing of it if it can't be had."""
        self._machine.check(scene.values)
        self._scene, self.values = scene, dict(scene.values)
        self._moved.clear()
        self.whole = True


_DO: Mapping[str, Callable[[Draft, object], None]] = {
    "reseed": Draft._reseed,
    "seed_next": lambda draft, _: draft._step_seed(1),
    "seed_previous": lambda draft, _: draft._step_seed(-1),
    "randomize": Draft._randomize,
    "audition": lambda draft, place: draft._audition(
        draft._machine.search.candidate(Act("audition", place))
    ),
    "audition_next": lambda draft, _: draft._step_audition("audition_next", 1),
    "audition_previous": lambda draft, _: draft._step_audition("audition_previous", -1),
    "audition_keep": lambda draft, _: draft._keep_audition(),
    "audition_end": lambda draft, _: draft._go_without_step(draft.scene.kept),
    "preset_load": Draft._load_preset,
    "preset_save": Draft._save_preset,
    "preset_next": lambda draft, _: draft._step_preset(1),
    "preset_previous": lambda draft, _: draft._step_preset(-1),
    "setlist_next": lambda draft, _: draft._step_setlist(1),
    "setlist_previous": lambda draft, _: draft._step_setlist(-1),
    "snapshot_load": Draft._load_snapshot,
    "snapshot_save": Draft._save_snapshot,
    "snapshot_next": lambda draft, _: draft._step_snapshot(1),
    "snapshot_previous": lambda draft, _: draft._step_snapshot(-1),
    "ab": lambda draft, _: draft._go_to(draft.scene.compared()),
    "load_text": Draft._load_text,
    "tap": Draft._tap,
    "undo": lambda draft, _: draft._move_in_history(History.undone),
    "redo": lambda draft, _: draft._move_in_history(History.redone),
    "panic": Draft._panic,
}
"""What each action does."""
