"""What the kernels do for a block: how often each kind of work, counted from the spec alone.

Counts follow the kernels' own plan (`image.shape`, `convolution.tile_widths`), so what a host's
kernels do in another way is counted in another way.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from ronn_jack.control.caches import LINE, Caches, caches
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime import layout
from ronn_jack.realtime.activations import ACTIVATION_IDS
from ronn_jack.realtime.convolution import DENSE_ROWS, DEPTHWISE_ROWS, tile_widths
from ronn_jack.realtime.host import VECTOR
from ronn_jack.realtime.image import SMALL_BYTES, Words, longest_copied, shape
from ronn_jack.realtime.layout import CHUNK, MAX_BLOCK

_FRAME = 4
"""Bytes of a float32."""
_LINE_FRAMES = LINE // _FRAME
_CHAIN = 8
"""Multiply-adds that can start until the sum of the first is ready: 4 cycles, 2 in each."""
_ALONE = 4 * LINE
"""Bytes of a tap's frames that come one by one."""


(
    _STEP,  # up to MAX_BLOCK frames
    _CHANNEL,  # a channel of the network's input or output, in a step
    _LAYER,  # a layer, in a step
    _CHUNK,  # a layer's chunk of frames
    _TAP,  # finding where a tap reads in a ring, in a chunk
    _PASS,  # a tile's run over some vectors of frames
    _SUM,  # starting a vector of sums, and storing it
    _LOOP,  # the inner loop of a pass
    _DENSE,  # a multiply-add of vectors, or the time of one, in a dense tile
    _DEPTHWISE,  # the same in a depthwise tile
    _COPY,  # copying a vector
    _CHANGE,  # adding to a vector, or scaling it
    _PRODUCT,  # finding where a transposed layer's row of products belongs
    _ROW,  # activating a chunk's row
    _NEAR,  # reading a line again that the first cache has lost
    _FAR,  # reading a line again that the second has lost, by distance
    _AGAIN,  # reading a line for another tile of the layer when the second may have lost it
    _WAIT,  # a multiply-add that waits for such a line and so keeps later reads from starting
) = range(18)

_CURVES = [name for name in ACTIVATION_IDS if name != "linear"]
KINDS = [
    "step", "channel", "layer", "chunk", "tap", "pass", "sum", "loop", "dense", "depthwise", "copy",
    "change", "product", "row", "near", "far", "again", "wait",
    *_CURVES,  # activating a vector
]  # fmt: skip
"""Names of the kinds of work, in the order of `count_work`'s result."""
_CURVE_KIND = {ACTIVATION_IDS[name]: KINDS.index(name) for name in _CURVES}


@dataclass(slots=True)
class _Part:
    """Layers that are alike but for their dilation: the first, the inner ones or the last.

    Attributes
    ----------
    words : dict of int
        What the image holds about the first of them.
    first, number : int
        Index of the first of them, and how many there are.
    passes : int
        Of the tiles of one of them, in a step.
    aligned, crossing : int
        Of the depthwise tiles of one of them, in a step: multiply-adds that could start while
        a tap of each is computed, and how many more if rows lie across two cache lines.
    """

    words: Words
    first: int
    number: int
    passes: int = 0
    aligned: int = 0
    crossing: int = 0


