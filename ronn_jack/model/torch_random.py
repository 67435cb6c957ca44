"""Torch's CPU random numbers, drawn with numpy alone.

After `torch.manual_seed(seed)`, `uniform_` and `normal_` of contiguous float32 tensors give the
same bits as the methods here, in any mixture and of any size (torch on x86-64 with AVX2 or
AVX-512, which agree).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model.torch_float32 import BLOCK, box_muller, fused
from ronn_jack.model.weights import Float32, Int32

_FLOAT32_BITS = 24
_FLOAT64_BITS = 53


class TorchStream:
    """The random numbers that follow `torch.manual_seed(seed)`.

    Parameters
    ----------
    seed : int
        Torch uses its low 32 bits.
    """

    def __init__(self, seed: int) -> None:
        self._generator = np.random.RandomState(seed & 0xFFFFFFFF)
        self._cached: float | None = None

    def uniform(self, count: int, low: float, high: float) -> Float32:
        """Draw `count` numbers from [low, high)."""
        bottom, top = np.float32(low), np.float32(high)
        numerators = self._numerators(count)
        if bottom == -top:
            # u (high - low) + low = (2 u - 1) high, and 2 u - 1 is exact: one rounding.
            numerators -= 1 << (_FLOAT32_BITS - 1)
            return numerators.astype(np.float32) * (top * np.float32(2.0 ** (1 - _FLOAT32_BITS)))
        return fused(_fractions(numerators), top - bottom, bottom)

    def normal(self, count: int, mean: float, std: float) -> Float32:
        """Draw `count` numbers of a normal distribution."""
        if count < BLOCK:
            draws = (self._small_normal() for _ in range(count))
            return np.array([draw * std + mean for draw in draws], dtype=np.float32)
        uniforms = _fractions(self._numerators(_words_of_normal(count)))
        full = count - count % BLOCK
        if full == count:
            return box_muller(uniforms.reshape(-1, BLOCK), mean, std).reshape(-1)
        # Torch draws the last 16 anew, over whatever the full blocks left there.
        blocks = np.concatenate([uniforms[:full], uniforms[count:]]).reshape(-1, BLOCK)
        normals = box_muller(blocks, mean, std).reshape(-1)
        out = normals[:count]
        out[count - BLOCK :] = normals[full:].copy()
        return out

    def skip_uniform(self, count: int) -> None:
        """Leave the stream where `uniform` of `count` numbers would leave it."""
        self._numerators(count)

    def skip_normal(self, count: int) -> None:
        """Leave the stream where `normal` of `count` numbers would leave it."""
        if count < BLOCK:
            self.normal(count, 0.0, 1.0)
        else:
            self._numerators(_words_of_normal(count))

    def _words(self, count: int) -> NDArray[np.uint32]:
        return self._generator.randint(0, 2**32, size=count, dtype=np.uint32)

    def _numerators(self, count: int) -> Int32:
        """Draw whole numbers below 2^24, one word each."""
        words = self._words(count)
        words &= (1 << _FLOAT32_BITS) - 1
        return words.view(np.int32)

    def _small_normal(self) -> float:
        """Draw one number of torch's scalar path, which makes two and keeps one for later."""
        if self._cached is not None:
            draw, self._cached = self._cached, None
            return draw
        words = self._words(4).tolist()
        turn, rest = (
            (((high << 32) | low) & (2**_FLOAT64_BITS - 1)) * 2.0**-_FLOAT64_BITS
            for high, low in (words[:2], words[2:])
        )
        radius = math.sqrt(-2.0 * math.log1p(-rest))
        angle = 2.0 * math.pi * turn
        self._cached = radius * math.sin(angle)
        return radius * math.cos(angle)


def _words_of_normal(count: int) -> int:
    return count + (BLOCK if count % BLOCK else 0)


def _fractions(numerators: Int32) -> Float32:
    return numerators.astype(np.float32) * np.float32(2.0**-_FLOAT32_BITS)
