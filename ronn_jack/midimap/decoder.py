"""From MIDI bytes to what a device's controls say.

Controllers are ordinary knobs unless the profile says that one is half of a 14-bit pair, carries
(non-)registered parameter numbers or selects banks: common devices send all of these numbers from
plain knobs.

References
----------
MIDI 1.0 Detailed Specification, 4.2, "Control Change", "Registered and Non-Registered Parameter
Numbers", "Bank Select".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from ronn_jack.midimap.messages import HIGHEST, HIGHEST_14_BIT, LOWER, Control, Event, Message

PAIR_SECONDS = 0.002
"""How long one half of a value is kept back for the other, so that the value does not jump."""
CHANNELS = range(1, 17)
BANK = (0, 32)
"""Controllers that select a bank, upper and lower half."""
DATA = (6, 38)
"""Controllers that carry a parameter number's value, upper and lower half."""
INCREMENT, DECREMENT = 96, 97
SELECT = {
    99: (Message.NRPN, 1),
    98: (Message.NRPN, 0),
    101: (Message.RPN, 1),
    100: (Message.RPN, 0),
}
"""Controllers that select a parameter number, and which half of it they carry."""
PARAMETER_NUMBER = (*DATA, INCREMENT, DECREMENT, *SELECT)

_NO_PARAMETER = HIGHEST_14_BIT
"""The number that selects none."""
_NOTE_OFF = 0x80
_NOTE_ON = 0x90
_KEY_PRESSURE = 0xA0
_CONTROL_CHANGE = 0xB0
_PROGRAM_CHANGE = 0xC0
_CHANNEL_PRESSURE = 0xD0
_SYSTEM = 0xF0
_SHORT = (_PROGRAM_CHANGE, _CHANNEL_PRESSURE)


def split(message: bytes) -> tuple[int, int, bytes] | None:
    """Return status, channel (1–16) and data of a whole channel message.

    None stands for system messages and for what is no whole message: without a status byte, too
    short or too long, or with a status byte inside.
    """
    if not message or not 0x80 <= message[0] < _SYSTEM:
        return None
    status, data = message[0] & 0xF0, message[1:]
    if len(data) != (1 if status in _SHORT else 2) or max(data) > HIGHEST:
        return None
    return status, (message[0] & 0x0F) + 1, data


def controller(message: bytes) -> tuple[int, int, int] | None:
    """Return channel, number and value of a control change; None for other messages."""
    parts = split(message)
    return (parts[1], *parts[2]) if parts and parts[0] == _CONTROL_CHANGE else None


def plain_event(message: bytes) -> Event | None:
    """Return what a message says by itself, every controller being an ordinary knob."""
    parts = split(message)
    if parts is None:
        return None
    status, channel, data = parts
    first, last = data[0], data[-1]
    match status:
        case 0x80 | 0x90:
            return Event(Message.NOTE, channel, first, last if status == _NOTE_ON else 0)
        case 0xA0:
            return Event(Message.KEY_PRESSURE, channel, first, last)
        case 0xB0:
            return Event(Message.CC, channel, first, last)
        case 0xC0:
            return Event(Message.PROGRAM, channel, first, HIGHEST)
        case 0xD0:
            return Event(Message.CHANNEL_PRESSURE, channel, 0, last)
    return Event(Message.PITCH_BEND, channel, 0, first | last << 7, HIGHEST_14_BIT)


class Selected:
    """What is selected on each channel: parameter numbers and banks.

    It is kept whether anything reads it or not, as a device may select once and send values for
    ever.
    """

    def __init__(self) -> None:
        self.numbers = {channel: Selection() for channel in CHANNELS}
        self.banks: dict[int, list[int | None]] = {channel: [None, None] for channel in CHANNELS}


