"""A depthwise layer of long dilation, which sums up frames to come while their past is at hand."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.compiler.language import int64
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.depthwise_ahead import (
    AHEAD,
    WIDTHS,
    complete_ahead,
    convolve_ahead,
    ring_slots,
)
from ronn_jack.realtime.kernels.forms.form import (
    ALWAYS,
    RUN,
    SETTLE,
    Dilations,
    Form,
    Reserve,
    Words,
    common_words,
    is_rectified,
    odd_lines,
)
from ronn_jack.realtime.kernels.input_rows import frame_address
from ronn_jack.realtime.kernels.layout import (
    ACTIVATION,
    BIAS,
    BLEND,
    CHUNK,
    DILATION,
    KERNEL,
    LOWER,
    NEXT_BIAS,
    NEXT_WEIGHTS,
    OWN,
    ROWS,
    SCRATCH,
    SOURCE,
    SOURCE_STRIDE,
    TILES,
    WEIGHTS,
    WORD,
)
from ronn_jack.realtime.kernels.packing import TAP, terms
from ronn_jack.realtime.kernels.tiles import (
    NO_FLOOR,
    RELU,
    blend_rows,
    finish_rows,
    is_finished,
    tile_rows,
)
from ronn_jack.realtime.kernels.vectors import (
    fill_frames,
    load_float32,
    load_int64,
    store_int64,
)

_LANES = VECTOR.lanes

(
    PAST,  # address of the rings of frames a dilation apart
    PAST_STRIDE,  # bytes from row to row
    SLOTS,  # vectors of a ring
    PASSED,  # frames that have passed
    RESTING,  # how many had from which on the weights have rested, so that what is kept holds
) = range(OWN, OWN + 5)
_FROM_NOW = -1
_LEAST_TAPS = 9
_LEAST_ROWS = 8
_LEAST_DILATION = 128
_LEAST_BYTES = 96 << 10
"""Of history: what is nearer, or has fewer taps or rows, is read sooner than sums are kept."""


@native(RUN)
def _run(
    layer: int,
    following: int,
    target: int,
    target_stride: int,
    frames: int,
    moved: int,
    glided: int,
    slopes: int,
    number: int,
) -> None:
    """[audio-thread] Compute a block tile by tile, each part by part within a dilation's frames.

    Every third tile keeps sums where the others complete theirs, so that every block has as much to
    do. While the weights move, and until all that was kept is theirs, each sum is computed whole.
    """
    dilation = load_int64(layer + WORD * DILATION)
    passed = load_int64(layer + WORD * PASSED)
    resting = load_int64(layer + WORD * RESTING)
    if resting == _FROM_NOW:
        resting = passed
    rows_out = load_int64(layer + WORD * ROWS)
    tiles = load_int64(layer + WORD * TILES)
    first = int64(0)
    for tile in range(tiles):
        rows = tile_rows(rows_out, tiles, tile)
        for ahead in range(0, frames, CHUNK):
            y = frame_address(following, ahead) if following != 0 else target + 4 * ahead
            y += first * target_stride
            end = min(ahead + CHUNK, frames)
            at = ahead
            while at < end:
                times = (passed + at) // dilation
                count = min(end - at, (times + 1) * dilation - (passed + at))
                missing = (times + tile) % AHEAD
                if moved >= 0 or (times - missing) * dilation < resting:
                    missing = int64(0)
                _run_part(
                    layer, first, rows, y + 4 * (at - ahead), target_stride, at, count, times,
                    passed + at - times * dilation, missing, moved, glided, slopes,
                )  # fmt: skip
                at += count
        first += rows
    if number >= 0:
        store_int64(layer + WORD * PASSED, passed + frames)
        store_int64(layer + WORD * RESTING, passed + frames if moved >= 0 else resting)


@native("void(" + "int64, " * 12 + "int64)")
def _run_part(
    layer: int,
    first: int,
    rows: int,
    y: int,
    y_stride: int,
    ahead: int,
    count: int,
    times: int,
    place: int,
    missing: int,
    moved: int,
    glided: int,
    slopes: int,
) -> None:
    """[audio-thread] Compute some frames of a tile, from the `place`-th on of a dilation's."""
    kernel = load_int64(layer + WORD * KERNEL)
    slots = load_int64(layer + WORD * SLOTS)
    activation = load_int64(layer + WORD * ACTIVATION)
    lower = load_float32(layer + WORD * LOWER)
    skipped = place % _LANES
    x_stride = load_int64(layer + WORD * SOURCE_STRIDE)
    x = load_int64(layer + WORD * SOURCE) + first * x_stride + 4 * (ahead - skipped)
    past_stride = load_int64(layer + WORD * PAST_STRIDE)
    past = load_int64(layer + WORD * PAST) + first * past_stride + 4 * slots * (place - skipped)
    weights = load_int64(layer + WORD * WEIGHTS)
    blend = load_int64(layer + WORD * BLEND)
    ends = int64(1)
    if moved >= 0:
        ends = int64(2)
        if lower > NO_FLOOR:
            lower = NO_FLOOR
            activation = RELU
    for end in range(ends):
        w = weights
        bias = load_int64(layer + WORD * BIAS)
        into = y
        into_stride = y_stride
        if end > 0:
            w = load_int64(layer + WORD * NEXT_WEIGHTS)
            bias = load_int64(layer + WORD * NEXT_BIAS)
            into = blend
            into_stride = int64(4 * CHUNK)
        w += 4 * first * kernel
        if missing == 0:
            convolve_ahead(
                rows, kernel, times % slots, x, x_stride, past, past_stride, w, bias + 4 * first,
                lower, into - 4 * skipped, into_stride, skipped, skipped + count, int64(moved < 0),
            )  # fmt: skip
        else:
            complete_ahead(
                rows, kernel, times % slots, missing, x, x_stride, past, past_stride, w,
                lower, into - 4 * skipped, into_stride, skipped, skipped + count,
            )  # fmt: skip
    if moved >= 0:
        blend_rows(rows, moved + ahead, y, y_stride, blend, count)
    if is_finished(layer, slopes, activation):
        finish_rows(layer, first, rows, ahead, y, y_stride, count, glided, slopes, activation)


