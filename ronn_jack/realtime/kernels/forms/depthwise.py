"""A layer whose outputs each take the input of their own number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.convolution import DEPTHWISE_ROWS, convolve_depthwise
from ronn_jack.realtime.kernels.forms.form import (
    Dilations,
    Form,
    Words,
    common_words,
    is_rectified,
    oldest_tap,
)
from ronn_jack.realtime.kernels.packing import TAP, terms
from ronn_jack.realtime.kernels.tiles import tile_loop, whole_layer


class Depthwise(Form):
    """Sums over the taps of one input each, from a history of the inputs."""

    run = whole_layer(tile_loop(convolve_depthwise))
    shares_inputs = False

    def dilations(self, layer: Layer) -> Dilations | None:
        """Return those with which a layer can and should be computed so."""
        return Dilations() if layer.groups > 1 else None

    def shape(self, layer: Layer, modulated: bool) -> Words:
        """Return the words of a layer that need no place."""
        rectified = is_rectified(layer, modulated)
        words = common_words(layer, layer.outputs, DEPTHWISE_ROWS, layer.history, rectified)
        return words | {layout.OUTER: layer.kernel, layout.INNER: 1}

    def first_terms(self, words: Words) -> list[int]:
        """Return where each entry of the tap table starts to read, in bytes from SOURCE."""
        step = 4 * words[layout.DILATION]
        return [oldest_tap(words) + k * step for k in range(words[layout.KERNEL])]

    def strides(self, words: Words) -> Words:
        """Return the strides of a layer's terms, once its input rows have theirs."""
        stride = words[layout.SOURCE_STRIDE]
        return {layout.INNER_STRIDE: stride, layout.ROW_STRIDE: stride}

    def terms(self, words: Words) -> NDArray[np.int32]:
        """Return a row's terms, the oldest tap first."""
        return terms(np.arange(words[layout.KERNEL]), TAP)

    def row_starts(self, words: Words) -> NDArray[np.int32]:
        """Return where each row's plain weights begin: it has those of one input."""
        return np.arange(words[layout.ROWS], dtype=np.int32) * np.int32(words[layout.KERNEL])


DEPTHWISE = Depthwise()
