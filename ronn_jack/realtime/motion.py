"""Weights that move while a network runs: morph and drift.

The weights are a function of the frame's number. At every CELL-th frame, a knot, each layer's are
a mix of four sources; between knots they go straight from one mix to the next. The mix is found by
spherical interpolation between the sources of `seed` and `seed_b`, to which the directions of
drift are added; the sum is scaled back to the length that it had before. Nothing is mixed while
nothing moves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numba import carray, float32, float64, int64, void

from ronn_jack.model.weights import LayerSources
from ronn_jack.realtime.atomics import pointer
from ronn_jack.realtime.compile import entry, native
from ronn_jack.realtime.convolution import DENSE_ROWS
from ronn_jack.realtime.image import NetworkImage
from ronn_jack.realtime.layout import (
    BIAS,
    BLEND,
    CELL,
    CHUNK,
    FORM,
    HEADER_WORDS,
    LAYER_WORDS,
    MOVED,
    NEXT_BIAS,
    NEXT_WEIGHTS,
    SUMS_BIAS,
    TRANSPOSED,
    WEIGHTS,
    WORD,
)
from ronn_jack.realtime.memory import aligned_bytes, offset, record
from ronn_jack.realtime.ramp import RAMP, run_ramp, settle_ramp
from ronn_jack.realtime.vectors import MIXED, load_int64, mix_rows, store_int64

GLIDE_SECONDS = 0.05
"""Time in which morph and the depth of drift reach a new value."""
OSCILLATORS = 4
FREQUENCIES = tuple(1.3247179572447460**-i for i in range(OSCILLATORS))
"""Of the oscillators that drift swings by, as factors of its rate.

