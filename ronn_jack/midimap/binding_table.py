"""What a `[[binding]]` of a MIDI profile's file says."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ronn_jack.action_fields import names_preset, read_argument
from ronn_jack.control.operations import Act, Set
from ronn_jack.errors import shown
from ronn_jack.files import Fields
from ronn_jack.midimap.decoder import BANK, CHANNELS, PARAMETER_NUMBER
from ronn_jack.midimap.indicator_table import read_indicator
from ronn_jack.midimap.messages import (
    HIGHEST,
    HIGHEST_14_BIT,
    LOWER,
    MOST_PROGRAMS,
    Control,
    Message,
    Relative,
)
from ronn_jack.midimap.profile import Binding, Follow, Press, Takeover, Toggle
from ronn_jack.parameters import ACTIONS, PARAMETERS, Curve, Kind

THRESHOLD = 64
"""Where a controller counts as pressed, as the MIDI specification has it for switches."""
SOFTEST_NOTE = 1
"""Velocity of the softest note; 0 is a release."""

_TARGET_KEYS = (
    "parameter", "action", "preset", "value", "mode", "minimum", "maximum", "curve", "argument",
    "threshold", "detents", "takeover", "gesture", "feedback",
)  # fmt: skip


@dataclass(frozen=True)
class Defaults:
    """What holds for each binding of a profile that doesn't say otherwise."""

    channel: int | None = None
    bits: int | None = None
    takeover: Takeover | None = None
    motor: bool = False
    feedback: bool = False


def read_defaults(table: Mapping[str, object], faults: list[str]) -> Defaults:
    """Return what a profile's `[defaults]` say, adding their faults."""
    fields = Fields(table, faults, "defaults: ")
    defaults = Defaults(
        fields.within("channel", 1, 16),
        _bits(fields),
        _takeover(fields),
        fields.take("motor", bool, False),
        fields.take("feedback", bool, False),
    )
    fields.finish()
    return defaults


def read_binding(
    table: Mapping[str, object], defaults: Defaults, faults: list[str], where: str
) -> Binding | None:
    """Return a binding, or None after adding its faults."""
    before = len(faults)
    fields = Fields(table, faults, where)
    control = _read_control(fields, defaults)
    target = _read_target(fields, control)
    takeover, long, indicator = None, False, None
    if target is not None:
        takeover = _read_takeover(fields, control, target, defaults)
        long = _read_gesture(fields, control, target)
        indicator = read_indicator(fields, control, defaults.feedback and not long, faults, where)
    fields.finish()
    if target is None or len(faults) > before:
        return None
    return Binding(control, target, takeover, long, indicator)


def clashes(bindings: Sequence[tuple[int, Binding]]) -> list[str]:
    """Say which bindings read the same messages in different ways.

    Parameters
    ----------
    bindings : sequence of (int, Binding)
        With the number that each has in its file.
    """
    readings: dict[tuple[int, str], tuple[str, int]] = {}
    faults: dict[int, str] = {}
    for number, binding in bindings:
        for claim, way in claims(binding.control):
            other, other_number = readings.setdefault(claim, (way, number))
            if other != way and number not in faults:
                faults[number] = (
                    f"binding {number}: reads {claim[1]} as {way}, but binding {other_number} "
                    f"as {other}; leave one out or give them different channels"
                )
    return list(faults.values())


def collide(one: Control, other: Control) -> bool:
    """Say whether two controls are the same, or read the same messages in different ways."""
    ways = dict(claims(other))
    return one.meets(other) or any(ways.get(what, way) != way for what, way in claims(one))


def claims(control: Control) -> Iterator[tuple[tuple[int, str], str]]:
    """Yield each kind of message that a control sends, with its channel, and the way to read it."""
    for channel in CHANNELS if control.channel is None else (control.channel,):
        for what, way in _claims(control):
            yield (channel, what), way


def _claims(control: Control) -> Iterator[tuple[str, str]]:
    number, kind = control.number, control.message
    if kind.parameter_number:
        yield f"{kind.value} {number}", f"{control.bits} bits"
        for each in PARAMETER_NUMBER:
            yield f"cc {each}", "part of an nrpn or rpn"
    elif kind is Message.PROGRAM:
        yield "a program change", "one of many banks" if control.bank else "one without a bank"
        if control.bank:
            for each in BANK:
                yield f"cc {each}", "a bank's number"
    elif kind is Message.CC and control.bits > 7 and number is not None:
        for each in (number, number + LOWER):
            yield f"cc {each}", f"half of the 14-bit cc {number}"
    elif kind is Message.CC:
        way = "a plain controller" if control.relative is None else control.relative.value
        yield f"cc {number}", way


def _read_control(fields: Fields, defaults: Defaults) -> Control:
    if not fields.has("message"):
        fields.fault('message is missing; write message = "cc", "note" or "program"')
    message = Message(fields.one_of("message", [kind.value for kind in Message]) or "cc")
    channel = fields.within("channel", 1, 16)
    given = _bits(fields)
    relative = fields.one_of("relative", [each.value for each in Relative])
    bank = fields.take("bank", bool, False)
    motor = fields.take("motor", bool, defaults.motor)
    number = _read_number(fields, message, bank)
    if bank and message is not Message.PROGRAM:
        fields.fault('bank = true is for message = "program"; leave it out')
    if relative and message is not Message.CC:
        fields.fault('relative is for message = "cc"; leave it out')
    usual = 14 if message.parameter_number else 7
    control = Control(
        message,
        number,
        channel or defaults.channel,
        given or defaults.bits or usual,
        Relative(relative) if relative else None,
        bank,
        motor,
    )
    if control.can_have_14_bits:
        return control
    if given is not None:
        fields.fault(
            "bits is for nrpn, rpn and the controllers 0 to 31 that aren't relative; leave it out"
        )
    return dataclasses.replace(control, bits=7)