def count_work(spec: NetworkSpec, block: int) -> list[float]:
    """Return how much of each of KINDS a network takes for a block of so many frames."""
    last = spec.layers - 1
    parts = [_Part(shape(spec.layer(0)), 0, 1)]
    if last > 1:
        parts.append(_Part(shape(spec.layer(1)), 1, last - 1))
    if last > 0:
        parts.append(_Part(shape(spec.layer(last)), last, 1))
    work = [0.0] * len(KINDS)
    for frames, steps in ((MAX_BLOCK, block // MAX_BLOCK), (block % MAX_BLOCK, 1)):
        if frames > 0 and steps > 0:
            step = [0.0] * len(KINDS)
            _add_step(step, spec, parts, frames)
            for kind, amount in enumerate(step):
                work[kind] += steps * amount
    return work


def _add_step(work: list[float], spec: NetworkSpec, parts: list[_Part], frames: int) -> None:
    whole, rest = divmod(frames, CHUNK)
    chunks = [(_vectors(CHUNK), whole)] if whole else []
    if rest:
        chunks.append((_vectors(rest), 1))
    work[_STEP] = 1.0
    work[_CHANNEL] = spec.inputs + spec.outputs
    work[_LAYER] = spec.layers
    work[_CHUNK] = spec.layers * (whole + (rest > 0))
    for part in parts:
        _add_part(work, part, chunks, spec.film is not None)
    _add_pasts(work, spec, parts, frames, caches())


def _add_part(
    work: list[float], part: _Part, chunks: list[tuple[int, int]], modulated: bool
) -> None:
    """Add all that does not depend on where a layer's past lies.

    Parameters
    ----------
    chunks : list of (int, int)
        Vectors of a chunk, and how many such chunks the step has.
    """
    words, number = part.words, part.number
    form, kernel = words[layout.FORM], words[layout.KERNEL]
    inputs, outputs = words[layout.ROWS_IN], words[layout.ROWS_OUT]
    count = sum(times for _, times in chunks)
    vectors = sum(vectors * times for vectors, times in chunks)
    outcome = number * outputs * vectors
    changes = modulated + (words[layout.RESIDUAL] >= 0)
    rows, terms, most = outputs, kernel * inputs, DENSE_ROWS
    if form == layout.TRANSPOSED:
        rows, terms = outputs * kernel, inputs
        work[_PRODUCT] += number * count * rows
        changes += kernel + 1
    elif form == layout.DEPTHWISE:
        most = DEPTHWISE_ROWS
    work[_SUM] += number * rows * vectors
    work[_CHANGE] += outcome * changes
    curve = _CURVE_KIND.get(words[layout.ACTIVATION])
    if curve is not None:
        work[curve] += outcome
        work[_ROW] += number * count * outputs

    tiles = math.ceil(rows / most)
    height, taller = divmod(rows, tiles)
    part.passes = part.aligned = part.crossing = 0
    for tile_height, alike in ((height, tiles - taller), (height + 1, taller)):
        if alike == 0:
            continue
        for width, times in chunks:
            passes, dense, aligned, crossing = _passes(tile_height, width)
            part.passes += alike * times * passes
            if form == layout.DEPTHWISE:
                part.aligned += alike * times * aligned
                part.crossing += alike * times * crossing
            else:
                work[_DENSE] += number * alike * times * terms * dense
    work[_PASS] += number * part.passes


@functools.cache
def _passes(height: int, vectors: int) -> tuple[int, int, int, int]:
    """Return how many passes a tile takes over a chunk, and how long a term takes in all of them.

    Lengths are in multiply-adds that could start meanwhile, as many as loads: of a dense tile, of
    a depthwise one, and what comes to the latter where each load touches two cache lines.
    """
    passes = dense = aligned = crossing = 0
    left = vectors
    widths = tile_widths(height)
    for width, narrower in zip(widths, [*widths[1:], 0], strict=True):
        while left > narrower:
            passes += 1
            dense += max(_CHAIN, height * width, height + 2 * width)
            aligned += max(_CHAIN, height + height * width)
            crossing += height * width
            left -= width
    return passes, dense, aligned, crossing


def _add_pasts(
    work: list[float], spec: NetworkSpec, parts: list[_Part], frames: int, sizes: Caches
) -> None:
    """Add what depends on where a layer's past lies: copied rows, rings and the caches.

    Whether a line is still in a cache when it is read again depends on how many bytes are touched
    until then: where the dilation is within a step's frames, what one step touches; otherwise,
    what all steps touch until the next tap has come to the place.
    """
    kernel = spec.kernel
    weights = sum(part.number * _weight_bytes(part.words) for part in parts)
    widest = max(part.words[layout.ROWS_IN] for part in parts)
    touched = weights + 2 * _FRAME * frames * widest
    copied = busy = 0
    rings = []
    distant = 0  # bytes that a frame's taps in rings touch
    for part, number, dilation in _in_order(spec, parts):
        words = part.words
        rows = words[layout.ROWS_IN]
        past = (kernel - 1) * dilation
        loops = kernel
        if words[layout.FORM] == layout.TRANSPOSED:
            loops = 1
            frame = _FRAME * words[layout.ROWS_OUT]
            busy += _FRAME * rows * CHUNK
        elif past > longest_copied(rows):
            frame = _FRAME * rows
            work[_TAP] += number * kernel * -(-frames // CHUNK)
            busy = SMALL_BYTES + 1
        else:
            frame = 0
            if words[layout.FORM] == layout.DENSE and rows < kernel:
                loops = rows
            vectors = _vectors(past)
            copied += number * rows * vectors
            busy += number * rows * _FRAME * (vectors * VECTOR.lanes + CHUNK)
        work[_LOOP] += number * part.passes * loops
        if part.aligned:
            crossed = 1.0 - math.gcd(dilation, _LINE_FRAMES) / _LINE_FRAMES if past else 0.0
            work[_DEPTHWISE] += number * kernel * (part.aligned + crossed * part.crossing)
        if frame:
            window = number * frame * min(past + frames, kernel * frames)
            touched += window
            distant += number * frame * kernel
            rings.append((words, number * frame, past, window, dilation))
    # Rows of their own have their past moved once, shared ones out and in again.
    copied *= 1 if busy <= SMALL_BYTES else 2
    touched += copied * LINE
    work[_COPY] += copied
    near = sizes.missing_first(touched)
    work[_NEAR] += near * (weights / LINE + copied)

    passed = weights
    for words, frame, past, window, dilation in rings:
        ring = past + MAX_BLOCK + CHUNK
        lines = window / LINE
        work[_NEAR] += lines * near
        if words[layout.FORM] == layout.DENSE and words[layout.TILES] > 1:
            # A window shares the cache with weights and sums.
            again = sizes.beyond_second(2.0 * window)
            work[_AGAIN] += lines * (words[layout.TILES] - 1) * again
        # A ring's start is copied once a round.
        work[_COPY] += frame * CHUNK * frames / (ring * LINE)
        passed += frame * ring
        distant -= frame * kernel
        if dilation <= frames:
            work[_FAR] += lines * sizes.beyond_second(touched)
            continue
        # The longer a tap's frames, the more of them the processor reads ahead.
        alone = min(1.0, math.sqrt(_ALONE / (_FRAME * frames)))
        far = lines * sizes.beyond_second(passed + distant * dilation) * alone
        work[_FAR] += far
        if words[layout.FORM] == layout.DENSE:
            work[_WAIT] += far * (words[layout.ROWS_OUT] / words[layout.TILES] - 1.0)


def _in_order(spec: NetworkSpec, parts: list[_Part]) -> list[tuple[_Part, int, int]]:
    """Return (part, number, dilation) of the layers from first to last, equal ones as one."""
    order = []
    growth = spec.dilation if spec.kernel > 1 else 1
    for part in parts:
        if growth == 1:
            order.append((part, part.number, 1))
        else:
            for index in range(part.first, part.first + part.number):
                order.append((part, 1, growth**index))
    return order


def _weight_bytes(words: Words) -> int:
    inputs = 1 if words[layout.FORM] == layout.DEPTHWISE else words[layout.ROWS_IN]
    return _FRAME * words[layout.KERNEL] * words[layout.ROWS_OUT] * inputs


def _vectors(frames: int) -> int:
    return -(-frames // VECTOR.lanes)
