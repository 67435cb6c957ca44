"""[main-thread] Values in words, as the node shows them, and words read as values.

C's own printf and strtod go by the host's locale, in which a number may have a comma.
"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.export.clap.abi import PARAM_IS_STEPPED
from ronn_jack.export.clap.memory import byte_at, copy_text, lower, put_byte, word_at
from ronn_jack.export.clap.records import PARAMETER
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64

_DIGITS = 4
"""Of a number that is shown."""
_MOST_DECIMALS = 9
_MOST_EXPONENT = 400
_SPACE, _PLUS, _MINUS, _POINT, _ZERO, _NINE, _E = (ord(c) for c in " +-.09e")
LONGEST_NUMBER = 64
"""Bytes of a number in words: those of the largest int64, a point and decimals."""


@native(int64(int64, float64))
def write_number(target: int, value: float) -> int:
    """Write a number, below 1e15, with four digits at `target`; return its length."""
    size = abs(value)
    length = 0
    if value < 0.0:
        put_byte(target, _MINUS)
        length = 1
    decimals = _DIGITS - 1
    bound = 10.0
    while decimals > 0 and size >= bound:
        bound *= 10.0
        decimals -= 1
    bound = 1.0
    while size > 0.0 and size < bound and decimals < _MOST_DECIMALS:
        bound /= 10.0
        decimals += 1
    # Of large numbers the first four digits count, and the others are 0.
    dropped = 1
    while decimals == 0 and size >= 10.0**_DIGITS * dropped:
        dropped *= 10
    scaled = int64(math.floor(size * 10.0**decimals / dropped + 0.5)) * dropped
    while decimals > 0 and scaled % 10 == 0:
        scaled //= 10
        decimals -= 1
    if scaled == 0:
        put_byte(target, _ZERO)
        put_byte(target + 1, 0)
        return 1
    unit = 1
    places = 1
    while places <= decimals or scaled // unit >= 10:
        unit *= 10
        places += 1
    while places > 0:
        if places == decimals:
            put_byte(target + length, _POINT)
            length += 1
        put_byte(target + length, _ZERO + scaled // unit % 10)
        length += 1
        unit //= 10
        places -= 1
    put_byte(target + length, 0)
    return length


@native(int64(int64))
def _skip_spaces(text: int) -> int:
    while byte_at(text) == _SPACE:
        text += 1
    return text


@native(int64(int64, int64))
def _is_word(text: int, word: int) -> int:
    """Return 1 if a text is a word, in whatever case and with spaces around, else 0."""
    i = 0
    while byte_at(word + i) != 0:
        if lower(byte_at(text + i)) != lower(byte_at(word + i)):
            return 0
        i += 1
    return 1 if byte_at(_skip_spaces(text + i)) == 0 else 0


@native(int64(int64, int64))
def read_number(text: int, result: int) -> int:
    """Store the number (float64) that a text begins with; return its end, 0 without one."""
    at = text
    sign = 1.0
    if byte_at(at) == _MINUS or byte_at(at) == _PLUS:
        sign = -1.0 if byte_at(at) == _MINUS else 1.0
        at += 1
    number = 0.0
    digits = 0
    decimals = 0
    after_point = 0
    while _ZERO <= byte_at(at) <= _NINE or (byte_at(at) == _POINT and after_point == 0):
        if byte_at(at) == _POINT:
            after_point = 1
        else:
            number = 10.0 * number + float(byte_at(at) - _ZERO)
            digits += 1
            decimals += after_point
        at += 1
    if digits == 0:
        return 0
    exponent = 0
    if lower(byte_at(at)) == _E:
        end = at + 1
        negative = byte_at(end) == _MINUS
        if byte_at(end) == _MINUS or byte_at(end) == _PLUS:
            end += 1
        if _ZERO <= byte_at(end) <= _NINE:
            while _ZERO <= byte_at(end) <= _NINE:
                exponent = min(_MOST_EXPONENT, 10 * exponent + byte_at(end) - _ZERO)
                end += 1
            exponent = -exponent if negative else exponent
            at = end
    power = exponent - decimals
    scaled = number * 10.0**power if power >= 0 else number / 10.0**-power
    carray(pointer(result), (1,), np.float64)[0] = sign * scaled
    return at


@native(float64(int64, float64))
def landed(row: int, value: float) -> float:
    """Return where the heart would let a value of a PARAMETER land."""
    p = carray(pointer(row), (1,), PARAMETER)[0]
    value = min(p.maximum, max(p.minimum, value))
    if p.flags & PARAM_IS_STEPPED:
        return math.floor(value + 0.5)
    if p.minimum < value < p.least:
        return p.least if 2.0 * value >= p.minimum + p.least else p.minimum
    return value


@native(int64(int64, float64, int64, int64, int64))
def write_words(row: int, value: float, scratch: int, target: int, capacity: int) -> int:
    """Write a value of a PARAMETER as it is shown, cut off where there is no more room.

    Parameters
    ----------
    scratch : int64
        Address of LONGEST_NUMBER bytes.

    Returns
    -------
    int64
        1, or 0 for what is no value.
    """
    p = carray(pointer(row), (1,), PARAMETER)[0]
    if not math.isfinite(value) or capacity < 1:
        return 0
    value = landed(row, value)
    if p.choice_count > 0:
        copy_text(target, capacity, word_at(p.choices + 8 * int64(value)))
    elif p.least > p.minimum and value == p.minimum:
        copy_text(target, capacity, p.off)
    else:
        write_number(scratch, value)
        length = copy_text(target, capacity, scratch)
        if byte_at(p.unit) != 0 and length + 1 < capacity:
            put_byte(target + length, _SPACE)
            copy_text(target + length + 1, capacity - length - 1, p.unit)
    return 1


@native(int64(int64, int64, int64))
def read_words(row: int, text: int, result: int) -> int:
    """Store the value (float64) of a PARAMETER that a text means; return 1, or 0 for none.

    A number may be followed by the unit, and lands within the range.
    """
    p = carray(pointer(row), (1,), PARAMETER)[0]
    value = carray(pointer(result), (1,), np.float64)
    text = _skip_spaces(text)
    for k in range(p.choice_count):
        if _is_word(text, word_at(p.choices + 8 * k)) == 1:
            value[0] = float64(k)
            return 1
    if p.least > p.minimum and _is_word(text, p.off) == 1:
        value[0] = p.minimum
        return 1
    before = value[0]
    end = read_number(text, result)
    if end == 0:
        return 0
    end = _skip_spaces(end)
    if byte_at(end) != 0 and (byte_at(p.unit) == 0 or _is_word(end, p.unit) == 0):
        value[0] = before
        return 0
    value[0] = landed(row, value[0])
    return 1
