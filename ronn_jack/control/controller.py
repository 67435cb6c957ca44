"""The one place where the node's parameters are changed."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from random import Random

from ronn_jack.control.events import FellBack, Moved, PresetTaken, Refused, Report, log_event
from ronn_jack.control.protocols import Change, Node, Operation, Origin, Preset, PresetStore, Sound
from ronn_jack.control.transaction import Draft
from ronn_jack.errors import SpecError, UsageError
from ronn_jack.model.architecture import REBUILD, architecture, network_spec
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import Value, defaults, parameter
from ronn_jack.presets.preset import NODE_PARAMETERS

_MOVING = ("morph", "drift_depth")
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
    report : Report, optional
        Told what is accepted and refused; without it, that is only logged.
    preset : Preset, optional
        The one that `values` were taken from.
    """

    def __init__(
        self,
        node: Node,
        presets: PresetStore,
        values: Mapping[str, Value] | None = None,
        random: Random | None = None,
        report: Report = log_event,
        preset: Preset | None = None,
    ) -> None:
        self._node = node
        self._report = report
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
        self._silent = False

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
            if name not in NODE_PARAMETERS
        )

    def presets(self) -> Sequence[str]:
        """Return the names of the presets in the order of their indices."""
        return self._presets.names()

    def value(self, name: str) -> Value:
        """Return a parameter's accepted value, whose network may still be in the making."""
        return self._values[parameter(name).name]

    def status(self) -> Mapping[str, int | float | str]:
        """Return the present value of every key of STATUS."""
        return self._node.status()

    def spec(self) -> NetworkSpec:
        """Return the network that the accepted values ask for at the node's rate."""
        return self._spec_of(self._values)

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
            self._preset, self._place = draft.preset, draft.place
            self._commit(draft, origin, refusals)
            values = self._values
        if draft.loaded and draft.preset is not None:
            self._report(PresetTaken(origin.name, draft.preset.name, saved=False))
        for name in draft.saves:
            try:
                self._save(name, values, origin)
            except UsageError as error:
                refusals.append(("preset_save", str(error)))
        for subject, reason in refusals:
            self._report(Refused(origin.name, subject, reason, network=False))
            origin.refuse(subject, reason)

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
            join()
            spec = self._spec_of(self._values)
            if self._awaited is None:
                self._first = architecture(self._values)
                self._node.start(spec, int(self._values["seed_b"]))
            else:
                self._awaited = dataclasses.replace(self._awaited, received=time.monotonic())
                self._node.rebuild(spec, self._awaited)

    def sounding(self, change: Change) -> None:
        """Note that the network of `change` was handed over to the audio thread."""
        with self._lock:
            self._sounding = dict(change.architecture)
            if change is self._awaited:
                self._awaited = None
            if self._awaited is None:
                # A newer change may have been refused while this one was on its way.
                self._values = {**self._values, **self._sounding}

    def refused(self, change: Change | None, reason: str) -> None:
        """Return to what sounds, as the network of `change` can't be had; answer who asked.

        Where a newer change is under way its values stay: it will be tried on its own account.
        None stands for the network that the node was to begin with.
        """
        if change is None:
            self._report(Refused("", "", reason, network=True))
            return
        with self._lock:
            if change is self._awaited:
                self._awaited = None
                self._values = {**self._values, **self._sounding}
        self._report(Refused(change.origin.name, change.subject, reason, network=True))
        change.origin.refuse(change.subject, reason)

    def fell_back(self, fallen: Change | None, good: Change | None, reason: str, dry: bool) -> None:
        """Note that a network that sounded had to go; that of `good` follows, or none if `dry`.

        None stands for the network that the node began with.
        """
        with self._lock:
            self._sounding = dict(good.architecture) if good else self._first
            if self._awaited is None:
                self._values = {**self._values, **self._sounding}
        self._report(FellBack(fallen.subject if fallen else "", dry, reason))
        if fallen is not None:
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
            self._values = {**self._values, **moved}
            self._node.set_controls(moved)
            mover = self._mover
        for name in moved:
            self._report(Refused(mover.name if mover else "", name, reason, network=False))
            if mover is not None:
                mover.refuse(name, reason)

    def _commit(self, draft: Draft, origin: Origin, refusals: list[tuple[str, str]]) -> None:
        before = self._values
        spec = None
        refused = False
        if any(draft.values[name] != before[name] for name in REBUILD):
            try:
                spec = self._spec_of(draft.values)
            except SpecError as error:
                refused = True
                refusals.append((draft.subject, str(error)))
                draft.values.update(architecture(before))
        if spec is None and self._awaited is None:
            self._hold_weights(draft, refusals)
        moved = {name: value for name, value in draft.values.items() if value != before[name]}
        if draft.changed and (moved or not refused):
            self._set_silent(False)
        elif draft.panicked:
            self._set_silent(True)
        if not moved:
            return
        # Committed first: the node may refuse at once, and then these are what is taken back.
        self._values = draft.values
        self._report(Moved(origin.name, moved))
        controls = {name: value for name, value in moved.items() if name not in REBUILD}
        if any(name in moved for name in _MOVING):
            self._mover = origin
        if controls:
            self._node.set_controls(controls)
        if spec is not None:
            self._awaited = Change(draft.subject, origin, architecture(draft.values))
            self._node.rebuild(spec, self._awaited)

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

    def _save(self, name: str, values: Mapping[str, Value], origin: Origin) -> None:
        self._presets.save(name, values)
        with self._lock:
            self._preset, self._place = Sound(name, values), name
        self._report(PresetTaken(origin.name, name, saved=True))

    def _set_silent(self, silent: bool) -> None:
        if silent != self._silent:
            self._silent = silent
            self._node.panic(silent)

    def _spec_of(self, values: Mapping[str, Value]) -> NetworkSpec:
        return network_spec(values, self._node.inputs, self._node.outputs, self._node.rate)

    def _fits(self, values: Mapping[str, Value]) -> bool:
        try:
            return self._node.fits(self._spec_of(values))
        except SpecError:
            return False
