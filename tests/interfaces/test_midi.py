"""What arrives by MIDI is applied to the controller, a round as one change."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from ronn_jack.control.profiles import Profile, ProfileStore
from ronn_jack.control.seams import Act, Operation, Set
from ronn_jack.interfaces.midi import JACK_PORT, MidiInput, MidiOrigin, PortChoice
from ronn_jack.interfaces.midi_ports import HardwarePorts
from ronn_jack.parameters import Value, defaults


class FakeController:
    def __init__(self) -> None:
        self.values = defaults()
        self.changes: list[list[Operation]] = []
        self.changed = threading.Event()

    def value(self, name: str) -> Value:
        return self.values[name]

    def apply(self, operations: Sequence[Operation], origin: MidiOrigin) -> None:
        assert origin.name == "midi"
        self.changes.append(list(operations))
        self.changed.set()


class FakeSource:
    """Stands for the JACK port, and for hardware ports when given a name."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.scans = 0
        self.closed = False

    def read(self) -> list[bytes]:
        taken, self.waiting = self.waiting, []
        return taken


class FakeHardware(HardwarePorts):
    def __init__(self) -> None:
        self.waiting: list[tuple[str, bytes]] = []
        self.scans = 0
        self.closed = False

    def rescan(self) -> None:
        self.scans += 1

    def read(self):  # type: ignore[no-untyped-def]
        taken, self.waiting = self.waiting, []
        yield from taken

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(user=tmp_path)


@pytest.fixture
def choice(store: ProfileStore) -> PortChoice:
    return PortChoice(store.readable(), store.load("generic"))


def test_a_round_is_one_change(choice: PortChoice) -> None:
    controller, native, hardware = FakeController(), FakeSource(), FakeHardware()
    midi = MidiInput(controller, choice, native, hardware)
    native.waiting = [bytes([0xB0, 20, level]) for level in range(128)] + [b"\xc0\x02"]
    hardware.waiting = [("nanoKONTROL2 20:0", b"\xb0\x00\x00"), ("other", b"\xb0\x1a\x7f")]
    midi.poll()
    midi.poll()
    assert controller.changes == [
        [Set("layers", 24), Act("preset_load", 2), Set("layers", 1), Set("mix", 1.0)]
    ]


def test_two_presses_in_one_round_toggle_twice(choice: PortChoice) -> None:
    controller, hardware = FakeController(), FakeHardware()
    midi = MidiInput(controller, choice, hardware=hardware)
    hardware.waiting = [("nanoKONTROL2", bytes([0xB0, 39, n])) for n in (127, 0, 127)]
    midi.poll()
    assert controller.changes == [[Set("bypass", False)]]


def test_rubbish_changes_nothing(choice: PortChoice) -> None:
    controller, native = FakeController(), FakeSource()
    native.waiting = [b"", b"\x14\x40", b"\xb0", b"\xf0\x01\xf7", b"\xf8"]
    MidiInput(controller, choice, native).poll()
    assert controller.changes == []


def test_the_thread_reads_scans_and_ends(choice: PortChoice) -> None:
    controller, native, hardware = FakeController(), FakeSource(), FakeHardware()
    midi = MidiInput(controller, choice, native, hardware)
    midi.start()
    native.waiting = [b"\xb0\x1c\x7f"]
    assert controller.changed.wait(10)
    midi.close()
    assert controller.changes == [[Act("reseed")]]
    assert hardware.scans >= 1
    assert hardware.closed


def test_closing_before_the_start_is_harmless(choice: PortChoice) -> None:
    MidiInput(FakeController(), choice).close()


class TestChoice:
    def test_a_known_device_is_opened_and_has_its_profile(self, choice: PortChoice) -> None:
        assert choice.wanted("nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTRL 20:0")
        assert choice.profile("nanoKONTROL2 20:0").name == "nanokontrol2"
        assert not choice.wanted("USB Keyboard 24:0")
        assert choice.profile(JACK_PORT).name == "generic"

    def test_a_pattern_opens_what_it_matches_and_nothing_else(self, store: ProfileStore) -> None:
        choice = PortChoice(store.readable(), store.load("generic"), "keyboard|mpk")
        assert choice.wanted("USB Keyboard 24:0")
        assert choice.profile("USB Keyboard 24:0").name == "generic"
        assert not choice.wanted("nanoKONTROL2 20:0")

    def test_the_first_profile_that_knows_a_port_is_taken(self, store: ProfileStore) -> None:
        mine = Profile("mine", "Mine", re.compile("nano"), ())
        choice = PortChoice([mine, *store.readable()], store.load("generic"))
        assert choice.profile("nanoKONTROL2") is mine


def test_a_refused_sweep_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    origin = MidiOrigin()
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            origin.refuse("layers", "too much")
        origin.refuse("mix", "too much")
    assert [record.message for record in caplog.records] == [
        "midi: layers refused: too much",
        "midi: mix refused: too much",
    ]
