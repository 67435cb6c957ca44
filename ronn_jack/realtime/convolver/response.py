"""[control-thread] An impulse response, made ready for the audio thread.

All that it takes lies in one stretch of memory.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.language import carray, int64, void
from ronn_jack.realtime.compiler.memory import CACHE_LINE, aligned_bytes
from ronn_jack.realtime.convolver.complex_vectors import TILE, TILE_BYTES
from ronn_jack.realtime.convolver.layout import (
    CHANNELS,
    CORRELATION,
    COUNT,
    EARLIER,
    EARLIER_CORRELATION,
    GENERATION,
    HEAD,
    LEVELS,
    PART_WORDS,
    PARTS,
    REACH,
    RESPONSE_WORDS,
    SIZES,
    SLOT,
    SPECTRA,
    STARTS,
    STEPS,
    TAPS,
    WORD,
)
from ronn_jack.realtime.convolver.level import open_window, split_tiles, transform
from ronn_jack.realtime.convolver.plan import (
    middle_of,
    opening_of,
    opens_of,
    shared_plans,
    splits_of,
)

LONGEST_SECONDS = 8.0
MOST_FRAMES = 576_000
"""What memory and time allow at high sample rates: 6 s at 96 kHz."""
SCRATCH_BYTES = 4 * 4 * SIZES[-1]
"""That the preparation of a response takes beside its own memory."""

_PER_TILE = 4.0
"""Work of a tile's transforms, in passes over 16 columns."""
_PER_PARTITION = 1.0
"""Work of a partition's products in a tile."""

_INAUDIBLE = 1e-9
"""Share of a response's energy that nobody misses: −90 dB."""

Float32 = NDArray[np.float32]


