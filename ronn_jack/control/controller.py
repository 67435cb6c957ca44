"""The one place where the node's parameters are changed."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from ronn_jack.control.events import (
    Dump,
    FellBack,
    Moved,
    NetworkAsked,
    NetworkSounds,
    Silenced,
    Swap,
)
from ronn_jack.control.exploring.search import Search
from ronn_jack.control.history import History, Touch
from ronn_jack.control.limits.load import AT_REST, Limits
from ronn_jack.control.midi_events import MidiState
from ronn_jack.control.operations import NODE, Cause, Change, ClockOrigin, Operation, Origin
from ronn_jack.control.protocols import ListedPreset, Node, Preset, PresetStore, SavedPreset
from ronn_jack.control.recall_events import Compared, SnapshotTaken
from ronn_jack.control.scene import Scene, Sound, at_rate, beginning
from ronn_jack.control.status import STATUS
from ronn_jack.control.subscriptions import Subscriptions
from ronn_jack.control.telling import Teller
from ronn_jack.control.tempo import Taps, TempoWatch
from ronn_jack.control.transaction import Draft
from ronn_jack.control.unheard import Unheard
from ronn_jack.errors import SpecError, UsageError
from ronn_jack.model.architecture import CONTROLS, REBUILD, architecture, model_of
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value, defaults, parameter
from ronn_jack.parameters.share import share


class Controller:
    """Keeps the accepted values, and turns operations into changes of the node.

    A value is accepted as soon as it is known to be possible; the network it asks for comes
    later. Where the node then refuses that network, the rebuild parameters return to those of
    the network that sounds. Every method may be called by any thread but the audio thread.

    Parameters
    ----------
    node : Node
        The running effect; it plays `values` already.
    presets : PresetStore
    values : mapping, optional
        Accepted values to start from, over the defaults.
    preset : Preset, optional
        The one that `values` were taken from.
    scene : Scene, optional
        What to start from instead of both.
    clock : callable, optional
        Returns a time in s; by it a sweep is told from single changes.
    search : Search, optional
        Draws seeds and sounds.

    Attributes
    ----------
    subscriptions : Subscriptions
        Through which all is told that happens.
    counters : dict
        What interfaces count, by its key of STATUS; each is written by one thread.
    taps : Taps
        Of the tempo.
    midi : MidiState
        What MIDI controls do, as the interface that hears them has put it there.
    """

    def __init__(
        self,
        node: Node,
        presets: PresetStore,
        values: Mapping[str, Value] | None = None,
        preset: Preset | None = None,
        scene: Scene | None = None,
        clock: Callable[[], float] = time.monotonic,
        search: Search | None = None,
    ) -> None:
        self._node = node
        self._presets = presets
        self._clock = clock
        # Reentrant, as a node may refuse a network while it is being asked for it.
        self._lock = threading.RLock()
        self._scene = scene or beginning({**defaults(), **(values or {})}, preset)
        self._history = History(self._scene)
        self._first = self._sounding = architecture(self.values)
        self._awaited: Change | None = None
        self._unheard = Unheard()
        self.search = search or Search()
        self.midi = MidiState()
        self.taps, self._tempo_watch = Taps(), TempoWatch(self.values)
        self._silent = False
        self.counters = {name: 0 for name, row in STATUS.items() if row.by_interface}
        self.subscriptions = Subscriptions(self._lock, self._dump)
        self._publish = self.subscriptions.publish
        self._tell = Teller(self._publish, self._scene)
        self._limits = Limits(node, self._tell)

    @property
    def name(self) -> str:
        """Name of the node's client in the audio graph."""
        return self._node.name

    @property
    def ready(self) -> bool:
        """Whether the node's ports are registered and its first network sounds."""
        return self._node.ready

    @property
    def scene(self) -> Scene:
        """The accepted values and where they came from."""
        return self._scene

    @property
    def values(self) -> Mapping[str, Value]:
        """The accepted values of all parameters, never modified afterwards."""
        return self._scene.values

    @property
    def preset(self) -> str | None:
        """The preset loaded or saved last."""
        preset = self._scene.preset
        return preset.name if preset else None

    @property
    def edited(self) -> bool:
        """Whether the sound is no longer, or not yet, that of the preset."""
        return self._scene.edited

    def presets(self) -> Sequence[ListedPreset]:
        """Return what can be told of the presets, in the order of their indices."""
        return self._presets.entries()

    def value(self, name: str) -> Value:
        """Return a parameter's accepted value, whose network may still be in the making."""
        return self.values[parameter(name).name]

    def status(self) -> Mapping[str, int | float | str]:
        """Return the present value of every key of STATUS."""
        steps = {"undo_steps": self._history.undoable, "redo_steps": self._history.redoable}
        own = {**steps, "landed": self._tell.landed, **self.search.status, **self._scene.recall}
        return {**self._node.status(), **self.counters, **own}

    def share(self, sound: Mapping[str, Value] | None = None) -> str:
        """Return a sound, by default the present one, as a short text."""
        return share(at_rate(sound or self.values, self._node.rate))

    def apply(self, operations: Sequence[Operation], origin: Origin) -> None:
        """Apply operations in order as one change, with at most one new network.

        What can't be done is refused to `origin` and the rest is done. Where the rebuild
        parameters don't go together, all of them stay as they were and the others move.
        """
        with self._lock:
            touch = Touch(origin, self._clock())
            draft = Draft(self._scene, self._history, touch, self._presets, self)
            refusals = draft.take_all(operations)
            self._apply(draft, origin, refusals)
            for number in draft.snapshot_saves:
                self._save_snapshot(number, origin)
            scene = self._scene
        for subject, reason in refusals:
            self._tell.refusal(origin, subject, reason, network=False)
        for name in draft.saves:
            self.save(name, scene, origin)

    def save(self, name: str, scene: Scene, origin: Origin) -> None:
        """[any-thread] Save a scene as a preset, which takes as long as the disk does."""
        values, snapshots = at_rate(scene.values, self._node.rate), scene.snapshots.sounds
        try:
            self._presets.save(name, values, snapshots=snapshots)
        except UsageError as error:
            self._tell.refusal(origin, "preset_save", str(error), network=False)
            return
        preset = SavedPreset(name, values, snapshots)
        with self._lock:
            self._tell.preset(preset, origin, saved=True)
            scene = self._scene.saved_in(preset, self._node.rate)
            self._commit(scene, self._history.with_scene(scene), origin, Cause.PRESET)

    def begin(self, join: Callable[[], None]) -> None:
        """Let the node join a server and ask it for the present network, with no change between.

        A change whose network was on its way to another server's audio is asked for again.

        Parameters
        ----------
        join : callable
            Attaches the node to its audio, whose rate is the node's from then on.

        Raises
        ------
        SpecError
            If the network is too long at that rate; the node has joined then.
        """
        with self._lock:
            self._tell.first_preset()
            join()
            model, awaited = self.model(self.values), self._awaited
            if awaited is None:
                self._first = architecture(self.values)
                self._ask(Change(model, self.values))
            else:
                again = awaited.again(model, self.values)
                self._unheard.again(awaited, again)
                self._ask(again)

    def tend(self) -> None:
        """Ask for a network of the present tempo once that holds; to be called again and again."""
        with self._lock:
            if self._tempo_watch.is_due(self.values, self._clock()):
                with contextlib.suppress(SpecError):
                    self._ask(Change(self.model(self.values), self.values, "tempo"))

    @property
    def awaits_network(self) -> bool:
        """Whether a network was asked of the node of which it has not said what became."""
        return self._awaited is not None

    def sounding(self, change: Change) -> None:
        """Note that the network of `change` was handed over to the audio thread."""
        with self._lock:
            self._sounding = architecture(change.values)
            if change is self._awaited:
                self._awaited = None
            self._unheard.heard(change, last=self._awaited is None)
            self._publish(NetworkSounds(change.subject), change.origin)
            if self._awaited is None:
                # A newer change may have been refused while this one was on its way.
                self._hold(self._sounding, Cause.ARRIVAL, change)
            resting = self._settle_stages()
        self._limits.tell(resting)

    def swapped(self, swap: Swap) -> None:
        """Tell that a network has taken another's place; its crossfade is over."""
        self._publish(swap)

    def refused(self, change: Change, reason: str) -> None:
        """Return to what sounds, as the network of `change` is refused; answer who asked.

        Where a newer change is under way its values stay: it will be tried on its own account.
        """
        with self._lock:
            if change is self._awaited:
                self._awaited = None
                touch = Touch(NODE, self._clock())
                taken = self._unheard.taken_back(self._scene, self._history, self._sounding, touch)
                self._commit(*taken, NODE, Cause.REFUSAL)
            resting = self._settle_stages()
        origin = None if change.begins else change.origin
        self._tell.refusal(origin, change.subject, reason, network=True)
        self._limits.tell(resting)

    def cannot_begin(self, reason: str) -> None:
        """Tell that at the server's rate there is no network to begin with."""
        self._tell.refusal(None, "", reason, network=True)

    def fell_back(self, fallen: Change, good: Change | None, reason: str) -> None:
        """Note that a network that sounded had to go; that of `good` follows, or the dry signal."""
        with self._lock:
            self._sounding = architecture(good.values) if good else self._first
            if self._awaited is None:
                self._hold(self._sounding, Cause.FALL_BACK)
            self._publish(FellBack(fallen.subject, good is None, reason), fallen.origin)
        fallen.origin.refuse(fallen.subject, reason)

    def strained(self) -> None:
        """Let rest what is too much beside the network that sounds; answer who asked for it.

        One that is on its way may be able to move its weights: until that is known, they are left.
        """
        with self._lock:
            reasons = self._limits.overload(self.values, self.awaits_network)
            self._rest(reasons)
        self._limits.tell(reasons)

    def _settle_stages(self) -> Mapping[str, str]:
        """Let in stages that waited for a network; return why those rest that none lets in."""
        reasons = self._node.stage_faults(self.values) if self._awaited is None else {}
        self._rest(reasons)
        self._node.admit_stages()
        return reasons

    def _rest(self, reasons: Mapping[str, str]) -> None:
        if reasons:
            self._hold({name: AT_REST[name] for name in reasons}, Cause.STRAIN)

    def fits(self, values: Mapping[str, Value], most: float = 1.0) -> bool:
        """Tell whether a full set of values makes a network that can run, in a share of time."""
        try:
            return self._node.fits(self.model(values), most)
        except SpecError:
            return False

    def check(self, values: Mapping[str, Value]) -> None:
        """Raise UsageError if a sound can't be had as a whole, as far as that is known yet."""
        if any(values[name] != self.values[name] for name in REBUILD):
            self.model(values)
        elif reasons := self._limits.faults(self.values, values, self.awaits_network):
            raise UsageError(next(iter(reasons.values())))

    def _commit(self, scene: Scene, history: History, origin: Origin, cause: Cause) -> None:
        """Make this what is accepted: the one place where it changes; the lock is held."""
        before, self._scene, self._history = self._scene, scene, history
        moved = {n: value for n, value in scene.values.items() if value != before.values[n]}
        controls = {name: value for name, value in moved.items() if name in CONTROLS}
        if controls:
            self._node.set_controls(controls)
        self._tell.preset_of(scene, origin)
        if moved:
            self._publish(Moved(origin.name, moved, cause), origin)
        self._tell.scene(scene, origin)

    def _hold(self, values: Sound, cause: Cause, arrived: Change | None = None) -> None:
        """Hold values that the node plays; a candidate that ends by them leaves nothing behind."""
        here = self._scene.outlasting(values)
        left = here is not self._scene or (arrived is not None and arrived.tried)
        asks = left and architecture(here.values) != self._sounding and self.fits(here.values)
        scene = here if asks else here.holding({**here.values, **values})
        history = self._history.with_scene(here)
        touch = Touch(arrived.origin, self._clock()) if arrived else None
        history = history.with_change(scene, touch) if touch else history.without_refused(scene)
        self._commit(scene, history, NODE, cause)
        if asks:
            self._ask(Change(self.model(scene.values), scene.values, "audition_end"))

    def _apply(self, draft: Draft, origin: Origin, refusals: list[tuple[str, str]]) -> None:
        before = self._scene
        model = None
        refused = False
        if any(draft.values[name] != before.values[name] for name in REBUILD):
            try:
                model = self.model(draft.values)
            except SpecError as error:
                refused = True
                refusals.append((draft.subject, str(error)))
                draft.values.update(architecture(before.values))
        if model is None:
            # Left as it is, as it would be too much for the machine beside this network.
            reasons = self._limits.faults(before.values, draft.values, self.awaits_network)
            refusals += reasons.items()
            draft.values.update({name: before.values[name] for name in reasons})
        scene = draft.scene
        moved = {name for name, value in scene.values.items() if value != before.values[name]}
        if draft.loaded:
            self._tell.preset(scene.preset, origin, saved=False)
        if draft.snapshot_loaded:
            self._publish(SnapshotTaken(origin.name, draft.snapshot_loaded, saved=False), origin)
        if scene.slot != before.slot:
            self._publish(Compared(origin.name, scene.slot), origin)
        ends_panic = draft.changed and not isinstance(origin, ClockOrigin)
        if ends_panic and (moved or not refused):
            self._set_silent(False, origin)
        elif draft.panicked:
            self._set_silent(True, origin)
        self._limits.asked(moved, origin)
        self._tell.landing(draft, origin)
        undone = self._history
        history = draft.history.with_change(scene, draft.touch)
        # Committed first: the node may refuse at once, and then these are what is taken back.
        self._commit(scene, history, origin, draft.cause)
        if model is not None:
            fitted, tried = draft.fitted, scene.audition is not None
            change = Change(model, scene.values, draft.subject, origin, fitted=fitted, tried=tried)
            self._unheard.add(change, before, scene, undone, draft.whole)
            self._ask(change)

    def _save_snapshot(self, number: int, origin: Origin) -> None:
        scene = self._scene.saved_as(number, self._node.rate)
        self._commit(scene, self._history.with_scene(scene), origin, Cause.RECALL)
        self._publish(SnapshotTaken(origin.name, number, saved=True), origin)

    def _ask(self, change: Change) -> None:
        """Ask the node for a network; what becomes of the one to begin with is not awaited."""
        self._awaited = None if change.begins else change
        self._tempo_watch.built(change.values)
        self._publish(NetworkAsked(change.subject), change.origin)
        self._node.request(change)

    def _set_silent(self, silent: bool, origin: Origin) -> None:
        if silent != self._silent:
            self._silent = silent
            self._node.panic(silent)
            self._publish(Silenced(silent), origin)

    def _dump(self, left_out: int) -> Dump:
        scene = self._scene
        return Dump(left_out, scene.values, self.preset, scene.edited, self._silent, scene.recall)

    def model(self, values: Mapping[str, Value] | None = None) -> Model:
        """Return the network that values, or the accepted ones, ask for at the node's rate."""
        values = self.values if values is None else values
        return model_of(values, self._node.inputs, self._node.outputs, self._node.rate)
