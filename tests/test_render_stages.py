"""Rendering a file through the stages, and with the network switched off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ronn_jack.model.latent.equaliser import response
from ronn_jack.model.latent.playing import makeup, playing
from ronn_jack.model.latent.reverb import ReverbModel, RoomSpec, synthesise
from ronn_jack.parameters import defaults
from tests.realtime.engine_driver import noise
from tests.support.rendering import RATE, rendered

RAW = {"auto_level": False}
PLAIN = {"layers": 1, "kernel": 1, "activation": "linear", "init": "dirac"}
"""A network that gives what it is given."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_with_the_network_off_a_file_comes_out_as_it_went_in(folder: Path) -> None:
    x = noise(20_000)
    moves = {"drift_rate": 0.5, "drift_depth": 0.5, "mix": 0.4}
    assert np.array_equal(rendered(folder, x, network=False), x)
    assert np.allclose(rendered(folder, x, network=False, drive=20.0, **moves), x, atol=1e-6)


@pytest.mark.parametrize("said", [{"eq_mode": "words"}, {"eq_x": -1.0, "eq_position": "pre"}])
@pytest.mark.parametrize("network", [True, False])
def test_the_curve_of_the_equaliser_is_in_the_file(
    folder: Path, network: bool, said: dict[str, Any]
) -> None:
    plain = {**RAW, "layers": 1, "kernel": 1, "activation": "linear", "network": network}
    values = {**defaults(), **said, "eq_compensate": True}
    click = np.zeros((2, 65536), np.float32)
    click[:, 0] = 1e-3
    with_it, without = (
        np.abs(np.fft.rfft(rendered(folder, click, **plain, **said, eq=on, eq_compensate=True)))
        for on in (True, False)
    )
    f = np.fft.rfftfreq(click.shape[1], 1 / RATE)
    heard = 20 * np.log10((with_it / without)[:, (f >= 20) & (f <= 20000)])
    meant = response(playing(values), f[(f >= 20) & (f <= 20000)], RATE) + makeup(values, RATE)
    assert np.ptp(meant) > 3.0
    assert np.abs(heard - meant).max() < 0.01


def test_the_reverb_answers_from_the_first_frame_on(folder: Path) -> None:
    x = np.zeros((2, RATE), np.float32)
    x[:, 100] = 0.5
    room = {"reverb_x": -1.0, "reverb_seed": 3, "reverb_predelay": 5.0}
    dry = rendered(folder, x, **RAW, **PLAIN).astype(float)
    y = rendered(folder, x, **RAW, **PLAIN, **room, reverb=True, reverb_mix=0.75)
    response = synthesise(ReverbModel.ours(), RoomSpec(-1.0, seed=3, predelay_ms=5.0), RATE)
    size = 2 * RATE
    spectra = np.fft.rfft(dry, size) * np.fft.rfft(response[:, :RATE].astype(float), size)
    wanted = 0.25 * dry + 0.75 * np.fft.irfft(spectra)[:, :RATE]
    assert np.abs(y - wanted).max() <= 1e-5 * np.abs(wanted).max()


def test_a_tail_that_is_left_to_it_is_as_long_as_the_room(folder: Path) -> None:
    x = noise(3000)
    values = {**RAW, **PLAIN, "reverb": True, "reverb_x": -1.0}
    y = rendered(folder, x, tail=None, **values)
    assert 3000 + RATE // 5 < y.shape[1] < 3000 + 2 * RATE
    whole = rendered(folder, x, tail=2.0, **values)
    assert np.array_equal(y, whole[:, : y.shape[1]])
    assert np.abs(whole[:, y.shape[1] :]).max() < 10 ** (-90 / 20)
