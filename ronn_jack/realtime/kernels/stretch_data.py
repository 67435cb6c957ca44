"""What is kept of a network to lay it out for any sample rate. [control-thread]

It holds no addresses: the network's sizes, how each layer looks with a short history and with a
long one, and its weights in the order of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.spec import Layer
from ronn_jack.model.times import Times
from ronn_jack.realtime.compiler.memory import CACHE_LINE
from ronn_jack.realtime.kernels.forms.form import longest_copied
from ronn_jack.realtime.kernels.forms.registry import form_of, shape, stretching_alone
from ronn_jack.realtime.kernels.layout import LAYER_WORDS

SHORT, LONG = range(2)
"""How a layer looks: with a history that is copied, or is so short, and with a longer one."""

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
        ("words", "i8", (2, LAYER_WORDS)),
        ("count", "i8"),  # weights of a source
        ("weights", "i8", 2),  # bytes from the STRETCH to the packed weights of each source
        ("ages", "i8", 2),  # and to their taps' numbers from the newest on, a byte each
        ("biases", "i8"),  # and to one float32 per output row
    ],
    align=True,
)


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
        As they are at any rate.
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
        far = longest_copied(layer.inputs) + 1
        for look, dilation in ((SHORT, 1), (LONG, far)):
            looks = replace(layer, dilation=dilation, frame_gain=1.0)
            with stretching_alone():
                words = shape(looks, modulated=modulation is not None)
            for word, value in words.items():
                own["words"][look, word] = value
            repeat = -(-layer.outputs // len(sources[0][index]))
            weights = [np.repeat(each[index], repeat, axis=0) for each in sources]
            ages = np.broadcast_to(np.arange(layer.kernel)[::-1], weights[0].shape)
            pack = form_of(words).pack
            packed = np.array([pack(each, words) for each in weights], np.float32)
            own["count"] = packed.shape[1]
            own["weights"][look] = data.put(packed)
            own["ages"][look] = data.put(pack(ages.astype(np.float32), words).astype(np.uint8))
        given = np.zeros(1, np.float32) if biases is None else biases[index]
        own["biases"] = data.put(np.broadcast_to(given, layer.outputs).astype(np.float32))
    if modulation is not None:
        head["modulation"] = data.put(modulation.astype(np.float32))
    begin = head.tobytes() + kept.tobytes()
    return begin + bytes(data.content[len(begin) :])
