"""A response that a convolver plays is the linear network that it was taken from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ronn_jack.errors import SpecError
from ronn_jack.export.doors.wav_file import impulse_response, write_wav
from ronn_jack.network import Network
from ronn_jack.parameters import Value
from tests.export.doors.sounds import noise, off_by, sound


@pytest.mark.parametrize("inputs", [1, 2])
@pytest.mark.parametrize("bias", [False, True])
def test_convolved_with_a_signal_it_gives_what_the_network_does(
    tmp_path: Path, inputs: int, bias: bool
) -> None:
    linear = sound(inputs, activation="linear", bias=bias, input_gain=6.0, output_gain=-12.0)
    write_wav(linear, tmp_path / "ir.wav")
    response, rate = soundfile.read(tmp_path / "ir.wav", always_2d=True)
    assert (rate, response.shape) == (48_000, (linear.spec.receptive_field, 2 * inputs))
    x = noise(inputs, 500)
    ways = response.T.reshape(inputs, 2, -1)
    heard = sum(
        np.stack([np.convolve(x[i], way)[: x.shape[1]] for way in ways[i]]) for i in range(inputs)
    )
    network = Network(linear.spec)
    rest = Network(linear.spec).process(np.zeros((inputs, 1), np.float32))
    meant = (network.process(x) - rest) * 10.0 ** (-6.0 / 20.0)
    assert off_by(heard, meant) < 1e-5


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    linear = sound(activation="linear")
    write_wav(linear, tmp_path / "ir.wav")
    with soundfile.SoundFile(tmp_path / "ir.wav") as file:
        assert file.subtype == "FLOAT"
        assert linear.text in file.comment
        assert "without the high-pass" in file.comment


@pytest.mark.parametrize(
    ("values", "is_linear"),
    [
        ({"activation": "relu"}, False),
        ({"activation": "relu", "layers": 1}, True),
        ({"activation": "relu", "layers": 1, "recipe": "package"}, False),
        ({"activation": "linear", "residual": True, "xy": True, "xy_x": 1.0}, True),
    ],
)
def test_only_what_is_linear_has_a_response(values: dict[str, Value], is_linear: bool) -> None:
    asked = sound(**values)
    if is_linear:
        assert impulse_response(asked).any()
    else:
        with pytest.raises(SpecError, match=r"activation = relu .* set activation to linear"):
            impulse_response(asked)
