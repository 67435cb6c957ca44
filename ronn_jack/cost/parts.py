"""What the counting of a network's work knows of its layers and of their histories."""

from __future__ import annotations

from ronn_jack.realtime.compiler.memory import CACHE_LINE
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.forms.form import Words
from ronn_jack.realtime.kernels.forms.registry import form_of

FRAME = 4
"""Bytes of a float32."""
LINE_FRAMES = CACHE_LINE // FRAME


class Part:
    """Layers that are alike but for their dilation: the first, the inner ones or the last.

    Attributes
    ----------
    words : dict of int
        What the image holds about the first of them.
    number, first : int
        How many there are, and the index of the first.
    rows : int
        Of the convolution's output.
    tiles : int
        That the rows are dealt out to.
    frame : int
        Bytes of a frame of history: of inputs, or of the sums of a transposed layer.
    weights : int
        Bytes of one layer's.
    passes : float
        Of one layer's tiles, in a step.
    aligned, crossing : float
        Multiply-adds that could start while a tap of one layer's depthwise tiles is computed,
        in a step, and how many more if rows lie across two cache lines.
    """

    __slots__ = (
        "aligned", "crossing", "first", "form", "frame", "inputs", "number", "outputs", "passes",
        "rows", "terms", "tiles", "weights", "words",
    )  # fmt: skip

    def __init__(self, words: Words, first: int, number: int) -> None:
        self.words = words
        self.first = first
        self.number = number
        self.form = form_of(words)
        self.inputs = words[layout.ROWS_IN]
        self.outputs = words[layout.ROWS_OUT]
        self.rows = words[layout.ROWS]
        self.tiles = words[layout.TILES]
        self.terms = words[layout.OUTER] * words[layout.INNER]
        self.frame = FRAME * self.form.kept_rows(words)
        self.weights = FRAME * self.rows * self.terms
        self.passes = self.aligned = self.crossing = 0.0


class Ring:
    """Layers whose history lies in rings, of inputs or of sums to come.

    Attributes
    ----------
    dilation : int
    frames : int
        Of history.
    window : int
        Bytes of it that a step touches, in one layer.
    """

    __slots__ = ("dilation", "frames", "number", "part", "window")

    def __init__(self, part: Part, number: int, dilation: int, past: int, step: int) -> None:
        self.part = part
        self.number = number
        self.dilation = dilation
        self.frames = past
        read = part.form.read_frames(part.words[layout.KERNEL]) * step
        self.window = part.frame * min(past + step, round(read))
