"""What a form of layers has to tell, and what all forms share. [control-thread]"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.compiler.language import int64
from ronn_jack.realtime.compiler.memory import CACHE_LINE
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.activations import ACTIVATION_IDS
from ronn_jack.realtime.kernels.convolution import tile_widths
from ronn_jack.realtime.kernels.packing import packed

LONGEST_COPIED = 64
LONGEST_COPIED_OUTSIDE = 128
"""Frames of history, of inner channels and of the network's few inputs, that are cheaper to copy
at every block than to keep in a ring."""

RUN = "void(int64, int64, int64, int64, int64, int64, int64, int64, int64)"
"""Signature of a form's `run`, whose arguments are those of `layers.run_layer`."""
ALWAYS = -(1 << 62)
"""The number of a frame before all others."""
SETTLE = "void(int64)"
"""Signature of a form's `settle`."""

Words = dict[int, int]
"""What the image holds about a layer, by the indices of `layout`."""
Reserve = Callable[[int], int]
"""Returns the place of so many bytes in the image."""


@native(SETTLE)
def settle_nothing(layer: int) -> None:
    """[control-thread] The `settle` of a form whose only history is that of its input."""


class Dilations(NamedTuple):
    """Dilations: from the least to the most of them, multiples alone, powers of two alone."""

    least: int = 1
    most: int = 1 << 62
    multiple: int = 1
    powers: int = 0


def is_among(least: int, most: int, multiple: int, powers: int, dilation: int) -> int:
    """Return whether a dilation is one of Dilations, as 1 or 0."""
    within = least <= dilation <= most and dilation % multiple == 0
    return 1 if within and (powers == 0 or dilation & (dilation - 1) == 0) else 0


has_dilation = native(int64(int64, int64, int64, int64, int64))(is_among)
"""[any-thread] The same in compiled code."""


class Form(ABC):
    """A way to compute a layer; the registry holds one of each.

    Attributes
    ----------
    run : compiled function of the signature RUN
        [audio-thread] Computes the layer's output for one block.
    settle : compiled function of the signature SETTLE
        [control-thread] Makes what the form keeps, besides its input's history, that of an endless
        constant input; the layer has just run on that constant.
    places : set of int
        Words of its own, from `layout.OWN` on, that hold addresses.
    shares_inputs : bool
        Whether a tile reads each frame once for all of its rows, so that arithmetic and not
        reading sets its speed.
    keeps_inputs : bool
        Whether its taps read a history of inputs, rather than being added to sums to come.
    ways : int
        Sums that a tile grows at once for each of its rows and vectors.
    is_stretch : bool
        Whether all that a row reads of its history is one stretch of memory.
    direct : bool
        Whether it sums up tap by tap what it reads, which others spare.
    """

    run: ClassVar[Any]
    settle: ClassVar[Any] = settle_nothing
    places: ClassVar[frozenset[int]] = frozenset()
    shares_inputs: ClassVar[bool] = True
    keeps_inputs: ClassVar[bool] = True
    ways: ClassVar[int] = 1
    is_stretch: ClassVar[bool] = False
    direct: ClassVar[bool] = True

    @abstractmethod
    def dilations(self, layer: Layer) -> Dilations | None:
        """Return those with which a layer can and should be computed so, whatever its own is."""

    def suits(self, layer: Layer) -> bool:
        """Return whether a layer can and should be computed so."""
        dilations = self.dilations(layer)
        own = layer.dilation if layer.kernel > 1 else 1
        return dilations is not None and bool(is_among(*dilations, own))

    @abstractmethod
    def shape(self, layer: Layer, modulated: bool) -> Words:
        """Return the words of a layer that need no place."""

    @abstractmethod
    def first_terms(self, words: Words) -> list[int]:
        """Return where each entry of the tap table starts to read, in bytes from SOURCE.

        For a layer that has no ring; in a ring the entries are taps, and the kernel finds them.
        """

    @abstractmethod
    def terms(self, words: Words) -> NDArray[np.int32]:
        """Return the OUTER · INNER terms of a row, as `packing` has them, in the tiles' order."""

    def row_starts(self, words: Words) -> NDArray[np.int32]:
        """Return where each row's plain weights begin, for `packing`."""
        size = words[layout.ROWS_IN] * words[layout.KERNEL]
        return np.arange(0, words[layout.ROWS] * size, size, dtype=np.int32)

    def pack(self, weight: NDArray[np.float32], words: Words) -> NDArray[np.float32]:
        """Return weights [shape=(outputs, inputs/groups, kernel)] in the order of the tiles."""
        return packed(weight, self.row_starts(words), self.terms(words), words[layout.TILES])

    def strides(self, words: Words) -> Words:
        """Return the strides of a layer's terms, once its input rows have theirs."""
        return {layout.INNER_STRIDE: words[layout.SOURCE_STRIDE], layout.ROW_STRIDE: 0}

    def scratch_bytes(self, words: Words) -> int:
        """Return how many bytes of SCRATCH the layer uses while it runs."""
        return 0

    def memory(self, words: Words, reserve: Reserve) -> Words:
        """Return the form's own words, with memory for what it keeps from block to block."""
        return {}

    def interrupted(self, number: int) -> Words:
        """Return the words of a layer whose frames before a number are of no use to later ones."""
        return {}

    def kept_rows(self, words: Words) -> int:
        """Return how many float32 of each frame of its history a layer keeps."""
        return words[layout.ROWS_IN]

    def loops(self, words: Words, ring: bool) -> int:
        """Return how often a tile's inner loop starts, with its history in a ring or copied."""
        return 1  # over taps alone

    def asks_ahead(self, words: Words, frames: int) -> bool:
        """Return whether in a ring a block's tiles ask for what the next tap reads."""
        return False

    def past(self, kernel: int, dilation: int) -> int:
        """Return how many frames before the next a layer may read."""
        return (kernel - 1) * dilation

    def read_frames(self, kernel: int) -> float:
        """Return how many frames of its history a layer touches for one of its output."""
        return kernel

    def kind(self, layer: Layer) -> int:
        """Return a number that tells layers which differ in more than where their history lies."""
        return 0

    def widths(self, height: int) -> list[int]:
        """Return how many vectors wide tiles of a height are, the narrower ones last."""
        return tile_widths(height)

    def chunks(self, words: Words, frames: int) -> list[tuple[int, float]]:
        """Return (vectors that tiles cover, how many such) of the chunks of a block of frames."""
        return whole_chunks(frames)

    def count(self, words: Words, frames: int) -> Mapping[str, float]:
        """Return a block's work, by its kind, besides that of tiles and of what follows them."""
        return {}


