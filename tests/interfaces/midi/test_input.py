"""What arrives by MIDI is applied to the controller, a round as one change."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from ronn_jack.control.midi_events import TakeoverGap
from ronn_jack.control.operations import Act, Set
from ronn_jack.errors import ProfileError
from ronn_jack.interfaces.midi.input import JACK_PORT, MidiOrigin, PortChoice
from ronn_jack.midimap.decoder import PAIR_SECONDS
from ronn_jack.midimap.mapper import LONG_SECONDS
from ronn_jack.midimap.profile import Profile
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.parameters import ACTIONS, defaults
from ronn_jack.parameters.share import share
from ronn_jack.settings import Follow, Settings, load_settings
from tests.support.midi_rig import Rig


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(user=tmp_path)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(user_file=tmp_path / "none.toml")


@pytest.fixture
def rig(store: ProfileStore, settings: Settings) -> Rig:
    return Rig(store, settings)


@pytest.fixture
def choice(store: ProfileStore) -> PortChoice:
    return PortChoice(store.readable(), store.load("generic"))


def test_what_a_round_brings_of_a_port_is_one_change_of_that_port(rig: Rig) -> None:
    sweep = [bytes([0xB0, 20, level]) for level in range(128)]
    rig.hardware.waiting = [("nanoKONTROL2 20:0", b"\xb0\x05\x7f")]
    rig.midi.read_from([b"\xb0\x1a\x00"].copy)
    rig.round(*sweep, b"\xc0\x02", b"\xb0\x14\x00")
    rig.midi.read_from(list)
    rig.round(b"\xb0\x14\x7f")
    assert rig.controller.changes == [
        [Set("mix", 0.0)],
        [Set("mix", 1.0)],
        [Set("layers", 24), Act("preset_load", 2), Set("layers", 1)],
        [Set("layers", 24)],
    ]
    origins = rig.controller.origins
    assert [o.name for o in origins[:3]] == ["midi", "midi nanoKONTROL2 20:0", "midi any port"]
    assert origins[3] is origins[2]
    assert len(set(origins)) == 3


def test_two_presses_in_one_round_toggle_twice(rig: Rig) -> None:
    presses = [bytes([0xB0, 39, level]) for level in (127, 0, 127)]
    assert rig.round(*presses, port="nanoKONTROL2") == [[Set("bypass", True), Set("bypass", False)]]


def test_a_toggle_knows_what_an_action_of_the_same_round_has_done(rig: Rig) -> None:
    port = "nanoKONTROL2"
    rig.controller.on_apply = lambda: rig.controller.values.update(bypass=True)
    rig.round(b"\xb0\x40\x7f", b"\xb0\x27\x7f", port=port)
    assert rig.controller.changes == [[Act("preset_load", "warm-drive")], [Set("bypass", False)]]


ARGUMENTS = {
    "": None,
    "amount": 0.5,
    "name": "mine",
    "preset": "drone",
    "snapshot": 3,
    "parameter": "layers",
    "text": share(defaults()),
    "candidate": 3,
    "pair": "25 26",
}


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_is_fired_by_a_press_and_not_by_its_release(
    tmp_path: Path, settings: Settings, name: str
) -> None:
    argument = ARGUMENTS[ACTIONS[name].argument]
    given = "" if argument is None else f"argument = {json.dumps(argument)}\n"
    (tmp_path / "pad.toml").write_text(
        'version = 1\nports = "pad"\n[[binding]]\nmessage = "note"\nnumber = 36\n'
        f'action = "{name}"\n{given}'
    )
    rig = Rig(ProfileStore(user=tmp_path), settings)
    rig.round(b"\x90\x24\x40", port="pad")
    assert rig.round(b"\x80\x24\x00", port="pad") == [[Act(name, argument)]]


PROFILE = """
version = 1
ports = "fine"
[[binding]]
message = "cc"
number = 1
bits = 14
parameter = "mix"
[[binding]]
message = "cc"
number = 64
action = "reseed"
gesture = "long"
[[binding]]
message = "cc"
number = 64
action = "panic"
"""


class TestTime:
    @pytest.fixture
    def rig(self, tmp_path: Path, settings: Settings) -> Rig:
        (tmp_path / "fine.toml").write_text(PROFILE)
        return Rig(ProfileStore(user=tmp_path), replace(settings, midi_takeover="pickup"))

    def test_half_a_value_waits_for_the_other_but_not_for_ever(self, rig: Rig) -> None:
        assert rig.round(b"\xb0\x01\x7f", port="fine") == []
        assert rig.wait(PAIR_SECONDS / 2) == []
        assert rig.wait(PAIR_SECONDS) == [[Set("mix", 127 * 128 / 16383)]]

    def test_halves_that_came_in_two_rounds_make_one_change(self, rig: Rig) -> None:
        rig.round(b"\xb0\x01\x7f", port="fine")
        assert rig.round(b"\xb0\x21\x7f", port="fine") == [[Set("mix", 1.0)]]

    def test_a_button_that_is_held_fires_without_a_further_message(self, rig: Rig) -> None:
        rig.round(b"\xb0\x40\x7f", port="fine")
        assert rig.wait(LONG_SECONDS / 2) == []
        assert rig.wait(LONG_SECONDS / 2) == [[Act("reseed")]]

    def test_a_release_that_is_heard_too_late_is_no_short_press(self, rig: Rig) -> None:
        rig.round(b"\xb0\x40\x7f", port="fine")
        rig.time += 2 * LONG_SECONDS
        assert rig.round(b"\xb0\x40\x00", port="fine") == [[Act("reseed")]]

    def test_how_far_a_control_is_off_is_told_at_most_thirty_times_a_second(self, rig: Rig) -> None:
        rig.time = 1.0
        for level in range(100):
            rig.time = 1.0 + level / 1000.0
            rig.round(bytes([0xB0, 1, level]), bytes([0xB0, 33, 0]), port="fine")
        assert rig.controller.changes == []
        assert [type(event) for event in rig.events] == [TakeoverGap] * 3
        rig.wait(1.0)
        gaps = [event for event in rig.events if isinstance(event, TakeoverGap)]
        assert len(gaps) == 4, "the last is told, though late"
        place = 99 * 128 / 16383
        assert gaps[-1] == TakeoverGap("midi fine", "mix", "14-bit cc 1", place, place - 1.0)


def test_rubbish_changes_nothing(rig: Rig) -> None:
    assert rig.round(b"", b"\x14\x40", b"\xb0", b"\xf0\x01\xf7", b"\xf8") == []


def test_the_thread_reads_scans_and_ends(rig: Rig) -> None:
    native = iter([[b"\xb0\x1c\x7f"]])
    rig.midi.start(lambda: next(native, []))
    assert rig.controller.changed.wait(10)
    rig.midi.close()
    assert rig.controller.changes == [[Act("reseed")]]
    assert rig.hardware.scans >= 1
    assert rig.hardware.closed


def test_a_fault_of_our_own_does_not_end_the_thread(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.controller.faults.append(ValueError("our fault"))
    waiting = [[bytes((0xB0, 26, 127))], [bytes((0xB0, 26, 0))]]
    rig.midi.start(lambda: waiting.pop(0) if waiting else [])
    assert rig.controller.changed.wait(5.0)
    rig.midi.close()
    assert "our fault" in caplog.text


def test_closing_before_the_start_is_harmless(rig: Rig) -> None:
    rig.midi.close()


def test_the_profile_of_the_settings_reads_what_no_profile_knows(
    store: ProfileStore, settings: Settings
) -> None:
    rig = Rig(store, replace(settings, midi_profile="nanokontrol2"))
    assert rig.round(b"\xb0\x2a\x7f") == [[Act("panic")]]


def test_an_unknown_profile_is_refused_at_the_start(
    store: ProfileStore, settings: Settings
) -> None:
    with pytest.raises(ProfileError, match="did you mean 'generic'"):
        Rig(store, replace(settings, midi_profile="genric"))


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
    origin = MidiOrigin(JACK_PORT)
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            origin.refuse("layers", "too much")
        origin.refuse("mix", "too much")
    assert [record.message for record in caplog.records] == [
        "midi: layers refused: too much",
        "midi: mix refused: too much",
    ]


def test_the_clock_of_a_hardware_port_is_followed_and_moves_no_control(
    store: ProfileStore, settings: Settings
) -> None:
    rig = Rig(store, replace(settings, follow=(Follow(1.0, "reseed"),)))
    rig.round(b"\xfa")
    for _ in range(49):
        rig.time += 0.02
        rig.round(b"\xf8", b"\xb0\x14\x00")
    reseeds = [change for change in rig.controller.changes if change == [Act("reseed")]]
    assert len(reseeds) == 3, "on beats 0, 1 and 2"
    rig.controller.changes.clear()
    rig.round(b"\xfc")
    for _ in range(25):
        rig.time += 0.02
        rig.round(b"\xf8")
    assert rig.controller.changes == []
