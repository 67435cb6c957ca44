"""What is told of MIDI controls is where they stand now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.midi_events import Gap
from ronn_jack.interfaces.midi.input import MidiInput
from ronn_jack.interfaces.osc.addresses import BINDINGS, LEARNS, TAKEOVERS
from ronn_jack.interfaces.osc.dispatcher import Dispatcher
from ronn_jack.midimap.learn import ENCODER_SECONDS
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.settings import load_settings
from tests.support.midi_rig import JACK, Asker, FakeHardware
from tests.support.osc_client import message
from tests.support.osc_senders import Mailbox
from tests.support.recording import MemoryStore, RecordingNode

KNOB = [bytes([0xB0, 70, level]) for level in range(10, 60, 7)]


class Rig:
    """Controls whose parameters wait to be picked up, and a node that tells of them."""

    def __init__(self, folder: Path) -> None:
        self.controller = Controller(RecordingNode(), MemoryStore())
        self.hardware = FakeHardware()
        self.time = 0.0
        self.midi = MidiInput(
            self.controller,
            replace(load_settings(user_file=folder / "none"), midi_takeover="pickup"),
            ProfileStore(user=folder),
            self.hardware,
            clock=lambda: self.time,
            state=self.controller.midi,
        )
        self.sender = Mailbox()
        self.dispatcher = Dispatcher(self.controller)

    def round(self, *messages: bytes, seconds: float = 0.1) -> None:
        self.hardware.waiting += [(JACK, each) for each in messages]
        self.time += seconds
        self.midi.poll()

    def asks(self, address: str) -> object:
        self.dispatcher.handle(message(address), self.sender)
        return self.sender.read()[address]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_bindings_are_those_of_the_profiles_that_read_the_ports(rig: Rig):
    assert ("layers", "cc 20") in rig.controller.midi.bindings
    assert rig.asks(BINDINGS)[:2] == ("layers", "cc 20")


def test_what_is_learned_is_told_until_it_is_bound(rig: Rig):
    rig.midi.learning.learn("drive", Asker(), lambda event: None)
    rig.round()
    assert rig.asks(LEARNS) == "drive"
    rig.round(*KNOB)
    rig.round(seconds=ENCODER_SECONDS)
    assert rig.asks(LEARNS) == ""
    assert ("drive", "cc 70 on channel 1") in rig.controller.midi.bindings


def test_controls_that_have_not_reached_their_parameter_are_told_until_they_have(rig: Rig):
    rig.round(b"\xb0\x1a\x20")
    place = 0x20 / 127
    assert rig.controller.midi.waiting == (Gap("mix", "cc 26", place, place - 1.0),)
    told = rig.asks(TAKEOVERS)
    assert told == ("mix", pytest.approx(place), pytest.approx(place - 1.0), "cc 26")
    rig.round(b"\xb0\x1a\x7f")
    assert rig.controller.midi.waiting == ()
