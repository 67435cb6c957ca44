"""MIDI profiles are read strictly; those that ship are whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.control.operations import Act, Set
from ronn_jack.errors import ProfileError
from ronn_jack.midimap.messages import Control, Message, Relative
from ronn_jack.midimap.profile import (
    BY_NUMBER,
    Binding,
    Follow,
    Indicator,
    Press,
    Profile,
    Takeover,
    Toggle,
)
from ronn_jack.midimap.profile_edit import copy_text
from ronn_jack.midimap.profile_file import ProfileStore, read_profile
from ronn_jack.parameters import PARAMETERS, Curve, defaults
from ronn_jack.parameters.share import share
from tests.support.midi_profile import PROFILE

SHARED = share({**defaults(), "layers": 9})


def read(folder: Path, text: str) -> Profile:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return read_profile(path)


def bind(folder: Path, text: str) -> Binding:
    (binding,) = read(folder, f"version = 1\n[[binding]]\n{text}").bindings
    return binding


def faults(folder: Path, text: str) -> str:
    with pytest.raises(ProfileError) as caught:
        read(folder, text)
    message = str(caught.value)
    assert "\n" not in message
    return message


class TestTargets:
    def test_a_parameter_follows_over_its_whole_range(self, tmp_path: Path) -> None:
        binding = bind(tmp_path, 'message = "cc"\nnumber = 7\nparameter = "input_gain"')
        assert binding == Binding(
            Control(Message.CC, 7), Follow(PARAMETERS["input_gain"], -24.0, 24.0, Curve.LINEAR)
        )

    def test_limits_are_native_and_may_be_turned_round(self, tmp_path: Path) -> None:
        text = 'message = "note"\nnumber = 0\nchannel = 16\nparameter = "activation"\n'
        binding = bind(tmp_path, text + 'minimum = "tanh"\nmaximum = "linear"')
        assert binding.control.channel == 16
        assert binding.target == Follow(PARAMETERS["activation"], 2, 0, Curve.LINEAR)

    def test_a_logarithmic_parameter_is_exponential_by_itself(self, tmp_path: Path) -> None:
        binding = bind(tmp_path, 'message = "cc"\nnumber = 7\nparameter = "fade_ms"')
        assert isinstance(binding.target, Follow)
        assert binding.target.curve is Curve.EXPONENTIAL

    @pytest.mark.parametrize(
        ("text", "target"),
        [
            ('parameter = "bias"\nmode = "toggle"', Toggle(PARAMETERS["bias"], 64)),
            ('parameter = "mix"\nvalue = 1\nthreshold = 9', Press(Set("mix", 1.0), 9)),
            ('parameter = "bias"\nvalue = false', Press(Set("bias", False), 64)),
            ('action = "reseed"', Press(Act("reseed"), 64)),
            ('action = "randomize"\nargument = 1', Press(Act("randomize", 1.0), 64)),
            ('action = "preset_save"\nargument = "a"', Press(Act("preset_save", "a"), 64)),
            ('action = "snapshot_load"\nargument = 3', Press(Act("snapshot_load", 3), 64)),
            (f'action = "load_text"\nargument = "{SHARED}"', Press(Act("load_text", SHARED), 64)),
            ('preset = "fuzz"', Press(Act("preset_load", "fuzz"), 64)),
            ("preset = 3", Press(Act("preset_load", 3), 64)),
        ],
    )
    def test_presses(self, tmp_path: Path, text: str, target: object) -> None:
        assert bind(tmp_path, f'message = "cc"\nnumber = 7\n{text}').target == target

    def test_a_note_is_pressed_however_softly(self, tmp_path: Path) -> None:
        target = bind(tmp_path, 'message = "note"\nnumber = 7\naction = "reseed"').target
        assert target == Press(Act("reseed"), 1)

    def test_any_program_loads_the_preset_of_its_number(self, tmp_path: Path) -> None:
        binding = bind(tmp_path, 'message = "program"\naction = "preset_load"')
        assert binding.control.number is None
        assert binding.target == Press(BY_NUMBER, 64)


class TestControls:
    @pytest.mark.parametrize(
        ("text", "control"),
        [
            ('message = "cc"\nnumber = 1\nbits = 14', Control(Message.CC, 1, bits=14)),
            ('message = "nrpn"\nnumber = 16382', Control(Message.NRPN, 16382, bits=14)),
            ('message = "rpn"\nnumber = 0\nbits = 7', Control(Message.RPN, 0)),
            ('message = "pitch_bend"\nchannel = 9', Control(Message.PITCH_BEND, channel=9)),
            ('message = "channel_pressure"', Control(Message.CHANNEL_PRESSURE)),
            ('message = "key_pressure"\nnumber = 60', Control(Message.KEY_PRESSURE, 60)),
            (
                'message = "cc"\nnumber = 99\nrelative = "sign_magnitude"',
                Control(Message.CC, 99, relative=Relative.SIGN_MAGNITUDE),
            ),
            ('message = "cc"\nnumber = 81\nmotor = true', Control(Message.CC, 81, motor=True)),
        ],
    )
    def test_readings(self, tmp_path: Path, text: str, control: Control) -> None:
        assert bind(tmp_path, f'{text}\nparameter = "mix"').control == control

    def test_defaults_hold_where_a_binding_says_nothing_else(self, tmp_path: Path) -> None:
        profile = read(
            tmp_path,
            "version = 1\n[defaults]\nchannel = 3\nbits = 14\ntakeover = 'scale'\nmotor = true\n"
            "[[binding]]\nmessage = 'cc'\nnumber = 1\nparameter = 'mix'\n"
            "[[binding]]\nmessage = 'cc'\nnumber = 64\nparameter = 'mix'\n"
            "[[binding]]\nmessage = 'cc'\nnumber = 2\nbits = 7\nchannel = 4\n"
            "motor = false\ntakeover = 'jump'\nparameter = 'mix'\n",
        )
        first, second, third = profile.bindings
        assert first.control == Control(Message.CC, 1, 3, 14, motor=True)
        assert first.takeover is Takeover.SCALE
        assert second.control.bits == 7, "it has no partner"
        assert third.control == Control(Message.CC, 2, 4)
        assert third.takeover is Takeover.JUMP

    def test_a_long_press(self, tmp_path: Path) -> None:
        text = 'message = "note"\nnumber = 1\naction = "preset_save"\nargument = "mine"\n'
        assert bind(tmp_path, text + 'gesture = "long"').long
        assert not bind(tmp_path, text + 'gesture = "short"').long

    def test_a_program_of_any_bank(self, tmp_path: Path) -> None:
        text = 'message = "program"\nbank = true\nnumber = 300\npreset = "fuzz"'
        assert bind(tmp_path, text).control == Control(Message.PROGRAM, 300, bank=True)

    def test_detents(self, tmp_path: Path) -> None:
        text = 'message = "cc"\nnumber = 1\nrelative = "binary_offset"\ndetents = 24\n'
        target = bind(tmp_path, text + 'parameter = "mix"').target
        assert isinstance(target, Follow)
        assert target.detents == 24

    @pytest.mark.parametrize(
        ("one", "other", "reason"),
        [
            ('message = "cc"\nnumber = 1\nbits = 14', 'message = "cc"\nnumber = 33',
             "2: reads cc 33 as a plain controller, but binding 1 as half of the 14-bit cc 1"),
            ('message = "cc"\nnumber = 1', 'message = "cc"\nnumber = 1\nbits = 14', "reads cc 1"),
            ('message = "nrpn"\nnumber = 1', 'message = "cc"\nnumber = 6', "part of an nrpn"),
            ('message = "nrpn"\nnumber = 1', 'message = "nrpn"\nnumber = 1\nbits = 7', "14 bits"),
            ('message = "program"\nbank = true', 'message = "cc"\nnumber = 32', "a bank's number"),
            ('message = "program"\nbank = true\nnumber=1', 'message = "program"\nnumber = 1',
             "one of many banks"),
            ('message = "cc"\nnumber = 7\nrelative = "binary_offset"', 'message = "cc"\nnumber = 7',
             "binary_offset"),
        ],
    )  # fmt: skip
    def test_what_is_read_in_two_ways_is_a_fault(
        self, tmp_path: Path, one: str, other: str, reason: str
    ) -> None:
        target = 'parameter = "mix"\nvalue = 1\n'
        relative = 'parameter = "mix"\n'
        text = "version = 1\n" + "".join(
            f"[[binding]]\n{each}\n{relative if 'relative' in each else target}"
            for each in (one, other)
        )
        assert reason in faults(tmp_path, text)
        apart = text.replace('message = "', 'channel = 2\nmessage = "', 1)
        apart = 'channel = 3\nmessage = "'.join(apart.rsplit('message = "', 1))
        assert len(read(tmp_path, apart).bindings) == 2, "channels keep them apart"

    def test_what_is_read_in_one_way_may_drive_several(self, tmp_path: Path) -> None:
        text = "version = 1\n" + "".join(
            f'[[binding]]\nmessage = "nrpn"\nnumber = {number}\nparameter = "{name}"\n'
            for number, name in ((1, "mix"), (1, "morph"), (2, "mix"))
        )
        assert len(read(tmp_path, text).bindings) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('message = "cc"\nnumber = 1\nbits = 8\nparameter = "mix"', "bits = 8"),
        ('message = "cc"\nnumber = 40\nbits = 14\nparameter = "mix"', "controllers 0 to 31"),
        ('message = "note"\nnumber = 1\nbits = 14\nparameter = "mix"', "controllers 0 to 31"),
        ('message = "nrpn"\nnumber = 16383\nparameter = "mix"', "use 0 to 16382"),
        ('message = "nrpn"\nparameter = "mix"', "number is missing"),
        ('message = "pitch_bend"\nnumber = 1\nparameter = "mix"', "has no number"),
        ('message = "cc"\nnumber = 1\nbank = true\nparameter = "mix"',
         'is for message = "program"'),
        ('message = "note"\nnumber = 1\nrelative = "binary_offset"\nparameter = "mix"',
         'is for message = "cc"'),
        ('message = "cc"\nnumber = 1\nrelative = "binary"\nparameter = "mix"',
         "did you mean 'binary_offset'?"),
        ('message = "cc"\nnumber = 1\nrelative = "binary_offset"\naction = "reseed"',
         "can't be pressed"),
        ('message = "cc"\nnumber = 1\ndetents = 24\nparameter = "mix"', "detents is for relative"),
        ('message = "cc"\nnumber = 1\ntakeover = "pikup"\nparameter = "mix"',
         "did you mean 'pickup'?"),
        ('message = "note"\nnumber = 1\ntakeover = "pickup"\nparameter = "mix"',
         "for what follows a knob"),
        ('message = "cc"\nnumber = 1\ntakeover = "scale"\naction = "reseed"',
         "for what follows a knob"),
        ('message = "cc"\nnumber = 1\ngesture = "long"\nparameter = "mix"',
         "is for what is pressed"),
        ('message = "program"\ngesture = "long"\npreset = 1', "has no release"),
        ('message = "cc"\nnumber = 1\ngesture = "lang"\npreset = 1', "did you mean 'long'?"),
        ('number = 1\nparameter = "mix"', "message is missing"),
        ('message = "cv"\nnumber = 1\nparameter = "mix"', "unknown message 'cv'"),
        ('message = "cc"\nparameter = "mix"', "number is missing"),
        ('message = "cc"\nnumber = 128\nparameter = "mix"', "number = 128 is out of range"),
        ('message = "cc"\nnumber = 1\nchannel = 0\nparameter = "mix"', "channel = 0"),
        ('message = "cc"\nnumber = 1', "binds nothing"),
        ('message = "cc"\nnumber = 1\nparameter = "mix"\npreset = 1', "binds parameter and preset"),
        ('message = "cc"\nnumber = 1\nparameter = "mixx"', "did you mean 'mix'?"),
        ('message = "cc"\nnumber = 1\naction = "resed"', "did you mean 'reseed'?"),
        ('message = "cc"\nnumber = 1\nparameter = "mix"\ncruve = 1', "did you mean 'curve'?"),
        ('message = "cc"\nnumber = 1\nparameter = "mix"\nmaximum = 2', "maximum: mix = 2"),
        ('message = "cc"\nnumber = 1\nparameter = "mix"\nminimum = nan', "not finite"),
        ('message = "cc"\nnumber = 1\nparameter = "mix"\nvalue = "x"', "value = 'x' is not a num"),
        ('message = "cc"\nnumber = 1\nparameter = "mix"\nmode = "toggle"', "can't be toggled"),
        ('message = "cc"\nnumber = 1\nparameter = "mix"\nmode = "tog"', "did you mean 'toggle'?"),
        ('message = "cc"\nnumber = 1\nparameter = "mix"\ncurve = "exponential"', "above 0"),
        ('message = "program"\nparameter = "mix"', "can't follow a program change"),
        ('message = "cc"\nnumber = 1\naction = "preset_load"', "needs a preset"),
        ('message = "program"\naction = "preset_save"', "needs a name"),
        ('message = "program"\naction = "preset_save"\nargument = "../x"', "is not allowed"),
        ('message = "cc"\nnumber = 1\naction = "reseed"\nargument = 1', "takes no argument"),
        ('message = "cc"\nnumber = 1\naction = "randomize"\nargument = 2', "use 0 to 1"),
        ('message = "cc"\nnumber = 1\naction = "snapshot_save"', "argument = 1 to 8"),
        ('message = "cc"\nnumber = 1\naction = "snapshot_save"\nargument = 9', "use 1 to 8"),
        ('message = "cc"\nnumber = 1\naction = "load_text"', "a sound's text"),
        ('message = "cc"\nnumber = 1\naction = "load_text"\nargument = 1', "is not text"),
        ('message = "cc"\nnumber = 1\naction = "load_text"\nargument = "a"', "begins with ronn:"),
        ('message = "cc"\nnumber = 1\naction = "reseed"\nthreshold = 0', "threshold = 0"),
        ('message = "cc"\nnumber = 1\npreset = 1.5', "neither a preset's name nor its number"),
        ('message = "cc"\nnumber = 1\npreset = true', "neither a preset's name nor its number"),
    ],
)  # fmt: skip
def test_faults_name_the_binding(tmp_path: Path, text: str, reason: str) -> None:
    good = '[[binding]]\nmessage = "cc"\nnumber = 0\naction = "panic"\n'
    message = faults(tmp_path, f"version = 1\n{good}[[binding]]\n{text}")
    assert "mine.toml: binding 2: " in message
    assert reason in message
    assert message.count("binding 2: ") == 1, "one fault is told once"


def test_every_fault_is_listed(tmp_path: Path) -> None:
    message = faults(
        tmp_path,
        'version = 1\nports = "("\nprots = 1\n[[binding]]\nmessage = "cc"\n[[binding]]\n'
        'message = "cc"\nnumber = 300\naction = "panik"\n',
    )
    for part in (
        "ports = '('", "did you mean 'ports'?", "binding 1: number is missing",
        "binding 1: binds nothing", "binding 2: number = 300", "binding 2: unknown action 'panik'",
    ):  # fmt: skip
        assert part in message


def test_the_example_in_the_docs_is_read_and_so_is_a_profile_with_every_key(tmp_path: Path) -> None:
    document = (Path(__file__).parents[2] / "docs" / "midi.md").read_text(encoding="utf-8")
    example = document.partition("```toml\n")[2].partition("```")[0]
    assert len(read(tmp_path, example).bindings) == 6
    assert len(read(tmp_path, PROFILE).bindings) == 16


def test_faults_of_the_defaults_are_told(tmp_path: Path) -> None:
    message = faults(tmp_path, "version = 1\n[defaults]\nchanel = 1\nbits = 9\n")
    assert "defaults: bits = 9" in message
    assert "did you mean 'channel'?" in message


class TestStore:
    def test_the_users_profile_stands_in_for_a_shipped_one(self, tmp_path: Path) -> None:
        shipped, user = tmp_path / "shipped", tmp_path / "user"
        for folder, label in ((shipped, "theirs"), (user, "mine")):
            folder.mkdir()
            (folder / "a.toml").write_text(f'version = 1\nname = "{label}"\n')
        (shipped / "b.toml").write_text("version = 1\n")
        store = ProfileStore(shipped, user)
        assert store.names() == ["a", "b"]
        assert store.load("a").label == "mine"
        assert store.load(shipped / "a.toml").label == "theirs"
        with pytest.raises(ProfileError, match="unknown MIDI profile 'c'"):
            store.load("c")

    def test_a_faulty_profile_leaves_the_others_usable(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "a.toml").write_text("version = 3\n")
        (tmp_path / "b.toml").write_text("version = 1\n")
        store = ProfileStore(tmp_path, tmp_path / "none")
        assert [profile.name for profile in store.readable()] == ["b"]
        assert "version = 3" in caplog.text

    def test_a_session_comes_first_and_keeps_what_is_changed(self, tmp_path: Path) -> None:
        folders = {name: tmp_path / name for name in ("shipped", "user", "session", "elsewhere")}
        for name, folder in folders.items():
            folder.mkdir()
            if name != "session":
                (folder / "a.toml").write_text(f'version = 1\nname = "{name}"\n')
        shipped, user, session, elsewhere = folders.values()
        store = ProfileStore(shipped, user, session)
        assert store.load("a").label == "user"
        for reference in ("a", shipped / "a.toml", elsewhere / "a.toml"):
            assert store.own_path(store.load(reference)) == session / "a.toml"
        assert store.new_path("New Keys") == session / "new-keys.toml"
        (session / "a.toml").write_text('version = 1\nname = "session"\n')
        for reference in ("a", elsewhere / "a.toml"):
            assert store.load(reference).label == "session"
        without = ProfileStore(shipped, user)
        assert without.own_path(without.load(elsewhere / "a.toml")) == elsewhere / "a.toml"
        assert without.own_path(without.load(shipped / "a.toml")) == user / "a.toml"

    def test_a_copy_of_what_has_changed_since_is_told_once(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        shipped, user = tmp_path / "shipped", tmp_path / "user"
        for folder in (shipped, user):
            folder.mkdir()
        original = 'version = 1\n\n[[binding]]\nmessage = "cc"\nnumber = 1\nparameter = "mix"\n'
        (shipped / "a.toml").write_text(original)
        (user / "a.toml").write_text(copy_text(original))
        store = ProfileStore(shipped, user)
        assert len(store.readable()) == 1
        assert caplog.messages == []
        (shipped / "a.toml").write_text(original.replace("mix", "morph"))
        store.readable()
        store.readable()
        (message,) = caplog.messages
        assert message.startswith(f"{user / 'a.toml'}: {shipped / 'a.toml'} has changed since")
        assert "remove the copy" in message


class TestShipped:
    def test_generic_is_the_contracts(self, tmp_path: Path) -> None:
        profile = ProfileStore(user=tmp_path).load("generic")
        names = [
            "layers", "kernel", "channels", "dilation", "activation", "init", "mix", "output_gain",
        ]  # fmt: skip
        targets = [
            Follow(PARAMETERS[n], PARAMETERS[n].minimum, PARAMETERS[n].maximum, Curve.LINEAR)
            for n in names
        ]
        controls = [Control(Message.CC, number) for number in range(20, 29)]
        told = [Indicator(control, 0, 127) for control in controls]
        assert list(profile.bindings) == [
            *(
                Binding(control, target, indicator=indicator)
                for control, target, indicator in zip(
                    controls, [*targets, Press(Act("reseed"), 64)], told, strict=True
                )
            ),
            Binding(Control(Message.PROGRAM), Press(BY_NUMBER, 64)),
        ]
        assert not profile.matches("any port")

    def test_nanokontrol2_has_every_control_bound_once(self, tmp_path: Path) -> None:
        profile = ProfileStore(user=tmp_path).load("nanokontrol2")
        assert profile.matches("nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTRL 20:0")
        numbers = sorted(b.control.number for b in profile.bindings if b.control.number is not None)
        faders = [*range(8), *range(16, 24)]
        buttons = [*range(32, 40), *range(48, 56), *range(64, 72)]
        transport = [41, 42, 43, 44, 45, 46, 58, 59, 60, 61, 62]
        assert numbers == sorted(faders + buttons + transport)

    def test_all_are_readable(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        store = ProfileStore(user=tmp_path)
        assert [profile.name for profile in store.readable()] == store.names()
        assert not caplog.records
