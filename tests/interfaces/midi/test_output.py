"""Where the parameters stand is shown by hardware ports, beside and like the JACK port.

python-rtmidi is played by `FakeLibrary`, as in `test_ports`; everything else is real.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Set
from ronn_jack.interfaces.midi.input import JACK_PORT, MidiInput
from ronn_jack.interfaces.midi.output import POLL_SECONDS, RETRY_SECONDS, MidiOutput, NativePort
from ronn_jack.interfaces.midi.output_ports import HardwareOutputs, output_of
from ronn_jack.interfaces.midi.ports import HardwarePorts, System
from ronn_jack.midimap.feedback import ECHO_SECONDS, INTERVAL_SECONDS, TOUCHED_SECONDS
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.settings import load_settings
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin
from tests.support.rtmidi_library import FakeLibrary

DEVICE = "Fader 20:0"
GREETING, FADER, LIGHT = "b0 7f 00", "b0 07 7f", "90 24 00"
"""What a device is sent first of all, as the parameters' defaults are."""
PROFILE = """
version = 1
ports = "^Fader"
greeting = ["b0 7f 00"]
[[binding]]
message = "cc"
number = 7
parameter = "mix"
feedback = true
[[binding]]
message = "note"
number = 36
parameter = "bypass"
mode = "toggle"
feedback = true
"""


class Rig:
    """Devices at a node's MIDI thread, whose rounds the test makes."""

    def __init__(self, folder: Path) -> None:
        (folder / "fader.toml").write_text(PROFILE)
        (folder / "seq").touch()
        self.path = folder / "fader.toml"
        self.library = FakeLibrary(DEVICE)
        self.library.outputs = {DEVICE: []}
        self.jack: list[bytes] = []
        self.jack_takes = True
        self.targets: set[str] = set()
        self.time = 100.0
        self.controller = Controller(RecordingNode(), MemoryStore(hall={"layers": 3}))
        system = System(self.library, folder / "seq")
        native = NativePort(JACK_PORT, self._to_jack, lambda: self.targets)
        self.ports = HardwarePorts("ronn", lambda name: True, system)
        self.midi = MidiInput(
            self.controller,
            load_settings({"midi_profile": "fader"}, user_file=folder / "none"),
            ProfileStore(user=folder),
            self.ports,
            self.controller.subscriptions.publish,
            lambda: self.time,
            MidiOutput(
                native,
                HardwareOutputs("ronn", system),
                self.controller.subscriptions.subscribe(dump=True),
            ),
        )

    def _to_jack(self, messages: Sequence[bytes]) -> bool:
        if self.jack_takes:
            self.jack += messages
        return self.jack_takes

    def scan(self) -> None:
        """Look which devices there are, as is done every second, and what goes to them."""
        self.ports.rescan()
        self.after(POLL_SECONDS)

    def after(self, seconds: float = INTERVAL_SECONDS) -> None:
        self.time += seconds
        self.midi.poll()

    def turn(self, **values: object) -> None:
        self.controller.apply([Set(n, v) for n, v in values.items()], RecordingOrigin())

    def plays(self, message: str) -> None:
        """Let the device send something."""
        self.library.ports[DEVICE].append(list(bytes.fromhex(message)))
        self.after(0.0)

    def shown(self, name: str = DEVICE) -> list[str]:
        """Return what a device was sent since it was asked last."""
        sent = self.library.outputs.get(name, self.jack)
        taken = [message.hex(" ") for message in sent]
        sent.clear()
        return taken


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


@pytest.fixture
def connected(rig: Rig) -> Rig:
    """A device that was connected a while ago."""
    rig.scan()
    rig.shown()
    rig.after(1.0)
    return rig


def test_a_device_that_comes_is_told_everything_its_greeting_first(rig: Rig) -> None:
    rig.scan()
    assert rig.library.live_outputs == [DEVICE]
    assert rig.shown() == [GREETING, FADER, LIGHT]
    rig.scan()
    assert rig.shown() == []


def test_its_output_goes_and_comes_with_its_input(connected: Rig) -> None:
    del connected.library.ports[DEVICE], connected.library.outputs[DEVICE]
    connected.scan()
    assert connected.library.live_outputs == []
    connected.turn(mix=0.5)
    connected.after()
    connected.library.ports[DEVICE], connected.library.outputs[DEVICE] = [], []
    connected.scan()
    assert connected.library.live_outputs == [DEVICE]
    assert connected.shown() == [GREETING, "b0 07 40", LIGHT], "as all stands by now"


def test_a_device_that_names_its_two_sides_differently_is_known_by_its_profile(rig: Rig) -> None:
    rig.library.outputs = {"Other 16:0": [], "Fader (out) 20:1": []}
    rig.scan()
    assert rig.shown("Fader (out) 20:1") == [GREETING, FADER, LIGHT]
    assert output_of(DEVICE, ["Fader 24:0", DEVICE], lambda name: True) == DEVICE
    assert output_of(DEVICE, ["Other 16:0"], lambda name: name.startswith("Fader")) is None