def whole_chunks(frames: int) -> list[tuple[int, float]]:
    """Return (vectors, number) of a block's chunks."""
    whole, rest = divmod(frames, layout.CHUNK)
    chunks: list[tuple[int, float]] = [(-(-layout.CHUNK // VECTOR.lanes), whole)] if whole else []
    if rest:
        chunks.append((-(-rest // VECTOR.lanes), 1))
    return chunks


def common_words(layer: Layer, rows: int, tallest: int, past: int, rectified: bool) -> Words:
    """Return the words that every form has in one way.

    Parameters
    ----------
    rows, tallest : int
        Rows of the convolution, and most of them in a tile.
    past : int
        Frames of past inputs that the taps read.
    rectified : bool
        Whether relu is the convolution's own last step.
    """
    words = {
        layout.ROWS_IN: layer.inputs,
        layout.ROWS_OUT: layer.outputs,
        layout.ROWS: rows,
        layout.KERNEL: layer.kernel,
        # One tap is no distance from itself, and growth can make it longer than a word holds.
        layout.DILATION: layer.dilation if layer.kernel > 1 else 1,
        layout.TILES: math.ceil(rows / tallest),
        layout.LOWER: _float_word(0.0 if rectified else -math.inf),
        layout.ACTIVATION: ACTIVATION_IDS["linear" if rectified else layer.activation],
        layout.SLOPE: _float_word(layer.slope),
        layout.RESIDUAL: -1 if layer.residual_delay is None else layer.residual_delay,
        layout.RESIDUAL_GAIN: _float_word(layer.residual_gain),
        layout.RING: past if past > longest_copied(layer.inputs) else 0,
    }
    if not words[layout.RING]:
        kept = -(-past // 4) * 4
        words |= {layout.KEPT: kept, layout.POSITION: whole_vectors(kept)}
    return words


def is_rectified(layer: Layer, modulated: bool) -> bool:
    """Whether nothing comes between a convolution and relu, which then is its last step."""
    return layer.activation == "relu" and not modulated


def longest_copied(rows: int) -> int:
    """Return the longest history in frames of a layer of so many input rows that is in no ring."""
    return LONGEST_COPIED_OUTSIDE if rows <= 2 else LONGEST_COPIED


def oldest_tap(words: Words) -> int:
    """Return where the oldest tap reads, in bytes from SOURCE, in a layer without a ring."""
    return 4 * (words[layout.POSITION] - (words[layout.KERNEL] - 1) * words[layout.DILATION])


def tap_by_tap(words: Words) -> NDArray[np.int64]:
    """Return the places of a row's weights, input by input within each tap, oldest first."""
    taps, inputs = np.arange(words[layout.KERNEL]), np.arange(words[layout.ROWS_IN])
    return (taps[:, np.newaxis] + inputs * words[layout.KERNEL]).reshape(-1)


def whole_vectors(frames: int) -> int:
    """Return `frames` rounded up to whole vectors of the widest kind."""
    return -(-frames // 16) * 16


def odd_lines(frames: int) -> int:
    """Return bytes for a row of `frames`: an odd number of lines, so that rows differ in set."""
    return CACHE_LINE * (-(-4 * frames // CACHE_LINE) | 1)


def _float_word(value: float) -> int:
    return int(np.float32(value).view(np.uint32))
