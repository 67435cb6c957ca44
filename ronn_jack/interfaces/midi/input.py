"""MIDI in: the node's JACK port and hardware ports, read by one thread and turned into changes."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from ronn_jack.control.events import Event, MidiPort
from ronn_jack.control.midi_events import MidiState, TakeoverGap
from ronn_jack.control.operations import Act, ClockOrigin, Operation, Origin
from ronn_jack.errors import MachineError, ProfileError
from ronn_jack.files import name_or_file
from ronn_jack.interfaces.midi.clock import ClockFollowing
from ronn_jack.interfaces.midi.learning import Learning
from ronn_jack.interfaces.midi.output import MidiOutput, NativePort
from ronn_jack.interfaces.midi.output_ports import HardwareOutputs
from ronn_jack.interfaces.midi.ports import HardwarePorts, System, list_ports
from ronn_jack.midimap.clock import is_of_clock
from ronn_jack.midimap.decoder import Selected
from ronn_jack.midimap.mapper import Bindings, coalesce
from ronn_jack.midimap.profile import Profile, Takeover
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.parameters import PARAMETERS, Value
from ronn_jack.settings import Settings

POLL_SECONDS = 0.001
RESCAN_SECONDS = 1.0
GAP_SECONDS = 1.0 / 30.0
"""How often it is told, at most, how far a control is from what it is to take over."""
JACK_PORT = "midi_in"
_TROUBLED_SECONDS = 0.1
"""Pause after a fault of ours, so that a lasting one doesn't use up a processor."""

_log = logging.getLogger(__name__)


class Controls(Protocol):
    """What a MIDI input needs of the controller."""

    def value(self, name: str) -> Value:
        """Return a parameter's accepted value."""
        ...

    def apply(self, operations: Sequence[Operation], origin: MidiOrigin | ClockOrigin) -> None:
        """Apply operations as one change."""
        ...


class MidiOrigin:
    """Stands for the controls of one port where a change is asked for; refusals are logged."""

    def __init__(self, port: str) -> None:
        self.name = "midi" if port == JACK_PORT else f"midi {port}"
        self._last = ("", "")

    def refuse(self, subject: str, reason: str) -> None:
        """Log why something was not done; a sweep into the same refusal logs it once."""
        if (subject, reason) != self._last:
            self._last = (subject, reason)
            _log.warning("%s: %s refused: %s", self.name, subject, reason)


@dataclass
class _Port:
    """A port that has been heard.

    Attributes
    ----------
    round : list of Operation
        What it has asked for in this round and is not yet applied.
    """

    profile: Profile
    bindings: Bindings
    origin: MidiOrigin
    round: list[Operation]


class PortChoice:
    """Which hardware ports to open, and the profile that each is read by.

    Parameters
    ----------
    profiles : sequence of Profile
        The first that knows a port is taken.
    fallback : Profile
        For ports that no profile knows, and for the JACK port.
    pattern : str, optional
        Regular expression of the ports to open, in any case of letters; without it, those that a
        profile knows.
    """

    def __init__(
        self, profiles: Sequence[Profile], fallback: Profile, pattern: str | None = None
    ) -> None:
        self._profiles = profiles
        self._fallback = fallback
        self._pattern = None if pattern is None else re.compile(pattern, re.IGNORECASE)

    def wanted(self, port: str) -> bool:
        """Say whether a hardware port is to be opened."""
        if self._pattern is not None:
            return self._pattern.search(port) is not None
        return any(profile.matches(port) for profile in self._profiles)

    def profile(self, port: str) -> Profile:
        """Return the profile for a hardware port or `JACK_PORT`."""
        known = (profile for profile in self._profiles if profile.matches(port))
        return next(known, self._fallback)


def describe_ports(profiles: ProfileStore | None = None, system: System | None = None) -> list[str]:
    """Return a line about each hardware port and what it is for, or about what is missing."""
    try:
        ports, outputs = list_ports(system), list_ports(system, output=True)
    except MachineError as error:
        return [str(error)]
    known = (profiles or ProfileStore()).readable()
    lines = []
    for port in ports:
        names = [profile.name for profile in known if profile.matches(port)]
        use = f"profile {names[0]}" if names else "no profile; opened by run --midi-in PATTERN"
        lines.append(f"{port}: {use}")
    lines = lines or ["no hardware MIDI input port: plug a controller in"]
    for port in outputs:
        shows = next((each.name for each in known if each.matches(port) and each.answers), None)
        use = f"profile {shows} shows parameters there" if shows else "nothing is sent there"
        lines.append(f"{port} (output): {use}")
    return lines


