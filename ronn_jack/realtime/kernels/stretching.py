"""A network whose delays are times, laid out for any sample rate by compiled code. [control-thread]

From what `stretch_data` keeps of it comes, word for word, the image that `NetworkImage` makes of
the same network at a rate.
"""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.compiler.memory import CACHE_LINE
from ronn_jack.realtime.kernels.forms.depthwise import DEPTHWISE
from ronn_jack.realtime.kernels.forms.form import (
    LONGEST_COPIED,
    LONGEST_COPIED_OUTSIDE,
)
from ronn_jack.realtime.kernels.forms.registry import FORMS
from ronn_jack.realtime.kernels.forms.transposed import (
    SUMS,
    SUMS_RING,
    SUMS_STRIDE,
    TRANSPOSED,
    ZEROS,
)
from ronn_jack.realtime.kernels.image import SMALL_BYTES
from ronn_jack.realtime.kernels.layout import (
    BIAS,
    CHUNK,
    DILATION,
    FINAL,
    FINAL_STRIDE,
    FORM,
    GLIDED,
    HEADER_WORDS,
    INNER,
    INNER_STRIDE,
    KEPT,
    KERNEL,
    LAYER_WORDS,
    LAYERS,
    LEVELS,
    MAX_BLOCK,
    MOVED,
    OUTER,
    OUTPUTS,
    PAST,
    PAST_STRIDE,
    POSITION,
    RESIDUAL,
    RESIDUAL_GAIN,
    RESIDUAL_STRIDE,
    RING,
    ROW_STRIDE,
    ROWS,
    ROWS_IN,
    ROWS_OUT,
    SCALE,
    SCRATCH,
    SHIFT,
    SLOPES,
    SOURCE,
    SOURCE_STRIDE,
    STEP,
    TAPS,
    WEIGHTS,
    WORD,
)
from ronn_jack.realtime.kernels.stretch_data import KEPT_LAYER, LONG, SHORT, STRETCH

_DEPTHWISE, _TRANSPOSED = FORMS.index(DEPTHWISE), FORMS.index(TRANSPOSED)
_PLACES = (TAPS, WEIGHTS, BIAS, SCALE, SHIFT, SOURCE, PAST, SCRATCH)

_KEPT_LAYERS = STRETCH.itemsize


