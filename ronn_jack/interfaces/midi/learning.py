"""Controls bound by touching them: any thread asks for it, the MIDI thread does it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ronn_jack.control.events import Event
from ronn_jack.control.midi_events import (
    BindingRemoved,
    LearnCancelled,
    Learned,
    LearnStarted,
    LearnUndone,
)
from ronn_jack.control.operations import Origin
from ronn_jack.errors import ParameterError, ProfileError, UsageError, reason_of, unknown
from ronn_jack.files import VERSION, read_text, table_of, write_atomically
from ronn_jack.midimap.binding_table import collide
from ronn_jack.midimap.learn import Heard, Learner
from ronn_jack.midimap.profile import Profile
from ronn_jack.midimap.profile_edit import (
    Table,
    binding_of,
    copy_text,
    device_name,
    edited,
    text_for,
)
from ronn_jack.midimap.profile_file import ProfileStore, profile_of
from ronn_jack.parameters import ACTIONS, PARAMETERS, Kind

LEARN_SECONDS = 60.0
"""How long a control is waited for."""
MOST_STEPS = 50
"""Changes of bindings that can be undone."""
_MOST_ASKED = 64
"""Things asked for that wait for the MIDI thread; more than that nobody means."""

_log = logging.getLogger(__name__)

Told = Callable[[Event], None]
"""Takes what became of what was asked for."""


class Ports(Protocol):
    """What learning needs of the MIDI input."""

    def profile(self, port: str) -> tuple[Profile, bool]:
        """Return the profile that reads a port, and whether it knows the device."""
        ...

    def profiles(self) -> Sequence[Profile]:
        """Return the profiles that read the present ports."""
        ...

    def reload(self) -> None:
        """Read all profiles anew; and, while somebody learns, every port."""
        ...


@dataclass(frozen=True)
class _Asked:
    """A parameter or action that is being learned."""

    name: str
    origin: Origin
    told: Told
    learner: Learner
    until: float


@dataclass(frozen=True)
class _Written:
    """A file that was written: what it said before, None if it was not there, and after."""

    path: Path
    before: str | None
    after: str


class Learning:
    """Binds the next control that is moved to what was asked for.

    Only one thing is learned at a time: asking for another leaves the first.

    Parameters
    ----------
    store : ProfileStore
    ports : Ports
    publish : callable
        Told each event with its origin.
    """

    def __init__(
        self, store: ProfileStore, ports: Ports, publish: Callable[[Event, Origin | None], None]
    ) -> None:
        self._store = store
        self._ports = ports
        self._publish = publish
        self._waiting: deque[Callable[[float], None]] = deque(maxlen=_MOST_ASKED)
        self._asked: _Asked | None = None
        self._steps: deque[tuple[str, list[_Written]]] = deque(maxlen=MOST_STEPS)

    @property
    def active(self) -> bool:
        """Whether a control is waited for."""
        return self._asked is not None

    @property
    def name(self) -> str:
        """The parameter or action that a control is waited for; "" if there is none."""
        return self._asked.name if self._asked is not None else ""

    def learn(self, name: str, origin: Origin, told: Told) -> None:
        """[any-thread] Bind the next control that is moved to a parameter or action.

        Raises
        ------
        UsageError
            If there is none of that name, or it is an action that needs an argument.
        """
        _check(name)
        self._waiting.append(lambda now: self._start(name, origin, told, now))

    def cancel(self) -> None:
        """[any-thread] Learn nothing, if something was being learned."""
        self._waiting.append(lambda now: self._cancel("it was cancelled"))

    def unlearn(self, name: str, origin: Origin, told: Told) -> None:
        """[any-thread] Remove a parameter's or action's bindings on the ports that are there.

        Raises
        ------
        UsageError
            If there is none of that name.
        """
        if name not in PARAMETERS and name not in ACTIONS:
            raise ParameterError(unknown("parameter", name, [*PARAMETERS, *ACTIONS]))
        self._waiting.append(lambda now: self._unlearn(name, origin, told))

    def undo(self, origin: Origin, told: Told) -> None:
        """[any-thread] Take back what was learned or unlearned last."""
        self._waiting.append(lambda now: self._undo(origin, told))

    def poll(self, now: float) -> None:
        """Do what was asked for; called by the MIDI thread in each round."""
        while self._waiting:
            self._waiting.popleft()(now)
        asked = self._asked
        if asked is None:
            return
        heard = asked.learner.found(now)
        if heard is not None:
            self._asked = None
            self._bind(asked, heard)
        elif now >= asked.until:
            self._cancel(f"no control was moved for {LEARN_SECONDS:g} s")

    def hear(self, port: str, message: bytes, now: float) -> None:
        """Take a message of a port while something is learned."""
        if self._asked is not None:
            self._asked.learner.hear(port, message, now)

    def _start(self, name: str, origin: Origin, told: Told, now: float) -> None:
        self._cancel(f"{name} is learned instead")
        is_action = name in ACTIONS
        presses = is_action or PARAMETERS[name].kind is Kind.BOOL
        learner = Learner(presses, programs=is_action)
        self._asked = _Asked(name, origin, told, learner, now + LEARN_SECONDS)
        self._tell(LearnStarted(origin.name, name), origin, told)
        self._ports.reload()

    def _cancel(self, reason: str) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            self._tell(LearnCancelled(asked.name, reason), asked.origin, asked.told)

    def _bind(self, asked: _Asked, heard: Heard) -> None:
        profile, known = self._ports.profile(heard.port)
        new = self._store.new_path(device_name(heard.port))
        path = self._store.own_path(profile) if known else new
        try:
            profile, text = self._present(profile)
            places = [
                place
                for place, binding in enumerate(profile.bindings)
                if collide(binding.control, heard.control)
            ]
            text = _copied(text, profile, path) if known else text_for(heard.port, text)
            written = _write(path, text, [binding_of(heard, asked.name)], places)
        except UsageError as error:
            self._tell(LearnCancelled(asked.name, str(error)), asked.origin, asked.told)
            return
        self._done(asked.name, [written])
        replaced = tuple(profile.bindings[place].name for place in places)
        event = Learned(
            asked.origin.name, asked.name, heard.control.words, heard.port, path.stem, replaced
        )
        self._tell(event, asked.origin, asked.told)

    def _unlearn(self, name: str, origin: Origin, told: Told) -> None:
        written: list[_Written] = []
        events: list[Event] = []
        refused = False
        for read_before in self._ports.profiles():
            path = self._store.own_path(read_before)
            try:
                profile, text = self._present(read_before)
                places = [n for n, binding in enumerate(profile.bindings) if binding.name == name]
                if not places:
                    continue
                written.append(_write(path, _copied(text, profile, path), [], places))
            except UsageError as error:
                origin.refuse("unlearn", str(error))
                refused = True
                continue
            for place in places:
                words = profile.bindings[place].control.words
                events.append(BindingRemoved(origin.name, name, words, path.stem))
        if not written:
            if not refused:
                origin.refuse("unlearn", f"{name} is bound to no control that is there")
            return
        self._done(name, written)
        for event in events:
            self._tell(event, origin, told)

    def _present(self, profile: Profile) -> tuple[Profile, str]:
        """Return a profile as its file says it now, which may have been edited, and the text."""
        own = self._store.own_path(profile)
        path = own if own.exists() else profile.path
        if path is None:
            return profile, f"version = {VERSION}\n"
        text = read_text(path, ProfileError)
        return profile_of(path, table_of(path, text, ProfileError)), text

    def _undo(self, origin: Origin, told: Told) -> None:
        if not self._steps:
            origin.refuse("learn_undo", "nothing was learned since the start")
            return
        name, written = self._steps[-1]
        try:
            for each in written:
                _check_unchanged(each)
            for each in written:
                _restore(each)
        except UsageError as error:
            origin.refuse("learn_undo", str(error))
            return
        self._steps.pop()
        self._ports.reload()
        self._tell(LearnUndone(origin.name, name), origin, told)

    def _done(self, name: str, written: list[_Written]) -> None:
        self._steps.append((name, written))
        self._ports.reload()

    def _tell(self, event: Event, origin: Origin, told: Told) -> None:
        self._publish(event, origin)
        told(event)


def _check(name: str) -> None:
    if name in PARAMETERS:
        return
    if name not in ACTIONS:
        raise ParameterError(unknown("parameter", name, [*PARAMETERS, *ACTIONS]))
    if ACTIONS[name].argument not in ("", "amount", "pair"):
        raise ParameterError(
            f"{name} needs to know more than a control can tell: write its binding into a profile"
        )


def _copied(text: str, profile: Profile, target: Path) -> str:
    """Return what a profile's file says, as a copy of it says where it is written elsewhere."""
    return text if profile.path in (None, target) else copy_text(text)


def _write(path: Path, text: str, added: Sequence[Table], removed: Sequence[int]) -> _Written:
    """Write a profile with other bindings, so that either the old or the new one is there.

    Raises
    ------
    ProfileError
        If it can't be edited or written.
    """
    before = read_text(path, ProfileError) if path.exists() else None
    after = edited(path, text, added, removed)
    _save(path, after)
    return _Written(path, before, after)


def _check_unchanged(written: _Written) -> None:
    path = written.path
    if not path.exists() or read_text(path, ProfileError) != written.after:
        raise ProfileError(f"{path}: was changed since; edit it yourself")


def _restore(written: _Written) -> None:
    if written.before is not None:
        _save(written.path, written.before)
        return
    try:
        written.path.unlink(missing_ok=True)
    except OSError as error:
        raise ProfileError(f"{written.path}: can't be removed: {reason_of(error)}") from None


def _save(path: Path, text: str) -> None:
    try:
        write_atomically(path, text)
    except OSError as error:
        raise ProfileError(f"{path}: can't be written: {reason_of(error)}") from None
