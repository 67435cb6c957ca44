"""MIDI out: devices show where the parameters stand, by the JACK port and by hardware ports."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from ronn_jack.control.events import Dump, Moved, PresetEdited, PresetTaken
from ronn_jack.control.subscriptions import Subscription
from ronn_jack.interfaces.midi.output_ports import HardwareOutputs
from ronn_jack.midimap.feedback import Feedback
from ronn_jack.midimap.messages import Event
from ronn_jack.midimap.profile import Profile
from ronn_jack.parameters import Value, defaults

POLL_SECONDS = 0.01
"""How often it is looked for what has moved: thrice in the shortest time between two levels."""
RETRY_SECONDS = 2.0
"""After which a hardware output that can't be opened or takes nothing is tried again."""


@dataclass
class NativePort:
    """The JACK port that messages leave from.

    Attributes
    ----------
    name : str
        Of the port whose messages are answered.
    send : callable
        Sends messages; False if some are lost.
    targets : callable
        Returns the ports that it is connected with.
    """

    name: str
    send: Callable[[Sequence[bytes]], bool] = lambda messages: False
    targets: Callable[[], Collection[str]] = tuple
    known: set[str] = field(default_factory=set)


class MidiOutput:
    """Keeps the indicators of all devices up to date. All methods belong to one thread.

    Parameters
    ----------
    native : NativePort
    hardware : HardwareOutputs
    events : Subscription, optional
        Of all that happens, beginning with a dump.
    """

    def __init__(
        self,
        native: NativePort,
        hardware: HardwareOutputs,
        events: Subscription | None = None,
    ) -> None:
        self.native = native
        self._hardware = hardware
        self._events = events
        self._values: dict[str, Value] = defaults()
        self._preset: str | None = None
        self._edited = False
        self._profiles: dict[str, Profile] = {}
        self._devices: dict[str, Feedback] = {}
        self._opens_at: dict[str, float] = {}
        """When hardware outputs are opened that are not open."""
        self._polls_at = 0.0

    def open(self, port: str, profile: Profile) -> None:
        """Show on a device what its profile says, from now on, beginning with everything."""
        native = port == self.native.name
        if not native and not (profile.answers and profile.matches(port)):
            return
        device = Feedback(profile, self._values, self._sounding)
        self._profiles[port], self._devices[port] = profile, device
        if not native:
            self._opens_at[port] = -math.inf
        elif self.native.known:
            device.connect()

    def close(self, port: str) -> None:
        """Show nothing any more on a device."""
        self._profiles.pop(port, None)
        self._devices.pop(port, None)
        self._opens_at.pop(port, None)
        self._hardware.close(port)

    def follow(self, port: str, profile: Profile) -> None:
        """Go over to a profile that has changed."""
        if self._profiles.get(port) != profile:
            self.close(port)
            self.open(port, profile)

    def touch(self, port: str, event: Event, now: float) -> None:
        """Note that a control of a device was moved or pressed."""
        device = self._devices.get(port)
        if device is not None:
            device.touch(event, now)

    def is_echo(self, port: str, message: bytes, now: float) -> bool:
        """Say whether a message that has come is one that was just sent there."""
        device = self._devices.get(port)
        return device is not None and device.is_echo(message, now)

    def poll(self, now: float) -> None:
        """Send what is to be sent; to be called often."""
        if now < self._polls_at:
            return
        self._polls_at = now + POLL_SECONDS
        self._take_events()
        targets = set(self.native.targets())
        if not targets <= self.native.known and self.native.name in self._devices:
            self._devices[self.native.name].connect()
        self.native.known = targets
        for port, device in self._devices.items():
            if port == self.native.name:
                self._send_native(device, now)
            elif self._is_open(port, device, now):
                self._send(port, device, now)

    def close_all(self) -> None:
        """Show nothing any more anywhere."""
        if self._events is not None:
            self._events.close()
        self._hardware.close_all()

    @property
    def _sounding(self) -> str | None:
        return None if self._edited else self._preset

    def _send_native(self, device: Feedback, now: float) -> None:
        messages = device.due(now) if self.native.known else ()
        if messages and not self.native.send(messages):
            device.forget()

    def _is_open(self, port: str, device: Feedback, now: float) -> bool:
        """Return whether a hardware output is open; open it if it is time to."""
        opens_at = self._opens_at.get(port)
        if opens_at is not None and opens_at <= now:
            if self._hardware.open(port, self._profiles[port].matches):
                del self._opens_at[port]
                device.connect()
            else:
                self._opens_at[port] = now + RETRY_SECONDS
        return port not in self._opens_at

    def _send(self, port: str, device: Feedback, now: float) -> None:
        messages = device.due(now)
        if messages and not self._hardware.send(port, messages):
            self._opens_at[port] = now + RETRY_SECONDS

    def _take_events(self) -> None:
        taken = self._events.take() if self._events is not None else ()
        moved: dict[str, Value] = {}
        for numbered in taken:
            match numbered.event:
                case Dump() as dump:
                    moved.update(dump.values)
                    self._preset, self._edited = dump.preset, dump.edited
                case Moved(values=values):
                    moved.update(values)
                case PresetTaken(name=name):
                    self._preset, self._edited = name, False
                case PresetEdited(edited=edited):
                    self._edited = edited
        if taken:
            self._values.update(moved)
            for device in self._devices.values():
                device.show(moved, self._sounding)
