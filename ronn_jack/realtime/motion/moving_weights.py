"""Weights that move while a network runs: morph and drift.

The weights are a function of the frame's number: at every CELL-th frame, a knot, they are a mix of
four sources, and between knots they go linearly from one mix to the next. A mix is made during
the cell before it is needed, a part with every block, so that no block has more to do than
another. Three sets of weights take turns: the one to start from, the one to reach, and the one in
the making. Nothing is mixed while nothing moves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.weights import LayerSources
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.compiler.memory import CACHE_LINE, aligned_bytes, offset, record
from ronn_jack.realtime.kernels.convolution import DENSE_ROWS
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.layout import (
    BIAS,
    BLEND,
    CELL,
    CHUNK,
    HEADER_WORDS,
    LAYER_WORDS,
    MOVED,
    NEXT_BIAS,
    NEXT_WEIGHTS,
    ROWS_OUT,
    WEIGHTS,
    WORD,
)
from ronn_jack.realtime.kernels.vectors import MIXED, load_int64, mix_rows, store_int64
from ronn_jack.realtime.motion.mixture import LAYER, OSCILLATORS, SHARES, find_shares, find_swings
from ronn_jack.realtime.motion.ramp import RAMP, run_ramp, settle_ramp

GLIDE_SECONDS = 0.05
"""Time in which morph and the depth of drift reach a new value."""
_SETS = 3
_LINE_FLOATS = CACHE_LINE // 4

MOTION = np.dtype(
    [
        ("network", "i8"),
        ("layers", "i8"),  # address of the LAYERs
        ("count", "i8"),
        ("sources", "i8"),  # address of the first source
        ("size", "i8"),  # floats of a source, and of a set of weights
        ("sets", "i8", _SETS),  # addresses: to start from, to reach, in the making
        ("made", "i8"),  # floats of the set in the making, or -1 while none is
        ("made_layer", "i8"),  # the layer that the next of them belongs to
        ("rate", "f8"),  # sample rate in Hz
        ("targets", "f8", 2),  # of morph and of the depth of drift
        ("wanted_hertz", "f8"),  # rate of drift
        ("hertz", "f8"),  # the same, as it is
        ("phase", "f8"),  # in cycles, at the frame `since`
        ("since", "i8"),
        ("restless", "i8"),  # set to mix all the time, whether or not anything moves
        ("settled", "i8"),  # the frame that it was settled at
        ("glide_cells", "i8"),
        ("values", "f8", 2),  # of morph and depth in the set in the making
        ("swings", "f8", OSCILLATORS),
        ("ramps", "u1", 2 * RAMP.itemsize),
    ],
    align=True,
)
_TARGETS = offset(MOTION, "targets")
_VALUES = offset(MOTION, "values")
_SWINGS = offset(MOTION, "swings")
_RAMPS = offset(MOTION, "ramps")
_RAMP_SIZE = RAMP.itemsize
_LAYER_SIZE = LAYER.itemsize
_MORPH, _DEPTH = range(2)
_START, _END, _MAKING = range(_SETS)


@native(int64(int64, int64, int64))
def begin_motion(motion: int, position: int, frames: int) -> int:
    """[audio-thread] Make the weights ready for the frames from `position` on.

    Returns how many of `frames` are to be run before the next call.
    """
    m = carray(pointer(motion), (1,), MOTION)[0]
    moved = load_int64(m.network + WORD * MOVED)
    if moved < 0 and m.made < 0 and not _is_restless(motion):
        return frames
    into = position % CELL
    # Settled at a knot it is beyond that already, if it moves.
    if into == 0 and not (position == m.settled and m.made >= 0):
        _cross_knot(motion, position)
        moved = load_int64(m.network + WORD * MOVED)
    frames = min(frames, CELL - into)
    if moved >= 0:
        store_int64(m.network + WORD * MOVED, into)
    if m.made >= 0:
        _make(motion, m.size * (into + frames) // CELL)
    return frames


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


@native(void(int64, int64))
def _cross_knot(motion: int, position: int) -> None:
    """Set out from what was reached for what was made, and begin to make what follows."""
    m = carray(pointer(motion), (1,), MOTION)[0]
    moved = m.network + WORD * MOVED
    if load_int64(moved) >= 0:
        _exchange_sets(motion, _START, _END)
    if m.made >= 0:
        _exchange_sets(motion, _END, _MAKING)
        store_int64(moved, int64(0))
    else:
        store_int64(moved, int64(-1))
    if not _is_restless(motion):
        m.made = -1
        return
    ramps = carray(pointer(motion + _RAMPS), (2,), RAMP)
    if ramps[_DEPTH].value == 0.0:
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
        # From the last frame on that a set was made for at the old rate.
        m.phase += m.hertz * (position + CELL - m.since) / m.rate
        m.since = position + CELL
        m.hertz = m.wanted_hertz
    _begin_set(motion, position + 2 * CELL)


@native(float64(int64, int64))
def drift_cycles(motion: int, frame: int) -> float:
    """[audio-thread] Return the phase of drift in cycles that belongs to a frame to come."""
    m = carray(pointer(motion), (1,), MOTION)[0]
    cycles: float = m.phase + m.hertz * (frame - m.since) / m.rate
    return cycles


@native(float64(int64))
def drift_depth(motion: int) -> float:
    """[audio-thread] Return the depth of drift."""
    depth: float = carray(pointer(motion), (1,), MOTION)[0].values[_DEPTH]
    return depth


@native(void(int64, int64, int64))
def _exchange_sets(motion: int, a: int, b: int) -> None:
    m = carray(pointer(motion), (1,), MOTION)[0]
    m.sets[a], m.sets[b] = m.sets[b], m.sets[a]
    _point_words(motion)


@native(void(int64))
def _point_words(motion: int) -> None:
    """Show the network the set to start from and the one to reach."""
    m = carray(pointer(motion), (1,), MOTION)[0]
    layers = carray(pointer(m.layers), (m.count,), LAYER)
    for index in range(m.count):
        own = layers[index]
        words = m.network + WORD * (HEADER_WORDS + LAYER_WORDS * index)
        store_int64(words + WORD * WEIGHTS, m.sets[_START] + 4 * own.begin)
        store_int64(words + WORD * BIAS, m.sets[_START] + 4 * own.biases)
        store_int64(words + WORD * NEXT_WEIGHTS, m.sets[_END] + 4 * own.begin)
        store_int64(words + WORD * NEXT_BIAS, m.sets[_END] + 4 * own.biases)


@native(void(int64, int64))
def _begin_set(motion: int, frame: int) -> None:
    """Begin to make the weights that belong to a frame."""
    m = carray(pointer(motion), (1,), MOTION)[0]
    find_swings(m.phase + m.hertz * (frame - m.since) / m.rate, motion + _SWINGS)
    for index in range(m.count):
        layer = m.layers + index * _LAYER_SIZE
        find_shares(layer, m.values[_MORPH], m.values[_DEPTH], motion + _SWINGS)
    m.made = m.made_layer = 0


@native(void(int64, int64))
def _make(motion: int, until: int) -> None:
    """Go on with the set in the making until it has so many floats."""
    m = carray(pointer(motion), (1,), MOTION)[0]
    layers = carray(pointer(m.layers), (m.count,), LAYER)
    while m.made < until:
        end = layers[m.made_layer].end
        count = min(until, end) - m.made
        mix_rows(
            m.sets[_MAKING] + 4 * m.made,
            m.sources + 4 * m.made,
            4 * m.size,
            m.layers + m.made_layer * _LAYER_SIZE + SHARES,
            count,
        )
        m.made += count
        if m.made == end:
            m.made_layer += 1


@native(void(int64, float64))
def prepare_motion(motion: int, rate: float) -> None:
    """[control-thread] Write the times of a MOTION at a sample rate in Hz; then settle it."""
    m = carray(pointer(motion), (1,), MOTION)[0]
    m.rate = rate
    m.glide_cells = max(1, int64(np.rint(GLIDE_SECONDS * rate / CELL)))


@native(void(int64, int64, float64))
def rest_motion(motion: int, position: int, phase: float) -> None:
    """[control-thread] Put all where it is at a frame if the targets have always been the same.

    However often it is settled, its sets lie in one order afterwards.
    """
    m = carray(pointer(motion), (1,), MOTION)[0]
    for i in range(_SETS - 1):
        for j in range(i + 1, _SETS):
            if m.sets[j] < m.sets[i]:
                m.sets[i], m.sets[j] = m.sets[j], m.sets[i]
    for i in range(2):
        settle_ramp(motion + _RAMPS + i * _RAMP_SIZE, motion + _TARGETS + i * 8)
        m.values[i] = m.targets[i]
    m.hertz = m.wanted_hertz
    m.phase = phase
    m.since = 0
    m.settled = position
    knot = position // CELL * CELL
    for i in (_START, _END):
        _begin_set(motion, knot + i * CELL)
        _make(motion, m.size)
        _exchange_sets(motion, i, _MAKING)
    if _is_restless(motion):
        _begin_set(motion, knot + 2 * CELL)
        _make(motion, m.size * (position - knot) // CELL)
        store_int64(m.network + WORD * MOVED, position - knot)
    else:
        m.made = -1
        store_int64(m.network + WORD * MOVED, int64(-1))


@entry(void(int64, float64))
def _prepare(motion: int, rate: float) -> None:
    prepare_motion(motion, rate)


@entry(void(int64, int64, float64))
def settle_motion(motion: int, position: int, phase: float) -> None:
    """[control-thread] As `rest_motion`."""
    rest_motion(motion, position, phase)


class Motion:
    """[control-thread] Lets a network's weights morph and drift.

    Parameters
    ----------
    image : NetworkImage
        The network, which may be running; its weights are those of the first source.
    sources : sequence of LayerSources
        One per layer.
    rate : float
        Sample rate in Hz.
    room : sequence of int, optional
        Packed weights that each layer has at most, where it is to be laid out anew.
    """

    def __init__(
        self,
        image: NetworkImage,
        sources: Sequence[LayerSources],
        rate: float,
        room: Sequence[int] | None = None,
    ) -> None:
        self._image = image
        self._layers = aligned_bytes(len(sources) * LAYER.itemsize)
        mixed: list[list[NDArray[np.float32]]] = [[] for _ in range(MIXED)]
        size = 0
        for index, layer in enumerate(sources):
            most = room[index] if room is not None else 0
            size = self._place(image, index, layer, size, mixed, most)
        self._sources = _kept(np.concatenate([part for parts in mixed for part in parts]))
        first = self._sources[: 4 * size].view(np.float32)
        self._sets = [_kept(first) for _ in range(_SETS)]
        # A tile has at most as many rows as a layer, or as a dense tile of a transposed one.
        outputs = (int(image.layer_words(index)[ROWS_OUT]) for index in range(len(sources)))
        self._blend = aligned_bytes(4 * CHUNK * max(DENSE_ROWS, *outputs))
        for index in range(len(sources)):
            image.layer_words(index)[BLEND] = self._blend.ctypes.data

        self._record, self.address = record(MOTION)
        fields = self._record
        fields.network = image.address
        fields.layers = self._layers.ctypes.data
        fields.count = len(sources)
        fields.sources = self._sources.ctypes.data
        fields.size = size
        fields.sets[0] = [weights.ctypes.data for weights in self._sets]
        fields.made = -1
        _prepare.ctypes(self.address, rate)

    def aim(self, morph: float, hertz: float, depth: float) -> None:
        """Let morph (0–1) and the depth of drift (0–1) glide to new values, and set its rate."""
        fields = self._record
        fields.wanted_hertz = hertz
        fields.targets[0, _MORPH] = morph
        fields.targets[0, _DEPTH] = depth

    def settle(self, position: int, phase: float = 0.0) -> None:
        """Put the weights where they are at a frame, before the network runs from there.

        The phase of drift is then as if its rate had been the same since frame 0, where it was
        `phase`, in cycles.
        """
        settle_motion.ctypes(self.address, position, phase)
        self._image.interrupt()

    def forget(self) -> None:
        """Leave zeros of all weights but the sources' biases: they are to be written anew."""
        sources = self._sources.view(np.float32).reshape(MIXED, -1)
        for layer in self._layers.view(LAYER):
            sources[:, layer["begin"] : layer["biases"]] = 0.0
        for weights in self._sets:
            weights[:] = 0

    def cycles(self, position: int) -> float:
        """[any-thread] Return the phase of drift at a frame, in cycles."""
        fields = self._record[0]
        return float(fields.phase + fields.hertz * (position - fields.since) / fields.rate)

    @property
    def shares(self) -> NDArray[np.float32]:
        """How much of each source a layer's weights were when mixed last [shape=(layers, 4)]."""
        return self._layers.view(LAYER)["shares"].copy()

    def set_restless(self, on: bool) -> None:
        """Let the weights be mixed as if they moved, to measure what that takes."""
        self._record.restless = int(on)

    def _place(
        self,
        image: NetworkImage,
        index: int,
        sources: LayerSources,
        begin: int,
        mixed: list[list[NDArray[np.float32]]],
        most: int,
    ) -> int:
        """Add a layer's sources to the rows that are mixed; return where they end."""
        biases = sources.biases or [np.zeros(1, np.float32)] * MIXED
        for row, weight, bias in zip(mixed, sources.weights, biases, strict=True):
            packed = image.packed_weights(index, weight)
            packed = np.append(packed, np.zeros(max(0, most - packed.size), np.float32))
            widened = image.widened(index, bias)
            padding = -(packed.size + widened.size) % _LINE_FLOATS
            row += [packed, widened, np.zeros(padding, np.float32)]
        own = self._layers.view(LAYER)[index]
        own["begin"] = begin
        own["biases"] = begin + packed.size
        own["end"] = begin + packed.size + widened.size + padding
        lengths = np.sqrt(np.diag(sources.products))
        # Without a direction there is no angle, and the way is straight.
        straight = not lengths[:2].all()
        cosine = 1.0 if straight else sources.products[0, 1] / (lengths[0] * lengths[1])
        own["length_a"], own["length_b"] = lengths[:2]
        own["angle"] = math.acos(min(1.0, max(-1.0, cosine)))
        own["products"] = sources.products.reshape(-1)
        own["swing"] = sources.swing.reshape(-1)
        return int(own["end"])


def _kept(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return an aligned copy, which the audio thread touches without a page fault."""
    memory = aligned_bytes(values.nbytes)
    memory.view(np.float32)[:] = values
    return memory
