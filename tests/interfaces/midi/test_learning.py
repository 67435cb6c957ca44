"""A control is bound by touching it, to stay so until it is unlearned."""

from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.control.midi_events import (
    BindingRemoved,
    LearnCancelled,
    Learned,
    LearnStarted,
    LearnUndone,
)
from ronn_jack.control.operations import Act, Set
from ronn_jack.errors import ParameterError
from ronn_jack.interfaces.midi.input import MidiInput
from ronn_jack.interfaces.midi.learning import LEARN_SECONDS
from ronn_jack.interfaces.midi.ports import HardwarePorts, System
from ronn_jack.midimap.learn import ENCODER_SECONDS
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.settings import load_settings
from tests.support.midi_rig import JACK, Asker, FakeController, LearningRig
from tests.support.rtmidi_library import FakeLibrary

KNOB = [bytes([0xB0, 20, level]) for level in range(40, 60)]


@pytest.fixture
def rig(tmp_path: Path) -> LearningRig:
    return LearningRig(tmp_path)


class TestLearning:
    def test_the_next_control_that_is_moved_drives_the_parameter(self, rig: LearningRig) -> None:
        assert rig.learn("mix", *KNOB) == Learned(
            "osc tester", "mix", "cc 20 on channel 1", JACK, "generic", ("layers",)
        )
        assert rig.does(b"\xb0\x14\x7f") == [Set("mix", 1.0)], "and no longer what it did"
        assert rig.does(b"\xb0\x15\x7f") == [Set("kernel", 128)], "the others do as they did"
        assert rig.events == rig.asker.told
        assert rig.events[0] == LearnStarted("osc tester", "mix")

    def test_it_outlasts_the_program_in_the_users_copy(self, rig: LearningRig) -> None:
        rig.learn("mix", *KNOB)
        again = LearningRig(rig.folder)
        assert again.does(b"\xb0\x14\x7f") == [Set("mix", 1.0)]
        text = (rig.folder / "generic.toml").read_text()
        assert "# A program change loads the preset of its number." in text
        assert text.count("copy_of = ") == 1, "so that it is told when the shipped one changes"
        again.learn("morph", *KNOB)
        assert (rig.folder / "generic.toml").read_text().count("copy_of = ") == 1

    def test_what_is_touched_does_nothing_else_meanwhile(self, rig: LearningRig) -> None:
        rig.learn("mix", *KNOB)
        assert rig.controller.changes == []

    def test_a_press_during_it_is_no_press_after_it(self, rig: LearningRig) -> None:
        rig.learn("mix", *KNOB, b"\xb0\x1c\x7f")
        assert rig.does(b"\xb0\x1c\x00") == []

    @pytest.mark.parametrize(
        ("name", "messages", "then", "operation"),
        [
            ("reseed", ["90 24 50", "80 24 00"], ["90 24 01"], Act("reseed")),
            ("preset_next", ["c0 07"], ["c0 07"], Act("preset_next")),
            ("bypass", ["b0 50 7f", "b0 50 00"], ["b0 50 7f"], Set("bypass", True)),
            ("mix", ["b0 63 00", "b0 62 05", "b0 06 10", "b0 26 00"],
             ["b0 06 7f", "b0 26 7f"], Set("mix", 1.0)),
            ("mix", ["b0 03 10", "b0 23 00", "b0 03 11", "b0 23 7f"],
             ["b0 03 7f", "b0 23 7f"], Set("mix", 1.0)),
            ("xy_x", ["e0 00 10", "e0 00 20"], ["e0 00 40"], Set("xy_x", 0.0)),
            ("layers", ["b0 50 01"] * 4 + ["b0 50 41"] * 4, ["b0 50 03"], Set("layers", 9)),
        ],
    )  # fmt: skip
    def test_kinds(
        self, rig: LearningRig, name: str, messages: list[str], then: list[str], operation: object
    ) -> None:
        assert isinstance(rig.learn(name, *map(bytes.fromhex, messages)), Learned)
        assert rig.does(*map(bytes.fromhex, then)) == [operation]

    def test_a_device_that_a_profile_knows_keeps_it_there(self, rig: LearningRig) -> None:
        port = "nanoKONTROL2:nanoKONTROL2 _ CTRL 20:0"
        learned = rig.learn("morph", b"\xb0\x05\x10", b"\xb0\x05\x11", port=port)
        assert isinstance(learned, Learned)
        assert (learned.profile, learned.replaced) == ("nanokontrol2", ("mix",))
        assert LearningRig(rig.folder).does(b"\xb0\x05\x7f", port=port) == [Set("morph", 1.0)]
        assert rig.does(b"\xb0\x1a\x7f") == [Set("mix", 1.0)], "the generic profile is as it was"

    def test_a_device_that_none_knows_gets_a_profile_of_its_own(self, rig: LearningRig) -> None:
        learned = rig.learn("morph", *KNOB, port="My Keys:Port 1 24:0")
        assert isinstance(learned, Learned)
        assert learned.profile == "my-keys"
        again = LearningRig(rig.folder)
        assert again.midi.wanted("My Keys:Port 1 28:0"), "it is opened from now on"
        assert again.does(*KNOB[:1], port="My Keys:Port 1 28:0") == [Set("morph", 40 / 127)]
        assert again.does(b"\xb0\x15\x7f", port="My Keys:Port 1 28:0") == [Set("kernel", 128)]
        assert not (rig.folder / "generic.toml").exists()

    def test_devices_of_one_name_are_kept_apart_by_their_ports(self, rig: LearningRig) -> None:
        rig.learn("morph", *KNOB, port="Keys:A 24:0")
        rig.learn("mix", *KNOB, port="Keys:B 24:1")
        assert sorted(path.name for path in rig.folder.iterdir()) == ["keys-2.toml", "keys.toml"]
        assert rig.does(*KNOB[:1], port="Keys:A 24:0") == [Set("morph", 40 / 127)]
        assert rig.does(*KNOB[:1], port="Keys:B 24:1") == [Set("mix", 40 / 127)]


