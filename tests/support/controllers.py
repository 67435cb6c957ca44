"""Controllers as they leave the factory, by the bytes that they send."""

from __future__ import annotations

from dataclasses import dataclass

from ronn_jack.control.operations import Act, Operation, Set
from ronn_jack.midimap.messages import Control, Message

_STATUS = {
    Message.NOTE: 0x90,
    Message.CC: 0xB0,
    Message.PROGRAM: 0xC0,
    Message.PITCH_BEND: 0xE0,
}


@dataclass(frozen=True)
class Device:
    """A controller.

    Attributes
    ----------
    port : str or None
        What its port is called on Linux; None where its profile is chosen by name.
    sends : dict
        Data bytes that follow each status byte; any of 16 channels where it may be set to each.
    examples : tuple
        Messages, and what they are to bring.
    """

    port: str | None
    sends: dict[int, set[int]]
    examples: tuple[tuple[str, Operation], ...]


def _span(*parts: tuple[int, int]) -> set[int]:
    """Return the numbers of spans, each from its first to its last."""
    return {number for first, last in parts for number in range(first, last + 1)}


def _on_all(status: int, numbers: set[int]) -> dict[int, set[int]]:
    return {status | place: numbers for place in range(16)}


_NANO = _span((0, 7), (16, 23), (32, 39), (48, 55), (64, 71), (41, 46), (58, 62))
_BCR = _span((1, 32), (33, 64), (65, 80), (81, 104), (105, 108))
_BCF = _span((1, 32), (33, 64), (65, 80), (81, 88), (89, 92))
_UC4 = {n + place for n in (8, 16, 24, 32, 72, 80, 88, 96, 40, 48, 56, 104) for place in range(8)}
_BEATSTEP = {10, 74, 71, 76, 77, 93, 73, 75, 114, 18, 19, 16, 17, 91, 79, 72, 7}
_MAX = Set("layers", 24)

