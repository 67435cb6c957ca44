"""A dense layer of long dilation that multiplies less, one half of a pair of frames at a time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer
from ronn_jack.realtime.compiler.compile import native, shared
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.compiler.language import int64
from ronn_jack.realtime.kernels import layout
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
    whole_chunks,
)
from ronn_jack.realtime.kernels.forms.minimal import TAPS, first_taps, summed_terms
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
    ROWS_IN,
    SCRATCH,
    SOURCE,
    SOURCE_STRIDE,
    TILES,
    WEIGHTS,
    WORD,
)
from ronn_jack.realtime.kernels.minimal_filtering import pair_widths
from ronn_jack.realtime.kernels.minimal_halves import (
    HALF_HEIGHTS,
    add_products,
    convolve_firsts,
)
from ronn_jack.realtime.kernels.packing import NEGATED_TAP, TAP, terms
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
    LEFT,  # address of the rows that first frames leave for second ones
    LEFT_STRIDE,  # bytes from row to row
    RESTING,  # number of the frame from which on the weights have rested, so that those hold
) = range(OWN, OWN + 3)
_PAYS = VECTOR.lanes == 16
"""Whether there are registers for tiles that add inputs up on the way: half as many do not do."""
_LEAST_SUMMED = 12
_LEAST_ROWS = 8
_LEAST_ROWS_LONG = 12
"""Inputs times threes of taps, less the taps beside them, and output rows; what fewer spare,
putting sums together takes. In a long network it takes more, as most of it is computed otherwise.
"""
_LEAST_ROWS_CUT = 16
"""The same where halves are shorter than a chunk, which is cut by them."""
_MOST_BYTES = 256 << 10
_LONG_NETWORK = 1 << 20
_MOST_BYTES_BESIDE = 32 << 10
"""A history beyond that comes from far, and sooner to the tall tiles that ask for it ahead; in a
network that keeps so many samples, even a shorter one, as others pass the caches meanwhile.
"""
_MOST_WINDOW = 56 << 10
"""Bytes that the taps read for a chunk, about what the nearest cache holds: low tiles read them
more often than tall ones do.
"""


@native("void(int64, int64, int64, int64, int64, int64, boolean, int64, int64, int64, int64)")
def _run_part(
    layer: int,
    y: int,
    y_stride: int,
    ahead: int,
    count: int,
    half: int,
    whole: bool,
    place: int,
    moved: int,
    glided: int,
    slopes: int,
) -> None:
    """[audio-thread] Compute some frames of a half, from its `place`-th on."""
    inputs = load_int64(layer + WORD * ROWS_IN)
    threes = load_int64(layer + WORD * KERNEL) // TAPS
    beside = load_int64(layer + WORD * KERNEL) % TAPS
    summed = threes * inputs
    added = (threes + beside) * inputs
    rows_out = load_int64(layer + WORD * ROWS)
    tiles = load_int64(layer + WORD * TILES)
    activation = load_int64(layer + WORD * ACTIVATION)
    lower = load_float32(layer + WORD * LOWER)
    ends = int64(1)
    if moved >= 0:
        ends = int64(2)
        if lower > NO_FLOOR:
            lower = NO_FLOOR
            activation = RELU
    finished = is_finished(layer, slopes, activation)
    source = load_int64(layer + WORD * SOURCE)
    source_stride = load_int64(layer + WORD * SOURCE_STRIDE)
    taps = load_int64(layer + WORD * SCRATCH)
    _find_taps(layer, ahead, taps)
    left_stride = load_int64(layer + WORD * LEFT_STRIDE)
    left = load_int64(layer + WORD * LEFT) + 4 * place
    weights = load_int64(layer + WORD * WEIGHTS)
    to_next_weights = load_int64(layer + WORD * NEXT_WEIGHTS) - weights
    blend = load_int64(layer + WORD * BLEND)
    first = int64(0)
    for tile in range(tiles):
        rows = tile_rows(rows_out, tiles, tile)
        begins = whole or ((half + tile) & 1) == 0
        for end in range(ends):
            w = weights
            into = y
            into_stride = y_stride
            bias = load_int64(layer + WORD * BIAS)
            if end > 0:
                w += to_next_weights
                into = blend
                into_stride = int64(4 * CHUNK)
                bias = load_int64(layer + WORD * NEXT_BIAS)
            w += 8 * rows * summed
            sums = into
            sums_stride = into_stride
            if begins:
                convolve_firsts(
                    rows, taps + WORD * beside, threes, source, source_stride, inputs,
                    w - 8 * rows * summed, bias + 4 * first, into, into_stride,
                    left, left_stride, count,
                )  # fmt: skip
            else:
                w += 4 * rows * added
                sums = left
                sums_stride = left_stride
            add_products(
                rows, taps, beside, threes, source, source_stride, inputs, w,
                sums, sums_stride, lower, into, into_stride, count,
            )  # fmt: skip
        if moved >= 0:
            blend_rows(rows, moved + ahead, y, y_stride, blend, count)
        if finished:
            finish_rows(layer, first, rows, ahead, y, y_stride, count, glided, slopes, activation)
        y += rows * y_stride
        left += rows * left_stride
        weights += 8 * rows * (summed + added)
        first += rows


@native("void(int64, int64, int64)")
def _find_taps(layer: int, ahead: int, table: int) -> None:
    """[audio-thread] Write where each tap begins to read, in bytes from the source.

    Taps that are left over from the threes, the oldest, come first.
    """
    source = load_int64(layer + WORD * SOURCE)
    kernel = load_int64(layer + WORD * KERNEL)
    dilation = load_int64(layer + WORD * DILATION)
    for k in range(kernel):
        at = frame_address(layer, ahead - (kernel - 1 - k) * dilation)
        store_int64(table + WORD * k, at - source)


@shared(RUN)
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
    """[audio-thread] Compute a block part by part, each within a half of the pairs.

    Every other tile has its first frames where the others have their second ones, so that every
    block has as much to do. While the weights move, and until all that was left behind is theirs,
    all frames are computed as first ones, which give the whole sum too.
    """
    dilation = load_int64(layer + WORD * DILATION)
    for ahead in range(0, frames, CHUNK):
        y = frame_address(following, ahead) if following != 0 else target + 4 * ahead
        end = min(ahead + CHUNK, frames)
        at = ahead
        while at < end:
            half = (number + at) // dilation
            count = min(end - at, (half + 1) * dilation - (number + at))
            whole = (
                moved >= 0
                or number < 0
                or (half - 1) * dilation < load_int64(layer + WORD * RESTING)
            )
            _run_part(
                layer, y + 4 * (at - ahead), target_stride, at, count,
                half, whole, number + at - half * dilation, moved, glided, slopes,
            )  # fmt: skip
            at += count
    if moved >= 0:
        store_int64(layer + WORD * RESTING, number + frames)


@native(SETTLE)
def _settle(layer: int) -> None:
    """[control-thread] Leave behind what the constant input leaves in every frame.

    The layer has just run at frame -1, all of it as first frames, and left it in the last place.
    """
    row = load_int64(layer + WORD * LEFT)
    dilation = load_int64(layer + WORD * DILATION)
    for _ in range(load_int64(layer + WORD * ROWS)):
        fill_frames(row, load_float32(row + 4 * (dilation - 1)), dilation)
        row += load_int64(layer + WORD * LEFT_STRIDE)
    store_int64(layer + WORD * RESTING, ALWAYS)


class MinimalHalves(Form):
    """Sums over all inputs and threes of taps, for one frame and half of another."""

    run = _run
    settle = _settle
    places = frozenset({LEFT})
    ways = 2
    direct = False

    def dilations(self, layer: Layer) -> Dilations | None:
        """Return those with which a layer can and should be computed so."""
        threes, beside = divmod(layer.kernel, TAPS)
        is_long = layer.network_history > _LONG_NETWORK
        least_rows = _LEAST_ROWS_LONG if is_long else _LEAST_ROWS
        many = threes * layer.inputs - beside >= _LEAST_SUMMED and layer.outputs >= least_rows
        tall = layer.outputs // _tiles(layer.outputs) >= HALF_HEIGHTS[0]
        if not (_PAYS and layer.groups == 1 and many and tall):
            return None
        frame = 4 * layer.inputs
        most = (_MOST_BYTES_BESIDE if is_long else _MOST_BYTES) // frame
        if layer.kernel * CHUNK > _MOST_WINDOW // frame:
            most = min(most, _MOST_WINDOW // frame - CHUNK)
        # Others read vectors that lie across two cache lines, twice as often as dense tiles do.
        least = 2 * _LANES if layer.outputs >= _LEAST_ROWS_CUT else max(2 * _LANES, CHUNK)
        return Dilations(least=least, most=most // (layer.kernel - 1), multiple=_LANES)

    def shape(self, layer: Layer, modulated: bool) -> Words:
        """Return the words of a layer that need no place."""
        words = common_words(
            layer, layer.outputs, HALF_HEIGHTS[-1], layer.history, is_rectified(layer, modulated)
        )
        threes, beside = divmod(layer.kernel, TAPS)
        return words | {
            TILES: _tiles(layer.outputs),
            layout.OUTER: 4 * threes + 2 * beside,
            layout.INNER: layer.inputs,
        }

    def first_terms(self, words: Words) -> list[int]:
        """Return nothing: what is transformed is found by its frame."""
        return []

    def terms(self, words: Words) -> NDArray[np.int32]:
        """Return a row's terms: for pairs of rows, for first frames, for second ones."""
        beside, threes = first_taps(words)
        firsts = terms(np.append(beside, threes), TAP)
        seconds = terms(threes + TAPS - 1, NEGATED_TAP)
        return np.concatenate([summed_terms(words), firsts, terms(beside, TAP), seconds])

    def memory(self, words: Words, reserve: Reserve) -> Words:
        """Return the form's own words, with memory for what first frames leave."""
        stride = odd_lines(words[DILATION] + CHUNK)
        return {LEFT: reserve(words[ROWS] * stride), LEFT_STRIDE: stride, RESTING: ALWAYS}

    def scratch_bytes(self, words: Words) -> int:
        """Return how many bytes of SCRATCH the layer uses: a table of its taps."""
        return WORD * words[KERNEL]

    def widths(self, height: int) -> list[int]:
        """Return how many vectors wide tiles of a height are."""
        return pair_widths(height)

    def loops(self, words: Words, ring: bool) -> int:
        """Return how often inner loops start for the two frames of a pair."""
        return 3

    def chunks(self, words: Words, frames: int) -> list[tuple[int, float]]:
        """Return (vectors that tiles cover, how many such): half of them, for all weights."""
        cuts = 0.5 * frames / words[DILATION] if frames % _LANES else 0.0
        return [*((width, 0.5 * times) for width, times in whole_chunks(frames)), (1, cuts)]

    def kind(self, layer: Layer) -> int:
        """Return the dilation, by which halves are cut."""
        return layer.dilation

    def interrupted(self, number: int) -> Words:
        """Return the words of a layer whose frames before a number are of no use to later ones."""
        return {RESTING: number}


def _tiles(rows: int) -> int:
    """Return an even number of tiles, so that about as many rows are at first frames as not."""
    return 2 * math.ceil(rows / (2 * HALF_HEIGHTS[-1]))


MINIMAL_HALVES = MinimalHalves()