class MidiInput:
    """Reads all MIDI inputs in one thread and applies what each round brings as one change.

    Polling keeps the interpreter out of the MIDI threads; it costs about a millisecond.

    Parameters
    ----------
    controls : Controls
        The controller.
    settings : Settings
        Says which hardware to open and the profile for what no profile knows.
    profiles : ProfileStore, optional
    hardware : HardwarePorts, optional
        In place of the system's ports.
    publish : callable, optional
        Told which hardware ports are opened and gone, and how far controls are from what they are
        to take over, each event with its origin.
    clock : callable, optional
        Returns the time in s.
    state : MidiState, optional
        Where it is kept what the controls do.

    Raises
    ------
    ProfileError
        If the settings' profile is unknown or faulty.

    Attributes
    ----------
    learning : Learning
        Binds controls that are touched.
    following : ClockFollowing
        Does what the settings say in time with a song.
    """

    def __init__(
        self,
        controls: Controls,
        settings: Settings,
        profiles: ProfileStore | None = None,
        hardware: HardwarePorts | None = None,
        publish: Callable[[Event, Origin | None], None] = lambda event, origin: None,
        clock: Callable[[], float] = time.monotonic,
        output: MidiOutput | None = None,
        state: MidiState | None = None,
    ) -> None:
        self._state = state or MidiState()
        self._settings = settings
        self._profiles = profiles or ProfileStore()
        self._choice = self._read_profiles()
        self._controls = controls
        self.following = ClockFollowing(controls, settings.follow)
        self._publish = publish
        self.learning = Learning(self._profiles, self, publish)
        self._hardware = hardware or HardwarePorts(
            settings.name, self.wanted, clock=bool(settings.follow)
        )
        self._hardware.told = self._tell_port
        self._output = output or MidiOutput(NativePort(JACK_PORT), HardwareOutputs(settings.name))
        self._output.open(JACK_PORT, self._choice.profile(JACK_PORT))
        self._native: Callable[[], list[bytes]] = list
        self._takeover = Takeover(settings.midi_takeover)
        self._clock = clock
        self._ports: dict[str, _Port] = {}
        self._asking: _Port | None = None
        self._tells_gaps_at = 0.0
        self._note_bindings()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="midi", daemon=True)

    def start(self, native: Callable[[], list[bytes]]) -> None:
        """Begin to listen.

        Parameters
        ----------
        native : callable
            As `read_from` takes it.
        """
        self.read_from(native)
        self._thread.start()

    def read_from(self, native: Callable[[], list[bytes]]) -> None:
        """Take the JACK port's messages from `native` from now on.

        Parameters
        ----------
        native : callable
            Returns at once the messages that came to the JACK port since its last call, in order.
        """
        self._native = native

    def close(self) -> None:
        """Stop listening and close the hardware ports."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def poll(self) -> None:
        """Read what has come and apply it, a change for each port; called every millisecond."""
        now = self._clock()
        self.learning.poll(now)
        self._state.learning = self.learning.name
        arrived: dict[str, list[bytes]] = {}
        for name, message in self._messages(now):
            if not self._output.is_echo(name, message, now):
                arrived.setdefault(name, []).append(message)
        for name, messages in arrived.items():
            if name not in self._ports:
                self._ports[name] = self._new_port(name)
                self._note_bindings()
            for message in messages if self.learning.active else ():
                self.learning.hear(name, message, now)
        for name, port in self._ports.items():
            if name in arrived or port.bindings.wakes <= now:
                self._take(port, arrived.get(name, ()), now)
        self.following.poll(now)
        if now >= self._tells_gaps_at:
            self._tells_gaps_at = now + GAP_SECONDS
            self._tell_gaps()
        self._output.poll(now)

    def _take(self, port: _Port, messages: Sequence[bytes], now: float) -> None:
        """Apply what time alone and then messages ask for."""
        self._asking = port
        for operation in port.bindings.due(now) if port.bindings.wakes <= now else ():
            port.round.append(operation)
        for message in messages:
            for operation in port.bindings.operations(message, now):
                # What is touched to be learned does nothing else meanwhile.
                if not self.learning.active:
                    port.round.append(operation)
        self._apply(port)

    def _apply(self, port: _Port) -> None:
        operations, port.round = port.round, []
        if operations:
            self._controls.apply(coalesce(operations), port.origin)

    def wanted(self, port: str) -> bool:
        """Say whether a hardware port is to be open: each is while somebody learns."""
        return self.learning.active or self._choice.wanted(port)

    def profile(self, port: str) -> tuple[Profile, bool]:
        """Return the profile that reads a port, and whether it knows the device."""
        profile = self._choice.profile(port)
        return profile, port == JACK_PORT or profile.matches(port)

    def profiles(self) -> list[Profile]:
        """Return the profiles that read the present ports."""
        ports = {JACK_PORT, *self._ports, *self._hardware.names}
        by_name = {profile.name: profile for profile in map(self._choice.profile, ports)}
        return list(by_name.values())

    def reload(self) -> None:
        """Read all profiles anew; and, while somebody learns, every port."""
        try:
            self._choice = self._read_profiles()
        except ProfileError as error:
            _log.warning("%s; it stays as it was read before", error)
        for name, port in self._ports.items():
            if self._choice.profile(name) != port.profile:
                self._ports[name] = self._new_port(name, port.bindings.selected)
        for name in (JACK_PORT, *self._hardware.names):
            self._output.follow(name, self._choice.profile(name))
        self._hardware.rescan()
        self._note_bindings()

    def _note_bindings(self) -> None:
        """Keep what the controls of the present ports drive, each once."""
        bound = [
            (binding.name, binding.control.words)
            for profile in self.profiles()
            for binding in profile.bindings
        ]
        self._state.bindings = tuple(dict.fromkeys(bound))

    def _read_profiles(self) -> PortChoice:
        fallback = self._profiles.load(name_or_file(self._settings.midi_profile))
        return PortChoice(self._profiles.readable(), fallback, self._settings.midi_in)

    def _new_port(self, name: str, selected: Selected | None = None) -> _Port:
        profile = self._choice.profile(name)
        heard = partial(self._output.touch, name)
        bindings = Bindings(profile, self._value, self._takeover, selected, heard)
        return _Port(profile, bindings, MidiOrigin(name), [])

    def _tell_gaps(self) -> None:
        """Tell how far controls are from what they are to take over, where that is new."""
        for port in self._ports.values():
            self._asking = port
            for gap in port.bindings.gaps():
                event = TakeoverGap(
                    port.origin.name, gap.parameter, gap.control, gap.place, gap.gap
                )
                self._publish(event, port.origin)
        ports = self._ports.values()
        self._state.waiting = tuple(gap for port in ports for gap in port.bindings.waiting)

    def _tell_port(self, port: str, is_open: bool) -> None:
        profile = self._choice.profile(port)
        if is_open:
            self._output.open(port, profile)
        else:
            self._output.close(port)
        self._note_bindings()
        self._publish(MidiPort(port, profile.name, is_open), None)

    def _run(self) -> None:
        rounds_per_scan = round(RESCAN_SECONDS / POLL_SECONDS)
        rounds = 0
        while not self._stop.is_set():
            try:
                if rounds % rounds_per_scan == 0:
                    self._hardware.rescan()
                self.poll()
            except Exception:
                # A fault of ours in one message must not take the other controls away.
                _log.exception("while handling MIDI")
                self._stop.wait(_TROUBLED_SECONDS)
            rounds += 1
            # Not by waiting for the stop, which takes several times as long as all the rest.
            time.sleep(POLL_SECONDS)
        self._hardware.close()
        self._output.close_all()

    def _messages(self, now: float) -> Iterator[tuple[str, bytes]]:
        """Yield what controls say, with its port; the JACK port's clock comes another way."""
        for message in self._native():
            yield JACK_PORT, message
        for name, message in self._hardware.read():
            if is_of_clock(message):
                self.following.hear(name, message, now)
            else:
                yield name, message

    def _value(self, name: str) -> Value:
        """Return a parameter's value as it will be after this round's operations so far."""
        assert self._asking is not None
        for operation in reversed(self._asking.round):
            if isinstance(operation, Act):
                # What an action makes of it is known only once it is done.
                self._apply(self._asking)
                break
            if operation.name == name:
                return PARAMETERS[name].parse(operation.value)
        return self._controls.value(name)
