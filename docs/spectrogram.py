"""Spectrograms as small pictures."""

from __future__ import annotations

import base64
import itertools
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

RATE = 48000
LOWEST_HZ, HIGHEST_HZ = 60.0, 16_000.0
RANGE_DB = 75.0
"""What lies farther below the loudest point is black."""

_WINDOW = 2048
_SHADES = 64
_COLOURS = np.array(
    [(0, 0, 4), (59, 15, 112), (140, 41, 129), (222, 73, 104), (254, 159, 109), (252, 253, 191)]
)


def drawn(x: NDArray[np.floating], width: int, height: int) -> str:
    """Return the spectrogram of a signal [shape=(channels, frames)] as the address of a picture."""
    picture = base64.b64encode(_png(_spectrogram(x.mean(axis=0), width, height))).decode()
    return f"data:image/png;base64,{picture}"


def _spectrogram(x: NDArray[np.floating], width: int, height: int) -> NDArray[np.float64]:
    """Return levels in dB [shape=(height, width)], high frequencies on top, of a mono signal."""
    padded = np.concatenate([np.zeros(_WINDOW // 2), x, np.zeros(_WINDOW)])
    starts = np.linspace(0, len(x) - 1, width).astype(int)
    frames = padded[starts[:, np.newaxis] + np.arange(_WINDOW)] * np.hanning(_WINDOW)
    power = np.abs(np.fft.rfft(frames)) ** 2
    edges = np.geomspace(HIGHEST_HZ, LOWEST_HZ, height + 1) * _WINDOW / RATE
    rows = [
        power[:, int(low) : max(int(low) + 1, int(high) + 1)].mean(axis=1)
        for high, low in itertools.pairwise(edges)
    ]
    return 10.0 * np.log10(np.array(rows) + 1e-12)


def _png(levels: NDArray[np.float64]) -> bytes:
    """Return a picture of levels in dB, the loudest brightest."""
    place = np.clip((levels - levels.max()) / RANGE_DB + 1.0, 0.0, 1.0)
    shades = np.round(place * (_SHADES - 1)).astype(np.uint8)
    known = np.linspace(0.0, 1.0, len(_COLOURS))
    wanted = np.linspace(0.0, 1.0, _SHADES)
    palette = np.stack([np.interp(wanted, known, _COLOURS[:, c]) for c in range(3)], axis=-1)
    chunks = {
        b"IHDR": struct.pack(">2I5B", levels.shape[1], levels.shape[0], 8, 3, 0, 0, 0),
        b"PLTE": palette.round().astype(np.uint8).tobytes(),
        b"IDAT": zlib.compress(b"".join(b"\0" + row.tobytes() for row in shades), 9),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks.items()
    )  # fmt: skip