class TestLearningNothing:
    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("mixx", "did you mean 'mix'"),
            ("reseeed", "did you mean 'reseed'"),
            ("preset_load", "needs to know more"),
        ],
    )
    def test_what_can_not_be_learned_is_said_at_once(
        self, rig: LearningRig, name: str, reason: str
    ) -> None:
        with pytest.raises(ParameterError, match=reason):
            rig.midi.learning.learn(name, rig.asker, rig.asker.told.append)

    def test_it_can_be_cancelled(self, rig: LearningRig) -> None:
        rig.midi.learning.learn("mix", rig.asker, rig.asker.told.append)
        rig.midi.learning.cancel()
        assert rig.does(b"\xb0\x14\x00") == [Set("layers", 1)]
        assert rig.asker.told[-1] == LearnCancelled("mix", "it was cancelled")
        assert list(rig.folder.iterdir()) == []

    def test_it_ends_when_nothing_is_touched(self, rig: LearningRig) -> None:
        rig.midi.learning.learn("mix", rig.asker, rig.asker.told.append)
        rig.round()
        rig.wait(LEARN_SECONDS)
        assert isinstance(rig.asker.told[-1], LearnCancelled)
        assert not rig.midi.learning.active

    @pytest.mark.parametrize("release", ["80 24 40", "90 24 00"])
    def test_a_key_that_was_held_before_is_not_touched_by_letting_it_go(
        self, rig: LearningRig, release: str
    ) -> None:
        assert isinstance(rig.learn("reseed", bytes.fromhex(release)), LearnStarted)
        rig.round(*map(bytes.fromhex, ("90 26 50", release)), port=JACK)
        rig.wait(ENCODER_SECONDS)
        assert rig.does(b"\x90\x26\x01", b"\x90\x24\x01") == [Act("reseed")]

    def test_learning_another_takes_its_place(self, rig: LearningRig) -> None:
        rig.midi.learning.learn("mix", rig.asker, rig.asker.told.append)
        learned = rig.learn("morph", *KNOB)
        assert isinstance(learned, Learned)
        assert learned.parameter == "morph"
        assert LearnCancelled("mix", "morph is learned instead") in rig.asker.told

    def test_an_encoder_can_not_press(self, rig: LearningRig) -> None:
        steps = [b"\xb0\x50\x01"] * 4 + [b"\xb0\x50\x7f"] * 4
        event = rig.learn("reseed", *steps)
        assert isinstance(event, LearnCancelled)
        assert "an encoder can't be pressed" in event.reason

    def test_what_can_not_be_written_changes_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "midi").write_text("no folder")
        rig = LearningRig(tmp_path / "midi")
        event = rig.learn("mix", *KNOB)
        assert isinstance(event, LearnCancelled)
        assert "can't be written" in event.reason
        assert rig.does(b"\xb0\x14\x00") == [Set("layers", 1)]


