"""What is kept of a network to lay it out for any sample rate. [control-thread]

It holds no addresses: the network's sizes, its weights, and how each layer may look: by its
dilation it takes one form or another, with a history that is copied or in a ring.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer
from ronn_jack.model.times import Times
from ronn_jack.realtime.compiler.memory import CACHE_LINE
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.forms.form import LONGEST_COPIED_OUTSIDE, Dilations, Words
from ronn_jack.realtime.kernels.forms.registry import FORMS, form_of, shape
from ronn_jack.realtime.kernels.layout import LAYER_WORDS

STRETCH = np.dtype(
    [
        ("layers", "i8"),
        ("outputs", "i8"),
        ("rows", "i8"),  # most rows of input or output of a layer
        ("kernel", "i8"),  # longest
        ("modulation", "i8"),  # bytes from here to scales and shifts, or 0
        ("decay", "f8"),  # s in which a response falls by 60 dB, or 0
        ("stretch", "f8"),  # factor of all dilations at the rate `meant`
        ("meant", "f8"),  # Hz, or 0: at all rates
        ("note", "f8"),  # s that the longest dilation takes, or 0; it takes `octave` times as long
        ("octave", "f8"),
    ],
    align=True,
)
KEPT_LAYER = np.dtype(
    [
        ("growth", "f8"),  # its dilation where `stretch` is 1
        ("cropped", "i8"),  # whether its residual is delayed by half its span
        ("looks", "i8"),  # bytes from the STRETCH to its LOOKs
        ("look_count", "i8"),
        ("count", "i8"),  # weights of a source
        ("weights", "i8"),  # and to the plain weights of each source
        ("biases", "i8"),  # and to one float32 per output row
    ],
    align=True,
)
LOOK = np.dtype(
    [
        *((name, "i8") for name in Dilations._fields),  # those that it is for
        ("span", "i8"),  # frames of history for each of the dilation
        ("beside", "i8"),  # and besides
        ("scratch", "i8"),  # bytes of SCRATCH
        ("starts", "i8"),  # bytes from the STRETCH to the rows' starts, and to the terms,
        ("terms", "i8"),  # as `packing` has them
        ("words", "i8", LAYER_WORDS),  # RING is not 0 where the history is in one
    ],
    align=True,
)
"""A layer with some dilations; the first that suits tells how it is laid out."""


class _Data:
    """Bytes that grow, with all that is put into them on cache lines."""

    def __init__(self, size: int) -> None:
        self.content = bytearray(-(-size // CACHE_LINE) * CACHE_LINE)
        self._places: dict[bytes, int] = {}

    def put(self, array: NDArray[np.generic]) -> int:
        """Return where a copy lies; of equal ones there is one."""
        content = array.tobytes()
        if content in self._places:
            return self._places[content]
        place = self._places[content] = len(self.content)
        self.content += content
        self.content += bytes(-len(self.content) % CACHE_LINE)
        return place


def stretch_memory(
    layers: Sequence[Layer],
    growth: float,
    times: Times,
    sources: Sequence[Sequence[NDArray[np.float32]]],
    biases: Sequence[NDArray[np.float32]] | None,
    modulation: NDArray[np.float32] | None = None,
) -> bytes:
    """Return a STRETCH, its layers and its numbers.

    Parameters
    ----------
    layers : sequence of Layer
        As they are at some rate; at any, where no delay is a time.
    growth : float
        Layer i's dilation is that to the power of i, stretched.
    times : Times
    sources : sequence of sequences of ndarray
        One at least: weights [shape=(outputs, inputs/groups, kernel)] of each layer; the first are
        the network's.
    biases : sequence of ndarray, optional
        Of the network.
    modulation : ndarray, optional
        All scales and shifts, as a `NetworkImage` packs them.
    """
    head = np.zeros((), STRETCH)
    kept = np.zeros(len(layers), KEPT_LAYER)
    data = _Data(STRETCH.itemsize + kept.nbytes)
    head["layers"], head["outputs"] = len(layers), layers[-1].outputs
    head["rows"] = max(max(each.inputs, each.outputs) for each in layers)
    head["kernel"] = max(each.kernel for each in layers)
    for name in ("decay", "stretch", "meant", "note", "octave"):
        head[name] = getattr(times, name)
    for index, layer in enumerate(layers):
        own = kept[index]
        own["growth"] = growth**index if layer.kernel > 1 else 0.0
        own["cropped"] = bool(layer.residual_delay)
        looks = _looks(layer, times, modulation is not None)
        own["look_count"] = len(looks)
        own["looks"] = data.put(np.stack([_look(each, layer, data) for each in looks]))
        repeat = -(-layer.outputs // len(sources[0][index]))
        plain = np.array([np.repeat(each[index], repeat, axis=0) for each in sources], np.float32)
        own["count"], own["weights"] = plain[0].size, data.put(plain)
        given = np.zeros(1, np.float32) if biases is None else biases[index]
        own["biases"] = data.put(np.broadcast_to(given, layer.outputs).astype(np.float32))
    if modulation is not None:
        head["modulation"] = data.put(modulation.astype(np.float32))
    begin = head.tobytes() + kept.tobytes()
    return begin + bytes(data.content[len(begin) :])


def forms_for_any_rate(layers: Sequence[Layer], times: Times) -> set[int]:
    """Return the numbers of the forms that a network's layers take at one rate or another."""
    return {words[layout.FORM] for layer in layers for words in _looks(layer, times)}


