"""Every fault in what a profile says of the messages that its device is sent."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ronn_jack.errors import ProfileError
from ronn_jack.files import Fields
from ronn_jack.midimap.binding_table import Defaults, read_binding
from ronn_jack.midimap.indicator_table import LONGEST, MOST_GREETINGS, read_greeting
from ronn_jack.midimap.messages import Control, Message
from ronn_jack.midimap.profile import Binding, Indicator
from ronn_jack.midimap.profile_file import read_profile

KNOB = 'message = "cc"\nnumber = 9\nchannel = 3\nparameter = "mix"\n'
BEND = 'message = "pitch_bend"\nparameter = "mix"\n'
NRPN = 'message = "nrpn"\nnumber = 1000\nparameter = "mix"\n'
PROGRAM = 'message = "program"\naction = "preset_load"\n'
SYSEX = "f0 00 20 29 02 11 78 08 18 vv f7"


def bound(text: str) -> tuple[Binding | None, list[str]]:
    """Return a binding and its faults."""
    faults: list[str] = []
    return read_binding(tomllib.loads(text), Defaults(), faults, "binding 2: "), faults


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (KNOB + "feedback = 1", ("feedback = 1 is not true, false or a table; write true",)),
        (KNOB + 'feedback = "on"', ("feedback = 'on' is not true, false or a table; write true",)),
        (KNOB + "feedback = [true]", ("feedback = [True] is not true, false or a table",)),
        (PROGRAM + "feedback = true", ("can't be had of a program change", "leave it out")),
        (KNOB + 'feedback = { message = "cv" }', ("unknown message 'cv'",)),
        (KNOB + 'feedback = { message = "notes" }', ("'notes'", "did you mean 'note'?")),
        (KNOB + 'feedback = { message = "nrpn" }', ("unknown message 'nrpn'",)),
        (KNOB + 'feedback = { message = "program" }', ("unknown message 'program'",)),
        (KNOB + "feedback = { message = 7 }", ("message = 7 is not text",)),
        (KNOB + "feedback = { number = 128 }", ("number = 128", "use 0 to 127")),
        (KNOB + "feedback = { number = -1 }", ("number = -1", "use 0 to 127")),
        (KNOB + "feedback = { number = 1.5 }", ("number = 1.5 is not a whole number",)),
        (NRPN + "feedback = { on = 3 }", ("number is missing", "0 to 127")),
        (PROGRAM + "feedback = { on = 3 }", ("number is missing", "0 to 127")),
        (BEND + 'feedback = { message = "note" }', ("number is missing", "0 to 127")),
        (
            KNOB + 'feedback = { message = "pitch_bend", number = 3 }',
            ("pitch_bend has no number", "leave it out"),
        ),
        (KNOB + "feedback = { channel = 0 }", ("channel = 0", "use 1 to 16")),
        (KNOB + "feedback = { channel = 17 }", ("channel = 17", "use 1 to 16")),
        (KNOB + "feedback = { on = 128 }", ("on = 128", "use 0 to 127")),
        (KNOB + "feedback = { off = -1 }", ("off = -1", "use 0 to 127")),
        (
            KNOB + 'feedback = { message = "pitch_bend", on = 16384 }',
            ("on = 16384", "use 0 to 16383"),
        ),
        (KNOB + "feedback = { off = 127 }", ("off and on are both 127", "two different levels")),
        (KNOB + "feedback = { on = 0 }", ("off and on are both 0", "two different levels")),
        (KNOB + "feedback = { onn = 3 }", ("unknown key 'onn'", "did you mean 'on'?")),
        (KNOB + "feedback = { motor = true }", ("unknown key 'motor'",)),
        (KNOB + "feedback = { sysex = 7 }", ("sysex = 7 is not text",)),
        *(
            (KNOB + f'feedback = {{ sysex = "{sysex}" }}', ("sysex = ", "'f0 00 20 29", "vv"))
            for sysex in (
                "",
                "vv",
                "f0 f7",
                "f0 vv",
                "b0 vv f7",
                "f0 80 vv f7",
                "f0 gg vv f7",
                "f0 0 vv f7",
                "f0 vv vv f7",
                f"f0 {'01 ' * (LONGEST - 2)}vv f7",
            )
        ),
        *(
            (
                KNOB + f'feedback = {{ sysex = "{SYSEX}", {other} }}',
                (f"{other.split()[0]} is for what is no sysex", "leave it out"),
            )
            for other in ('message = "pitch_bend"', "number = 3", "channel = 3")
        ),
        (KNOB + f'feedback = {{ sysex = "{SYSEX}", on = 128 }}', ("on = 128", "use 0 to 127")),
    ],
)
def test_a_fault_of_an_indicator_names_the_value_the_limit_and_the_remedy(
    text: str, told: tuple[str, ...]
) -> None:
    binding, (fault, *others) = bound(text)
    assert binding is None and others == [], "one fault is told once"
    assert fault.startswith("binding 2: feedback")
    for part in told:
        assert part in fault


@pytest.mark.parametrize(
    ("greeting", "told"),
    [
        ("7", ("greeting = 7 is no list of messages", '["b0 7f 00"]')),
        ('"b0 7f 00"', ("greeting = 'b0 7f 00' is no list of messages", '["b0 7f 00"]')),
        ("{}", ("is no list of messages",)),
        *(
            (
                f'["b0 7f 00", {text}]',
                (f"greeting: {shown}", f"up to {LONGEST} bytes", "'b0 7f 00'"),
            )
            for text, shown in (
                ("7", "7"),
                ('""', "''"),
                ('"b0"', "'b0'"),
                ('"b0 7f"', "'b0 7f'"),
                ('"b0 7f 80"', "'b0 7f 80'"),
                ('"b0 7f 00 00"', "'b0 7f 00 00'"),
                ('"xx"', "'xx'"),
                ('"f0 00"', "'f0 00'"),
                ('"f0 80 f7"', "'f0 80 f7'"),
                ('"f8"', "'f8'"),
                (f'"f0 {"00 " * (LONGEST - 1)}f7"', "'f0 00 "),
            )
        ),
        (
            f"{['b0 7f 00'] * (MOST_GREETINGS + 1)}",
            (f"greeting has {MOST_GREETINGS + 1} messages", f"use up to {MOST_GREETINGS}"),
        ),
    ],
)
def test_a_fault_of_a_greeting_names_the_value_the_limit_and_the_remedy(
    greeting: str, told: tuple[str, ...]
) -> None:
    faults: list[str] = []
    read_greeting(Fields(tomllib.loads(f"greeting = {greeting}"), faults))
    (fault,) = faults
    for part in told:
        assert part in fault


def test_faults_of_all_places_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'version = 1\ngreeting = ["7"]\n[defaults]\nfeedback = { on = 3 }\n'
        f"[[binding]]\n{KNOB}feedback = {{ number = 200, channel = 20, on = 300, of = 1 }}\n"
    )
    with pytest.raises(ProfileError) as caught:
        read_profile(path)
    for part in (
        "greeting: '7' is no channel message",
        "defaults: feedback = {'on': 3} is not true or false",
        "binding 1: feedback: number = 200 is out of range; use 0 to 127",
        "binding 1: feedback: channel = 20 is out of range; use 1 to 16",
        "binding 1: feedback: on = 300 is out of range; use 0 to 127",
        "binding 1: feedback: unknown key 'of'",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (KNOB, None),
        (KNOB + "feedback = false", None),
        (KNOB + "feedback = true", Indicator(Control(Message.CC, 9, 3), 0, 127)),
        (KNOB + "feedback = {}", Indicator(Control(Message.CC, 9, 3), 0, 127)),
        (
            KNOB + 'feedback = { message = "note", channel = 1, off = 3, on = 1 }',
            Indicator(Control(Message.NOTE, 9, 1), 3, 1),
        ),
        (
            BEND + 'feedback = { message = "pitch_bend", channel = 2 }',
            Indicator(Control(Message.PITCH_BEND, None, 2), 0, 16383),
        ),
        (
            BEND + "feedback = { number = 70 }",
            Indicator(Control(Message.CC, 70), 0, 127),
        ),
        (
            PROGRAM + "feedback = { number = 0, on = 1 }",
            Indicator(Control(Message.CC, 0), 0, 1),
        ),
        (
            NRPN + f'feedback = {{ sysex = "{SYSEX.upper().replace("VV", "vv")}", off = 12 }}',
            Indicator(
                Control(Message.CC), 12, 127,
                (bytes.fromhex("f0 00 20 29 02 11 78 08 18"), b"\xf7"),
            ),
        ),
    ],
)  # fmt: skip
def test_what_is_right_is_taken(text: str, expected: Indicator | None) -> None:
    binding, faults = bound(text)
    assert faults == []
    assert binding is not None and binding.indicator == expected