Powers of the plastic number: no two come close to a simple ratio, so that the way is long.
"""
_PARALLEL = 1e-3
"""Sine of an angle below which two sources are mixed in a straight line."""
_MOST_STRETCH = 8.0
"""Most that a sum is scaled up by, where sources cancel each other."""

LAYER = np.dtype(
    [
        ("weights", "i8"),  # address of the sources' packed weights, one after the other
        ("weights_count", "i8"),  # of one source
        ("biases", "i8"),  # likewise, or 0
        ("biases_count", "i8"),
        ("length_a", "f8"),  # of the vector of weights and biases of `seed`
        ("length_b", "f8"),
        ("angle", "f8"),  # between the two
        ("products", "f8", MIXED * MIXED),
        ("swing", "f8", 2 * OSCILLATORS),
    ],
    align=True,
)
MOTION = np.dtype(
    [
        ("network", "i8"),
        ("layers", "i8"),  # address of the LAYERs
        ("count", "i8"),
        ("rate", "f8"),  # sample rate in Hz
        ("targets", "f8", 2),  # of morph and of the depth of drift
        ("wanted_hertz", "f8"),  # rate of drift
        ("hertz", "f8"),  # the same, as it is
        ("phase", "f8"),  # in cycles, at the frame `since`
        ("since", "i8"),
        ("restless", "i8"),  # set to mix at every knot, whether or not anything moves
        ("glide_cells", "i8"),
        ("values", "f8", 2),  # of morph and depth at the last knot
        ("swings", "f8", OSCILLATORS),
        ("shares", "f4", MIXED),
        ("ramps", "u1", 2 * RAMP.itemsize),
    ],
    align=True,
)
_TARGETS = offset(MOTION, "targets")
_VALUES = offset(MOTION, "values")
_RAMPS = offset(MOTION, "ramps")
_SHARES = offset(MOTION, "shares")
_RAMP_SIZE = RAMP.itemsize
_LAYER_SIZE = LAYER.itemsize
_MORPH, _DEPTH = range(2)


@native(int64(int64))
def _is_restless(motion: int) -> int:
    """Return whether the weights have anywhere to go."""
    m = carray(pointer(motion), (1,), MOTION)[0]
    ramps = carray(pointer(motion + _RAMPS), (2,), RAMP)
    for i in range(2):
        if ramps[i].left > 0 or ramps[i].target != m.targets[i]:
            return 1
    if ramps[_DEPTH].value > 0.0 and (m.hertz != 0.0 or m.wanted_hertz != 0.0):
        return 1
    restless: int = m.restless
    return restless


@native(int64(int64, int64, int64))
def begin_motion(motion: int, position: int, frames: int) -> int:
    """[audio-thread] Make the weights ready for the frames from `position` on.

    Returns how many of `frames` may be run before the next call.
    """
    m = carray(pointer(motion), (1,), MOTION)[0]
    moved = load_int64(m.network + WORD * MOVED)
    if moved < 0 and _is_restless(motion) == 0:
        return frames
    into = position % CELL
    if into == 0:
        _cross_knot(motion, position)
        moved = load_int64(m.network + WORD * MOVED)
    if moved >= 0:
        store_int64(m.network + WORD * MOVED, into)
    elif into == 0:
        return frames
    return min(frames, CELL - into)


@native(void(int64, int64))
def _cross_knot(motion: int, position: int) -> None:
    """Come to rest at a knot, or set out for the next one."""
    m = carray(pointer(motion), (1,), MOTION)[0]
    network = m.network
    if load_int64(network + WORD * MOVED) >= 0:
        _exchange_weights(network, m.count)
    if _is_restless(motion) == 0:
        store_int64(network + WORD * MOVED, int64(-1))
        return
    if carray(pointer(motion + _RAMPS), (2,), RAMP)[_DEPTH].value == 0.0:
        # Where it is not heard, drift returns to the phase that only the frame's number gives.
        m.phase, m.since, m.hertz = 0.0, 0, m.wanted_hertz
    for i in range(2):
        run_ramp(
            motion + _RAMPS + i * _RAMP_SIZE,
            motion + _TARGETS + i * 8,
            m.glide_cells,
            motion + _VALUES + i * 8,
            1,
        )
    if m.wanted_hertz != m.hertz:
        m.phase += m.hertz * (position - m.since) / m.rate
        m.since = position
        m.hertz = m.wanted_hertz
    _mix(motion, position + CELL, NEXT_WEIGHTS, NEXT_BIAS)
    store_int64(network + WORD * MOVED, int64(0))


@native(void(int64, int64))
def _exchange_weights(network: int, layers: int) -> None:
    """Make the weights that were reached the ones to start from."""
    for index in range(layers):
        layer = network + WORD * (HEADER_WORDS + LAYER_WORDS * index)
        bias = SUMS_BIAS if load_int64(layer + WORD * FORM) == TRANSPOSED else BIAS
        _exchange_words(layer + WORD * WEIGHTS, layer + WORD * NEXT_WEIGHTS)
        _exchange_words(layer + WORD * bias, layer + WORD * NEXT_BIAS)


@native(void(int64, int64))
def _exchange_words(a: int, b: int) -> None:
    kept = load_int64(a)
    store_int64(a, load_int64(b))
    store_int64(b, kept)


@native(void(int64, int64, int64, int64))
def _mix(motion: int, frame: int, weights: int, bias: int) -> None:
    """Mix all layers' weights for a frame into the places that two words of a layer hold."""
    m = carray(pointer(motion), (1,), MOTION)[0]
    layers = carray(pointer(m.layers), (m.count,), LAYER)
    cycles = m.phase + m.hertz * (frame - m.since) / m.rate
    for i in range(OSCILLATORS):
        m.swings[i] = math.sin(2.0 * math.pi * (cycles * FREQUENCIES[i] % 1.0))
    for index in range(m.count):
        _find_shares(motion, m.layers + index * _LAYER_SIZE)
        own = layers[index]
        words = m.network + WORD * (HEADER_WORDS + LAYER_WORDS * index)
        mix_rows(
            load_int64(words + WORD * weights),
            own.weights,
            4 * own.weights_count,
            motion + _SHARES,
            own.weights_count,
        )
        place = bias
        if bias == BIAS and load_int64(words + WORD * FORM) == TRANSPOSED:
            place = SUMS_BIAS
        if own.biases != 0:
            mix_rows(
                load_int64(words + WORD * place),
                own.biases,
                4 * own.biases_count,
                motion + _SHARES,
                own.biases_count,
            )


@native(void(int64, int64))
def _find_shares(motion: int, layer: int) -> None:
    """Write how much of each source a layer's weights are."""
    m = carray(pointer(motion), (1,), MOTION)[0]
    own = carray(pointer(layer), (1,), LAYER)[0]
    morph, depth = m.values[_MORPH], m.values[_DEPTH]
    sine = math.sin(own.angle)
    a, b = 1.0 - morph, morph
    if sine > _PARALLEL:
        length = a * own.length_a + b * own.length_b
        a = length / own.length_a * (math.sin(a * own.angle) / sine)
        b = length / own.length_b * (math.sin(b * own.angle) / sine)
    c = d = 0.0
    if depth > 0.0 and own.length_a > 0.0:
        length = math.sqrt(max(0.0, _square(layer, a, b, 0.0, 0.0)))
        for i in range(OSCILLATORS):
            c += own.swing[i] * m.swings[i]
            d += own.swing[OSCILLATORS + i] * m.swings[i]
        c *= depth * length / own.length_a
        d *= depth * length / own.length_a
        stretched = math.sqrt(max(0.0, _square(layer, a, b, c, d)))
        if length > 0.0:
            scale = length / max(stretched, length / _MOST_STRETCH)
            a, b, c, d = a * scale, b * scale, c * scale, d * scale
    m.shares[0] = float32(a)
    m.shares[1] = float32(b)
    m.shares[2] = float32(c)
    m.shares[3] = float32(d)


