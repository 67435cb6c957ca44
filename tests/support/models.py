"""Imported models, as they lie in a user's data."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.model import latent

OURS = Path(latent.__file__).with_name("equaliser.npz")

NAMES = ("another-model", "the-longest-name-that-there-can-")
"""The second as long as one can be."""


def put_models(data: Path) -> None:
    """Put some models of both kinds into a folder of data."""
    (data / "equalisers").mkdir(parents=True)
    for name in NAMES:
        put_response(data, name, np.geomspace(1.0, 1e-3, 400)[None])
        shutil.copy(OURS, data / "equalisers" / f"{name}.npz")


def put_response(
    data: Path,
    name: str,
    samples: NDArray[Any] | None = None,
    *,
    form: str = "response",
    **arrays: NDArray[Any],
) -> None:
    """Put a reverb's model into a folder of data: an impulse response at 8 kHz, or any arrays."""
    if samples is not None:
        arrays = {"samples": np.float32(samples), "rate": np.array(8000)}
    folder = data / "reverbs"
    folder.mkdir(parents=True, exist_ok=True)
    about = {"version": np.array(1), "form": np.array(form)}
    np.savez(folder / f"{name}.npz", **about, **arrays)
