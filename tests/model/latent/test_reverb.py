from __future__ import annotations

import io
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ronn_jack.errors import ModelError
from ronn_jack.model.latent.reverb import WIDTHS, ReverbModel, RoomSpec, synthesise
from ronn_jack.model.latent.shaped_noise import Float32, most_frames

pytestmark = pytest.mark.slow

RATE = 48000.0
MODEL = ReverbModel.ours()


def correlation(one: Float32, other: Float32) -> float:
    n = min(one.shape[1], other.shape[1])
    both = float(np.vdot(one[:, :n], other[:, :n]))
    return both / float(np.linalg.norm(one) * np.linalg.norm(other))


def test_a_room_is_the_same_every_time_and_another_by_another_seed() -> None:
    spec = RoomSpec(x=-1.0, seed=7)
    room = synthesise(MODEL, spec, RATE)
    assert room.dtype == np.float32
    assert room.shape[0] == 2
    assert np.isfinite(room).all()
    np.testing.assert_array_equal(room, synthesise(MODEL, spec, RATE))
    assert correlation(room, synthesise(MODEL, replace(spec, seed=8), RATE)) < 0.95


@pytest.mark.parametrize("weights", ["trained", "random"])
@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_neighbouring_rooms_correlate(axis: str, weights: str) -> None:
    random = np.random.RandomState(5)
    for seed in range(3):
        x, y, z = random.uniform(-2.0, 1.8, 3)
        spec = RoomSpec(min(x, 0.5), y, z, seed, weights)  # type: ignore[arg-type]
        near = replace(spec, **{axis: getattr(spec, axis) + 0.2})
        one, other = (synthesise(MODEL, each, RATE) for each in (spec, near))
        assert correlation(one, other) >= 0.95


def test_the_direct_sound_comes_at_once_and_weakens_with_distance() -> None:
    near, far = (synthesise(MODEL, RoomSpec(x=0.0, z=z), RATE) for z in (-2.0, 2.0))
    assert np.argmax(np.abs(near[0])) == 0
    assert near[0, 0] == pytest.approx(near[1, 0], rel=0.05)
    assert abs(far[0, 0]) < 0.5 * abs(near[0, 0])


def echo_density(response: np.ndarray, seconds: float) -> float:
    """Return Abel and Huang's measure in 20 ms: 1 where echoes are as dense as in noise."""
    middle, half = int(seconds * RATE), int(0.01 * RATE)
    part = response[0, middle - half : middle + half].astype(np.float64)
    window = np.hanning(part.size) / np.hanning(part.size).sum()
    outside = np.abs(part) > np.sqrt((window * part**2).sum())
    return float((window * outside).sum() / 0.3173)


def test_echoes_grow_denser_sooner_the_farther_the_source() -> None:
    sooner = []
    for z in (-2.0, 0.0, 2.0):
        response = synthesise(MODEL, RoomSpec(x=0.3, z=z), RATE)
        sooner.append(np.mean([echo_density(response, t) for t in np.arange(0.012, 0.03, 0.002)]))
        assert echo_density(response, 0.2) > 0.85
    assert sooner == sorted(sooner)
    assert sooner[0] < 0.6


@pytest.mark.parametrize("rate", [8000.0, 44100.0, 192000.0])
def test_any_rate_has_the_same_room(rate: float) -> None:
    spec = RoomSpec(x=0.5, z=1.0)

    def centre_of_time(at: float) -> float:
        size = 1 << 20
        spectrum = np.fft.rfft(synthesise(MODEL, spec, at), size)
        spectrum[:, round(3500.0 / at * size) :] = 0.0
        power = (np.fft.irfft(spectrum) ** 2).sum(0)[: size // 2]
        return float((power * np.arange(power.size)).sum() / power.sum() / at)

    assert centre_of_time(rate) == pytest.approx(centre_of_time(RATE), rel=0.15)


@pytest.mark.parametrize("rate", [48000.0, 96000.0])
def test_the_longest_room_ends_where_a_response_may(rate: float) -> None:
    room = synthesise(MODEL, RoomSpec(x=2.0), rate)
    assert room.shape == (2, most_frames(rate))
    assert np.abs(room[:, -64:]).max() < 1e-5


def arrays() -> dict[str, np.ndarray]:
    made = {}
    for i, (inputs, outputs) in enumerate(itertools.pairwise(WIDTHS)):
        made[f"weight_{i}"] = np.zeros((outputs, inputs), np.float32)
        made[f"bias_{i}"] = np.zeros(outputs, np.float32)
    return made


def test_a_decoder_is_read_from_a_file(tmp_path: Path) -> None:
    np.savez(tmp_path / "rooms.npz", **arrays())
    model = ReverbModel.load(tmp_path / "rooms.npz")
    assert synthesise(model, RoomSpec(), RATE).any()


@pytest.mark.parametrize("fault", ["shape", "not finite", "missing", "pickle", "no file", "noise"])
def test_what_is_no_decoder_is_refused_in_words(fault: str, tmp_path: Path) -> None:
    path = tmp_path / "rooms.npz"
    made = arrays()
    if fault == "shape":
        made["weight_1"] = made["weight_1"][1:]
    elif fault == "not finite":
        made["bias_2"][3] = np.nan
    elif fault == "missing":
        del made["bias_0"]
    elif fault == "pickle":
        made["weight_0"] = np.array([{"a": 1}], dtype=object)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **made)  # type: ignore[arg-type]
    if fault != "no file":
        path.write_bytes(b"PK\x03\x04rubbish" if fault == "noise" else buffer.getvalue())
    with pytest.raises(ModelError):
        ReverbModel.load(path)