@native(float64(int64, float64, float64, float64, float64))
def _square(layer: int, a: float, b: float, c: float, d: float) -> float:
    """Return the squared length of a weighted sum of the sources."""
    p = carray(pointer(layer), (1,), LAYER)[0].products
    total: float = (
        a * (a * p[0] + 2.0 * (b * p[1] + c * p[2] + d * p[3]))
        + b * (b * p[5] + 2.0 * (c * p[6] + d * p[7]))
        + c * (c * p[10] + 2.0 * d * p[11])
        + d * d * p[15]
    )
    return total


@entry(void(int64, int64))
def _settle(motion: int, position: int) -> None:
    """Put everything where it is at a frame if the targets have always been what they are."""
    m = carray(pointer(motion), (1,), MOTION)[0]
    for i in range(2):
        settle_ramp(motion + _RAMPS + i * _RAMP_SIZE, motion + _TARGETS + i * 8)
        m.values[i] = m.targets[i]
    m.hertz = m.wanted_hertz
    m.phase = 0.0
    m.since = 0
    knot = position // CELL * CELL
    _mix(motion, knot, WEIGHTS, BIAS)
    moved = int64(-1)
    if _is_restless(motion) != 0:
        _mix(motion, knot + CELL, NEXT_WEIGHTS, NEXT_BIAS)
        moved = position - knot
    store_int64(m.network + WORD * MOVED, moved)


class Motion:
    """[control-thread] Lets a network's weights morph and drift.

    Parameters
    ----------
    image : NetworkImage
        The network; its weights have to be those of the first source.
    sources : sequence of LayerSources
        One per layer.
    rate : float
        Sample rate in Hz.
    """

    def __init__(self, image: NetworkImage, sources: Sequence[LayerSources], rate: float) -> None:
        self._record, self.address = record(MOTION)
        self._layers = aligned_bytes(len(sources) * LAYER.itemsize)
        self._memory = [aligned_bytes(4 * CHUNK * DENSE_ROWS)]
        self._settled = False
        for index, layer in enumerate(sources):
            self._add(image, index, layer)
        fields = self._record
        fields.network = image.address
        fields.layers = self._layers.ctypes.data
        fields.count = len(sources)
        fields.rate = rate
        fields.glide_cells = max(1, round(GLIDE_SECONDS * rate / CELL))

    def aim(self, morph: float, hertz: float, depth: float) -> None:
        """Let morph (0–1) and the depth of drift (0–1) glide to new values, and set its rate."""
        fields = self._record
        fields.wanted_hertz = hertz
        fields.targets[0, _MORPH] = morph
        fields.targets[0, _DEPTH] = depth

    def settle(self, position: int) -> None:
        """Put the weights where they are at a frame, before the network runs from there.

        The phase of drift is then as if its rate had been the same since frame 0.
        """
        _settle.ctypes(self.address, position)

    def set_restless(self, on: bool) -> None:
        """Let the weights be mixed at every knot as if they moved, to measure what that takes."""
        self._record.restless = int(on)

    def _add(self, image: NetworkImage, index: int, sources: LayerSources) -> None:
        weights = np.concatenate([image.packed_weights(index, w) for w in sources.weights])
        count = weights.size // MIXED
        products = sources.products
        lengths = np.sqrt(np.diag(products))
        # Without a direction there is no angle, and the way is straight.
        cosine = products[0, 1] / (lengths[0] * lengths[1]) if lengths[:2].all() else 1.0
        own = self._layers.view(LAYER)[index]
        own["weights"] = self._kept(weights)
        own["weights_count"] = count
        own["length_a"], own["length_b"] = lengths[:2]
        own["angle"] = math.acos(min(1.0, max(-1.0, cosine)))
        own["products"] = products.reshape(-1)
        own["swing"] = sources.swing.reshape(-1)
        rows = image.widened(index, np.zeros(1, np.float32)).size
        if sources.biases is not None:
            biases = np.concatenate([image.widened(index, b) for b in sources.biases])
            own["biases"] = self._kept(biases)
            own["biases_count"] = rows
        words = image.layer_words(index)
        words[NEXT_WEIGHTS] = self._kept(weights[:count])
        words[NEXT_BIAS] = self._kept(np.zeros(rows, np.float32))
        words[BLEND] = self._memory[0].ctypes.data

    def _kept(self, values: np.ndarray) -> int:
        """Return the address of a copy that lives as long as this object."""
        memory = aligned_bytes(values.nbytes)
        memory.view(np.float32)[:] = values
        self._memory.append(memory)
        return memory.ctypes.data
