"""A convolver that runs over arrays, in blocks of any length."""

from itertools import cycle

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.compiler.language import carray
from ronn_jack.realtime.convolver.convolver import Convolver, forget, run_convolver

RATE = 48000.0


@entry("void(int64)")
def _forget(convolver):
    forget(convolver)


@entry("void(int64, int64, int64, int64, int64, int64, int64)")
def _run_blocks(convolver, channels, rows, stride, shares, blocks, count):
    mode = set_flush_to_zero()
    lengths = carray(pointer(blocks), (count,), np.int64)
    for block in range(count):
        run_convolver(convolver, channels, rows, stride, shares, shares, lengths[block])
        rows += 8 * lengths[block]
    restore_float_mode(mode)


class RunningConvolver:
    def __init__(self, response=None, rate=RATE, **options):
        self.convolver = Convolver(rate, **options)
        if response is not None:
            self.convolver.offer(response)
        self.forget()

    def forget(self):
        _forget.ctypes(self.convolver.address)

    def run(self, x, blocks=(64,)):
        """Return `x` [shape=(channels, frames)] convolved, the lengths of blocks being repeated."""
        y = np.array(x, np.float64, order="C")
        lengths, left = [], y.shape[1]
        for length in cycle(blocks):
            if left == 0:
                break
            lengths.append(min(length, left))
            left -= lengths[-1]
        lengths = np.array(lengths)
        shares = np.ones(max(lengths))
        _run_blocks.ctypes(
            self.convolver.address,
            y.shape[0],
            y.ctypes.data,
            y.strides[0],
            shares.ctypes.data,
            lengths.ctypes.data,
            len(lengths),
        )
        return y


def noise(frames, channels=2, seed=1):
    return np.random.default_rng(seed).standard_normal((channels, frames)).astype(np.float32)


def room(seconds, decay=7.0, seed=2, channels=2):
    """Return noise that dies away [shape=(channels, frames), float32]."""
    frames = round(seconds * RATE)
    fall = np.exp(-decay * np.arange(frames) / max(frames, 1))
    h = noise(frames, channels, seed) * fall
    return (h / np.sqrt((h**2).sum(axis=1, keepdims=True))).astype(np.float32)


def convolved(x, h):
    """Return the convolution in float64, of as many frames as `x` has."""
    frames = x.shape[1]
    size = 1 << (frames + h.shape[1]).bit_length()
    spectra = np.fft.rfft(x.astype(np.float64), size) * np.fft.rfft(h.astype(np.float64), size)
    return np.fft.irfft(spectra, size)[:, :frames]