class Decoder:
    """Turns one device's messages into events, as a profile's controls are to be read.

    Parameters
    ----------
    controls : iterable of Control
    selected : Selected, optional
        What the device has selected before.

    Attributes
    ----------
    wakes : float
        When `due` wants to be called; infinite if nothing is kept back.
    """

    def __init__(self, controls: Iterable[Control], selected: Selected | None = None) -> None:
        self.selected = selected or Selected()
        self._pairs: dict[tuple[int, int], _Pair] = {}
        self._bits: dict[tuple[int, Message, int], int] = {}
        self._numbered: set[int] = set()
        self._banked: set[int] = set()
        for control in controls:
            for channel in CHANNELS if control.channel is None else (control.channel,):
                self._expect(control, channel)
        self.wakes = math.inf

    def events(self, message: bytes, now: float) -> list[Event]:
        """Return what a message says, with what was kept back for it."""
        event = plain_event(message)
        if event is None:
            return []
        if event.message is Message.CC:
            return list(self._controller(event, now))
        if event.message is not Message.PROGRAM or event.channel not in self._banked:
            return [event]
        bank = _bank_number(*self.selected.banks[event.channel])
        number = bank * (HIGHEST + 1) + event.number
        return [Event(Message.PROGRAM, event.channel, number, HIGHEST)]

    def due(self, now: float) -> list[Event]:
        """Return what has been kept back long enough."""
        events = []
        self.wakes = math.inf
        for (channel, number), pair in self._pairs.items():
            level = pair.due(now)
            if level is not None:
                events.append(Event(Message.CC, channel, number, level, HIGHEST_14_BIT))
            self.wakes = min(self.wakes, pair.wakes)
        for channel, selection in self.selected.numbers.items():
            events += self._data(channel, selection, selection.pair.due(now))
            self.wakes = min(self.wakes, selection.pair.wakes)
        return events

    def _expect(self, control: Control, channel: int) -> None:
        if control.message.parameter_number:
            self._numbered.add(channel)
            self._bits[channel, control.message, control.number or 0] = control.bits
        elif control.message is Message.CC and control.bits > 7:
            self._pairs.setdefault((channel, control.number or 0), _Pair())
        elif control.bank:
            self._banked.add(channel)

    def _controller(self, event: Event, now: float) -> Iterator[Event]:
        channel, number, value = event.channel, event.number, event.level
        if number in PARAMETER_NUMBER:
            yield from self._parameter_number(self.selected.numbers[channel], event, now)
            read = channel in self._numbered
        elif number in BANK:
            self.selected.banks[channel][BANK.index(number)] = value
            read = channel in self._banked
        else:
            read = False
        if read:
            return
        if (channel, number) in self._pairs or (channel, number - LOWER) in self._pairs:
            upper = (channel, number) in self._pairs
            first = number if upper else number - LOWER
            pair = self._pairs[channel, first]
            level = pair.take(upper, value, now)
            self.wakes = min(self.wakes, pair.wakes)
            if level is not None:
                yield Event(Message.CC, channel, first, level, HIGHEST_14_BIT)
        else:
            yield event

    def _parameter_number(self, selection: Selection, event: Event, now: float) -> Iterator[Event]:
        channel, number, value = event.channel, event.number, event.level
        if number in SELECT:
            # What came for another number belongs to it still.
            yield from self._data(channel, selection, selection.pair.due(math.inf))
            selection.select(*SELECT[number], value)
            return
        bits = self._bits.get((channel, *selection.selected)) if selection.selected else None
        if bits is None or selection.selected is None:
            return
        if number in (INCREMENT, DECREMENT):
            steps = 1 if number == INCREMENT else -1
            yield Event(selection.selected[0], channel, selection.selected[1], 0, steps=steps)
        elif bits == 7 and number == DATA[0]:
            yield Event(selection.selected[0], channel, selection.selected[1], value)
        elif bits > 7:
            level = selection.pair.take(number == DATA[0], value, now)
            self.wakes = min(self.wakes, selection.pair.wakes)
            yield from self._data(channel, selection, level)

    def _data(self, channel: int, selection: Selection, level: int | None) -> Iterator[Event]:
        if level is not None and selection.selected is not None:
            yield Event(
                selection.selected[0], channel, selection.selected[1], level, HIGHEST_14_BIT
            )


class _Pair:
    """Two halves of a value, in either order."""

    def __init__(self) -> None:
        self._halves: list[int | None] = [None, None]
        self._fresh: bool | None = None
        """Which half waits for the other."""
        self.wakes = math.inf

    def take(self, upper: bool, value: int, now: float) -> int | None:
        """Return the whole value if this half completes it."""
        self._halves[upper] = value
        if self._fresh is (not upper):
            return self._whole()
        if self._fresh is None:
            self.wakes = now + PAIR_SECONDS
        self._fresh = upper
        return None

    def due(self, now: float) -> int | None:
        """Return the value, if its other half has not come in time.

        A lower half goes with the upper one that came last; with an upper half alone the lower is
        0, as the specification has it.
        """
        if self._fresh is None or now < self.wakes:
            return None
        if self._fresh:
            self._halves[0] = 0
        return self._whole()

    def _whole(self) -> int | None:
        self._fresh, self.wakes = None, math.inf
        lower, upper = self._halves
        return None if upper is None else upper << 7 | (lower or 0)


class Selection:
    """Which parameter number a channel's data controllers belong to, and their value."""

    def __init__(self) -> None:
        self._halves: dict[Message, list[int | None]] = {
            Message.NRPN: [None, None],
            Message.RPN: [None, None],
        }
        self.selected: tuple[Message, int] | None = None
        self.pair = _Pair()

    def select(self, kind: Message, upper: int, value: int) -> None:
        """Take half of a number; the kind that came last counts."""
        halves = self._halves[kind]
        halves[upper] = value
        lower, higher = halves
        before, self.selected = self.selected, None
        if lower is not None and higher is not None:
            number = higher << 7 | lower
            self.selected = None if number == _NO_PARAMETER else (kind, number)
        if self.selected != before:
            self.pair = _Pair()


def _bank_number(upper: int | None, lower: int | None) -> int:
    """Return a bank's number; where only one half was ever sent, it is that."""
    if upper is None or lower is None:
        return upper or lower or 0
    return upper << 7 | lower