def most_weights(layers: Sequence[Layer], times: Times) -> list[int]:
    """Return how many packed weights each layer has at most, at one rate or another."""
    return [
        max(words[layout.ROWS] * words[layout.OUTER] * words[layout.INNER] for words in looks)
        for looks in (_looks(layer, times) for layer in layers)
    ]


def _looks(layer: Layer, times: Times, modulated: bool = False) -> Sequence[Words]:
    """Return words, with some dilation, for each way in which a layer looks at any rate."""
    plain = replace(layer, frame_gain=1.0, residual_delay=None)
    if layer.residual_delay is not None:
        # A late one needs a history of inputs, however late it is.
        plain = replace(plain, residual_delay=min(1, layer.residual_delay))
    ways = _ways(replace(plain, dilation=1), modulated)
    if times.meant or times.note or layer.kernel == 1:
        return list(ways.values())
    return [ways[_way(shape(plain, modulated))]]


@functools.lru_cache
def _ways(layer: Layer, modulated: bool) -> Mapping[tuple[int, bool], Words]:
    found: dict[tuple[int, bool], Words] = {}
    for dilation in (1,) if layer.kernel == 1 else _dilations_of_all_ways(layer):
        words = shape(replace(layer, dilation=dilation), modulated)
        found.setdefault(_way(words), words)
    return {way: found[way] for way in sorted(found)}


def _dilations_of_all_ways(layer: Layer) -> list[int]:
    """Return dilations among which a layer looks in each way that it can at all."""
    suited = [each for form in FORMS if (each := form.dilations(layer)) is not None]
    begins = [each.multiple * -(-each.least // each.multiple) for each in suited]
    return sorted({*range(1, 2 * LONGEST_COPIED_OUTSIDE + 1), *begins})


def _way(words: Words) -> tuple[int, bool]:
    return words[layout.FORM], bool(words[layout.RING])


def _look(words: Words, layer: Layer, data: _Data) -> NDArray[np.void]:
    look, form = np.zeros((), LOOK), form_of(words)
    dilations = form.dilations(layer)
    assert dilations is not None
    for name, value in dilations._asdict().items():
        look[name] = value
    if form.keeps_inputs:
        look["span"] = form.past(layer.kernel, 2) - form.past(layer.kernel, 1)
        look["beside"] = form.past(layer.kernel, 1) - look["span"]
    look["scratch"] = form.scratch_bytes(words)
    look["starts"], look["terms"] = data.put(form.row_starts(words)), data.put(form.terms(words))
    for word, value in words.items():
        look["words"][word] = value
    return look
