"""Hardware ports come, go and fail.

This machine may have no sequencer, and no test could unplug a device: python-rtmidi is played by
`FakeLibrary`.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import MidiPort
from ronn_jack.errors import MachineError
from ronn_jack.interfaces.midi.input import MidiInput, describe_ports
from ronn_jack.interfaces.midi.ports import MOST_AT_ONCE, HardwarePorts, System, list_ports
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.settings import load_settings
from tests.support.recording import MemoryStore, RecordingNode
from tests.support.rtmidi_library import FakeLibrary


@pytest.fixture
def sequencer(tmp_path: Path) -> Path:
    path = tmp_path / "seq"
    path.touch()
    return path


def hardware(library: Any, sequencer: Path) -> HardwarePorts:
    return HardwarePorts("ronn", lambda port: "nano" in port, System(library, sequencer))


def test_wanted_ports_are_read_as_they_come_and_go(sequencer: Path) -> None:
    library = FakeLibrary("Midi Through:0 14:0", "nano 20:0", "other 24:0")
    ports = hardware(library, sequencer)
    ports.rescan()
    ports.rescan()
    assert library.live == [None, "nano 20:0"]
    library.ports["nano 20:0"].append([0xB0, 1, 2])
    assert list(ports.read()) == [("nano 20:0", b"\xb0\x01\x02")]
    del library.ports["nano 20:0"]
    ports.rescan()
    assert library.live == [None]
    assert list(ports.read()) == []
    library.ports = {"new 19:0": [], "nano 28:0": [[0xC0, 1]]}
    ports.rescan()
    assert list(ports.read()) == [("nano 28:0", b"\xc0\x01")]
    ports.close()
    assert library.live == []


@pytest.mark.parametrize("clock", [False, True])
def test_ticks_are_read_where_something_follows_them(sequencer: Path, clock: bool) -> None:
    library = FakeLibrary("nano 20:0")
    ports = HardwarePorts("ronn", lambda port: True, System(library, sequencer), clock)
    ports.rescan()
    library.ports["nano 20:0"] += [[0xF8], [0xFC], [0xF8]]
    ticks = [message for _, message in ports.read() if message == b"\xf8"]
    assert len(ticks) == 2 * clock


def test_each_coming_and_going_is_one_event_and_names_what_reads_the_port(
    sequencer: Path, tmp_path: Path
) -> None:
    name = "nanoKONTROL2 20:0"
    library = FakeLibrary(name, "other 24:0")
    settings = load_settings(user_file=tmp_path / "none.toml")
    controller = Controller(RecordingNode(), MemoryStore())
    told = controller.subscriptions.subscribe()
    ports = hardware(library, sequencer)
    profiles = ProfileStore(user=tmp_path)
    MidiInput(controller, settings, profiles, ports, controller.subscriptions.publish)
    for present in (True, True, False, False, True, True):
        library.ports = {name: []} if present else {}
        ports.rescan()
        list(ports.read())
    ports.close()
    events = [numbered.event for numbered in told.take()]
    assert events == [MidiPort(name, "nanokontrol2", is_open) for is_open in (True, False, True)]


def test_our_own_ports_are_left_alone(sequencer: Path) -> None:
    library = FakeLibrary("ronn:nano 20:0", "RtMidiOut Client:nano 129:0")
    hardware(library, sequencer).rescan()
    assert library.live == [None]


def test_one_port_can_not_keep_the_others_waiting(sequencer: Path) -> None:
    library = FakeLibrary("nano 1", "nano 2")
    ports = hardware(library, sequencer)
    ports.rescan()
    library.ports["nano 1"] = [[0xB0, 1, 2]] * (MOST_AT_ONCE + 5)
    library.ports["nano 2"] = [[0xB0, 3, 4]]
    assert list(ports.read())[-1] == ("nano 2", b"\xb0\x03\x04")
    assert len(list(ports.read())) == 5


def test_a_port_that_can_not_be_opened_is_told_once_and_tried_again(
    sequencer: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library = FakeLibrary("nano 20:0")
    library.unlisted = "nano 20:0"
    ports = hardware(library, sequencer)
    ports.rescan()
    ports.rescan()
    assert [r.message for r in caplog.records] == [
        "MIDI port nano 20:0 can't be opened: port is in use"
    ]
    assert library.live == [None]
    library.unlisted = None
    ports.rescan()
    assert library.live == [None, "nano 20:0"]


def test_a_missing_sequencer_is_told_once_and_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "seq"
    library = FakeLibrary("nano 20:0")
    ports = hardware(library, path)
    with caplog.at_level(logging.WARNING):
        ports.rescan()
        ports.rescan()
    (record,) = caplog.records
    assert "modprobe snd-seq" in record.message
    assert list(ports.read()) == []
    path.touch()
    ports.rescan()
    assert library.live == [None, "nano 20:0"]


def test_a_system_without_midi_says_why(sequencer: Path, caplog: pytest.LogCaptureFixture) -> None:
    library = FakeLibrary()
    library.broken = True
    with pytest.raises(MachineError, match="no hardware MIDI: MidiInAlsa"):
        list_ports(System(library, sequencer))
    ports = hardware(library, sequencer)
    ports.rescan()
    assert "MidiInAlsa" in caplog.text


def test_the_library_may_be_missing(sequencer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rtmidi", None)
    with pytest.raises(MachineError, match="pip install python-rtmidi"):
        list_ports(System(None, sequencer))


def test_ports_are_listed_without_loops(sequencer: Path) -> None:
    library = FakeLibrary("Midi Through:0 14:0", "nano 20:0")
    assert list_ports(System(library, sequencer)) == ["nano 20:0"]
    assert library.live == []


def test_ports_are_described_with_their_profile(sequencer: Path, tmp_path: Path) -> None:
    profiles = ProfileStore(user=tmp_path)
    library = FakeLibrary("nanoKONTROL2 20:0", "Keys 24:0")
    library.outputs = {"Midi Through:0 14:0": [], "nanoKONTROL2 20:0": [], "Synth 28:0": []}
    assert describe_ports(profiles, System(library, sequencer)) == [
        "nanoKONTROL2 20:0: profile nanokontrol2",
        "Keys 24:0: no profile; opened by run --midi-in PATTERN",
        "nanoKONTROL2 20:0 (output): profile nanokontrol2 shows parameters there",
        "Synth 28:0 (output): nothing is sent there",
    ]
    assert "plug" in describe_ports(profiles, System(FakeLibrary(), sequencer))[0]
    assert "modprobe" in describe_ports(profiles, System(FakeLibrary(), tmp_path / "none"))[0]


def test_the_real_library_lists_ports_or_says_what_is_missing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    try:
        ports = list_ports()
    except MachineError as error:
        assert "no hardware MIDI" in str(error)
    else:
        assert all(isinstance(port, str) for port in ports)
    assert capfd.readouterr().err == ""
