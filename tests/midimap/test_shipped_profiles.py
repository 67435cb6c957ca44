"""Every binding of every shipped profile does what it says, by the bytes that the device sends."""

from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.control.operations import Operation, Set
from ronn_jack.interfaces.midi.input import PortChoice
from ronn_jack.midimap.feedback import Feedback
from ronn_jack.midimap.messages import Message
from ronn_jack.midimap.profile import Binding, Follow, Press, Profile, Toggle
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.parameters import defaults
from ronn_jack.settings import load_settings
from tests.support.controllers import DEVICES, touched
from tests.support.midi_rig import JACK, Rig

pytestmark = pytest.mark.slow


class ReadOnce(ProfileStore):
    """The shipped profiles, which nobody changes while they are tested."""

    def __init__(self) -> None:
        super().__init__(user=Path("/nonexistent"))
        self._profiles = {profile.name: profile for profile in super().readable()}

    def load(self, reference: str | Path) -> Profile:
        return self._profiles[str(reference)]

    def readable(self) -> list[Profile]:
        return list(self._profiles.values())


STORE = ReadOnce()
PROFILES = {profile.name: profile for profile in STORE.readable()}
BINDINGS = [
    pytest.param(name, binding, id=f"{name}: {binding.control.words} for {binding.name}")
    for name, profile in PROFILES.items()
    for binding in profile.bindings
]
named = pytest.mark.parametrize("name", PROFILES)


def port_of(name: str) -> str:
    return DEVICES[name].port or JACK


def rig(name: str) -> Rig:
    """Return a MIDI input of whose ports the JACK port is read by a profile."""
    nowhere = Path("/nonexistent")
    return Rig(STORE, load_settings({"midi_profile": name}, nowhere / "config.toml"))


def brings(name: str, *messages: bytes) -> list[Operation]:
    changes = rig(name).round(*messages, port=port_of(name))
    return [operation for change in changes for operation in change]


def expected(binding: Binding) -> Operation:
    """Return what a control asks for that is moved to its end, or pressed."""
    target, values = binding.target, defaults()
    match target:
        case Follow() if binding.control.relative is None:
            return Set(target.parameter.name, target.value(1.0))
        case Follow():
            number = target.parameter.to_number(values[target.parameter.name])
            return Set(target.parameter.name, target.parameter.from_number(number + 1))
        case Toggle():
            return Set(target.parameter.name, not values[target.parameter.name])
        case Press(operation=operation):
            return operation


def test_every_profile_has_its_device() -> None:
    assert set(PROFILES) == set(DEVICES)


@pytest.mark.parametrize(("name", "binding"), BINDINGS)
def test_each_binding(name: str, binding: Binding) -> None:
    (operation,) = brings(name, touched(binding.control))
    wanted = expected(binding)
    assert operation.name == wanted.name
    if binding.control.message is Message.PROGRAM:
        assert operation.argument == (binding.control.number or 0)
    elif binding.control.relative is None or isinstance(defaults()[wanted.name], int):
        assert operation == wanted
    else:
        assert operation.value > defaults()[wanted.name]


@named
def test_the_device_sends_all_that_is_bound_and_nothing_is_bound_twice(name: str) -> None:
    sends = DEVICES[name].sends
    bound = []
    for binding in PROFILES[name].bindings:
        message = touched(binding.control)
        assert message[0] in sends
        assert message[0] >= 0xE0 or message[1] in sends[message[0]]
        bound.append((*message[:2], binding.long))
    assert len(set(bound)) == len(bound)


@named
def test_the_bytes_of_the_device(name: str) -> None:
    for text, operation in DEVICES[name].examples:
        assert brings(name, bytes.fromhex(text)) == [operation], text


def profile_of(port: str) -> Profile:
    return PortChoice(list(PROFILES.values()), PROFILES["generic"]).profile(port)


@named
def test_the_device_is_known_by_its_port(name: str) -> None:
    port = DEVICES[name].port
    if port is None:
        assert PROFILES[name].ports is None
    else:
        assert [each.name for each in PROFILES.values() if each.matches(port)] == [name]


@pytest.mark.parametrize(
    "port",
    ["Launch Control XL MK3 20:0", "Launch Control XL 3 20:0", "Arturia BeatStep Pro 20:0"],
)
def test_devices_with_other_maps_are_left_to_the_generic_profile(port: str) -> None:
    assert profile_of(port).name == "generic"


@named
def test_what_it_is_sent_are_whole_messages_and_no_two_indicators_share_one(name: str) -> None:
    feedback = Feedback(PROFILES[name], defaults())
    feedback.connect()
    messages = feedback.due(0.0)
    assert all(message[0] >= 0x80 and max(message[1:-1], default=0) < 0x80 for message in messages)
    indicators = [each.indicator for each in PROFILES[name].bindings if each.indicator]
    assert len({(i.sysex, i.sysex is None and i.control) for i in indicators}) == len(indicators)
    assert len(messages) == len(PROFILES[name].greeting) + len(indicators)