DEVICES = {
    "generic": Device(
        None,
        _on_all(0xB0, _span((20, 28))) | _on_all(0xC0, _span((0, 127))),
        (("b3 14 7f", _MAX), ("bf 1c 40", Act("reseed")), ("c0 05", Act("preset_load", 5))),
    ),
    "nanokontrol2": Device(
        "nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTRL 20:0",
        _on_all(0xB0, _NANO),
        (
            ("b0 00 7f", _MAX),
            ("b0 27 7f", Set("bypass", True)),
            ("b0 2d 7f", Act("randomize")),
            ("b0 47 7f", Act("preset_load", "drone")),
        ),
    ),
    "launch-control-xl": Device(
        "Launch Control XL:Launch Control XL Launch Contro 20:0",
        {
            0x98: _span((41, 44), (57, 60), (73, 76), (89, 92), (105, 108)),
            0xB8: _span((13, 20), (29, 36), (49, 56), (77, 84), (104, 107)),
        },
        (
            ("b8 0d 7f", _MAX),
            ("b8 4d 7f", Set("morph", 1.0)),
            ("98 3c 7f", Set("bypass", True)),
            ("98 5c 7f", Act("preset_load", "drone")),
            ("b8 69 7f", Act("preset_next")),
        ),
    ),
    "mpk-mini-mk3": Device(
        "MPK mini 3:MPK mini 3 MIDI 1 20:0",
        {0xB0: _span((70, 77)), 0xC9: _span((0, 15))},
        (
            ("b0 46 7f", _MAX),
            ("b0 4d 00", Set("output_gain", -24.0)),
            ("c9 0f", Act("preset_load", 15)),
        ),
    ),
    "lpd8": Device(
        "LPD8:LPD8 MIDI 1 20:0",
        _on_all(0xB0, _span((1, 8))) | _on_all(0x90, _span((36, 43))),
        (("b0 01 7f", _MAX), ("90 29 40", Set("bypass", True)), ("90 26 01", Act("reseed"))),
    ),
    "lpd8-mk2": Device(
        "LPD8 mk2:LPD8 mk2 MIDI 1 20:0",
        {
            0xB0: _span((70, 77)),
            0x99: _span((36, 43)),
            0xB9: _span((12, 19)),
            0xC9: _span((0, 127)),
        },
        (
            ("b0 46 7f", _MAX),
            ("99 2b 7f", Act("preset_next")),
            ("b9 13 7f", Set("bypass", True)),
            ("c9 01", Act("preset_load", 1)),
        ),
    ),
    "bcr2000": Device(
        "BCR2000:BCR2000 MIDI 1 20:0",
        {0xB0: _BCR},
        (
            ("b0 01 7f", _MAX),
            ("b0 28 7f", Set("activation", "sine30")),
            ("b0 51 7f", Set("morph", 1.0)),
            ("b0 48 7f", Set("bypass", True)),
            ("b0 6c 7f", Act("panic")),
        ),
    ),
    "bcf2000": Device(
        "BCF2000:BCF2000 MIDI 1 20:0",
        {0xB0: _BCF},
        (
            ("b0 01 7f", _MAX),
            ("b0 52 00", Set("mix", 0.0)),
            ("b0 50 7f", Act("preset_load", "drone")),
            ("b0 5b 7f", Act("reseed")),
        ),
    ),
    "x-touch-mini": Device(
        "X-TOUCH MINI:X-TOUCH MINI MIDI 1 20:0",
        {0xBA: _span((1, 8), (11, 18), (9, 10)), 0x9A: _span((0, 47))},
        (
            ("ba 01 7f", _MAX),
            ("9a 0f 7f", Set("bypass", True)),
            ("9a 17 7f", Act("panic")),
            ("ba 09 00", Set("mix", 0.0)),
            ("9a 27 7f", Act("preset_load", "drone")),
        ),
    ),
    "x-touch-mini-mc": Device(
        None,
        {
            0xB0: _span((16, 23)),
            0x90: _span((32, 39), (89, 90), (40, 45), (87, 88), (91, 92), (86, 86), (93, 95)),
            0xE8: set(),
        },
        (
            ("b0 10 02", Set("layers", 8)),
            ("b0 10 41", Set("layers", 5)),
            ("90 2d 7f", Set("bypass", True)),
            ("90 5f 7f", Act("panic")),
            ("e8 00 40", Set("mix", 0.5)),
        ),
    ),
    "beatstep": Device(
        "Arturia BeatStep:Arturia BeatStep MIDI 1 20:0",
        _on_all(0xB0, _BEATSTEP) | _on_all(0x90, _span((36, 51))),
        (("b0 0a 7f", _MAX), ("b0 07 00", Set("output_gain", -24.0)), ("90 2b 40", Act("panic"))),
    ),
    "faderfox-ec4": Device(
        "Faderfox EC4:Faderfox EC4 MIDI 1 20:0",
        _on_all(0xB0, _span((0, 15))) | _on_all(0x90, _span((0, 15))),
        (("b3 00 7f", _MAX), ("b0 06 7f", Set("seed", 127)), ("9f 0f 7f", Act("panic"))),
    ),
    "faderfox-uc4": Device(
        "Faderfox UC4:Faderfox UC4 MIDI 1 20:0",
        _on_all(0xB0, _UC4 | {112}) | _on_all(0x90, _span((0, 127))),
        (
            ("b0 08 7f", _MAX),
            ("b0 70 7f", Set("morph", 1.0)),
            ("90 17 7f", Act("preset_load", "drone")),
        ),
    ),
    "faderfox-pc12": Device(
        "Faderfox PC12:Faderfox PC12 MIDI 1 20:0",
        _on_all(0xB0, _span((1, 84))),
        (("b0 01 7f", _MAX), ("b0 0e 00", Set("mix", 0.0)), ("b0 54 7f", Act("panic"))),
    ),
}
"""By the name of the profile that reads them."""


def touched(control: Control) -> bytes:
    """Return what a control sends that is moved to its end or pressed, an encoder a step up."""
    status = _STATUS[control.message] | ((control.channel or 1) - 1)
    if control.message is Message.PITCH_BEND:
        return bytes([status, 0x7F, 0x7F])
    if control.message is Message.PROGRAM:
        return bytes([status, control.number or 0])
    assert control.number is not None
    return bytes([status, control.number, 1 if control.relative else 0x7F])
