"""Where things lie in a network's image: words of 8 bytes, by index. [any-thread]

An image is one block of memory: the header's words, each layer's words, then weights, histories
and scratch rows at the addresses that those words hold. docs/kernels.md draws it.
"""

from __future__ import annotations

MAX_BLOCK = 256
"""Most frames that a network takes at once."""
CHUNK = 64
"""Most frames that a tile's call computes; a ring's start is repeated so far after its end."""
CELL = 256
"""Frames in which moving weights go linearly from one value to the next."""
NEAR_BYTES = 32 << 10
"""What surely fits the nearest cache."""
WORD = 8
"""Bytes of a word."""

(
    LAYERS,  # number of layers
    OUTPUTS,  # rows that the network puts out
    STEP,  # frames that the layers take at once; longer blocks are cut
    FINAL,  # address of scratch rows for the last layer's output
    FINAL_STRIDE,  # bytes from row to row
    LEVELS,  # address of one vector per channel, for constant signals
    GLIDED,  # frames of the modulation's glide that have passed, or -1 while it rests
    SLOPES,  # bytes from a scale or shift to its change per frame
    MOVED,  # frames of the present cell that have passed, or -1 while the weights rest
    FRAME,  # number of the frame that comes next
) = range(10)
HEADER_WORDS = 16

(
    FORM,  # place in forms.registry.FORMS
    ROWS_IN,  # input channels
    ROWS_OUT,  # output channels
    ROWS,  # of the convolution that tiles compute
    KERNEL,  # taps
    DILATION,  # frames from tap to tap
    OUTER,  # entries of the tap table: taps, or input rows if those are fewer
    INNER,  # terms of a sum per entry: input rows, or taps
    INNER_STRIDE,  # bytes from term to term
    ROW_STRIDE,  # bytes from the terms of a row to those of the next; 0 where all read the same
    TAPS,  # address of the tap table: bytes from SOURCE to an entry's first term, oldest first
    WEIGHTS,  # address of the packed weights
    TILES,  # number of tiles that the output rows are dealt out to
    BIAS,  # address of one float32 per output row
    LOWER,  # float32: smallest output of the convolution, which is how relu is computed
    ACTIVATION,  # one of ACTIVATION_IDS
    SLOPE,  # float32
    SCALE,  # address of one float32 per output row, or 0: y becomes y · scale + shift
    SHIFT,
    RESIDUAL,  # frames that the input is delayed by before it is added to the output, or -1
    RESIDUAL_STRIDE,  # bytes from input row to input row for that; 0 repeats the first
    RESIDUAL_GAIN,  # float32: what it is multiplied by
    SOURCE,  # address of the first input row
    SOURCE_STRIDE,  # bytes from row to row
    RING,  # frames of a ring, or 0 where the history is copied
    POSITION,  # frame of the rows that comes next; fixed where there is no ring
    KEPT,  # frames of history to copy
    PAST,  # address of the first row's kept history
    PAST_STRIDE,  # bytes from row to row
    SCRATCH,  # address of bytes that layers share, for what a form keeps while it runs
    NEXT_WEIGHTS,  # address of the packed weights that moving ones reach at the cell's end
    NEXT_BIAS,  # address of one float32 per output row, likewise
    BLEND,  # address of scratch rows for what a tile gives with the weights to come
    OWN,  # the first of those that have a meaning within a form alone
) = range(34)
LAYER_WORDS = 40

HEADER_PLACES = {FINAL, LEVELS}
LAYER_PLACES = {TAPS, WEIGHTS, BIAS, SCALE, SHIFT, SOURCE, PAST, SCRATCH}
"""Words that hold addresses; a form has more of its own."""
