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
from ronn_jack.realtime.kernels.forms.dense import DENSE
from ronn_jack.realtime.kernels.forms.depthwise import DEPTHWISE
from ronn_jack.realtime.kernels.forms.form import (
    LONGEST_COPIED,
    LONGEST_COPIED_OUTSIDE,
    has_dilation,
)
from ronn_jack.realtime.kernels.forms.registry import FORMS
from ronn_jack.realtime.kernels.forms.transposed import TRANSPOSED
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
    TILES,
    WEIGHTS,
    WORD,
)
from ronn_jack.realtime.kernels.network import layer_words
from ronn_jack.realtime.kernels.own_memory import (
    lines,
    move_own,
    odd_lines,
    place_own,
    table_entries,
    vectors,
)
from ronn_jack.realtime.kernels.packing import pack_weights
from ronn_jack.realtime.kernels.stretch_data import KEPT_LAYER, LOOK, STRETCH

_DENSE, _DEPTHWISE, _TRANSPOSED = (FORMS.index(form) for form in (DENSE, DEPTHWISE, TRANSPOSED))
_PLACES = (TAPS, WEIGHTS, BIAS, SCALE, SHIFT, SOURCE, PAST, SCRATCH)

_KEPT_LAYERS = STRETCH.itemsize
_LOOK_BYTES = LOOK.itemsize


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


@native(int64(int64, int64))
def _past(look: int, dilation: int) -> int:
    """Return the frames of history that a layer keeps, with a dilation."""
    k = carray(pointer(look), (1,), LOOK)[0]
    frames: int = k.span * dilation + k.beside
    return frames


@native(int64(int64, int64, int64))
def _look_of(stretch: int, index: int, dilation: int) -> int:
    """Return the address of the LOOK that a layer has with a dilation."""
    s = carray(pointer(stretch), (1,), STRETCH)[0]
    own = carray(pointer(stretch + _KEPT_LAYERS), (s.layers,), KEPT_LAYER)[index]
    look: int = stretch + own.looks
    for _ in range(own.look_count - 1):
        k = carray(pointer(look), (1,), LOOK)[0]
        most = LONGEST_COPIED_OUTSIDE if k.words[ROWS_IN] <= 2 else LONGEST_COPIED
        in_ring = _past(look, dilation) > most
        if has_dilation(k.least, k.most, k.multiple, k.powers, dilation) != 0 and in_ring == (
            k.words[RING] > 0
        ):
            break
        look += _LOOK_BYTES
    return look


@native(int64(int64, float64))
def stretched_field(stretch: int, rate: float) -> int:
    """Return the receptive field in frames at a sample rate in Hz."""
    s = carray(pointer(stretch), (1,), STRETCH)[0]
    layers = carray(pointer(stretch + _KEPT_LAYERS), (s.layers,), KEPT_LAYER)
    frames: int = int64(1)
    for index in range(s.layers):
        kernel = carray(pointer(stretch + layers[index].looks), (1,), LOOK)[0].words[KERNEL]
        frames += (kernel - 1) * stretched_dilation(stretch, index, rate)
    return frames


