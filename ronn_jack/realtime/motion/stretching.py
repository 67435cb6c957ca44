"""A voice whose network is laid out anew for a sample rate, by compiled code. [control-thread]"""

from __future__ import annotations

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.kernels.layout import BLEND, HEADER_WORDS, LAYER_WORDS, SCALE, WORD
from ronn_jack.realtime.kernels.stretching import weigh
from ronn_jack.realtime.kernels.vectors import MIXED, load_int64, store_int64
from ronn_jack.realtime.motion.mixture import LAYER
from ronn_jack.realtime.motion.modulation import MODULATION
from ronn_jack.realtime.motion.moving_weights import MOTION

_FIRST = WORD * HEADER_WORDS
_NEXT = WORD * LAYER_WORDS


@native(void(int64, int64, int64, float64))
def move_stretched(motion: int, network: int, stretch: int, rate: float) -> None:
    """Let a MOTION move another image of its network, which is to be settled then.

    Parameters
    ----------
    network : int64
        Address of an image that `build_network` has made at the rate.
    stretch, rate : int64, float64
        Address of the STRETCH, of as many sources as are mixed, and the sample rate in Hz.
    """
    m = carray(pointer(motion), (1,), MOTION)[0]
    layers = carray(pointer(m.layers), (m.count,), LAYER)
    blend = load_int64(m.network + _FIRST + WORD * BLEND)
    m.network = network
    for index in range(m.count):
        store_int64(network + _FIRST + _NEXT * index + WORD * BLEND, blend)
        for row in range(MIXED):
            target = m.sources + 4 * (m.size * row + layers[index].begin)
            weigh(stretch, index, row, rate, target)


@native(void(int64, int64))
def modulate_stretched(modulation: int, network: int) -> None:
    """Let a MODULATION, which has not run yet, glide the scales and shifts of another image."""
    m = carray(pointer(modulation), (1,), MODULATION)[0]
    m.live = load_int64(network + _FIRST + WORD * SCALE)
