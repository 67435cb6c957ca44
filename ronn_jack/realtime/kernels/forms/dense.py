"""A layer whose outputs each take all inputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.convolution import (
    asks_ahead,
    convolve_dense,
    tallest_tile,
    tile_widths,
)
from ronn_jack.realtime.kernels.forms.form import (
    Dilations,
    Form,
    Words,
    common_words,
    is_rectified,
    oldest_tap,
    tap_by_tap,
    whole_chunks,
)
from ronn_jack.realtime.kernels.packing import TAP, terms
from ronn_jack.realtime.kernels.tiles import tile_loop, whole_layer

run_dense_tiles = tile_loop(convolve_dense)


class Dense(Form):
    """Sums over all inputs and taps, from a history of the inputs."""

    run = whole_layer(run_dense_tiles)

    def dilations(self, layer: Layer) -> Dilations | None:
        """Return those with which a layer can and should be computed so."""
        return Dilations() if layer.groups == 1 else None

    def shape(self, layer: Layer, modulated: bool) -> Words:
        """Return the words of a layer that need no place."""
        rows = layer.outputs
        words = common_words(
            layer, rows, tallest_tile(rows), layer.history, is_rectified(layer, modulated)
        )
        outer, inner = layer.kernel, layer.inputs
        if _by_rows(words):
            outer, inner = inner, outer
        return words | {layout.OUTER: outer, layout.INNER: inner}

    def first_terms(self, words: Words) -> list[int]:
        """Return where each entry of the tap table starts to read, in bytes from SOURCE."""
        step = 4 * words[layout.DILATION]
        if _by_rows(words):
            step = words[layout.SOURCE_STRIDE]
        return [oldest_tap(words) + i * step for i in range(words[layout.OUTER])]

    def strides(self, words: Words) -> Words:
        """Return the strides of a layer's terms, once its input rows have theirs."""
        strides = super().strides(words)
        if _by_rows(words):
            strides[layout.INNER_STRIDE] = 4 * words[layout.DILATION]
        return strides

    def terms(self, words: Words) -> NDArray[np.int32]:
        """Return a row's terms tap by tap, or input by input."""
        places = tap_by_tap(words)
        return terms(np.sort(places) if _by_rows(words) else places, TAP)

    def asks_ahead(self, words: Words, frames: int) -> bool:
        """Return whether in a ring a block's tiles ask for what the next tap reads."""
        window = 4 * layout.CHUNK * words[layout.OUTER] * words[layout.INNER]
        if window <= layout.NEAR_BYTES:
            return False
        height = -(-words[layout.ROWS] // words[layout.TILES])
        return asks_ahead(height, min(tile_widths(height)[0], whole_chunks(frames)[0][0]))

    def loops(self, words: Words, ring: bool) -> int:
        """Return how often a tile's inner loop starts, with its history in a ring or copied."""
        return words[layout.KERNEL] if ring else min(words[layout.KERNEL], words[layout.ROWS_IN])


def _by_rows(words: Words) -> bool:
    """Whether sums run over taps within rows, the longer of the two being inside."""
    return not words[layout.RING] and words[layout.ROWS_IN] < words[layout.KERNEL]


DENSE = Dense()