@native(int64(int64, int64, float64, int64))
def _begin_layer(stretch: int, index: int, rate: float, words: int) -> int:
    """Write the words of a layer that need no place; RING is its history. Return its LOOK."""
    s = carray(pointer(stretch), (1,), STRETCH)[0]
    layers = carray(pointer(stretch + _KEPT_LAYERS), (s.layers,), KEPT_LAYER)
    w = carray(pointer(words), (LAYER_WORDS,), np.int64)
    dilation = stretched_dilation(stretch, index, rate)
    look: int = _look_of(stretch, index, dilation)
    kept = carray(pointer(look), (1,), LOOK)[0].words
    for word in range(LAYER_WORDS):
        w[word] = kept[word]
    w[DILATION] = dilation
    history = (w[KERNEL] - 1) * dilation
    if layers[index].cropped != 0:
        w[RESIDUAL] = history - history // 2
    if w[RESIDUAL] >= 0:
        gain = np.float32(_frame_gain(stretch, rate) ** float64(w[RESIDUAL]))
        carray(pointer(words + WORD * RESIDUAL_GAIN), (1,), np.float32)[0] = gain
    past = _past(look, dilation)
    w[KEPT] = w[POSITION] = 0
    if w[RING] > 0:
        w[RING] = past
    else:
        w[KEPT] = -(-past // 4) * 4
        w[POSITION] = vectors(w[KEPT])
    return look


@native(int64(int64, int64, int64, int64))
def _place_layer(words: int, index: int, own_rows: int, size: int) -> int:
    """Write where a layer's parts lie; return where the image goes on."""
    h = carray(pointer(words), (HEADER_WORDS,), np.int64)
    w = carray(pointer(layer_words(words, index)), (LAYER_WORDS,), np.int64)
    rows = w[ROWS_IN]
    w[SOURCE_STRIDE] = h[FINAL_STRIDE]
    w[SOURCE] = size
    if w[RING] > 0:
        w[RING] = vectors(w[RING] + MAX_BLOCK + CHUNK)
        w[SOURCE_STRIDE] = odd_lines(w[RING] + 2 * CHUNK)
        size += lines(rows * w[SOURCE_STRIDE])
    elif own_rows != 0:
        size += lines(rows * w[SOURCE_STRIDE])
        w[PAST] = w[SOURCE] + 4 * (w[POSITION] - w[KEPT])
        w[PAST_STRIDE] = w[SOURCE_STRIDE]
    else:
        # Of the scratch rows a layer reads one half and writes the other.
        w[SOURCE] = h[FINAL]
        w[PAST] = size
        w[PAST_STRIDE] = 4 * w[KEPT]
        size += lines(4 * rows * w[KEPT])
    w[RESIDUAL_STRIDE] = 0 if rows == 1 else w[SOURCE_STRIDE]
    w[INNER_STRIDE], w[ROW_STRIDE] = w[SOURCE_STRIDE], 0
    if w[FORM] == _DEPTHWISE:
        w[ROW_STRIDE] = w[SOURCE_STRIDE]
    elif w[FORM] == _DENSE and w[RING] == 0 and rows < w[KERNEL]:
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
    longest = busy = scratch_bytes = modulated = int64(0)
    for index in range(s.layers):
        own = layer_words(words, index)
        look = _begin_layer(stretch, index, rate, own)
        w = carray(pointer(own), (LAYER_WORDS,), np.int64)
        longest = max(longest, w[POSITION])
        modulated += 8 * w[ROWS_OUT]
        scratch_bytes = max(scratch_bytes, carray(pointer(look), (1,), LOOK)[0].scratch)
        busy += SMALL_BYTES if w[RING] > 0 else 4 * w[ROWS_IN] * (w[POSITION] + CHUNK)
    size: int = lines(WORD * total)
    stride = odd_lines(longest + MAX_BLOCK + CHUNK)
    halves = size
    half = lines(s.rows * stride)
    size += 2 * half
    scratch = size
    size += lines(scratch_bytes)
    taps = size
    size += lines(WORD * s.kernel * (-(-MAX_BLOCK // CHUNK)))
    whole[LAYERS], whole[OUTPUTS], whole[STEP] = s.layers, s.outputs, MAX_BLOCK
    whole[FINAL_STRIDE], whole[LEVELS] = stride, size
    size += lines(4 * CHUNK * s.rows)
    whole[GLIDED] = whole[MOVED] = -1
    scales = int64(0)
    if s.modulation != 0:
        whole[SLOPES] = lines(modulated)
        scales = size
        size += lines(2 * whole[SLOPES])
    own_rows = int64(1) if busy <= SMALL_BYTES else int64(0)
    for index in range(s.layers):
        whole[FINAL] = halves + half * (index % 2)
        size = _place_layer(words, index, own_rows, size)
        own = layer_words(words, index)
        w = carray(pointer(own), (LAYER_WORDS,), np.int64)
        if s.modulation != 0:
            w[SCALE], w[SHIFT] = scales, scales + 4 * w[ROWS_OUT]
            scales += 8 * w[ROWS_OUT]
        w[TAPS] = taps
        if w[RING] == 0:
            w[TAPS] = size
            size += lines(WORD * table_entries(own))
        w[WEIGHTS] = size
        size += lines(4 * w[ROWS] * w[OUTER] * w[INNER])
        w[BIAS] = size
        size += lines(4 * w[ROWS_OUT])
        w[SCRATCH] = scratch
        size = place_own(own, size)
    whole[FINAL] = halves + half * (s.layers % 2)
    return size


@native(void(int64, int64, int64, float64, int64))
def weigh(stretch: int, index: int, row: int, rate: float, target: int) -> None:
    """Write the weights of a layer and a source, each as its tap's delay lets it be."""
    s = carray(pointer(stretch), (1,), STRETCH)[0]
    own = carray(pointer(stretch + _KEPT_LAYERS), (s.layers,), KEPT_LAYER)[index]
    dilation = stretched_dilation(stretch, index, rate)
    look = carray(pointer(_look_of(stretch, index, dilation)), (1,), LOOK)[0]
    w = look.words
    pack_weights(
        stretch + own.weights + 4 * own.count * row, stretch + look.starts, w[ROWS], w[TILES],
        stretch + look.terms, w[OUTER] * w[INNER], w[KERNEL], _frame_gain(stretch, rate), dilation,
        target,
    )  # fmt: skip


@native(void(int64, int64))
def _write_taps(words: int, count: int) -> None:
    """Write where each entry of a layer's own tap table starts to read."""
    w = carray(pointer(words), (LAYER_WORDS,), np.int64)
    entries = carray(pointer(w[TAPS]), (count,), np.int64)
    oldest = 4 * (w[POSITION] - (w[KERNEL] - 1) * w[DILATION])
    step = 4 * w[DILATION]
    if w[FORM] == _TRANSPOSED:
        oldest = 4 * w[POSITION]
    elif w[FORM] == _DENSE and w[ROWS_IN] < w[KERNEL]:
        step = w[SOURCE_STRIDE]
    for i in range(count):
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
        own = layer_words(image, index)
        w = carray(pointer(own), (LAYER_WORDS,), np.int64)
        for word in _PLACES:
            if w[word] != 0:
                w[word] += image
        move_own(own, image)
        if w[RING] == 0:
            _write_taps(own, table_entries(own))
        weigh(stretch, index, int64(0), rate, w[WEIGHTS])
        _copy(stretch + layers[index].biases, w[BIAS], w[ROWS_OUT])
        if s.modulation != 0 and index == 0:
            _copy(stretch + s.modulation, w[SCALE], header[SLOPES] // 4)
