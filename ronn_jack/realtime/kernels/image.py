"""A network as one block of memory that the kernel reads and writes. [control-thread]"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer, NetworkSpec
from ronn_jack.model.weights import Weights
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.activations import ACTIVATION_IDS
from ronn_jack.realtime.kernels.convolution import DEPTHWISE_ROWS, tallest_tile
from ronn_jack.realtime.kernels.layout import CHUNK, MAX_BLOCK, WORD
from ronn_jack.realtime.kernels.network import settle

LINE = 64
"""Bytes of a cache line, and of the widest vector."""
LONGEST_COPIED = 64
LONGEST_COPIED_OUTSIDE = 128
"""Frames of past, of inner channels and of the network's few inputs, that are cheaper to copy
at every block than to keep in a ring."""
SMALL_BYTES = 24 << 10
"""Layers whose rows come to less stay in the nearest cache, each with rows of its own."""
FEW_TERMS = 64
"""Terms of a sum up to which a layer that narrows is not transposed."""

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
    modulation : int
        Address of all scales and shifts, or 0.
    modulation_count : int
        How many those are.
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
        self._layers = list(zip(layers, plan.layers, strict=True))
        self.modulation = self.address + plan.modulation if film is not None else 0
        self.modulation_count = 2 * sum(layer.outputs for layer in layers)

        self._write_words(0, plan.header)
        for place, table in plan.tables:
            self._block[place : place + WORD * len(table)].view(np.int64)[:] = table
        for i, (_, words) in enumerate(self._layers):
            self._write_words(layout.HEADER_WORDS + layout.LAYER_WORDS * i, words)
            self._write(words[layout.WEIGHTS], self.packed_weights(i, weights.weights[i]))
            if weights.biases is not None:
                transposed = words[layout.FORM] == layout.TRANSPOSED
                place = words[layout.SUMS_BIAS if transposed else layout.BIAS]
                self._write(place, self.widened(i, weights.biases[i]))
        if film is not None:
            self.modulate(film)
        self.reset()

    def modulate(self, film: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> None:
        """Set scales and shifts at once; only before the network runs."""
        self._write(self.modulation - self.address, self.packed_modulation(film))

    def layer_words(self, index: int) -> NDArray[np.int64]:
        """Return a layer's words, to be written where the running network does not look."""
        place = WORD * (layout.HEADER_WORDS + layout.LAYER_WORDS * index)
        return self._block[place:][: WORD * layout.LAYER_WORDS].view(np.int64)

    def reset(self) -> None:
        """Make every history the network's response to endless zero input."""
        settle.ctypes(self.address)

    def packed_weights(self, index: int, weight: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a layer's weights as the image holds them."""
        layer, words = self._layers[index]
        if len(weight) < layer.outputs:
            weight = np.repeat(weight, layer.outputs, axis=0)
        return pack(weight, words)

    def widened(self, index: int, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return one value per output of a layer.

        Recipe package repeats one output on as many rows as the residual has.
        """
        return np.broadcast_to(values, self._layers[index][0].outputs)

    def packed_modulation(
        self, film: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]
    ) -> NDArray[np.float32]:
        """Return all layers' scales and shifts as the image holds them, in one row."""
        return np.concatenate(
            [self.widened(i, values) for i, pair in enumerate(film) for values in pair]
        )

    def set_step(self, step: int) -> None:
        """Let the layers take at most `step` frames at once, no more than the image was made for.

        A long signal then runs as if it came in blocks of that length.
        """
        self._write_words(0, {layout.STEP: step})

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
        self.modulation = 0
        self.tables: list[tuple[int, list[int]]] = []
        self._step = step
        self._reserve(WORD * (layout.HEADER_WORDS + layout.LAYER_WORDS * len(layers)))
        self.layers = [shape(layer, modulated) for layer in layers]

        frames = max(words.get(layout.POSITION, 0) for words in self.layers) + step + CHUNK
        self._scratch_stride = _odd_lines(frames)
        rows = max(max(layer.inputs, layer.outputs) for layer in layers)
        # A layer reads one and writes the other.
        self._scratch = [self._reserve(rows * self._scratch_stride) for _ in range(2)]
        self._products = self._reserve(4 * CHUNK * max(map(_product_rows, self.layers)))
        kernel = max(layer.kernel for layer in layers)
        self._taps = self._reserve(WORD * kernel * math.ceil(step / CHUNK))
        self._own_rows = sum(map(_busy_bytes, self.layers)) <= SMALL_BYTES
        self.header: Words = {
            layout.LAYERS: len(layers),
            layout.OUTPUTS: layers[-1].outputs,
            layout.STEP: step,
            layout.FINAL: self._scratch[len(layers) % 2],
            layout.FINAL_STRIDE: self._scratch_stride,
            layout.LEVELS: self._reserve(4 * CHUNK * rows),
            layout.GLIDED: -1,
            layout.MOVED: -1,
        }
        if modulated:
            self.modulation = self._modulation()
        for i, words in enumerate(self.layers):
            words |= self._source(words, i)
            words |= self._terms(words)
            words |= self._numbers(words)

    def _reserve(self, count: int) -> int:
        """Return the place of `count` bytes."""
        place = self.size
        self.size += -(-count // LINE) * LINE
        return place

    def _source(self, words: Words, index: int) -> Words:
        """Return where a layer's input rows lie."""
        rows = words[layout.ROWS_IN]
        if words[layout.RING]:
            ring = _vectors(words[layout.RING] + self._step + CHUNK)
            stride = _odd_lines(ring + 2 * CHUNK)
            source = {
                layout.RING: ring,
                layout.SOURCE: self._reserve(rows * stride),
                layout.SOURCE_STRIDE: stride,
            }
        elif self._own_rows:
            stride = self._scratch_stride
            place = self._reserve(rows * stride)
            source = {
                layout.SOURCE: place,
                layout.SOURCE_STRIDE: stride,
                layout.PAST: place + 4 * (words[layout.POSITION] - words[layout.KEPT]),
                layout.PAST_STRIDE: stride,
            }
        else:
            source = {
                layout.SOURCE: self._scratch[index % 2],
                layout.SOURCE_STRIDE: self._scratch_stride,
                layout.PAST: self._reserve(4 * rows * words[layout.KEPT]),
                layout.PAST_STRIDE: 4 * words[layout.KEPT],
            }
        return source | {layout.RESIDUAL_STRIDE: 0 if rows == 1 else source[layout.SOURCE_STRIDE]}

    def _terms(self, words: Words) -> Words:
        """Return the two loops over a sum's terms: over taps and rows, or over rows and taps."""
        kernel, rows = words[layout.KERNEL], words[layout.ROWS_IN]
        stride, dilation = words[layout.SOURCE_STRIDE], 4 * words[layout.DILATION]
        if words[layout.RING]:
            return {
                layout.OUTER: kernel,
                layout.INNER: rows,
                layout.INNER_STRIDE: stride,
                layout.TAPS: self._taps,
            }
        newest = 4 * words[layout.POSITION]
        if words[layout.FORM] == layout.TRANSPOSED:
            outer, inner, inner_stride, table = 1, rows, stride, [newest]
        else:
            oldest = newest - (kernel - 1) * dilation
            if _by_rows(words):
                outer, inner, inner_stride = rows, kernel, dilation
                table = [oldest + r * stride for r in range(rows)]
            else:
                outer, inner, inner_stride = kernel, rows, stride
                table = [oldest + k * dilation for k in range(kernel)]
        self.tables.append((self._reserve(WORD * outer), table))
        return {
            layout.OUTER: outer,
            layout.INNER: inner,
            layout.INNER_STRIDE: inner_stride,
            layout.TAPS: self.tables[-1][0],
        }

    def _modulation(self) -> int:
        """Return where the scales and shifts lie; their slopes follow."""
        size = 4 * 2 * sum(words[layout.ROWS_OUT] for words in self.layers)
        self.header[layout.SLOPES] = slopes = -(-size // LINE) * LINE
        begin = place = self._reserve(2 * slopes)
        for words in self.layers:
            words[layout.SCALE] = place
            words[layout.SHIFT] = place + 4 * words[layout.ROWS_OUT]
            place += 8 * words[layout.ROWS_OUT]
        return begin

    def _numbers(self, words: Words) -> Words:
        """Return where a layer's weights and sums lie."""
        rows = words[layout.ROWS_OUT]
        products = _product_rows(words)
        terms = words[layout.OUTER] * words[layout.INNER]
        if words[layout.FORM] == layout.DEPTHWISE:
            terms = words[layout.KERNEL]
        places = {
            layout.WEIGHTS: self._reserve(4 * (products or rows) * terms),
            layout.BIAS: self._reserve(4 * (products or rows)),
        }
        if products:
            ring = _vectors((words[layout.KERNEL] - 1) * words[layout.DILATION] + CHUNK)
            places |= {
                layout.PRODUCTS: self._products,
                layout.SUMS_RING: ring,
                layout.SUMS_STRIDE: _odd_lines(ring),
                layout.SUMS: self._reserve(rows * _odd_lines(ring)),
                layout.SUMS_BIAS: self._reserve(4 * rows),
            }
        return places


def shape(layer: Layer, modulated: bool = False) -> Words:
    """Return the words of a layer that need no place; RING is its past, if in one.

    `modulated` says whether something comes between the convolution and the activation.
    """
    if layer.groups > 1:
        form, rows = layout.DEPTHWISE, layer.outputs
    elif layer.outputs < layer.inputs and layer.residual_delay is None and not _is_small(layer):
        # One sum per output and frame to come is less than a past of every input.
        form, rows = layout.TRANSPOSED, layer.outputs * layer.kernel
    else:
        form, rows = layout.DENSE, layer.outputs
    tallest = DEPTHWISE_ROWS if form == layout.DEPTHWISE else tallest_tile(rows)
    past = 0 if form == layout.TRANSPOSED else layer.history
    # The convolution's own last step, where nothing comes in between.
    rectified = layer.activation == "relu" and form != layout.TRANSPOSED and not modulated
    words = {
        layout.FORM: form,
        layout.ROWS_IN: layer.inputs,
        layout.ROWS_OUT: layer.outputs,
        layout.KERNEL: layer.kernel,
        # One tap is no distance from itself, and growth can make it longer than a word holds.
        layout.DILATION: layer.dilation if layer.kernel > 1 else 1,
        layout.TILES: math.ceil(rows / tallest),
        layout.LOWER: _float_word(0.0 if rectified else -math.inf),
        layout.ACTIVATION: ACTIVATION_IDS["linear" if rectified else layer.activation],
        layout.SLOPE: _float_word(layer.slope),
        layout.RESIDUAL: -1 if layer.residual_delay is None else layer.residual_delay,
        layout.RING: past if past > longest_copied(layer.inputs) else 0,
    }
    if not words[layout.RING]:
        kept = -(-past // 4) * 4
        words |= {layout.KEPT: kept, layout.POSITION: _vectors(kept)}
    return words


def longest_copied(rows: int) -> int:
    """Return the longest past in frames of a layer of so many input rows that is in no ring."""
    return LONGEST_COPIED_OUTSIDE if rows <= 2 else LONGEST_COPIED


def _is_small(layer: Layer) -> bool:
    """Whether adding products up would take longer than the few terms of a layer's sums do."""
    few = layer.inputs * layer.kernel <= FEW_TERMS
    return few and layer.history <= longest_copied(layer.inputs)


def _product_rows(words: Words) -> int:
    """Return the rows that a transposed layer multiplies its inputs to."""
    if words[layout.FORM] != layout.TRANSPOSED:
        return 0
    return words[layout.ROWS_OUT] * words[layout.KERNEL]


def _busy_bytes(words: Words) -> int:
    """Return what a block of CHUNK frames touches of a layer's rows."""
    if words[layout.RING]:
        return SMALL_BYTES
    return 4 * words[layout.ROWS_IN] * (words[layout.POSITION] + CHUNK)


def _by_rows(words: Words) -> bool:
    """Whether a layer's sums run over taps within rows, the longer of the two being inside."""
    dense = words[layout.FORM] == layout.DENSE
    return dense and not words[layout.RING] and words[layout.ROWS_IN] < words[layout.KERNEL]


def pack(weight: NDArray[np.float32], words: Words) -> NDArray[np.float32]:
    """Return a layer's weights in the order in which its tiles read them.

    Parameters
    ----------
    weight : ndarray [shape=(outputs, inputs/groups, kernel), float32]
    words : dict of int
        The layer's words.

    Returns
    -------
    ndarray [float32]
        Tile by tile [shape=(kernel, inputs/groups, rows)], or (inputs, kernel, rows) where sums
        run over rows first. The rows of a transposed layer are its taps, the oldest first,
        times its outputs, and its kernel is 1.
    """
    if words[layout.FORM] == layout.TRANSPOSED:
        weight = weight.transpose(2, 0, 1).reshape(-1, weight.shape[1], 1)
    order = (1, 2, 0) if _by_rows(words) else (2, 1, 0)
    parts = np.array_split(weight, words[layout.TILES])
    return np.concatenate([part.transpose(order).reshape(-1) for part in parts])


def _float_word(value: float) -> int:
    return int(np.float32(value).view(np.uint32))


def _vectors(frames: int) -> int:
    """Return `frames` rounded up to whole vectors of the widest kind."""
    return -(-frames // 16) * 16


def _odd_lines(frames: int) -> int:
    """Return bytes for a row of `frames`: an odd number of lines, so that rows differ in set."""
    return LINE * (-(-4 * frames // LINE) | 1)