def test_nothing_goes_to_what_no_profile_knows(rig: Rig) -> None:
    rig.library.ports, rig.library.outputs = {"Keys 24:0": []}, {"Keys 24:0": []}
    rig.scan()
    assert rig.shown("Keys 24:0") == []
    assert rig.library.writers == []


def test_both_kinds_of_ports_show_the_same(connected: Rig) -> None:
    connected.after()
    assert connected.jack == [], "it leads nowhere"
    connected.targets = {"lights:in"}
    connected.after()
    assert connected.shown(JACK_PORT) == [GREETING, FADER, LIGHT]
    connected.turn(mix=0.0, bypass=True)
    connected.after()
    assert connected.shown() == connected.shown(JACK_PORT) == ["b0 07 00", "90 24 7f"]


def test_what_the_jack_port_had_no_room_for_is_shown_by_it_later(connected: Rig) -> None:
    connected.targets = {"lights:in"}
    connected.after()
    connected.shown(JACK_PORT)
    connected.jack_takes = False
    connected.turn(mix=0.5)
    connected.after()
    connected.jack_takes = True
    connected.after()
    assert connected.shown(JACK_PORT) == ["b0 07 40", LIGHT]
    assert connected.shown() == ["b0 07 40"], "the other port's matter it is not"


def test_a_fader_is_left_to_the_hand_and_then_goes_where_its_parameter_is(connected: Rig) -> None:
    connected.plays("b0 07 20")
    assert connected.controller.value("mix") == pytest.approx(32 / 127)
    for step in range(20):
        connected.turn(mix=step / 20.0)
        connected.after(TOUCHED_SECONDS / 25.0)
    assert connected.shown() == [], "a motor would fight the hand"
    connected.after(TOUCHED_SECONDS)
    assert connected.shown() == ["b0 07 79"], "the last value, once"


def test_what_was_sent_moves_nothing_as_it_comes_back(connected: Rig) -> None:
    connected.turn(mix=0.5)
    connected.after()
    connected.plays("b0 07 40")
    assert connected.controller.value("mix") == 0.5, "and not 64/127"
    connected.after(ECHO_SECONDS * 1.1)
    connected.plays("b0 07 40")
    assert connected.controller.value("mix") == 64 / 127, "later it is a hand"


@pytest.mark.parametrize("fault", ["it has no output", "port is in use"])
def test_an_output_that_can_not_be_opened_is_told_once_and_tried_again(
    rig: Rig, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    # A system may show a device's input before its output.
    outputs, rig.library.outputs = rig.library.outputs, {}
    if fault != "it has no output":
        rig.library.outputs = outputs
        rig.library.closed_for = fault
    for _ in range(5):
        rig.scan()
        rig.after(RETRY_SECONDS)
    assert [record.message for record in caplog.records] == [
        f"MIDI port {DEVICE}: nothing can be shown on it: {fault}"
    ]
    assert rig.library.live_outputs == [], "no writer is left behind"
    rig.turn(mix=0.5)
    rig.library.outputs, rig.library.closed_for = {DEVICE: []}, ""
    rig.after(RETRY_SECONDS)
    assert rig.shown() == [GREETING, "b0 07 40", LIGHT]
    assert rig.library.live_outputs == [DEVICE]


def test_a_device_that_takes_nothing_is_told_once_and_tried_again(
    connected: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    connected.targets = {"lights:in"}
    connected.library.mute = True
    for step in range(5):
        connected.turn(mix=step / 10.0)
        connected.after(RETRY_SECONDS)
    assert [record.message for record in caplog.records] == [
        f"MIDI port {DEVICE}: nothing can be shown on it: the device has gone"
    ]
    assert connected.shown(JACK_PORT)[-1] == "b0 07 33", "the others go on"
    connected.plays("b0 07 00")
    assert connected.controller.value("mix") == 0.0, "and it is heard"
    connected.library.mute = False
    connected.after(RETRY_SECONDS)
    assert connected.shown() == [GREETING, "b0 07 00", LIGHT]
    assert connected.library.live_outputs == [DEVICE]


def test_a_profile_that_changes_is_followed(connected: Rig) -> None:
    connected.path.write_text(PROFILE.replace("number = 7", "number = 8"))
    connected.midi.reload()
    connected.after()
    assert connected.shown() == [GREETING, "b0 08 7f", LIGHT]
    assert connected.library.live_outputs == [DEVICE]
    connected.path.write_text(PROFILE.replace("feedback = true", "").replace("greeting", "#"))
    connected.midi.reload()
    connected.turn(mix=0.5)
    connected.after()
    assert connected.shown() == []
    assert connected.library.live_outputs == []


def test_all_outputs_are_closed_at_the_end(connected: Rig) -> None:
    connected.midi.start(list)
    connected.midi.close()
    assert connected.library.live_outputs == []
