"""[control-thread] An impulse response, made ready for the audio thread."""

from __future__ import annotations

import numpy as np
from numba import int64, void
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.memory import aligned_bytes
from ronn_jack.realtime.convolver.complex_vectors import TILE_BYTES
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
    SPECTRA,
    STARTS,
    STEPS,
    TAPS,
    WORD,
)
from ronn_jack.realtime.convolver.level import open_window, split_tiles, transform
from ronn_jack.realtime.convolver.plan import plan_of, units_of

LONGEST_SECONDS = 8.0
MOST_FRAMES = 576_000
"""What memory and time allow at high sample rates: 6 s at 96 kHz."""

_INAUDIBLE = 1e-9
"""Share of a response's energy that nobody misses: −90 dB."""
_GRAIN = 512
"""Frames to which its reach is rounded up."""

Float32 = NDArray[np.float32]


@entry(void(int64, int64, int64, int64, int64, int64, int64, int64, int64, int64))
def _analyse(
    size: int,
    opening: int,
    middle: int,
    opens: int,
    splits: int,
    source: int,
    silence: int,
    count: int,
    tiles: int,
    target: int,
) -> None:
    """Transform the partitions of a channel.

    Parameters
    ----------
    source : int64
        Address of `count` · `size` float32.
    silence, tiles : int64
        Addresses of `size` zeros, and of a transform's tiles of scratch.
    target : int64
        Address of tiles [shape=(tiles, count)].
    """
    for partition in range(count):
        for unit in range(opens):
            open_window(size, source + 4 * size * partition, silence, opening, tiles, unit)
        for unit in range(splits):
            split_tiles(middle, tiles, unit)
        for tile in range(size // 64):
            place = target + TILE_BYTES * (count * tile + partition)
            transform(tiles + TILE_BYTES * tile, place)


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
        self._words = aligned_bytes(WORD * RESPONSE_WORDS).view(np.int64)
        self.address = self._words.ctypes.data
        self._memory: list[NDArray[np.uint8]] = []
        self._words[REACH] = _reach(self._samples)
        self._words[TAPS] = self._kept(_cut(samples, 0, HEAD)[:, ::-1])
        ends = (*STARTS[1:], samples.shape[1])
        for level in range(LEVELS):
            self._prepare(samples, level, min(ends[level], samples.shape[1]))

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

    def _prepare(self, samples: Float32, level: int, end: int) -> None:
        size, start = SIZES[level], STARTS[level]
        plan = plan_of(size)
        count = partitions(level, end)
        # Neither way of the transforms is scaled.
        cut = _cut(samples, start, start + count * size, end) * np.float32(1.0 / size)
        spectra = aligned_bytes(max(1, CHANNELS * plan.tiles * count) * TILE_BYTES)
        scratch = np.zeros(3 * size, np.float32)
        for channel in range(CHANNELS):
            _analyse.ctypes(
                size,
                plan.opening.ctypes.data,
                plan.middle.ctypes.data,
                *units_of(size),
                cut[channel].ctypes.data,
                scratch.ctypes.data,
                count,
                scratch[size:].ctypes.data,
                spectra.ctypes.data + channel * plan.tiles * count * TILE_BYTES,
            )
        self._memory.append(spectra)
        part = self._words[PARTS + PART_WORDS * level :]
        part[COUNT] = count
        part[SPECTRA] = spectra.ctypes.data
        part[STEPS] = self._kept(plan.steps(count))

    def _kept(self, values: NDArray[np.float32] | NDArray[np.int64]) -> int:
        """Return the address of a copy that lives as long as this."""
        memory = aligned_bytes(values.nbytes)
        memory[:] = np.ascontiguousarray(values).view(np.uint8).ravel()
        self._memory.append(memory)
        return memory.ctypes.data


def partitions(level: int, frames: int) -> int:
    """Return how many partitions of a level a response has up to a frame."""
    return max(0, -(-(frames - STARTS[level]) // SIZES[level]))


def late_partitions(frames: int) -> int:
    """Return how many of the longest partitions there are, on which alone its cost depends."""
    return partitions(LEVELS - 1, frames)


def longest_frames(rate: float) -> int:
    """Return the frames of the longest response at a sample rate in Hz."""
    return min(round(LONGEST_SECONDS * rate), MOST_FRAMES)


def _reach(samples: Float32) -> int:
    """Return how many of a response's frames bear all of its energy that is heard."""
    grains = -(-samples.shape[1] // _GRAIN)
    padded = np.zeros((CHANNELS, grains * _GRAIN), np.float32)
    padded[:, : samples.shape[1]] = samples
    powers = np.einsum("cgt,cgt->g", *2 * [padded.reshape(CHANNELS, grains, _GRAIN)])
    left = np.cumsum(powers[::-1], dtype=np.float64)[::-1]
    return _GRAIN * int(np.count_nonzero(left > _INAUDIBLE * left[0]))


def _cut(samples: Float32, start: int, stop: int, end: int | None = None) -> Float32:
    """Return some frames of each channel, zeros where there are none."""
    part = np.zeros((CHANNELS, stop - start), np.float32)
    taken = samples[:, start : stop if end is None else min(stop, end)]
    part[:, : taken.shape[1]] = taken
    return part