class TestUnlearning:
    def test_a_parameter_is_bound_to_nothing_any_more(self, rig: LearningRig) -> None:
        rig.learn("mix", *KNOB)
        rig.unlearn("mix")
        assert rig.asker.told[-2:] == [
            BindingRemoved("osc tester", "mix", "cc 26", "generic"),
            BindingRemoved("osc tester", "mix", "cc 20 on channel 1", "generic"),
        ]
        assert rig.does(b"\xb0\x14\x7f", b"\xb0\x1a\x7f") == []
        assert LearningRig(rig.folder).does(b"\xb0\x14\x7f", b"\xb0\x1a\x7f") == []

    def test_what_is_not_bound_is_refused(self, rig: LearningRig) -> None:
        rig.unlearn("morph")
        ((subject, reason),) = rig.asker.refusals
        assert subject == "unlearn"
        assert "morph is bound to no control" in reason
        with pytest.raises(ParameterError, match="did you mean 'morph'"):
            rig.unlearn("morp")

    def test_devices_that_are_not_there_keep_their_bindings(self, rig: LearningRig) -> None:
        rig.unlearn("mix")
        assert not (rig.folder / "nanokontrol2.toml").exists()


class TestUndoing:
    def test_step_by_step_to_where_it_began(self, rig: LearningRig) -> None:
        rig.learn("mix", *KNOB)
        rig.learn("morph", *KNOB)
        rig.unlearn("kernel")
        assert rig.does(b"\xb0\x15\x7f") == []
        rig.undo()
        assert rig.does(b"\xb0\x15\x7f") == [Set("kernel", 128)]
        assert rig.does(b"\xb0\x14\x7f") == [Set("morph", 1.0)]
        rig.undo()
        assert rig.does(b"\xb0\x14\x7f") == [Set("mix", 1.0)]
        rig.undo()
        assert rig.does(b"\xb0\x14\x7f") == [Set("layers", 24)]
        assert rig.asker.told[-1] == LearnUndone("osc tester", "mix")
        assert list(rig.folder.iterdir()) == [], "there was no file of the user's"
        rig.undo()
        assert rig.asker.refusals == [("learn_undo", "nothing was learned since the start")]

    def test_what_the_user_has_edited_since_is_left_alone(self, rig: LearningRig) -> None:
        rig.learn("mix", *KNOB)
        path = rig.folder / "generic.toml"
        path.write_text(path.read_text() + "# mine\n")
        rig.undo()
        ((_, reason),) = rig.asker.refusals
        assert "was changed since" in reason
        assert path.read_text().endswith("# mine\n")


