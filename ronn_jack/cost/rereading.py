"""What reading again takes that a cache may have lost: of copied rows, rings and weights."""

from __future__ import annotations

import math

from ronn_jack.cost.caches import Caches
from ronn_jack.cost.parts import FRAME, LINE_FRAMES, Part, Ring
from ronn_jack.realtime.compiler.memory import CACHE_LINE
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.layout import CHUNK, MAX_BLOCK

_ALONE = 4 * CACHE_LINE
"""Bytes of a tap's frames that come one line at a time."""
_BEGINNING = 4
"""Lines of a stretch of memory that come before the processor reads ahead."""


def count_rereading(
    parts: list[Part], rings: list[Ring], copied: float, frames: int, sizes: Caches
) -> dict[str, float]:
    """Return the copying of histories, and the reading of lines that a cache may have lost.

    Whether a line is still in a cache when it is read again depends on how many bytes are touched
    until then: where the dilation is within a step's frames, what one step touches; otherwise,
    what all steps touch until the next tap has come to the place.

    Parameters
    ----------
    rings : list of Ring
        From the first layer to the last.
    copied : float
        Vectors of copied rows.
    frames : int
        Of the step.

    Returns
    -------
    amounts : dict of float
        By kind of work.
    """
    weights = sum(part.number * part.weights for part in parts)
    touched = (
        weights + 2 * FRAME * frames * max(part.inputs for part in parts) + copied * CACHE_LINE
    )
    distant = 0  # bytes that the taps in the rings from here on touch for a frame
    for ring in rings:
        touched += ring.number * ring.window
        distant += ring.number * ring.part.frame * ring.part.words[layout.KERNEL]
    near = sizes.missing_first(touched)
    lines = weights / CACHE_LINE + copied
    passed = float(weights)
    # The longer a tap's frames, the more of them the processor reads ahead.
    alone = min(1.0, math.sqrt(_ALONE / (FRAME * frames)))
    far = again = memory = wait = 0.0
    for ring in rings:
        part, number = ring.part, ring.number
        length = ring.frames + MAX_BLOCK + CHUNK
        read = number * ring.window / CACHE_LINE
        lines += read
        # A ring's start is copied once a round.
        copied += number * part.frame * CHUNK * frames / (length * CACHE_LINE)
        passed += number * part.frame * length
        distant -= number * part.frame * part.words[layout.KERNEL]
        if part.form.shares_inputs and part.form.keeps_inputs and part.tiles > 1:
            # A window shares the cache with weights and sums.
            again += read * (part.tiles - 1) * sizes.beyond_second(2 * ring.window)
        if ring.dilation <= frames:
            far += read * sizes.beyond_second(touched)
        else:
            distance = passed + distant * ring.dilation
            far += read * alone * sizes.beyond_second(distance)
            lost = number * sizes.missing_last(distance)
            reads, waits = _from_memory(ring, frames)
            memory += lost * reads
            wait += lost * waits
    return {
        "copy": copied,
        "near": near * lines,
        "far": far,
        "again": again,
        "memory": memory,
        "wait": wait,
    }


def _from_memory(ring: Ring, frames: int) -> tuple[float, float]:
    """Return the reads and waits of one layer's step where no cache holds its history.

    Lines that lie together and are read at once come sooner than one by one: about the root of
    their number counts. Dense tiles multiply so much between reads that the processor looks ahead
    to few of them: what was not asked for is waited for. Asking never covers the last line of
    frames that lie across two, which is the only new one of these.
    """
    part, form = ring.part, ring.part.form
    rows = part.frame / FRAME
    chunks = float(-(-frames // CHUNK))
    if form.is_stretch:
        reads = ring.window / (CACHE_LINE * math.sqrt(_BEGINNING))
        return reads, rows * chunks * _BEGINNING
    taps = rows * part.words[layout.KERNEL]
    lines = frames / LINE_FRAMES
    passes = part.passes / part.tiles if form.keeps_inputs else chunks
    reads = taps * math.sqrt(passes * lines)
    if not (form.keeps_inputs and form.shares_inputs):
        return reads, 0.0
    return reads, reads * (crossed(ring.dilation) if form.asks_ahead(part.words, frames) else 1.0)


def crossed(dilation: int) -> float:
    """Return the share of taps whose vectors lie across two cache lines."""
    return 1.0 - math.gcd(dilation, LINE_FRAMES) / LINE_FRAMES