@native(SETTLE)
def _settle(layer: int) -> None:
    """[control-thread] Fill the past with the constants of the input, and keep their sums."""
    kernel = load_int64(layer + WORD * KERNEL)
    slots = load_int64(layer + WORD * SLOTS)
    dilation = load_int64(layer + WORD * DILATION)
    x = load_int64(layer + WORD * SOURCE)
    x_stride = load_int64(layer + WORD * SOURCE_STRIDE)
    past = load_int64(layer + WORD * PAST)
    past_stride = load_int64(layer + WORD * PAST_STRIDE)
    rows = load_int64(layer + WORD * ROWS)
    weights = load_int64(layer + WORD * WEIGHTS)
    bias = load_int64(layer + WORD * BIAS)
    tiles = load_int64(layer + WORD * TILES)
    for tile in range(tiles):
        height = tile_rows(rows, tiles, tile)
        for r in range(height):
            fill_frames(past + r * past_stride, load_float32(x + r * x_stride), slots * dilation)
        # At the time before the first, so that what is kept goes to the first vectors.
        convolve_ahead(
            height, kernel, slots - 1, x, x_stride, past, past_stride, weights, bias, NO_FLOOR,
            load_int64(layer + WORD * SCRATCH), int64(0), int64(0), int64(1), int64(1),
        )  # fmt: skip
        for _ in range(height):
            _keep(past, load_float32(x), slots, dilation, tile % AHEAD)
            past += past_stride
            x += x_stride
        weights += 4 * height * kernel
        bias += 4 * height
    store_int64(layer + WORD * PASSED, 0)
    store_int64(layer + WORD * RESTING, ALWAYS)


@native("void(int64, float32, int64, int64, int64)")
def _keep(row: int, level: float, slots: int, dilation: int, missing: int) -> None:
    """[control-thread] Keep in a row what lacks so many taps, and then what lacks more.

    The first lanes of the first vectors hold what lacks one tap, two, and so on.
    """
    vector = 4 * _LANES
    for slot in range(AHEAD - 1):
        lacks = missing + slot
        value = level
        if missing > 0 and lacks < AHEAD:
            value = load_float32(row + vector * (lacks - 1))
        for place in range(0, dilation, _LANES):
            fill_frames(row + 4 * slots * place + vector * slot, value, int64(_LANES))


class DepthwiseAhead(Form):
    """Sums over the taps of one input each, those of frames to come begun with those that are."""

    run = _run
    settle = _settle
    places = frozenset({PAST})
    shares_inputs = False
    keeps_inputs = False
    is_stretch = True
    direct = False

    def dilations(self, layer: Layer) -> Dilations | None:
        """Return those with which a layer can and should be computed so."""
        delayed = layer.residual_delay is not None and layer.residual_delay > 0
        few = layer.kernel < _LEAST_TAPS or layer.outputs < _LEAST_ROWS
        if layer.groups == 1 or few or delayed:
            return None
        least = math.ceil(_LEAST_BYTES / (4 * (layer.kernel - 1) * layer.outputs))
        return Dilations(least=max(_LEAST_DILATION, least), multiple=_LANES)

    def shape(self, layer: Layer, modulated: bool) -> Words:
        """Return the words of a layer that need no place."""
        rectified = is_rectified(layer, modulated)
        words = common_words(layer, layer.outputs, layer.outputs, 0, rectified)
        # At any time one of them begins sums.
        return words | {TILES: AHEAD, layout.OUTER: layer.kernel, layout.INNER: 1}

    def first_terms(self, words: Words) -> list[int]:
        """Return nothing: taps are found by the frame's number."""
        return []

    def terms(self, words: Words) -> NDArray[np.int32]:
        """Return a row's terms, the oldest tap first."""
        return terms(np.arange(words[KERNEL]), TAP)

    def row_starts(self, words: Words) -> NDArray[np.int32]:
        """Return where each row's plain weights begin: it has those of one input."""
        return np.arange(words[ROWS], dtype=np.int32) * np.int32(words[KERNEL])

    def memory(self, words: Words, reserve: Reserve) -> Words:
        """Return the form's own words, with memory for the past and for the sums that are kept."""
        slots = ring_slots(words[KERNEL])
        stride = odd_lines(words[DILATION] * slots)
        # A tile reads one ring more than it writes.
        past = reserve(words[ROWS] * stride + 4 * _LANES * slots)
        return {PAST: past, PAST_STRIDE: stride, SLOTS: slots, PASSED: 0, RESTING: ALWAYS}

    def scratch_bytes(self, words: Words) -> int:
        """Return how many bytes of SCRATCH the layer uses: a vector that settling gives."""
        return 4 * _LANES

    def widths(self, height: int) -> list[int]:
        """Return how many vectors wide tiles of a height are."""
        return WIDTHS

    def read_frames(self, kernel: int) -> float:
        """Return how many frames of its history a layer touches for one of its output.

        All and as many sums to come for the first of AHEAD frames, for the others what is missing.
        """
        return (kernel + AHEAD - 1 + sum(range(2, AHEAD + 1))) / AHEAD

    def interrupted(self, number: int) -> Words:
        """Return the words of a layer whose frames before a number are of no use to later ones."""
        return {RESTING: _FROM_NOW}


DEPTHWISE_AHEAD = DepthwiseAhead()
