"""The life of an instance: made, activated, played, destroyed. What every format calls.

No function here is called by two threads at once for one instance, which each format's rules
promise. `create`, `destroy` and `activate` belong to the host's main thread, since they allocate;
the others never do.
"""

from __future__ import annotations

import numpy as np
from numba import carray, float32, float64, int32, int64, types, void

from ronn_jack.export.compiling import entry
from ronn_jack.export.plugin.records import (
    CONTROL,
    INSTANCE,
    KERNELS,
    TEMPLATE,
    VARIANT,
    Action,
)
from ronn_jack.realtime.compiler.atomics import exchange, pointer
from ronn_jack.realtime.compiler.compile import linked, native
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.compiler.mailbox import WRITES_FIRST
from ronn_jack.realtime.compiler.memory import offset
from ronn_jack.realtime.engine import process_block
from ronn_jack.realtime.engine_state import ENGINE
from ronn_jack.realtime.level import LEVEL
from ronn_jack.realtime.motion.modulation import MODULATION, prepare_modulation
from ronn_jack.realtime.motion.moving_weights import MOTION, prepare_motion, rest_motion
from ronn_jack.realtime.retiming import is_possible_rate, prepare_engine, rest_engine
from ronn_jack.realtime.voice import VOICE, prepare_voice, rest_voice

CACHE_LINE = 64
_INSTANCE_BYTES, _VARIANT_BYTES = INSTANCE.itemsize, VARIANT.itemsize
_KERNELS, _SETTLE = len(KERNELS), KERNELS.index("settle")
_LEVEL_PLACE = offset(VOICE, "level")
_SLOT = offset(MODULATION, "slot")
_FRESH, _ROW = 4, 3  # of a mailbox
_AMPLITUDE, _SHARE, _THRESHOLD, _MORPH, _DRIFT_RATE, _DRIFT_DEPTH = (
    int(Action.AMPLITUDE), int(Action.SHARE), int(Action.THRESHOLD), int(Action.MORPH),
    int(Action.DRIFT_RATE), int(Action.DRIFT_DEPTH),
)  # fmt: skip

_malloc = types.ExternalFunction("malloc", int64(int64))
_free = types.ExternalFunction("free", void(int64))
_memcpy = types.ExternalFunction("memcpy", int64(int64, int64, int64))
_memset = types.ExternalFunction("memset", int64(int64, int32, int64))
_pow = types.ExternalFunction("pow", float64(float64, float64))

_process_block = linked(process_block)


@native(int64(int64, float64))
def _variant_for(template: int, rate: float) -> int:
    """Return the address of the VARIANT whose rate is nearest by ratio."""
    t = carray(pointer(template), (1,), TEMPLATE)[0]
    variants = carray(pointer(t.variants), (t.variant_count,), VARIANT)
    best, least = 0, np.inf
    for i in range(t.variant_count):
        ratio = max(rate / variants[i].rate, variants[i].rate / rate)
        if ratio < least:
            best, least = i, ratio
    return int64(t.variants + best * _VARIANT_BYTES)


@native(void(int64))
def _fill(handle: int) -> None:
    """Put an instance's memory in its first state."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    v = carray(pointer(h.variant), (1,), VARIANT)[0]
    base = h.base
    _memset(base, int32(0), v.size)
    runs = carray(pointer(v.runs), (v.run_count, 3), np.int32)
    for i in range(v.run_count):
        _memcpy(base + runs[i, 0], t.pool + runs[i, 1], runs[i, 2])
    places = carray(pointer(v.pointers), (v.pointer_count,), np.int32)
    for i in range(v.pointer_count):
        carray(pointer(base + places[i]), (1,), np.int64)[0] += base
    kernels = carray(pointer(h.kernels), (_KERNELS,), np.int64)
    functions = carray(pointer(v.functions), (v.function_count, 2), np.int32)
    for i in range(v.function_count):
        word = carray(pointer(base + functions[i, 0]), (1,), np.int64)
        word[0] = kernels[functions[i, 1]]


@native(void(int64))
def _settle(handle: int) -> None:
    """Let all be made for the sample rate, and as after endless silence."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    v = carray(pointer(h.variant), (1,), VARIANT)[0]
    prepare_engine(h.base + v.engine, h.rate)
    prepare_voice(h.base + v.voice, h.rate)
    if v.modulation >= 0:
        prepare_modulation(h.base + v.modulation, h.rate)
    if v.motion >= 0:
        prepare_motion(h.base + v.motion, h.rate)
        rest_motion(h.base + v.motion, int64(0), 0.0)
    settle = carray(pointer(h.kernels), (_KERNELS,), np.int64)[_SETTLE]
    call_entry(settle, h.base + v.network, 0, 0, 0, 0, 0)
    e = carray(pointer(h.base + v.engine), (1,), ENGINE)[0]
    rest_voice(h.base + v.voice, e.driven, e.inputs)
    carray(pointer(h.base + v.voice), (1,), VOICE)[0].position = 0


