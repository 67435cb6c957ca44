"""Networks of one layer, and images that are run block by block."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np

from ronn_jack.model.spec import Layer
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.network import process_signal

RNG_FRAMES = 1200


@dataclass(frozen=True)
class OneLayer:
    """A network of one layer of any shape; what `NetworkImage` reads of a spec."""

    only: Layer
    layers: int = 1
    film: tuple[float, ...] | None = None
    decay: float = 0.0
    rate: float = 48_000.0

    @property
    def inputs(self) -> int:
        return self.only.inputs

    def layer(self, index: int) -> Layer:
        assert index == 0
        return self.only


def run(image: NetworkImage, x: np.ndarray, blocks: list[int] | None = None) -> np.ndarray:
    """Return the image's output, called block by block if their lengths are given."""
    x = np.ascontiguousarray(x, np.float32)
    frames = x.shape[1]
    y = np.full((image.outputs, frames), 9.0, np.float32)
    start = 0
    for block in blocks or [frames]:
        process_signal.ctypes(
            image.address,
            x.ctypes.data + 4 * start,
            frames,
            y.ctypes.data + 4 * start,
            frames,
            min(block, frames - start),
        )
        start += block
    return y


def noise(rows: int, frames: int = RNG_FRAMES, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((rows, frames)).astype(np.float32)


def header_words(image: NetworkImage) -> np.ndarray:
    words = ctypes.c_int64 * layout.HEADER_WORDS
    return np.ctypeslib.as_array(words.from_address(image.address))
