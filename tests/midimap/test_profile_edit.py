"""Bindings come into a profile and go, and all else in it stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.errors import ProfileError
from ronn_jack.files import shipped_folder
from ronn_jack.midimap.learn import Heard
from ronn_jack.midimap.messages import Control, Message, Relative
from ronn_jack.midimap.profile import Binding, Follow, Profile, Toggle
from ronn_jack.midimap.profile_edit import binding_of, edited, text_for
from ronn_jack.midimap.profile_file import read_profile
from ronn_jack.parameters import PARAMETERS

MIX = {"message": "cc", "number": 7, "channel": 1, "parameter": "mix"}

TEXT = """\
# My controller.
version = 1
name = "Mine"   # really

# The first knob.
[[binding]]
message = "cc"
number = 1
# turned round
parameter = "mix"
minimum = 1.0
maximum = 0.0

# The second.
[[binding]]
message = "cc"
number = 2
parameter = "morph"

# The last.
[[ binding ]]
message = "cc"
number = 3
action = "reseed"

[defaults]
channel = 2
"""


def read(folder: Path, text: str) -> Profile:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return read_profile(path)


def targets(profile: Profile) -> list[str]:
    return [binding.name for binding in profile.bindings]


@pytest.mark.parametrize(
    ("removed", "left"),
    [
        ([], ["mix", "morph", "reseed"]),
        ([0], ["morph", "reseed"]),
        ([1], ["mix", "reseed"]),
        ([2], ["mix", "morph"]),
        ([0, 1, 2], []),
    ],
)
def test_bindings_go_and_comments_stay(tmp_path: Path, removed: list[int], left: list[str]) -> None:
    text = edited(tmp_path / "mine.toml", TEXT, [MIX], removed)
    profile = read(tmp_path, text)
    assert targets(profile) == [*left, "mix"]
    assert profile.label == "Mine"
    for comment in (
        "# My controller.",
        "# really",
        "# The first knob.",
        "# The second.",
        "# The last.",
    ):
        assert comment in text
    assert ("# turned round" in text) is (0 not in removed)
    assert "[defaults]\nchannel = 2" in text


def test_what_is_not_touched_stays_to_the_letter(tmp_path: Path) -> None:
    text = edited(tmp_path / "mine.toml", TEXT, [MIX], [])
    assert text.startswith(TEXT)
    assert edited(tmp_path / "mine.toml", text, [], [3]).rstrip() == TEXT.rstrip()


@pytest.mark.parametrize("name", ["generic", "nanokontrol2"])
def test_each_binding_of_a_shipped_profile_can_be_replaced(tmp_path: Path, name: str) -> None:
    path = shipped_folder() / "midi" / f"{name}.toml"
    text = path.read_text(encoding="utf-8")
    before = read_profile(path).bindings
    for place in range(len(before)):
        new = {"message": "note", "number": 1, "channel": 1, "parameter": "mix"}
        after = read(tmp_path, edited(path, text, [new], [place])).bindings
        assert after[:-1] == before[:place] + before[place + 1 :]


@pytest.mark.parametrize(
    "text",
    [
        'version = 1\nbinding = [{message = "cc", number = 1, parameter = "mix"}]\n',
        'version = 1\nname = """\n[[binding]]\n"""\n[[binding]]\nmessage = "cc"\nnumber = 1\n'
        'parameter = "mix"\n',
    ],
)
def test_what_can_not_be_cut_is_refused(tmp_path: Path, text: str) -> None:
    assert targets(read(tmp_path, text)) == ["mix"]
    with pytest.raises(ProfileError, match="can't be edited"):
        edited(tmp_path / "mine.toml", text, [MIX], [0])


def test_what_would_be_no_profile_is_refused(tmp_path: Path) -> None:
    encoder = {**MIX, "relative": "binary_offset", "action": "reseed"}
    del encoder["parameter"]
    with pytest.raises(ProfileError, match="an encoder can't be pressed"):
        edited(tmp_path / "mine.toml", TEXT, [encoder], [])


@pytest.mark.parametrize(
    "control",
    [
        Control(Message.CC, 7, 1),
        Control(Message.CC, 77, 1),
        Control(Message.CC, 7, 1, 14),
        Control(Message.CC, 7, 1, relative=Relative.SIGN_MAGNITUDE_INVERTED),
        Control(Message.NRPN, 300, 16, 14),
        Control(Message.NRPN, 300, 16, 7),
        Control(Message.RPN, 1, 16, 14),
        Control(Message.PITCH_BEND, None, 9),
        Control(Message.CHANNEL_PRESSURE, None, 1),
        Control(Message.KEY_PRESSURE, 60, 1),
        Control(Message.NOTE, 60, 1),
    ],
)
@pytest.mark.parametrize("bits", ["", "[defaults]\nbits = 14\n"])
def test_what_was_heard_is_written_as_it_is_read(
    tmp_path: Path, control: Control, bits: str
) -> None:
    table = binding_of(Heard("port", control, False), "mix")
    text = edited(tmp_path / "mine.toml", f"version = 1\n{bits}", [table], [])
    (binding,) = read(tmp_path, text).bindings
    mix = PARAMETERS["mix"]
    assert binding == Binding(control, Follow(mix, 0.0, 1.0, mix.curve))


def test_a_button_that_is_let_go_toggles(tmp_path: Path) -> None:
    for momentary in (True, False):
        table = binding_of(Heard("port", Control(Message.CC, 7, 1), momentary), "bypass")
        text = edited(tmp_path / "mine.toml", "version = 1\n", [table], [])
        (binding,) = read(tmp_path, text).bindings
        assert isinstance(binding.target, Toggle if momentary else Follow)


def test_a_program_does_an_action(tmp_path: Path) -> None:
    table = binding_of(Heard("port", Control(Message.PROGRAM, 5, 1), False), "preset_next")
    text = edited(tmp_path / "mine.toml", "version = 1\n", [table], [])
    assert targets(read(tmp_path, text)) == ["preset_next"]


@pytest.mark.parametrize("base", [TEXT, "version = 1\n"])
def test_a_profile_for_a_new_device_knows_it_wherever_it_is_plugged_in(
    tmp_path: Path, base: str
) -> None:
    profile = read(tmp_path, text_for('Kaoss "P+d" (2):Pad \\ 1 24:0', base))
    assert profile.matches('Kaoss "P+d" (2):Pad \\ 1 28:0')
    assert not profile.matches("Kaoss:Pad 24:0")
    assert profile.label == 'Kaoss "P+d" (2)'
    assert targets(profile) == targets(read(tmp_path, base))
