"""Rendering what a test has made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from ronn_jack.parameters import defaults
from ronn_jack.render import render_file

RATE = 44100


def written(folder: Path, x: NDArray[np.float32], rate: int = RATE, name: str = "in.wav") -> Path:
    path = folder / name
    soundfile.write(path, x.T, rate, subtype="FLOAT" if name.endswith(".wav") else None)
    return path


def rendered(
    folder: Path, x: NDArray[np.float32], at: int = RATE, tail: float | None = 0.0, **values: Any
) -> NDArray[np.float32]:
    """Return what a file that holds `x` becomes, [shape=(2, frames)]."""
    target = folder / "out.wav"
    render_file(written(folder, x, at), target, {**defaults(), **values}, tail)
    y, read_rate = soundfile.read(target, dtype="float32", always_2d=True)
    assert read_rate == at
    return np.ascontiguousarray(y.T)
