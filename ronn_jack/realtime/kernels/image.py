"""A network as one block of memory that the kernel reads and writes. [control-thread]"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer
from ronn_jack.model.weights import Weights
from ronn_jack.realtime.compiler.memory import CACHE_LINE, aligned_bytes
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.forms.form import Words, odd_lines, whole_vectors
from ronn_jack.realtime.kernels.forms.registry import form_of, shape
from ronn_jack.realtime.kernels.layout import CHUNK, MAX_BLOCK, WORD
from ronn_jack.realtime.kernels.network import settle

SMALL_BYTES = 24 << 10
"""Layers whose rows come to less stay in the nearest cache, each with rows of its own."""


class Layered(Protocol):
    """What a network's image is made from; a NetworkSpec is."""

    @property
    def layers(self) -> int:
        """How many there are."""
        ...

    @property
    def film(self) -> tuple[float, ...] | None:
        """The point that conditions them, or None."""
        ...

    def layer(self, index: int) -> Layer:
        """Return what a layer computes."""
        ...


class NetworkImage:
    """A network's sizes, weights and histories in one aligned block of memory.

    Parameters
    ----------
    spec : Layered
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

    def __init__(self, spec: Layered, weights: Weights, step: int = MAX_BLOCK) -> None:
        layers = [spec.layer(i) for i in range(spec.layers)]
        film = None
        if spec.film is not None and weights.film is not None:
            film = weights.film.condition(spec.film)

        plan = _Plan(layers, step, modulated=film is not None)
        self.outputs = layers[-1].outputs
        self.nbytes = plan.size
        self._block = aligned_bytes(plan.size)
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
                self._write(words[layout.BIAS], self.widened(i, weights.biases[i]))
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

    def forget(self) -> None:
        """Leave zeros of all but what leads out of it, as it is to be laid out anew elsewhere."""
        ways = [int(self.layer_words(i)[layout.BLEND]) for i in range(len(self._layers))]
        self._block[:] = 0
        for i, way in enumerate(ways):
            self.layer_words(i)[layout.BLEND] = way

    def rejoin_at(self, frame: int, silent: bool = False) -> None:
        """Give the frame that comes next its number since the start.

        Parameters
        ----------
        silent : bool
            Whether the network has heard nothing yet.
        """
        header = self._block[: WORD * layout.HEADER_WORDS].view(np.int64)
        jumps = header[layout.FRAME] != frame
        header[layout.FRAME] = frame
        if jumps and not silent:
            self.interrupt()

    def interrupt(self) -> None:
        """Let nothing serve the frames to come that was computed with other weights or numbers."""
        frame = int(self._block[WORD * layout.FRAME :][:WORD].view(np.int64)[0])
        for i, (_, words) in enumerate(self._layers):
            for word, value in form_of(words).interrupted(frame).items():
                self.layer_words(i)[word] = value

    def packed_weights(self, index: int, weight: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return a layer's weights as the image holds them."""
        layer, words = self._layers[index]
        weight = layer.decayed(weight)
        if len(weight) < layer.outputs:
            weight = np.repeat(weight, layer.outputs, axis=0)
        return form_of(words).pack(weight, words)

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
        places = layout.HEADER_PLACES
        if index:
            places = layout.LAYER_PLACES | form_of(words).places
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
        self._scratch_stride = odd_lines(frames)
        rows = max(max(layer.inputs, layer.outputs) for layer in layers)
        # A layer reads one and writes the other.
        self._scratch = [self._reserve(rows * self._scratch_stride) for _ in range(2)]
        needed = [form_of(words).scratch_bytes(words) for words in self.layers]
        self._form_scratch = self._reserve(max(needed))
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
            words |= form_of(words).strides(words)
            words[layout.TAPS] = self._taps_of(words)
            words |= self._numbers(words)

    def _reserve(self, count: int) -> int:
        """Return the place of `count` bytes."""
        place = self.size
        self.size += -(-count // CACHE_LINE) * CACHE_LINE
        return place

    def _source(self, words: Words, index: int) -> Words:
        """Return where a layer's input rows lie."""
        rows = words[layout.ROWS_IN]
        if words[layout.RING]:
            ring = whole_vectors(words[layout.RING] + self._step + CHUNK)
            stride = odd_lines(ring + 2 * CHUNK)
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

    def _taps_of(self, words: Words) -> int:
        """Return the place of a layer's tap table."""
        if words[layout.RING]:
            return self._taps
        table = form_of(words).first_terms(words)
        self.tables.append((self._reserve(WORD * len(table)), table))
        return self.tables[-1][0]

    def _modulation(self) -> int:
        """Return where the scales and shifts lie; their slopes follow."""
        size = 4 * 2 * sum(words[layout.ROWS_OUT] for words in self.layers)
        self.header[layout.SLOPES] = slopes = -(-size // CACHE_LINE) * CACHE_LINE
        begin = place = self._reserve(2 * slopes)
        for words in self.layers:
            words[layout.SCALE] = place
            words[layout.SHIFT] = place + 4 * words[layout.ROWS_OUT]
            place += 8 * words[layout.ROWS_OUT]
        return begin

    def _numbers(self, words: Words) -> Words:
        """Return where a layer's weights lie, and what its form keeps."""
        terms = words[layout.OUTER] * words[layout.INNER]
        return {
            layout.WEIGHTS: self._reserve(4 * words[layout.ROWS] * terms),
            layout.BIAS: self._reserve(4 * words[layout.ROWS_OUT]),
            layout.SCRATCH: self._form_scratch,
            **form_of(words).memory(words, self._reserve),
        }


def _busy_bytes(words: Words) -> int:
    """Return what a block of CHUNK frames touches of a layer's rows."""
    if words[layout.RING]:
        return SMALL_BYTES
    return 4 * words[layout.ROWS_IN] * (words[layout.POSITION] + CHUNK)