@native(void(int64, float32))
def _morph_film(handle: int, share: float) -> None:
    """Let the scales and shifts go to a share of the way from one seed's to the other's."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    v = carray(pointer(h.variant), (1,), VARIANT)[0]
    m = carray(pointer(h.base + v.modulation), (1,), MODULATION)[0]
    ends = carray(pointer(h.base + v.film), (2, m.count), np.float32)
    row = carray(pointer(m.rows + 4 * m.count * h.film_row), (m.count,), np.float32)
    rest = float32(1.0) - share
    for i in range(m.count):
        row[i] = rest * ends[0, i] + share * ends[1, i]
    written = h.film_row | _FRESH
    h.film_row = exchange(h.base + v.modulation + _SLOT, written) & _ROW


@native(void(int64, int64))
def _apply(handle: int, index: int) -> None:
    """Let the engine go where a control is."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    v = carray(pointer(h.variant), (1,), VARIANT)[0]
    c = carray(pointer(t.controls), (t.control_count,), CONTROL)[index]
    e = carray(pointer(h.base + v.engine), (1,), ENGINE)[0]
    value = h.values[index]
    if c.action == _AMPLITUDE:
        e.controls[c.place] = _pow(10.0, value / 20.0)
    elif c.action == _SHARE:
        e.controls[c.place] = value
    elif c.action == _THRESHOLD:
        e.controls[c.place] = _pow(10.0, value / 20.0) if value > c.minimum else 0.0
    elif v.motion >= 0:
        m = carray(pointer(h.base + v.motion), (1,), MOTION)[0]
        if c.action == _MORPH:
            m.targets[0] = value
            level = h.base + v.voice + _LEVEL_PLACE
            carray(pointer(level), (1,), LEVEL)[0].targets[0] = value
            if v.modulation >= 0:
                _morph_film(handle, np.float32(value))
        elif c.action == _DRIFT_RATE:
            m.wanted_hertz = value
        elif c.action == _DRIFT_DEPTH:
            m.targets[1] = value


@native(void(int64))
def _begin(handle: int) -> None:
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    _fill(handle)
    h.film_row = WRITES_FIRST
    controls = carray(pointer(t.controls), (t.control_count,), CONTROL)
    for i in range(t.control_count):
        if h.values[i] != controls[i].default:
            _apply(handle, i)
    _settle(handle)
    h.fresh = 1


@native(int64(int64, float64))
def _activate(handle: int, rate: float) -> int:
    if is_possible_rate(rate) == 0:
        return int64(0)
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    variant = _variant_for(h.template, rate)
    size = carray(pointer(variant), (1,), VARIANT)[0].size
    if size > h.room:
        memory = _malloc(size + CACHE_LINE)
        if memory == 0:
            return int64(0)
        _free(h.memory)
        h.memory = memory
        h.room = size
        h.base = (memory + CACHE_LINE - 1) // CACHE_LINE * CACHE_LINE
    h.variant = variant
    h.rate = rate
    _begin(handle)
    return int64(1)


@entry("int64(int64, int64, float64)")
def create(kernels: int, template: int, rate: float) -> int:
    """[main-thread] Return a new instance, activated; 0 where it can't be.

    Parameters
    ----------
    kernels : int64
        Address of the addresses of KERNELS.
    template : int64
        Address of a TEMPLATE.
    rate : float64
        Sample rate in Hz.
    """
    handle = _malloc(int64(_INSTANCE_BYTES))
    if handle == 0:
        return int64(0)
    _memset(handle, int32(0), int64(_INSTANCE_BYTES))
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    h.template = template
    h.kernels = kernels
    t = carray(pointer(template), (1,), TEMPLATE)[0]
    controls = carray(pointer(t.controls), (t.control_count,), CONTROL)
    for i in range(t.control_count):
        h.values[i] = controls[i].default
    if _activate(handle, rate) == 0:
        _free(handle)
        return int64(0)
    return int64(handle)


@entry("void(int64)")
def destroy(handle: int) -> None:
    """[main-thread] Free an instance."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    _free(h.memory)
    _free(handle)


@entry("int64(int64, float64)")
def activate(handle: int, rate: float) -> int:
    """[main-thread] Begin anew at a sample rate; return 0 where it can't be, changing nothing."""
    return int64(_activate(handle, rate))


@entry("void(int64)")
def reset(handle: int) -> None:
    """[audio-thread] Begin anew, after endless silence and where the controls are."""
    _begin(handle)


@entry("void(int64, int64, float64)")
def set_control(handle: int, index: int, value: float) -> None:
    """[audio-thread] Let a control go to a value, within its range; what is no number is ignored.

    Hosts whose values are float32 mean the default where theirs is nearest to it.
    """
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    if index < 0 or index >= t.control_count or not np.isfinite(value):
        return
    c = carray(pointer(t.controls), (t.control_count,), CONTROL)[index]
    value = min(max(value, c.minimum), c.maximum)
    if np.float32(value) == np.float32(c.default):
        value = c.default
    elif c.whole != 0:
        value = np.floor(value + 0.5)
    if value != h.values[index]:
        h.values[index] = value
        _apply(handle, index)


@entry("float64(int64, int64)")
def get_control(handle: int, index: int) -> float:
    """[any-thread] Return where a control is."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    t = carray(pointer(h.template), (1,), TEMPLATE)[0]
    return float64(h.values[index]) if 0 <= index < t.control_count else 0.0


@entry("void(int64, int64, int64, int64, int64, int64)")
def play(handle: int, in_1: int, in_2: int, out_1: int, out_2: int, frames: int) -> None:
    """[audio-thread] Play a block of any length, in place or not.

    The first block after the memory was made begins where the controls are.
    """
    if frames <= 0:
        return
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    v = carray(pointer(h.variant), (1,), VARIANT)[0]
    engine = h.base + v.engine
    if h.fresh != 0:
        h.fresh = 0
        rest_engine(engine)
    _process_block(engine, in_1, in_2, out_1, out_2, frames)


@entry("int64(int64)")
def tail_frames(handle: int) -> int:
    """[any-thread] Return how many frames the sound of an input may last beyond it."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    v = carray(pointer(h.variant), (1,), VARIANT)[0]
    return int64(np.ceil(v.tail_frames * (h.rate / v.rate)))
