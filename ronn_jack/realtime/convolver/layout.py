"""Where a convolver's and a response's parts lie: words of 8 bytes, by index. [any-thread]

A response is cut into a head of 64 taps, which is convolved directly, and three levels of
partitions: 64, 512 and 4096 frames long. The first level gives its block at once; one that starts
two partitions in has a whole one to compute a block in.
"""

from __future__ import annotations

SLOT = 64
"""Frames from one piece of work to the next; every border is a multiple of the frame's number."""
HEAD = SLOT
"""Taps that are convolved directly."""
CHANNELS = 2
SIZES = (64, 512, 4096)
"""Frames of each level's partitions."""
LEVELS = len(SIZES)
STARTS = (HEAD, 2 * SIZES[1], 2 * SIZES[2])
"""The tap that each level begins with."""
RING = 3 * SIZES[-1]
"""Frames of input that are kept: the longest window, and as many as come while it is read."""
RING_FLOATS = SLOT + RING + SLOT
"""The ring begins with a copy of its end, and is read beyond its end by a head's vectors."""

(
    GENERATION,  # of a response: those offered later have larger ones
    CORRELATION,  # float32, from 0 to 1: with the response that it takes the place of
    EARLIER,  # address of the one that it takes the place of if that one was not taken, or 0
    EARLIER_CORRELATION,  # with that one
    REACH,  # frames that bear all of it but 90 dB less
    TAPS,  # address of the head, float32 [shape=(channels, HEAD)], the oldest input's tap first
    PARTS,  # of the first level; those of the others follow
) = range(7)
(
    COUNT,  # partitions
    SPECTRA,  # address of tiles [shape=(channels, tiles, count)]
    STEPS,  # address of int64: the first unit of work of each slot, and the number of all
    PART_WORDS,
) = range(4)
RESPONSE_WORDS = PARTS + LEVELS * PART_WORDS

PENDING, OLDEST = 0, 8
"""A response that waits to be taken, and the least generation that is in use. Two threads write
around them, so each has a cache line to itself."""
(
    POSITION,  # frames taken
    INPUT,  # address of the ring's first frame, float32 [shape=(channels, RING_FLOATS)]
    SUMS,  # address of scratch float32 [shape=(2, SLOT)]
    HEARD,  # address of the response that is heard, or fades in
    LEAVING,  # and of the one that fades out, or 0
    FADED,  # frames of that fade that lie before the slot
    FADE,  # frames that it takes
    RISEN,  # frames of input since it began to come in
    RISE,  # frames in which it comes in
    QUIET,  # frames for which nothing has been sent into the room, or it is a new one
    FIRST_LEVEL,
) = range(16, 27)

(
    SIZE,  # frames of a partition
    PART,  # bytes from a response to this level's part of it
    PROMPT,  # whether a block's work is done at once
    OPENING,  # address of twiddles of the first pass
    MIDDLE,  # of the second
    OPENS,  # units of the first pass
    PASSES,  # of the first and the second
    PLACES,  # partitions of input that are kept
    INPUTS,  # address of tiles [shape=(channels, tiles, places)], newer ones first
    WORK,  # address of tiles [shape=(channels, 2, tiles)]
    BLOCKS,  # address of float32 [shape=(2, channels, 2, size)]
    LEVEL_FADE,  # frames that it takes from one response to another
    BEGUN,  # whether a block is in the making
    OLD,  # bytes from a ring's first frame to the halves of its window
    NEW,
    PLACE,  # of the newest partition of input
    FILLED,  # partitions of input that there are
    RESPONSE,  # address of the one that it is computed with
    RESPONSE_LEAVING,  # and of the one that fades out, or 0
    LEVEL_FADED,  # frames of that fade that lie before the block
    WRITTEN,  # which of the two blocks is in the making
    SOUNDS,  # whether the other one is complete
    SOUNDING_LEAVES,  # whether it has a part that fades out
    SOUNDING_FADED,  # frames of that fade that lie before it
    SOUNDING_CORRELATION,  # float32, of the response that fades in with the other
    LEVEL_WORDS,
) = range(26)
CONVOLVER_WORDS = FIRST_LEVEL + LEVELS * LEVEL_WORDS
WORD = 8
"""Bytes of a word."""
