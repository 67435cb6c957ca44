"""A network as one block of memory that the kernel reads and writes. [control-thread]"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer, NetworkSpec
from ronn_jack.model.weights import Weights
from ronn_jack.realtime import layout
from ronn_jack.realtime.activations import ACTIVATION_IDS
from ronn_jack.realtime.convolution import DENSE_ROWS, DEPTHWISE_ROWS
from ronn_jack.realtime.layout import CHUNK, MAX_BLOCK, WORD
from ronn_jack.realtime.network import settle

LINE = 64
"""Bytes of a cache line, and of the widest vector."""
LONGEST_KEPT_PAST = 64
"""Frames; a longer past lies in a ring, because copying it at every block costs more."""

Words = dict[int, int]


class NetworkImage:
    """A network's sizes, weights and histories in one aligned block of memory.

    Parameters
    ----------
    spec : NetworkSpec
    weights : Weights
    step : int
        Frames that the layers take at once; longer blocks are cut.

    Attributes
    ----------
    address : int
        What `process_network` takes; valid as long as this object lives.
    nbytes : int
    outputs : int
        Rows that the network writes; recipe package can have more than `spec.outputs`.
    """

    def __init__(self, spec: NetworkSpec, weights: Weights, step: int = MAX_BLOCK) -> None:
        layers = [spec.layer(i) for i in range(spec.layers)]
        film = None
        if spec.film is not None and weights.film is not None:
            film = weights.film.condition(spec.film)

        plan = _Plan(layers, step, modulated=film is not None)
        self.outputs = layers[-1].outputs
        self.nbytes = plan.size
        memory = np.empty(plan.size + LINE, np.uint8)
        # Written, not just reserved: the audio thread may take no page fault.
        memory.fill(0)
        self._block = memory[-memory.ctypes.data % LINE :][: plan.size]
        self.address = self._block.ctypes.data

        self._write_words(0, plan.header)
        for i, (layer, words) in enumerate(zip(layers, plan.layers, strict=True)):
            self._write_words(layout.HEADER_WORDS + layout.LAYER_WORDS * i, words)
            weight = weights.weights[i]
            if len(weight) < layer.outputs:
                # Recipe package repeats one output on as many rows as the residual has.
                weight = np.repeat(weight, layer.outputs, axis=0)
            self._write(words[layout.WEIGHTS], pack(weight, words[layout.FORM], words[layout.TILES]))
            if weights.biases is not None:
                transposed = words[layout.FORM] == layout.TRANSPOSED
                place = words[layout.SUMS_BIAS if transposed else layout.BIAS]
                self._write(place, np.broadcast_to(weights.biases[i], layer.outputs))
            if film is not None:
                for word, values in zip((layout.SCALE, layout.SHIFT), film[i], strict=True):
                    self._write(words[word], np.broadcast_to(values, layer.outputs))
        self.reset()

    def reset(self) -> None:
        """Make every history the network's response to endless zero input."""
        settle.ctypes(self.address)

    def _write(self, offset: int, values: NDArray[np.float32]) -> None:
        self._block[offset : offset + 4 * values.size].view(np.float32)[:] = values.reshape(-1)

    def _write_words(self, index: int, words: Words) -> None:
        """Write words; those that hold places get this block's address added."""
        places = layout.LAYER_PLACES if index else layout.HEADER_PLACES
        target = self._block[WORD * index :][: WORD * layout.LAYER_WORDS].view(np.int64)
        for word, value in words.items():
            target[word] = value + self.address if word in places and value else value


