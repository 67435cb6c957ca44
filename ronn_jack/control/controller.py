"""The one place where the node's parameters are changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from random import Random

from ronn_jack.control.events import (
    Dump,
    FellBack,
    Moved,
    NetworkAsked,
    NetworkSounds,
    PresetEdited,
    PresetTaken,
    Refused,
    Silenced,
    Swap,
)
from ronn_jack.control.operations import COMMAND_LINE, NODE, Cause, Change, Operation, Origin
from ronn_jack.control.protocols import Node, Preset, PresetStore, Sound
from ronn_jack.control.status import STATUS
from ronn_jack.control.subscriptions import Subscriptions
from ronn_jack.control.transaction import Draft
from ronn_jack.errors import SpecError, UsageError
from ronn_jack.model.architecture import REBUILD, architecture, model_of
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import PARAMETERS, Scope, Value, defaults, parameter

_MOVING = tuple(name for name, row in PARAMETERS.items() if row.moves_weights)
"""Parameters that let the weights move as soon as one of them is above 0."""


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
    random : random.Random, optional
        Where new seeds and architectures come from.
    preset : Preset, optional
        The one that `values` were taken from.

    Attributes
    ----------
    subscriptions : Subscriptions
        Through which all is told that happens.
    counters : dict
        What interfaces count, by its key of STATUS; each is written by one thread.
    """

    def __init__(
        self,
        node: Node,
        presets: PresetStore,
        values: Mapping[str, Value] | None = None,
        random: Random | None = None,
        preset: Preset | None = None,
    ) -> None:
        self._node = node
        self._presets = presets
        self._random = random or Random()
        # Reentrant, as a node may refuse a network while it is being asked for it.
        self._lock = threading.RLock()
        self._values: Mapping[str, Value] = {**defaults(), **(values or {})}
        self._first = self._sounding = architecture(self._values)
        self._awaited: Change | None = None
        self._mover: Origin | None = None
        self._preset = preset
        self._place = preset.name if preset else None
        self._untold = preset
        self._edited = self.edited
        self._silent = False
        self.counters = {name: 0 for name, row in STATUS.items() if row.by_interface}
        self.subscriptions = Subscriptions(self._lock, self._dump)
        self._publish = self.subscriptions.publish

    @property
    def name(self) -> str:
        """Name of the node's client in the audio graph."""
        return self._node.name

    @property
    def ready(self) -> bool:
        """Whether the node's ports are registered and its first network sounds."""
        return self._node.ready

    @property
    def values(self) -> Mapping[str, Value]:
        """The accepted values of all parameters, never modified afterwards."""
        return self._values

    @property
    def preset(self) -> str | None:
        """The preset loaded or saved last."""
        preset = self._preset
        return preset.name if preset else None

    @property
    def edited(self) -> bool:
        """Whether the sound is no longer, or not yet, that of the preset."""
        preset, values = self._preset, self._values
        return preset is not None and any(
            values[name] != value
            for name, value in preset.values.items()
            if PARAMETERS[name].scope is Scope.SOUND
        )

    def presets(self) -> Sequence[str]:
        """Return the names of the presets in the order of their indices."""
        return self._presets.names()

    def value(self, name: str) -> Value:
        """Return a parameter's accepted value, whose network may still be in the making."""
        return self._values[parameter(name).name]

    def status(self) -> Mapping[str, int | float | str]:
        """Return the present value of every key of STATUS."""
        return {**self._node.status(), **self.counters}

    def model(self) -> Model:
        """Return the network that the accepted values ask for at the node's rate."""
        return self._model_of(self._values)

    def apply(self, operations: Sequence[Operation], origin: Origin) -> None:
        """Apply operations in order as one change, with at most one new network.

        What can't be done is refused to `origin` and the rest is done. Where the rebuild
        parameters don't go together, all of them stay as they were and the others move.
        """
        refusals: list[tuple[str, str]] = []
        with self._lock:
            draft = Draft(
                self._values, self._preset, self._place, self._presets, self._random, self._fits
            )
            for operation in operations:
                try:
                    draft.take(operation)
                except UsageError as error:
                    refusals.append((operation.name, str(error)))
            self._place = draft.place
            if draft.loaded and draft.preset is not None:
                self._take_preset(draft.preset, origin, saved=False)
            self._apply(draft, origin, refusals)
            values = self._values
        for name in draft.saves:
            try:
                self._presets.save(name, values)
            except UsageError as error:
                refusals.append(("preset_save", str(error)))
                continue
            with self._lock:
                self._place = name
                self._take_preset(Sound(name, values), origin, saved=True)
                self._tell_edit(origin)
        for subject, reason in refusals:
            self._refuse(origin, subject, reason, network=False)

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
            self._tell_first_preset()
            join()
            model = self._model_of(self._values)
            if self._awaited is None:
                self._first = architecture(self._values)
                self._ask(Change(model, self._values))
            else:
                awaited = self._awaited
                self._ask(Change(model, self._values, awaited.subject, awaited.origin))

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
            self._publish(NetworkSounds(change.subject), change.origin)
            # A newer change may have been refused while this one was on its way.
            self._return(Cause.ARRIVAL)

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
                self._return(Cause.REFUSAL)
        origin = None if change.begins else change.origin
        self._refuse(origin, change.subject, reason, network=True)

    def cannot_begin(self, reason: str) -> None:
        """Tell that at the server's rate there is no network to begin with."""
        self._refuse(None, "", reason, network=True)

    def fell_back(self, fallen: Change, good: Change | None, reason: str) -> None:
        """Note that a network that sounded had to go; that of `good` follows, or the dry signal."""
        with self._lock:
            self._sounding = architecture(good.values) if good else self._first
            self._return(Cause.FALL_BACK)
            self._publish(FellBack(fallen.subject, good is None, reason), fallen.origin)
        fallen.origin.refuse(fallen.subject, reason)

    def strained(self) -> None:
        """Let the weights rest where the network that sounds can't move them; answer who asked.

        One that is on its way may be able to: until that is known, nothing is taken back.
        """
        with self._lock:
            reason = self._node.moving_fault()
            moved = {name: 0.0 for name in _MOVING if self._values[name]}
            if self._awaited is not None or not (reason and moved):
                return
            self._commit({**self._values, **moved}, NODE, Cause.STRAIN)
            mover = self._mover
        for name in moved:
            self._refuse(mover, name, reason, network=False)

    def _commit(self, values: Mapping[str, Value], origin: Origin, cause: Cause) -> None:
        """Make these the accepted values: the one place where they change; the lock is held."""
        before, self._values = self._values, values
        moved = {name: value for name, value in values.items() if value != before[name]}
        if not moved:
            return
        controls = {name: value for name, value in moved.items() if name not in REBUILD}
        if controls:
            self._node.set_controls(controls)
        self._publish(Moved(origin.name, moved, cause), origin)
        self._tell_edit(origin)

    def _return(self, cause: Cause) -> None:
        """Return to the network that sounds, unless another is on its way."""
        if self._awaited is None:
            self._commit({**self._values, **self._sounding}, NODE, cause)

    def _apply(self, draft: Draft, origin: Origin, refusals: list[tuple[str, str]]) -> None:
        before = self._values
        model = None
        refused = False
        if any(draft.values[name] != before[name] for name in REBUILD):
            try:
                model = self._model_of(draft.values)
            except SpecError as error:
                refused = True
                refusals.append((draft.subject, str(error)))
                draft.values.update(architecture(before))
        if model is None and self._awaited is None:
            self._hold_weights(draft, refusals)
        moved = {name for name, value in draft.values.items() if value != before[name]}
        if draft.changed and (moved or not refused):
            self._set_silent(False, origin)
        elif draft.panicked:
            self._set_silent(True, origin)
        if moved.intersection(_MOVING):
            self._mover = origin
        # Committed first: the node may refuse at once, and then these are what is taken back.
        self._commit(draft.values, origin, Cause.PRESET if draft.loaded else Cause.OPERATION)
        if model is not None:
            self._ask(Change(model, self._values, draft.subject, origin))

    def _ask(self, change: Change) -> None:
        """Ask the node for a network; what becomes of the one to begin with is not awaited."""
        self._awaited = None if change.begins else change
        self._publish(NetworkAsked(change.subject), change.origin)
        self._node.request(change)

    def _hold_weights(self, draft: Draft, refusals: list[tuple[str, str]]) -> None:
        """Leave the weights at rest where moving them would be too much for the machine."""
        before = self._values
        moved = [name for name in _MOVING if draft.values[name] != before[name]]
        if not moved or any(before[name] for name in _MOVING):
            return
        reason = self._node.moving_fault()
        if reason:
            draft.values.update({name: before[name] for name in moved})
            refusals += [(name, reason) for name in moved]

    def _tell_first_preset(self) -> None:
        """Tell what it began with, once somebody may listen and before any other preset."""
        preset, self._untold = self._untold, None
        if preset is not None:
            self._take_preset(preset, COMMAND_LINE, saved=False)
            self._tell_edit(COMMAND_LINE)

    def _take_preset(self, preset: Preset, origin: Origin, saved: bool) -> None:
        self._tell_first_preset()
        self._preset, self._edited = preset, False
        self._publish(PresetTaken(origin.name, preset.name, saved), origin)

    def _tell_edit(self, origin: Origin) -> None:
        edited, preset = self.edited, self._preset
        if preset is not None and edited != self._edited:
            self._edited = edited
            self._publish(PresetEdited(preset.name, edited), origin)

    def _set_silent(self, silent: bool, origin: Origin) -> None:
        if silent != self._silent:
            self._silent = silent
            self._node.panic(silent)
            self._publish(Silenced(silent), origin)

    def _refuse(self, origin: Origin | None, subject: str, reason: str, network: bool) -> None:
        """Tell that something was not done, and answer who asked for it."""
        self._publish(Refused(origin.name if origin else "", subject, reason, network), origin)
        if origin is not None:
            origin.refuse(subject, reason)

    def _dump(self, left_out: int) -> Dump:
        return Dump(left_out, self._values, self.preset, self.edited, self._silent)

    def _model_of(self, values: Mapping[str, Value]) -> Model:
        return model_of(values, self._node.inputs, self._node.outputs, self._node.rate)

    def _fits(self, values: Mapping[str, Value]) -> bool:
        try:
            return self._node.fits(self._model_of(values))
        except SpecError:
            return False
