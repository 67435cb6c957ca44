"""What a file is, is told by its content, and it is kept under a name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.imports.reading import ImportedModel, keep_model, name_for, read_model
from ronn_jack.imports.training import train
from ronn_jack.model.latent.library import open_eq, open_reverb
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.parameters import EQUALISERS, REVERBS
from ronn_jack.parameters.names import names_on
from tests.original.samples import STATE
from tests.support.foreign_files import (
    flow_eq_layers,
    hdf5_file,
    matlab_file,
    reverb_decoder_layers,
)
from tests.support.safe_csv import safe_csv, safe_row

RANDOM = np.random.default_rng(1)
FLOW = {
    "W1": RANDOM.normal(size=(2, 64)), "b1": RANDOM.normal(size=(1, 64)),
    "W2": RANDOM.normal(size=(64, 13)), "b2": RANDOM.normal(size=(1, 13)),
}  # fmt: skip


def wav(path: Path) -> None:
    soundfile.write(path, RANDOM.normal(0, 0.1, (400, 1)), 8000, format="WAV")


def flac(path: Path) -> None:
    soundfile.write(path, RANDOM.normal(0, 0.1, (400, 2)), 8000, format="FLAC")


def written(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def decoder_with(weight: str, number: float) -> dict[str, NDArray[np.float64]]:
    """Return a decoder of NeuralReverberator all of whose weights of a name are a number."""
    return {
        name: np.full(array.shape, number) if f"/{weight}:" in name else array.astype(np.float64)
        for name, array in reverb_decoder_layers(RANDOM).items()
    }


SETTINGS = safe_csv([safe_row("warm"), safe_row("x", low_gain=-3.0)] * 30)
RESPONSES = matlab_file({"RIRAudio": RANDOM.normal(size=(90, 2))})
FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "wav": (wav, REVERBS),
    "flac": (flac, REVERBS),
    "reverb decoder": (written(hdf5_file(reverb_decoder_layers(RANDOM))), REVERBS),
    "responses": (written(RESPONSES), REVERBS),
    "flowEQ of MATLAB": (written(matlab_file(FLOW)), EQUALISERS),
    "flowEQ of Keras": (written(hdf5_file(flow_eq_layers(FLOW))), EQUALISERS),
    "SAFE": (written(SETTINGS), EQUALISERS),
}


@pytest.fixture(autouse=True)
def own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def found(path: Path) -> ImportedModel:
    model = read_model(path, learn=lambda described: train(described, 2, [(1, "less")]))
    assert model is not None
    return model


@pytest.mark.parametrize("name", FILES)
def test_it_is_known_whatever_it_is_called_and_opened_by_its_name(
    tmp_path: Path, name: str
) -> None:
    write, shelf = FILES[name]
    path = tmp_path / "a.txt"
    write(path)
    model = found(path)
    assert model.shelf == shelf
    assert all(note.isprintable() and len(note) < 200 for note in model.notes)
    kept = keep_model(model, "mine")
    assert names_on(shelf) == ("mine",)
    assert kept.stem == "mine"
    if shelf == REVERBS:
        sound = open_reverb("mine").response(RoomSpec(), 8000)
        assert np.isfinite(sound).all()
        assert sound.any()
    else:
        settings = open_eq("mine").decode([1.0, 1.0, 1.0], 3, "less")
        assert settings != open_eq("ours").decode([1.0, 1.0, 1.0], 3, "less")


def test_a_sound_of_the_original_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_text(STATE)
    assert read_model(path) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (hdf5_file({"a/dense/kernel:0": np.ones((2, 2))}), "neither NeuralReverberator nor flowEQ"),
        (hdf5_file({"m/conv2d_transpose_1/kernel:0": np.ones((1, 1, 2, 3))}), "has 1 transposed"),
        (hdf5_file({f"{g}/dense/kernel:0": np.ones((2, 2)) for g in "ab"}), "layer dense twice"),
        (matlab_file({"other": np.ones((2, 2))}), "without RIRAudio"),
        (matlab_file({"codes": np.ones((3, 4, 6, 3))}), "holds codes alone"),
        (matlab_file({**FLOW, "W1": np.ones((9, 9))}), "do not fit"),
        (safe_csv([safe_row("warm")]), "has 1 settings"),
        (matlab_file({**FLOW, "b2": np.full((1, 13), 1e9)}), "weights of 1e\\+09"),
        (matlab_file({**FLOW, "b2": np.full((1, 13), np.inf)}), "no finite number"),
        (hdf5_file(flow_eq_layers({**FLOW, "W1": np.full((2, 64), 1e30)})), "weights of 1e\\+30"),
        (hdf5_file(decoder_with("kernel", 1e300)), "kernel0 holds what is no finite number"),
        (hdf5_file(decoder_with("kernel", 1e38)), "not all that it gives is finite"),
        (hdf5_file(decoder_with("gamma", 1e39)), "scale0 holds what is no finite number"),
        (hdf5_file(decoder_with("moving_mean", 1e300)), "shift0 holds what is no finite number"),
        (hdf5_file(decoder_with("moving_variance", np.nan)), "holds what is no finite number"),
    ],
    ids=range(15),
)  # fmt: skip
def test_what_can_not_be_used_is_told_in_a_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=words) as caught:
        read_model(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()
    assert len(message) < 300


def test_pipes_folders_and_nothing_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, words in (("pipe", "no regular file"), (".", "no regular file"), ("no", "no such")):
        with pytest.raises(ModelError, match=words):
            read_model(tmp_path / name)


def test_names_are_checked_and_never_written_over(tmp_path: Path) -> None:
    wav(tmp_path / "a")
    model = found(tmp_path / "a")
    keep_model(model, "hall")
    for name, words in (
        ("hall", "already"), ("ours", "already"), ("../x", "no name"), ("", "no name"),
        ("a b", "no name"), ("x" * 33, "no name"),
    ):  # fmt: skip
        with pytest.raises(ModelError, match=words):
            keep_model(model, name)
    assert name_for(Path("/x/My hall (1).wav")) == "My-hall-1"
    assert name_for(Path("ü.wav")) == ""
