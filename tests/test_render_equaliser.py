"""A rendered file, held to the equaliser's curve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from ronn_jack.model.latent.equaliser import response
from ronn_jack.model.latent.playing import makeup, playing
from ronn_jack.parameters import defaults
from ronn_jack.render import render_file

RATE = 44100
SIZE = 65536
PLAIN = {"auto_level": False, "layers": 1, "kernel": 1, "activation": "linear"}


def spectrum(folder: Path, **values: Any) -> NDArray[np.float64]:
    """Return how much of each frequency is left of a click."""
    click = np.zeros((SIZE, 2))
    click[0] = 1e-3
    source, target = folder / "in.wav", folder / "out.wav"
    soundfile.write(source, click, RATE, subtype="FLOAT")
    render_file(source, target, {**defaults(), **PLAIN, **values})
    return np.abs(np.fft.rfft(soundfile.read(target)[0][:, 0]))


@pytest.mark.parametrize("said", [{"eq_mode": "words"}, {"eq_x": -1.0, "eq_position": "pre"}])
@pytest.mark.parametrize("network", [True, False])
def test_the_curve_of_the_equaliser_is_in_the_file(
    tmp_path: Path, network: bool, said: dict[str, Any]
) -> None:
    said = {**said, "eq_compensate": True, "network": network}
    with_it, without = (spectrum(tmp_path, **said, eq=on) for on in (True, False))
    frequencies = np.fft.rfftfreq(SIZE, 1 / RATE)
    audible = (frequencies >= 20) & (frequencies <= 20000)
    heard = 20 * np.log10((with_it / without)[audible])
    values = {**defaults(), **said}
    meant = response(playing(values), frequencies[audible], RATE) + makeup(values, RATE)
    assert np.ptp(meant) > 3.0
    assert np.abs(heard - meant).max() < 0.01