class TestProfilesThatAreEditedMeanwhile:
    """What counts is what the file says when it is written, not when it was read last."""

    MINE = "# my own\nversion = 1\n"

    def _insert_a_binding_before_all_others(self, path: Path) -> None:
        first = '[[binding]]\nmessage = "cc"\nnumber = 99\nparameter = "drift_rate"\n\n'
        text = path.read_text()
        at = text.index("[[binding]]")
        path.write_text(text[:at] + first + text[at:])

    def test_unlearning_takes_what_is_meant(self, rig: LearningRig) -> None:
        rig.learn("mix", *KNOB)
        self._insert_a_binding_before_all_others(rig.folder / "generic.toml")
        rig.unlearn("mix")
        assert rig.asker.refusals == []
        assert rig.does(b"\xb0\x14\x7f", b"\xb0\x1a\x7f") == [], "mix has no control"
        assert rig.does(b"\xb0\x15\x7f", b"\xb0\x63\x7f") == [
            Set("kernel", 128),
            Set("drift_rate", 10.0),
        ]

    def test_a_binding_made_by_hand_can_be_unlearned(self, rig: LearningRig) -> None:
        rig.learn("mix", *KNOB)
        self._insert_a_binding_before_all_others(rig.folder / "generic.toml")
        rig.unlearn("drift_rate")
        assert rig.asker.refusals == []
        assert rig.does(b"\xb0\x63\x7f", b"\xb0\x14\x7f") == [Set("mix", 1.0)]

    def test_a_touch_replaces_what_is_meant(self, rig: LearningRig) -> None:
        rig.learn("mix", *KNOB)
        rig.midi.learning.learn("morph", rig.asker, rig.asker.told.append)
        rig.round()
        self._insert_a_binding_before_all_others(rig.folder / "generic.toml")
        rig.round(*KNOB, port=JACK)
        rig.wait(ENCODER_SECONDS)
        assert rig.does(b"\xb0\x14\x7f") == [Set("morph", 1.0)]
        assert rig.does(b"\xb0\x15\x7f", b"\xb0\x63\x7f") == [
            Set("kernel", 128),
            Set("drift_rate", 10.0),
        ]

    @pytest.mark.parametrize("spoilt", ["version = 7\n", "no = [toml\n", MINE + "\0"])
    def test_a_file_that_can_not_be_read_is_never_written_over(
        self, rig: LearningRig, spoilt: str
    ) -> None:
        path = rig.folder / "generic.toml"
        path.write_text(spoilt)
        assert isinstance(rig.learn("mix", *KNOB), LearnCancelled)
        rig.unlearn("mix")
        assert [subject for subject, _ in rig.asker.refusals] == ["unlearn"]
        assert path.read_text() == spoilt

    def test_nor_is_one_that_was_spoilt_while_a_touch_was_waited_for(
        self, rig: LearningRig
    ) -> None:
        rig.learn("mix", *KNOB)
        path = rig.folder / "generic.toml"
        rig.midi.learning.learn("morph", rig.asker, rig.asker.told.append)
        rig.round()
        path.write_text("no = [toml\n")
        rig.round(*KNOB, port=JACK)
        rig.wait(ENCODER_SECONDS)
        assert isinstance(rig.asker.told[-1], LearnCancelled)
        assert path.read_text() == "no = [toml\n"
        assert rig.does(b"\xb0\x14\x7f") == [Set("mix", 1.0)]


def test_every_hardware_port_is_heard_while_somebody_learns(tmp_path: Path) -> None:
    (tmp_path / "seq").touch()
    library = FakeLibrary("nanoKONTROL2 20:0", "Keys 24:0", "Pads 28:0")
    system = System(library, tmp_path / "seq")
    hardware = HardwarePorts("ronn", lambda port: midi.wanted(port), system)
    store = ProfileStore(user=tmp_path / "midi")
    settings = load_settings(user_file=tmp_path / "none")
    time = [0.0]
    midi = MidiInput(FakeController(), settings, store, hardware, clock=lambda: time[0])
    hardware.rescan()
    assert hardware.names == ["nanoKONTROL2 20:0"]
    asker = Asker()
    midi.learning.learn("mix", asker, asker.told.append)
    midi.poll()
    assert hardware.names == ["nanoKONTROL2 20:0", "Keys 24:0", "Pads 28:0"]
    library.ports["Keys 24:0"] += [list(message) for message in KNOB]
    midi.poll()
    time[0] = ENCODER_SECONDS
    midi.poll()
    assert isinstance(asker.told[-1], Learned)
    hardware.rescan()
    assert hardware.names == ["nanoKONTROL2 20:0", "Keys 24:0"], "it stays, the other goes"


def test_a_profile_that_was_spoilt_meanwhile_is_told_and_the_old_one_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rig = LearningRig(tmp_path)
    rig.learn("mix", *KNOB)
    (tmp_path / "generic.toml").write_text("version = 7\n")
    rig.learn("morph", *KNOB)
    assert "stays as it was read before" in caplog.text
    assert isinstance(rig.asker.told[-1], LearnCancelled)
    assert rig.does(b"\xb0\x14\x7f") == [Set("mix", 1.0)]