def partitions(level: int, frames: int) -> int:
    """Return how many partitions of a level a response has up to a frame."""
    return max(0, -(-(frames - STARTS[level]) // SIZES[level]))


def late_partitions(frames: int) -> int:
    """Return how many of the longest partitions there are, on which alone its cost depends."""
    return partitions(LEVELS - 1, frames)


def longest_frames(rate: float) -> int:
    """Return the frames of the longest response at a sample rate in Hz."""
    return min(round(LONGEST_SECONDS * rate), MOST_FRAMES)


@native(int64(int64, int64))
def count_partitions(level: int, frames: int) -> int:
    """[control-thread] Return how many partitions of a level a response of so many frames has."""
    end = frames
    if level < LEVELS - 1:
        end = min(frames, STARTS[level + 1])
    return max(0, -(-(end - STARTS[level]) // SIZES[level]))


@native(int64(int64))
def whole_lines(size: int) -> int:
    """[control-thread] Return bytes rounded up to whole cache lines."""
    return -(-size // CACHE_LINE) * CACHE_LINE


@native(int64(int64))
def response_bytes(frames: int) -> int:
    """[control-thread] Return the memory that a response of so many frames takes when prepared."""
    size: int = whole_lines(WORD * RESPONSE_WORDS) + whole_lines(4 * CHANNELS * HEAD)
    for level in range(LEVELS):
        tiles = max(1, CHANNELS * (SIZES[level] // TILE) * count_partitions(level, frames))
        size += TILE_BYTES * tiles + whole_lines(WORD * (SIZES[level] // SLOT + 1))
    return size


@native(void(int64, int64, int64, int64, int64, int64))
def _analyse(size: int, plans: int, window: int, count: int, partition: int, target: int) -> None:
    """Transform a partition of a channel.

    Parameters
    ----------
    window : int64
        Address of the partition's frames, float32, of as many zeros, and of a transform's tiles of
        scratch.
    target : int64
        Address of tiles [shape=(tiles, count)].
    """
    silence, tiles = window + 4 * size, window + 8 * size
    opening, middle = opening_of(plans, size), middle_of(plans)
    for unit in range(opens_of(size)):
        open_window(size, window, silence, opening, tiles, unit)
    for unit in range(splits_of(size)):
        split_tiles(middle, tiles, unit)
    for tile in range(size // TILE):
        transform(tiles + TILE_BYTES * tile, target + TILE_BYTES * (count * tile + partition))


@native(void(int64, int64, int64))
def _write_steps(target: int, size: int, count: int) -> None:
    """Write the first unit of work of each slot, and the number of all.

    A unit belongs to the slot in which its middle lies.
    """
    slots = size // SLOT
    steps = carray(pointer(target), (slots + 1,), np.int64)
    tiles, columns = size // TILE, opens_of(size) + splits_of(size)
    product = _PER_TILE + _PER_PARTITION * count
    whole = 2.0 * columns + product * tiles
    unit, done = 0, 0.0
    for slot in range(slots + 1):
        while unit < 2 * columns + tiles:
            weight = product if columns <= unit < columns + tiles else 1.0
            if done + 0.5 * weight >= slot / slots * whole:
                break
            done += weight
            unit += 1
        steps[slot] = unit


@native(int64(int64, int64, int64))
def _reach(samples: int, stride: int, frames: int) -> int:
    """Return how many of a response's frames bear all of its energy that is heard."""
    first = carray(pointer(samples), (frames,), np.float32)
    second = carray(pointer(samples + 4 * stride), (frames,), np.float32)
    whole = 0.0
    for t in range(frames):
        whole += first[t] * first[t] + second[t] * second[t]
    left, end = 0.0, frames
    while end > 0 and left <= _INAUDIBLE * whole:
        end -= 1
        left += first[end] * first[end] + second[end] * second[end]
    return min(end + 1, frames) if left > 0.0 else 0


@native(void(int64, int64, int64, int64, int64, int64))
def write_response(
    memory: int, samples: int, stride: int, frames: int, plans: int, scratch: int
) -> None:
    """[control-thread] Prepare a response for the audio thread.

    Parameters
    ----------
    memory : int64
        Address of `response_bytes(frames)`; then that of the RESPONSE.
    samples, stride, frames : int64
        Address of the first channel's float32, frames from there to the second's (0 where one
        serves both), and how many there are, at least one.
    plans : int64
        Address of what `write_plans` has written, which has to stay.
    scratch : int64
        Address of SCRATCH_BYTES, which need not.
    """
    words = carray(pointer(memory), (RESPONSE_WORDS,), np.int64)
    place = memory + whole_lines(WORD * RESPONSE_WORDS)
    words[GENERATION] = words[EARLIER] = 0
    for word in (CORRELATION, EARLIER_CORRELATION):
        words[word] = 0
        carray(pointer(memory + WORD * word), (1,), np.float32)[0] = 1.0
    words[REACH] = _reach(samples, stride, frames)
    words[TAPS] = place
    taps = carray(pointer(place), (CHANNELS, HEAD), np.float32)
    for channel in range(CHANNELS):
        x = carray(pointer(samples + 4 * stride * channel), (frames,), np.float32)
        for t in range(HEAD):
            taps[channel, HEAD - 1 - t] = x[t] if t < frames else np.float32(0.0)
    place += whole_lines(4 * CHANNELS * HEAD)
    for level in range(LEVELS):
        size, count = SIZES[level], count_partitions(level, frames)
        part = carray(
            pointer(memory + WORD * (PARTS + PART_WORDS * level)), (PART_WORDS,), np.int64
        )
        part[COUNT], part[SPECTRA] = count, place
        carray(pointer(place), (TILE_BYTES,), np.uint8)[:] = 0  # where there are none
        window = carray(pointer(scratch), (2 * size,), np.float32)
        window[size:] = 0.0
        for channel in range(CHANNELS):
            x = carray(pointer(samples + 4 * stride * channel), (frames,), np.float32)
            for partition in range(count):
                start = STARTS[level] + size * partition
                for t in range(size):
                    # Neither way of the transforms is scaled.
                    sample = x[start + t] if start + t < frames else np.float32(0.0)
                    window[t] = sample * np.float32(1.0 / size)
                target = place + channel * (size // TILE) * count * TILE_BYTES
                _analyse(size, plans, scratch, count, partition, target)
        place += TILE_BYTES * max(1, CHANNELS * (size // TILE) * count)
        part[STEPS] = place
        _write_steps(place, size, count)
        place += whole_lines(WORD * (size // SLOT + 1))


@entry(int64(int64))
def _bytes(frames: int) -> int:
    size: int = response_bytes(frames)
    return size


@entry(void(int64, int64, int64, int64, int64, int64))
def _write(memory: int, samples: int, stride: int, frames: int, plans: int, scratch: int) -> None:
    write_response(memory, samples, stride, frames, plans, scratch)


class PreparedResponse:
    """A response's spectra, which the audio thread may read while this object lives.

    Parameters
    ----------
    samples : ndarray [shape=(1 or 2, frames), float32]
        Of a channel each; one serves both.

    Attributes
    ----------
    address : int
        Of the RESPONSE.
    """

    def __init__(self, samples: Float32) -> None:
        samples = np.broadcast_to(samples, (CHANNELS, samples.shape[1]))
        self._samples = np.ascontiguousarray(samples, np.float32)
        frames = samples.shape[1]
        self._memory = aligned_bytes(_bytes.ctypes(frames))
        self.address = self._memory.ctypes.data
        self._words = self._memory[: WORD * RESPONSE_WORDS].view(np.int64)
        scratch = np.empty(SCRATCH_BYTES, np.uint8)
        _write.ctypes(
            self.address,
            self._samples.ctypes.data,
            frames,
            frames,
            shared_plans(),
            scratch.ctypes.data,
        )

    @property
    def generation(self) -> int:
        """Those offered later have larger ones."""
        return int(self._words[GENERATION])

    @generation.setter
    def generation(self, number: int) -> None:
        self._words[GENERATION] = number

    def follow(self, newest: PreparedResponse, earlier: PreparedResponse) -> None:
        """Be ready to take the place of a response, and be as loud as it on the way.

        Parameters
        ----------
        newest : PreparedResponse
            Offered before this one.
        earlier : PreparedResponse
            In whose place that one may still wait to come: then this one comes there.
        """
        self._store(CORRELATION, self._correlation(newest))
        self._words[EARLIER] = earlier.address
        self._store(EARLIER_CORRELATION, self._correlation(earlier))

    def _store(self, word: int, number: float) -> None:
        self._words[word : word + 1].view(np.float32)[0] = number

    def _correlation(self, other: PreparedResponse) -> float:
        frames = min(self._samples.shape[1], other._samples.shape[1])
        product = np.vdot(self._samples[:, :frames], other._samples[:, :frames])
        power = np.vdot(self._samples, self._samples) * np.vdot(other._samples, other._samples)
        # What silence takes part in goes evenly.
        return min(1.0, max(0.0, float(product / np.sqrt(power)))) if power > 0.0 else 1.0
