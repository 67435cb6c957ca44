"""Sound files and the original plugin's collection become responses."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.imports.impulse import response_in_file, responses_in
from ronn_jack.imports.matlab import Array, arrays_of
from ronn_jack.model.latent.archives import MOST_BYTES
from ronn_jack.model.latent.responses import FixedResponse
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.model.latent.spectrograms import GRID, PicturedRooms, PictureGrid
from tests.support.foreign_files import matlab_file

pytestmark = pytest.mark.slow

RATE = 44100


def room(seconds: float, t60: float, channels: int = 2, rate: int = RATE) -> NDArray[np.float64]:
    """Return noise [shape=(frames, channels)] that decays by 60 dB in a time."""
    t = np.arange(int(seconds * rate)) / rate
    noise = np.random.default_rng(1).normal(size=(t.size, channels))
    return noise * 0.1 * 10 ** (-3 * t[:, None] / t60)


def imported(path: Path, samples: NDArray[np.float64], kind: str = "WAV") -> FixedResponse:
    soundfile.write(
        path, samples, RATE, format=kind, subtype="FLOAT" if kind == "WAV" else "PCM_24"
    )
    return FixedResponse(response_in_file(path)[1])


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_sound_file_is_what_it_was(tmp_path: Path, kind: str, channels: int) -> None:
    samples = room(0.5, 1.0, channels)
    found = imported(tmp_path / "a", samples, kind).response(RoomSpec(), RATE)
    assert found.shape == (2, len(samples))
    assert np.corrcoef(found[0], samples[:, 0])[0, 1] > 0.9999
    assert (found[0] == found[1]).all() == (channels == 1)


def test_silence_around_it_is_left_out_and_told(tmp_path: Path) -> None:
    samples = np.concatenate([np.zeros((RATE, 2)), room(2.0, 0.5), np.zeros((3 * RATE, 2))])
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    _, arrays, notes = response_in_file(tmp_path / "a.wav")
    assert 0.5 * RATE < arrays["samples"].shape[1] < 0.8 * RATE
    assert "1.000 s of silence before it are left out" in notes[0]
    soundfile.write(tmp_path / "long.wav", room(12.0, 30.0, 1, 8000), 8000)
    _, arrays, notes = response_in_file(tmp_path / "long.wav")
    assert arrays["samples"].shape == (1, 64_000)
    assert abs(arrays["samples"][0, -1]) < 1e-4
    assert "the first 8 s are kept" in notes[0]


def test_a_long_file_of_a_high_rate_is_kept_small_enough_to_be_opened(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", room(9.0, 60.0, 2, 384_000), 384_000, subtype="FLOAT")
    arrays = response_in_file(tmp_path / "a.wav")[1]
    assert arrays["rate"] == 192_000
    assert arrays["samples"].shape == (2, 8 * 192_000)
    assert arrays["samples"].nbytes < MOST_BYTES


def test_silent_and_damaged_files_are_refused_in_words(tmp_path: Path) -> None:
    for name, samples, words in (
        ("silent", np.zeros((100, 1)), "is silent"),
        ("strange", np.full((100, 1), np.nan), "no finite number"),
        ("many", np.ones((100, 3)), "3 channels"),
    ):
        path = tmp_path / f"{name}.wav"
        soundfile.write(path, samples, RATE, subtype="FLOAT")
        with pytest.raises(ModelError, match=words) as caught:
            response_in_file(path)
        assert str(path) in str(caught.value)
    (tmp_path / "cut.wav").write_bytes(path.read_bytes()[:20])
    with pytest.raises(ModelError, match="can't be read"):
        response_in_file(tmp_path / "cut.wav")


def collection(columns: int) -> Array:
    """Return responses of a grid whose decay lengthens along x, in the order of the plugin's."""
    rows = 4096
    times = np.repeat(np.geomspace(0.03, 0.6, 10), 100)
    decays = 10 ** (-3 * np.arange(rows)[:, None] / 16000 / times)
    noise = np.random.default_rng(1).normal(size=(rows, 1))
    matrix = np.repeat(noise * decays, columns // 1000, axis=1)
    return next(arrays_of(io.BytesIO(matlab_file({"RIRAudio": matrix}, packed=False))))


@pytest.mark.parametrize("columns", [1000, 2000])
def test_a_grid_answers_at_its_points_and_between(columns: int) -> None:
    form, arrays, notes = responses_in(collection(columns))
    assert form == GRID
    assert any("right responses" in note for note in notes) == (columns == 2000)
    rooms = PicturedRooms(PictureGrid(arrays))

    def centre(x: float) -> float:
        energy = np.square(rooms.response(RoomSpec(x=x), 16000)[0]).astype(float)
        return float(energy @ np.arange(energy.size) / energy.sum())

    centres = [centre(x) for x in (-2.0, -1.9, 0.0, 0.1, 1.9, 2.0)]
    assert centres == sorted(centres)
    assert centres[-1] > 3 * centres[0]


def test_columns_at_fault_are_named() -> None:
    matrix = np.ones((600, 1000))
    matrix[:, 7] = 0.0
    array = next(arrays_of(io.BytesIO(matlab_file({"RIRAudio": matrix}))))
    with pytest.raises(ModelError, match="column 8 of its RIRAudio holds no response"):
        responses_in(array)
    array = next(arrays_of(io.BytesIO(matlab_file({"RIRAudio": matrix[:, :9]}))))
    with pytest.raises(ModelError, match="has 9 columns; 1 or 2"):
        responses_in(array)


def matrix(samples: NDArray[np.float64]) -> Array:
    return next(arrays_of(io.BytesIO(matlab_file({"RIRAudio": samples}))))


@pytest.mark.parametrize("factor", [1e154, 1e308, 1e-162, 1e-308])
def test_a_response_is_the_same_however_large_its_numbers(factor: float) -> None:
    samples = room(0.3, 1.0, 2, 16000)
    samples /= np.abs(samples).max()
    found = responses_in(matrix(samples * factor))[1]["samples"]
    np.testing.assert_allclose(found, responses_in(matrix(samples))[1]["samples"], atol=1e-6)


@pytest.mark.parametrize("factor", [1e154, 1e308, 1e-162, 1e-308])
def test_a_grid_is_the_same_however_large_its_numbers(factor: float) -> None:
    samples = np.repeat(room(0.1, 0.1, 1, 16000), 1000, axis=1)
    samples /= np.abs(samples).max()
    found = responses_in(matrix(samples * factor))[1]["levels"]
    np.testing.assert_array_equal(found, responses_in(matrix(samples))[1]["levels"])


class Late(Array):
    """A collection, of 320 MB were it a file, whose responses begin after 0.9 s."""

    def __init__(self) -> None:
        self.name, self.shape = "RIRAudio", (40_000, 1000)

    def columns(self) -> Iterator[NDArray[np.float64]]:
        for _ in range(self.shape[1]):
            late = np.zeros(self.shape[0])
            late[39_000] = 1.0
            yield late


def test_a_column_that_is_heard_too_late_holds_no_response() -> None:
    with pytest.raises(ModelError, match="column 1 of its RIRAudio holds no response"):
        responses_in(Late())


def test_a_sound_file_without_a_frame_is_refused_in_words(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((0, 2)), RATE)
    with pytest.raises(ModelError, match=r"a\.wav"):
        response_in_file(tmp_path / "a.wav")


def test_one_or_two_columns_are_one_response() -> None:
    samples = room(0.3, 1.0, 2, 16000)
    array = next(arrays_of(io.BytesIO(matlab_file({"RIRAudio": samples}))))
    found = FixedResponse(responses_in(array)[1]).response(RoomSpec(), 16000)
    assert np.corrcoef(found[1], samples[:, 1])[0, 1] > 0.9999