@native(int64(int64))
def _vectors(frames: int) -> int:
    return -(-frames // 16) * 16


@native(int64(int64))
def _odd_lines(frames: int) -> int:
    size: int = CACHE_LINE * (-(-4 * frames // CACHE_LINE) | 1)
    return size


@native(int64(int64))
def _lines(size: int) -> int:
    return -(-size // CACHE_LINE) * CACHE_LINE


@native(float64(int64, float64))
def _frame_gain(stretch: int, rate: float) -> float:
    s = carray(pointer(stretch), (1,), STRETCH)[0]
    return 10.0 ** (-3.0 / (s.decay * rate)) if s.decay > 0.0 else 1.0


@native(int64(int64, int64, float64))
def stretched_dilation(stretch: int, index: int, rate: float) -> int:
    """Return a layer's dilation in frames at a sample rate in Hz."""
    s = carray(pointer(stretch), (1,), STRETCH)[0]
    layers = carray(pointer(stretch + _KEPT_LAYERS), (s.layers,), KEPT_LAYER)
    if layers[index].growth == 0.0:
        return 1  # a single tap has no distance to others
    factor = s.stretch
    if s.note > 0.0:
        factor = s.note * rate / layers[s.layers - 1].growth * s.octave
    elif s.meant > 0.0:
        factor = s.stretch * (rate / s.meant)
    frames: int = int64(math.floor(factor * layers[index].growth + 0.5))
    return max(1, frames)


@native(int64(int64, int64, int64))
def look_of(stretch: int, index: int, dilation: int) -> int:
    """Return whether a layer's history is short or long, with a dilation."""
    s = carray(pointer(stretch), (1,), STRETCH)[0]
    layers = carray(pointer(stretch + _KEPT_LAYERS), (s.layers,), KEPT_LAYER)
    words = layers[index].words[SHORT]
    most = LONGEST_COPIED_OUTSIDE if words[ROWS_IN] <= 2 else LONGEST_COPIED
    return LONG if (words[KERNEL] - 1) * dilation > most else SHORT


@native(int64(int64, float64))
def stretched_field(stretch: int, rate: float) -> int:
    """Return the receptive field in frames at a sample rate in Hz."""
    s = carray(pointer(stretch), (1,), STRETCH)[0]
    layers = carray(pointer(stretch + _KEPT_LAYERS), (s.layers,), KEPT_LAYER)
    frames: int = int64(1)
    for index in range(s.layers):
        span = layers[index].words[SHORT][KERNEL] - 1
        frames += span * stretched_dilation(stretch, index, rate)
    return frames


@native(void(int64, int64, float64, int64))
def _begin_layer(stretch: int, index: int, rate: float, words: int) -> None:
    """Write the words of a layer that need no place; RING is its history."""
    s = carray(pointer(stretch), (1,), STRETCH)[0]
    layers = carray(pointer(stretch + _KEPT_LAYERS), (s.layers,), KEPT_LAYER)
    w = carray(pointer(words), (LAYER_WORDS,), np.int64)
    dilation = stretched_dilation(stretch, index, rate)
    look = look_of(stretch, index, dilation)
    for word in range(LAYER_WORDS):
        w[word] = layers[index].words[look, word]
    w[DILATION] = dilation
    history = (w[KERNEL] - 1) * dilation
    if layers[index].cropped != 0:
        w[RESIDUAL] = history - history // 2
    if w[RESIDUAL] >= 0:
        gain = np.float32(_frame_gain(stretch, rate) ** float64(w[RESIDUAL]))
        carray(pointer(words + WORD * RESIDUAL_GAIN), (1,), np.float32)[0] = gain
    past = int64(0) if w[FORM] == _TRANSPOSED else history
    w[RING] = w[KEPT] = w[POSITION] = 0
    if look == LONG and past > 0:
        w[RING] = past
    else:
        w[KEPT] = -(-past // 4) * 4
        w[POSITION] = _vectors(w[KEPT])


@native(int64(int64, int64, int64, int64))
def _place_layer(words: int, index: int, own_rows: int, size: int) -> int:
    """Write where a layer's parts lie; return where the image goes on."""
    h = carray(pointer(words), (HEADER_WORDS,), np.int64)
    w = carray(
        pointer(words + WORD * (HEADER_WORDS + LAYER_WORDS * index)), (LAYER_WORDS,), np.int64
    )
    rows = w[ROWS_IN]
    w[SOURCE_STRIDE] = h[FINAL_STRIDE]
    w[SOURCE] = size
    if w[RING] > 0:
        w[RING] = _vectors(w[RING] + MAX_BLOCK + CHUNK)
        w[SOURCE_STRIDE] = _odd_lines(w[RING] + 2 * CHUNK)
        size += _lines(rows * w[SOURCE_STRIDE])
    elif own_rows != 0:
        size += _lines(rows * w[SOURCE_STRIDE])
        w[PAST] = w[SOURCE] + 4 * (w[POSITION] - w[KEPT])
        w[PAST_STRIDE] = w[SOURCE_STRIDE]
    else:
        # Of the scratch rows a layer reads one half and writes the other.
        w[SOURCE] = h[FINAL]
        w[PAST] = size
        w[PAST_STRIDE] = 4 * w[KEPT]
        size += _lines(4 * rows * w[KEPT])
    w[RESIDUAL_STRIDE] = 0 if rows == 1 else w[SOURCE_STRIDE]
    w[INNER_STRIDE], w[ROW_STRIDE] = w[SOURCE_STRIDE], 0
    if w[FORM] == _DEPTHWISE:
        w[ROW_STRIDE] = w[SOURCE_STRIDE]
    elif w[FORM] != _TRANSPOSED and w[RING] == 0 and rows < w[KERNEL]:
        w[INNER_STRIDE] = 4 * w[DILATION]  # sums run over the taps within rows
    return size


@native(int64(int64, float64, int64))
def plan_network(stretch: int, rate: float, words: int) -> int:
    """Find where all lies in a network's image at a sample rate; return its bytes.

    Parameters
    ----------
    words : int64
        Address of `words_bytes`: the image's words with places in bytes from its start.
    """
    s = carray(pointer(stretch), (1,), STRETCH)[0]
    total = HEADER_WORDS + LAYER_WORDS * s.layers
    whole = carray(pointer(words), (total,), np.int64)
    whole[:] = 0
    longest = busy = products = modulated = int64(0)
    for index in range(s.layers):
        own = words + WORD * (HEADER_WORDS + LAYER_WORDS * index)
        _begin_layer(stretch, index, rate, own)
        w = carray(pointer(own), (LAYER_WORDS,), np.int64)
        longest = max(longest, w[POSITION])
        modulated += 8 * w[ROWS_OUT]
        if w[FORM] == _TRANSPOSED:
            products = max(products, 4 * CHUNK * w[ROWS])
        busy += SMALL_BYTES if w[RING] > 0 else 4 * w[ROWS_IN] * (w[POSITION] + CHUNK)
    size: int = _lines(WORD * total)
    stride = _odd_lines(longest + MAX_BLOCK + CHUNK)
    halves = size
    half = _lines(s.rows * stride)
    size += 2 * half
    scratch = size
    size += _lines(products)
    taps = size
    size += _lines(WORD * s.kernel * (-(-MAX_BLOCK // CHUNK)))
    whole[LAYERS], whole[OUTPUTS], whole[STEP] = s.layers, s.outputs, MAX_BLOCK
    whole[FINAL_STRIDE], whole[LEVELS] = stride, size
    size += _lines(4 * CHUNK * s.rows)
    whole[GLIDED] = whole[MOVED] = -1
    scales = int64(0)
    if s.modulation != 0:
        whole[SLOPES] = _lines(modulated)
        scales = size
        size += _lines(2 * whole[SLOPES])
    own_rows = int64(1) if busy <= SMALL_BYTES else int64(0)
    for index in range(s.layers):
        whole[FINAL] = halves + half * (index % 2)
        size = _place_layer(words, index, own_rows, size)
        w = carray(
            pointer(words + WORD * (HEADER_WORDS + LAYER_WORDS * index)), (LAYER_WORDS,), np.int64
        )
        if s.modulation != 0:
            w[SCALE], w[SHIFT] = scales, scales + 4 * w[ROWS_OUT]
            scales += 8 * w[ROWS_OUT]
        w[TAPS] = taps
        if w[RING] == 0:
            w[TAPS] = size
            size += _lines(WORD * w[OUTER])
        w[WEIGHTS] = size
        size += _lines(4 * w[ROWS] * w[OUTER] * w[INNER])
        w[BIAS] = size
        size += _lines(4 * w[ROWS_OUT])
        w[SCRATCH] = scratch
        if w[FORM] == _TRANSPOSED:
            w[SUMS_RING] = _vectors((w[KERNEL] - 1) * w[DILATION] + CHUNK)
            w[SUMS_STRIDE] = _odd_lines(w[SUMS_RING])
            w[SUMS] = size
            size += _lines(w[ROWS_OUT] * w[SUMS_STRIDE])
            w[ZEROS] = size
            size += _lines(4 * w[ROWS])
    whole[FINAL] = halves + half * (s.layers % 2)
    return size


@native(void(int64, int64, int64, float64, int64))
def weigh(stretch: int, index: int, row: int, rate: float, target: int) -> None:
    """Write the weights of a layer and a source, each as its tap's delay lets it be."""
    s = carray(pointer(stretch), (1,), STRETCH)[0]
    own = carray(pointer(stretch + _KEPT_LAYERS), (s.layers,), KEPT_LAYER)[index]
    dilation = stretched_dilation(stretch, index, rate)
    look = look_of(stretch, index, dilation)
    plain = carray(
        pointer(stretch + own.weights[look] + 4 * own.count * row), (own.count,), np.float32
    )
    ages = carray(pointer(stretch + own.ages[look]), (own.count,), np.uint8)
    y = carray(pointer(target), (own.count,), np.float32)
    gain = _frame_gain(stretch, rate)
    for i in range(own.count):
        y[i] = plain[i]
        if gain != 1.0:
            y[i] = np.float32(plain[i] * gain ** float64(dilation * int64(ages[i])))


@native(void(int64, int64))
def _write_taps(words: int, table: int) -> None:
    """Write where each entry of a layer's tap table starts to read, where there is no ring."""
    w = carray(pointer(words), (LAYER_WORDS,), np.int64)
    entries = carray(pointer(table), (w[OUTER],), np.int64)
    oldest = 4 * (w[POSITION] - (w[KERNEL] - 1) * w[DILATION])
    step = 4 * w[DILATION]
    if w[FORM] == _TRANSPOSED:
        oldest = 4 * w[POSITION]
    elif w[FORM] != _DEPTHWISE and w[ROWS_IN] < w[KERNEL]:
        step = w[SOURCE_STRIDE]
    for i in range(w[OUTER]):
        entries[i] = oldest + i * step


@native(void(int64, int64, int64))
def _copy(source: int, target: int, count: int) -> None:
    x = carray(pointer(source), (count,), np.float32)
    y = carray(pointer(target), (count,), np.float32)
    for i in range(count):
        y[i] = x[i]


@native(void(int64, float64, int64, int64, int64))
def build_network(stretch: int, rate: float, words: int, image: int, size: int) -> None:
    """Write a network's image, which is to be settled then.

    Parameters
    ----------
    words, size : int64
        What `plan_network` has written and returned for the rate.
    image : int64
        Address of `size` bytes on a cache line.
    """
    s = carray(pointer(stretch), (1,), STRETCH)[0]
    layers = carray(pointer(stretch + _KEPT_LAYERS), (s.layers,), KEPT_LAYER)
    total = HEADER_WORDS + LAYER_WORDS * s.layers
    whole = carray(pointer(image), (size // WORD,), np.int64)
    whole[:] = 0
    planned = carray(pointer(words), (total,), np.int64)
    for word in range(total):  # an assignment of arrays would allocate
        whole[word] = planned[word]
    header = carray(pointer(image), (HEADER_WORDS,), np.int64)
    header[FINAL] += image
    header[LEVELS] += image
    for index in range(s.layers):
        own = image + WORD * (HEADER_WORDS + LAYER_WORDS * index)
        w = carray(pointer(own), (LAYER_WORDS,), np.int64)
        for word in _PLACES:
            if w[word] != 0:
                w[word] += image
        if w[FORM] == _TRANSPOSED:
            w[SUMS] += image
            w[ZEROS] += image
        if w[RING] == 0:
            _write_taps(own, w[TAPS])
        weigh(stretch, index, int64(0), rate, w[WEIGHTS])
        _copy(stretch + layers[index].biases, w[BIAS], w[ROWS_OUT])
        if s.modulation != 0 and index == 0:
            _copy(stretch + s.modulation, w[SCALE], header[SLOPES] // 4)