class _Plan:
    """Decides what lies where: words as in `layout`, places counted from the block's start."""

    def __init__(self, layers: list[Layer], step: int, modulated: bool) -> None:
        self.size = 0
        self._step = step
        self._modulated = modulated
        self._reserve(WORD * (layout.HEADER_WORDS + layout.LAYER_WORDS * len(layers)))
        self.layers = [_shape(layer) for layer in layers]

        pasts = [words[layout.PAST_FRAMES] for words in self.layers]
        self._scratch_stride = _odd_lines(max(pasts) + step + CHUNK)
        rows = max(max(layer.inputs, layer.outputs) for layer in layers)
        # A layer reads one and writes the other.
        self._scratch = [self._reserve(rows * self._scratch_stride) for _ in range(2)]
        self._products = self._reserve(4 * CHUNK * max(self._product_rows(w) for w in self.layers))
        kernel = max(layer.kernel for layer in layers)
        self.header = {
            layout.LAYERS: len(layers),
            layout.OUTPUTS: layers[-1].outputs,
            layout.STEP: step,
            layout.TAPS: self._reserve(WORD * (kernel + 1) * math.ceil(step / CHUNK)),
            layout.FINAL: self._scratch[len(layers) % 2],
            layout.FINAL_STRIDE: self._scratch_stride,
            layout.LEVELS: self._reserve(4 * CHUNK * rows),
        }
        for i, words in enumerate(self.layers):
            words |= self._places(words, i)

    def _reserve(self, count: int) -> int:
        """Return the place of `count` bytes."""
        place = self.size
        self.size += -(-count // LINE) * LINE
        return place

    def _product_rows(self, words: Words) -> int:
        if words[layout.FORM] != layout.TRANSPOSED:
            return 0
        return words[layout.ROWS_OUT] * words[layout.KERNEL]

    def _places(self, words: Words, index: int) -> Words:
        rows_in, rows_out = words[layout.ROWS_IN], words[layout.ROWS_OUT]
        kernel = words[layout.KERNEL]
        past = (kernel - 1) * words[layout.DILATION]
        depthwise = words[layout.FORM] == layout.DEPTHWISE
        transposed = words[layout.FORM] == layout.TRANSPOSED
        per_row = kernel if depthwise else kernel * rows_in
        places = {
            layout.WEIGHTS: self._reserve(4 * rows_out * per_row),
            layout.BIAS: self._reserve(4 * (rows_out * kernel if transposed else rows_out)),
        }
        if self._modulated:
            places[layout.SCALE] = self._reserve(4 * rows_out)
            places[layout.SHIFT] = self._reserve(4 * rows_out)
        if transposed:
            ring = _vectors(past + CHUNK)
            places[layout.PRODUCTS] = self._products
            places[layout.SUMS_RING] = ring
            places[layout.SUMS_STRIDE] = _odd_lines(ring)
            places[layout.SUMS] = self._reserve(rows_out * _odd_lines(ring))
            places[layout.SUMS_BIAS] = self._reserve(4 * rows_out)
        if words[layout.RING]:
            ring = _vectors(past + self._step + CHUNK)
            stride = _odd_lines(ring + 2 * CHUNK)
            places[layout.RING] = ring
            places[layout.SOURCE] = self._reserve(rows_in * stride)
            places[layout.SOURCE_STRIDE] = stride
        else:
            kept = words[layout.PAST_FRAMES]
            places[layout.PAST] = self._reserve(4 * kept * rows_in)
            places[layout.SOURCE] = self._scratch[index % 2]
            places[layout.SOURCE_STRIDE] = self._scratch_stride
            places[layout.POSITION] = kept
        places[layout.RESIDUAL_STRIDE] = 0 if rows_in == 1 else places[layout.SOURCE_STRIDE]
        return places


def _shape(layer: Layer) -> Words:
    """Return the words of a layer that need no place."""
    if layer.groups > 1:
        form, rows, most = layout.DEPTHWISE, layer.outputs, DEPTHWISE_ROWS
    elif layer.outputs < layer.inputs and layer.residual_delay is None:
        # One sum per output and frame to come is less than a past of every input.
        form, rows, most = layout.TRANSPOSED, layer.outputs * layer.kernel, DENSE_ROWS
    else:
        form, rows, most = layout.DENSE, layer.outputs, DENSE_ROWS
    past = 0 if form == layout.TRANSPOSED else layer.history
    return {
        layout.FORM: form,
        layout.ROWS_IN: layer.inputs,
        layout.ROWS_OUT: layer.outputs,
        layout.KERNEL: layer.kernel,
        layout.DILATION: layer.dilation,
        layout.TILES: math.ceil(rows / most),
        layout.LOWER: _float_word(-math.inf),
        layout.ACTIVATION: ACTIVATION_IDS[layer.activation],
        layout.SLOPE: _float_word(layer.slope),
        layout.RESIDUAL: -1 if layer.residual_delay is None else layer.residual_delay,
        layout.RING: past > LONGEST_KEPT_PAST,
        layout.PAST_FRAMES: 0 if past > LONGEST_KEPT_PAST else _vectors(past),
    }


def pack(weight: NDArray[np.float32], form: int, tiles: int) -> NDArray[np.float32]:
    """Return a layer's weights in the order in which its tiles read them.

    Parameters
    ----------
    weight : ndarray [shape=(outputs, inputs/groups, kernel), float32]
    form : int
        `layout.DENSE`, `DEPTHWISE` or `TRANSPOSED`.
    tiles : int

    Returns
    -------
    ndarray [float32]
        Tile by tile [shape=(kernel, inputs/groups, rows)]; a transposed layer's rows are
        its taps, the oldest first, times its outputs, and its kernel is 1.
    """
    if form == layout.TRANSPOSED:
        weight = weight.transpose(2, 0, 1).reshape(-1, weight.shape[1], 1)
    parts = np.array_split(weight, tiles)
    return np.concatenate([part.transpose(2, 1, 0).reshape(-1) for part in parts])


def _float_word(value: float) -> int:
    return int(np.float32(value).view(np.uint32))


def _vectors(frames: int) -> int:
    """Return `frames` rounded up to whole vectors of the widest kind."""
    return -(-frames // 16) * 16


def _odd_lines(frames: int) -> int:
    """Return bytes for a row of `frames`: an odd number of lines, so that rows differ in set."""
    return LINE * (-(-4 * frames // LINE) | 1)
