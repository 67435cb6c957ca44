"""The live kernel, held to the audio of the original programs."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack import Network
from ronn_jack.units import decibels_to_gain
from tests.model import golden

TOLERANCE = 1e-5
"""Largest error over the peak of the float64 reference; torch's own float32 keeps 3e-6."""


@pytest.mark.parametrize("name", golden.names("python"))
def test_package_audio(name: str) -> None:
    file = golden.load(name)
    out = Network(file.spec).process(file.arrays["x"])
    assert out.dtype == np.float32
    assert _relative_error(out, file.arrays["out64"]) < TOLERANCE


@pytest.mark.parametrize("name", golden.names("plugin"))
def test_plugin_audio(name: str) -> None:
    file = golden.load(name)
    gain = np.float32(decibels_to_gain(file.meta["input_gain_db"]))
    out = Network(file.spec).process(file.arrays["x"] * gain)
    assert _relative_error(out, file.arrays["net64"]) < TOLERANCE


def _relative_error(result: np.ndarray, expected: np.ndarray) -> float:
    assert result.shape == expected.shape
    return float(np.abs(result - expected).max() / np.abs(expected).max())