def _read_number(fields: Fields, message: Message, bank: bool) -> int | None:
    if not message.numbered:
        if fields.has("number"):
            fields.raw("number")
            fields.fault(f"{message.value} has no number; leave it out")
        return None
    most = HIGHEST_14_BIT - 1 if message.parameter_number else HIGHEST
    if bank and message is Message.PROGRAM:
        most = MOST_PROGRAMS - 1
    if not fields.has("number") and message is not Message.PROGRAM:
        fields.fault(f"number is missing; write number = 0 to {most}")
    return fields.within("number", 0, most)


def _read_target(fields: Fields, control: Control) -> Follow | Toggle | Press | None:
    given = [key for key in ("parameter", "action", "preset") if fields.has(key)]
    if given == ["parameter"]:
        return _read_parameter(fields, control)
    if given == ["action"]:
        return _read_action(fields, control)
    if given == ["preset"]:
        preset = fields.raw("preset")
        if not names_preset(preset):
            fields.fault(f"preset = {shown(preset)} is neither a preset's name nor its number")
        return Press(Act("preset_load", preset), _threshold(fields, control))
    fields.fault(
        f"binds {' and '.join(given) or 'nothing'}; give one of parameter, action and preset"
    )
    _skip(fields)
    return None


def _read_parameter(fields: Fields, control: Control) -> Follow | Toggle | Press | None:
    name = fields.one_of("parameter", PARAMETERS)
    if name is None:
        _skip(fields)
        return None
    parameter = PARAMETERS[name]
    if fields.has("value"):
        value = fields.parameter("value", parameter)
        return Press(Set(name, value), _threshold(fields, control))
    if fields.one_of("mode", ("follow", "toggle")) == "toggle":
        if parameter.kind is not Kind.BOOL:
            fields.fault(f"{name} can't be toggled, it is no on/off parameter; leave mode out")
        return Toggle(parameter, _threshold(fields, control))
    if control.message is Message.PROGRAM:
        fields.fault(f"{name} can't follow a program change; give the value that it sets")
    low = fields.parameter("minimum", parameter)
    high = fields.parameter("maximum", parameter)
    word = fields.one_of("curve", [curve.value for curve in Curve])
    curve = Curve(word) if word else parameter.curve
    detents = fields.within("detents", 1, HIGHEST_14_BIT)
    if detents is not None and control.relative is None and not control.message.parameter_number:
        fields.fault("detents is for relative controls and parameter numbers; leave it out")
    minimum = parameter.minimum if low is None else parameter.to_number(low)
    maximum = parameter.maximum if high is None else parameter.to_number(high)
    if curve is Curve.EXPONENTIAL and min(minimum, maximum) <= 0.0:
        fields.fault(
            f"curve exponential needs limits above 0, {name} goes from {minimum:g} to "
            f"{maximum:g}; give minimum and maximum, or use square"
        )
    return Follow(parameter, minimum, maximum, curve, detents)


def _read_action(fields: Fields, control: Control) -> Press | None:
    name = fields.one_of("action", ACTIONS)
    if name is None:
        _skip(fields)
        return None
    threshold = _threshold(fields, control)
    any_program = control.message is Message.PROGRAM and control.number is None
    return Press(Act(name, read_argument(fields, name, numbered=any_program)), threshold)


def _read_takeover(
    fields: Fields, control: Control, target: Follow | Toggle | Press, defaults: Defaults
) -> Takeover | None:
    given = _takeover(fields)
    if given not in (None, Takeover.JUMP) and (
        not isinstance(target, Follow) or control.relative or not control.message.rests
    ):
        fields.fault(
            f"takeover = '{given.value}' is for what follows a knob or fader; leave it out"
        )
    return given or defaults.takeover


def _read_gesture(fields: Fields, control: Control, target: Follow | Toggle | Press) -> bool:
    long = fields.one_of("gesture", ("short", "long")) == "long"
    if isinstance(target, Follow):
        if long:
            fields.fault("gesture = 'long' is for what is pressed; give a value, mode or action")
    elif control.relative is not None:
        fields.fault("relative is for a parameter that follows; an encoder can't be pressed")
    if long and control.message is Message.PROGRAM:
        fields.fault("gesture = 'long' can't be had of a program change, which has no release")
    return long


def _skip(fields: Fields) -> None:
    """Take the rest of a binding whose target is at fault, so that it isn't called unknown."""
    for key in _TARGET_KEYS:
        fields.raw(key)


def _bits(fields: Fields) -> int | None:
    bits = fields.optional("bits", int)
    if bits not in (None, 7, 14):
        fields.fault(f"bits = {shown(bits)} is out of range; use 7 or 14")
        return None
    return bits


def _takeover(fields: Fields) -> Takeover | None:
    word = fields.one_of("takeover", [each.value for each in Takeover])
    return Takeover(word) if word else None


def _threshold(fields: Fields, control: Control) -> int:
    default = SOFTEST_NOTE if control.message is Message.NOTE else THRESHOLD
    return fields.within("threshold", 1, HIGHEST) or default
