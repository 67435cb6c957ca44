"""Where a convolver's and a response's parts lie in memory. [any-thread]

A response is cut into a head of 64 taps, which is convolved directly, and three levels of
partitions: 64, 512 and 4096 frames long. The first level gives its block at once; one that starts
two partitions in has a whole one to compute a block in.
"""

from __future__ import annotations

import numpy as np

from ronn_jack.realtime.compiler.memory import offset

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

PART = np.dtype(
    [
        ("count", "i8"),  # partitions
        ("spectra", "i8"),  # address of tiles [shape=(channels, tiles, count)]
        ("steps", "i8"),  # address of int64: the first unit of work of each slot, and their number
    ]
)
RESPONSE = np.dtype(
    [
        ("generation", "i8"),  # those offered later have larger ones
        ("head", "i8"),  # address of float32 [shape=(channels, HEAD)], the oldest input's first
        ("parts", PART, LEVELS),
    ]
)
LEVEL = np.dtype(
    [
        ("size", "i8"),  # frames of a partition
        ("part", "i8"),  # bytes from a response to its PART of this level
        ("prompt", "i8"),  # whether a block's work is done at once
        ("opening", "i8"),  # address of twiddles of the first pass
        ("middle", "i8"),  # of the second
        ("places", "i8"),  # partitions of input that are kept
        ("inputs", "i8"),  # address of tiles [shape=(channels, tiles, places)], newer ones first
        ("work", "i8"),  # address of tiles [shape=(channels, 2, tiles)]
        ("blocks", "i8"),  # address of float32 [shape=(2, channels, 2, size)]
        ("fade", "i8"),  # frames that it takes from one response to another
        ("begun", "i8"),  # whether a block is in the making
        ("old", "i8"),  # bytes from a ring's first frame to the halves of its window
        ("new", "i8"),
        ("place", "i8"),  # of the newest partition of input
        ("filled", "i8"),  # partitions of input that there are
        ("response", "i8"),  # address of the one that it is computed with
        ("leaving", "i8"),  # and of the one that fades out, or 0
        ("faded", "i8"),  # frames of that fade that lie before the block
        ("written", "i8"),  # which of the two blocks is in the making
        ("sounds", "i8"),  # whether the other one is complete
        ("sounding_leaves", "i8"),  # whether it has a part that fades out
        ("sounding_faded", "i8"),
    ]
)
CONVOLVER = np.dtype(
    [
        ("pending", "i8"),  # a response that waits to be taken
        ("pending_line", "u1", 56),
        ("oldest", "i8"),  # the least generation that is in use
        ("oldest_line", "u1", 56),
        ("position", "i8"),  # frames taken
        ("runs", "i8"),  # whether there is a past
        ("ring", "i8"),  # address of float32 [shape=(channels, RING_FLOATS)]
        ("sums", "i8"),  # address of scratch float32 [shape=(2, SLOT)]
        ("response", "i8"),  # address of the one that is heard, or fades in
        ("leaving", "i8"),
        ("since", "i8"),  # the frame that this fade began with
        ("fade", "i8"),
        ("levels", LEVEL, LEVELS),
    ],
    align=True,
)

PENDING = offset(CONVOLVER, "pending")
OLDEST = offset(CONVOLVER, "oldest")
LEVELS_AT = offset(CONVOLVER, "levels")
PARTS_AT = offset(RESPONSE, "parts")
