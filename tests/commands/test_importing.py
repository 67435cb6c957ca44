"""`ronn-jack import` brings models and responses, which are then played by their names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ronn_jack.model.latent.equaliser import response
from ronn_jack.model.latent.library import open_eq
from ronn_jack.parameters import defaults
from ronn_jack.parameters.share import share
from tests.support.command_line import Refused, Ronn
from tests.support.foreign_files import hdf5_file, matlab_file, reverb_decoder_layers

RATE = 48000


@pytest.fixture
def click(tmp_path: Path) -> Path:
    """A click after which nothing comes."""
    path = tmp_path / "click.wav"
    samples = np.zeros((RATE // 2, 2), np.float32)
    samples[100] = 0.01
    soundfile.write(path, samples, RATE, subtype="FLOAT")
    return path


def rendered(ronn: Ronn, source: Path, *options: str) -> np.ndarray:
    target = source.with_name("out.wav")
    settings = ("network=off", "auto_level=off", *options)
    result = ronn("render", source, target, *(f"--set={setting}" for setting in settings))
    assert result.code == 0, result.err
    target_samples, _ = soundfile.read(target, always_2d=True)
    return target_samples


def test_a_room_that_was_recorded_is_heard_as_it_was(
    ronn: Ronn, tmp_path: Path, click: Path
) -> None:
    room = np.random.default_rng(1).normal(0, 0.1, (4800, 2)) * np.geomspace(1, 1e-3, 4800)[:, None]
    soundfile.write(tmp_path / "My room.wav", room, RATE, subtype="FLOAT")
    result = ronn("import", tmp_path / "My room.wav")
    assert (result.code, result.err) == (0, "")
    kept = tmp_path / "data/ronn_jack/reverbs/My-room.npz"
    assert result.out.splitlines()[0] == f"wrote {kept}: set reverb_model to My-room"
    heard = rendered(ronn, click, "reverb=on", "reverb_mix=1", "reverb_model=My-room")
    assert np.abs(heard[:100]).max() < 1e-6
    for channel in range(2):
        part = heard[100:4900, channel]
        assert np.corrcoef(part, room[:, channel])[0, 1] > 0.999
    assert (heard != rendered(ronn, click, "reverb=on", "reverb_mix=1")).any()


def test_an_equaliser_of_flow_eq_is_heard(ronn: Ronn, tmp_path: Path, click: Path) -> None:
    # Whatever the point, its gains are 12 dB, and all else is in the middle.
    weights = {"W1": np.zeros((2, 4)), "b1": np.zeros((1, 4)), "W2": np.zeros((4, 13))}
    gains = np.zeros((1, 13))
    gains[0, [0, 2, 5, 8, 11]] = 20.0
    (tmp_path / "vae2d.mat").write_bytes(matlab_file({**weights, "b2": gains}))
    result = ronn("import", tmp_path / "vae2d.mat", "--name", "flow")
    assert result.code == 0
    assert result.out.splitlines()[0].endswith("equalisers/flow.npz: set eq_model to flow")
    flat = rendered(ronn, click, "eq=on")
    loud = rendered(ronn, click, "eq=on", "eq_model=flow")
    np.testing.assert_array_equal(flat, rendered(ronn, click))
    gained = 20 * np.log10(np.abs(np.fft.rfft(loud[:, 0])) / np.abs(np.fft.rfft(flat[:, 0])))
    places = np.fft.rfftfreq(len(flat), 1 / RATE)[10:-100]
    settings = open_eq("flow").decode([0.0, 0.0], 2, "less")
    assert settings.gains == pytest.approx([12.0] * 5, abs=1e-3)
    np.testing.assert_allclose(gained[10:-100], response(settings, places, RATE), atol=0.01)


def test_a_decoder_is_taken_as_meant_unless_as_heard(ronn: Ronn, tmp_path: Path) -> None:
    content = hdf5_file(reverb_decoder_layers(np.random.default_rng(1)))
    (tmp_path / "decoder").write_bytes(content)
    for name, options, words in (
        ("a", (), "--as-heard does so too"), ("b", ("--as-meant",), "--as-heard does so too"),
        ("c", ("--as-heard",), "the 120 dB that the original made of it"),
    ):  # fmt: skip
        result = ronn("import", tmp_path / "decoder", "--name", name, *options)
        assert words in result.out


def test_what_is_not_there_is_told_and_ours_is_heard(
    ronn: Ronn, refused: Refused, click: Path, caplog: pytest.LogCaptureFixture
) -> None:
    line = refused(2, "render", click, "out.wav", "--set", "reverb_model=gone")
    assert line.strip().endswith("unknown reverb_model 'gone': known: ours")
    text = share({**defaults(), "network": False, "reverb": True, "reverb_model": "gone"})
    target = click.with_name("out.wav")
    assert ronn("render", click, target, "--preset", text).code == 0
    assert caplog.messages == [
        "there is no Reverb model 'gone' here: ours is heard in its place until ronn-jack import "
        "brings it"
    ]
    heard, _ = soundfile.read(target)
    np.testing.assert_array_equal(heard, rendered(ronn, click, "reverb=on"))


def test_what_can_not_be_imported_is_told_in_a_line(
    ronn: Ronn, refused: Refused, tmp_path: Path
) -> None:
    (tmp_path / "bad").write_bytes(matlab_file({"x": np.ones((1, 1))}))
    assert "without RIRAudio or a decoder" in refused(2, "import", tmp_path / "bad")
    soundfile.write(tmp_path / "ü.wav", np.ones(9), RATE)
    assert "'' is no name of a model" in refused(2, "import", tmp_path / "ü.wav")
    assert ronn("import", tmp_path / "ü.wav", "--name", "u").code == 0
    assert "already" in refused(2, "import", tmp_path / "ü.wav", "--name", "u")
