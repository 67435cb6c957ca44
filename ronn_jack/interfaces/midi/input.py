"""MIDI in: the node's JACK port and hardware ports, read by one thread and turned into changes."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from ronn_jack.control.events import MidiPort
from ronn_jack.control.operations import Operation, Set
from ronn_jack.errors import MachineError
from ronn_jack.files import name_or_file
from ronn_jack.interfaces.midi.ports import HardwarePorts, System, list_ports
from ronn_jack.midimap.mapper import Bindings, coalesce
from ronn_jack.midimap.profile import Profile
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.parameters import PARAMETERS, Value
from ronn_jack.settings import Settings

POLL_SECONDS = 0.001
RESCAN_SECONDS = 1.0
JACK_PORT = "midi_in"
_TROUBLED_SECONDS = 0.1
"""Pause after a fault of ours, so that a lasting one doesn't use up a processor."""

_log = logging.getLogger(__name__)


class Controls(Protocol):
    """What a MIDI input needs of the controller."""

    def value(self, name: str) -> Value:
        """Return a parameter's accepted value."""
        ...

    def apply(self, operations: Sequence[Operation], origin: MidiOrigin) -> None:
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
    """Return a line about each hardware port and what reads it, or about what is missing."""
    try:
        ports = list_ports(system)
    except MachineError as error:
        return [str(error)]
    known = (profiles or ProfileStore()).readable()
    lines = []
    for port in ports:
        names = [profile.name for profile in known if profile.matches(port)]
        use = f"profile {names[0]}" if names else "no profile; opened by run --midi-in PATTERN"
        lines.append(f"{port}: {use}")
    return lines or ["no hardware MIDI input port: plug a controller in"]


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
        Told which hardware ports are opened and gone.

    Raises
    ------
    ProfileError
        If the settings' profile is unknown or faulty.
    """

    def __init__(
        self,
        controls: Controls,
        settings: Settings,
        profiles: ProfileStore | None = None,
        hardware: HardwarePorts | None = None,
        publish: Callable[[MidiPort], None] = lambda event: None,
    ) -> None:
        profiles = profiles or ProfileStore()
        fallback = profiles.load(name_or_file(settings.midi_profile))
        self._choice = PortChoice(profiles.readable(), fallback, settings.midi_in)
        self._controls = controls
        self._publish = publish
        self._hardware = hardware or HardwarePorts(settings.name, self._choice.wanted)
        self._hardware.told = self._tell_port
        self._native: Callable[[], list[bytes]] = list
        self._ports: dict[str, tuple[Bindings, MidiOrigin]] = {}
        self._round: list[Operation] = []
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
        arrived: dict[str, list[bytes]] = {}
        for port, message in self._messages():
            arrived.setdefault(port, []).append(message)
        for port, messages in arrived.items():
            self._take(port, messages)

    def _take(self, port: str, messages: Sequence[bytes]) -> None:
        if port not in self._ports:
            self._ports[port] = (
                Bindings(self._choice.profile(port), self._value),
                MidiOrigin(port),
            )
        bindings, origin = self._ports[port]
        self._round = []
        for message in messages:
            self._round += bindings.operations(message)
            if bindings.ignored == 1:
                _log.debug("midi: %s: %s can't be bound, like others later", port, message.hex(" "))
        if self._round:
            self._controls.apply(coalesce(self._round), origin)

    def _tell_port(self, port: str, is_open: bool) -> None:
        self._publish(MidiPort(port, self._choice.profile(port).name, is_open))

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

    def _messages(self) -> Iterator[tuple[str, bytes]]:
        for message in self._native():
            yield JACK_PORT, message
        yield from self._hardware.read()

    def _value(self, name: str) -> Value:
        """Return a parameter's value as it will be after this round's operations so far."""
        for operation in reversed(self._round):
            if isinstance(operation, Set) and operation.name == name:
                return PARAMETERS[name].parse(operation.value)
        return self._controls.value(name)
