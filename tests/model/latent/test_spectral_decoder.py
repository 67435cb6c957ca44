"""NeuralReverberator's decoder in numpy does what its layers say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.imports.keras import layers_in
from ronn_jack.imports.reverb_decoder import reverb_decoder
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.model.latent.spectral_decoder import SpectralDecoder, spread
from ronn_jack.model.latent.spectrograms import FRAMES, LINES, PicturedRooms
from tests.support.foreign_files import hdf5_file, reverb_decoder_layers

RATE = 48000


@pytest.fixture(scope="module")
def arrays() -> dict[str, NDArray[np.float32]]:
    content = hdf5_file(reverb_decoder_layers(np.random.default_rng(1)))
    return reverb_decoder(layers_in(content), as_heard=False)


@pytest.mark.parametrize(
    ("size", "stride", "height"),
    [((1, 1), (1, 1), 3), ((2, 2), (2, 2), 6), ((2, 2), (2, 1), 6), ((3, 1), (2, 1), 7)],
)
def test_a_transposed_convolution_sums_what_each_place_spreads(
    size: tuple[int, int], stride: tuple[int, int], height: int
) -> None:
    random = np.random.default_rng(2)
    signal = random.normal(size=(3, 4, 5)).astype(np.float32)
    kernel = random.normal(size=(*size, 5, 2)).astype(np.float32)
    wanted = np.zeros((20, 20, 2))
    for r, c, i, j in itertools.product(*map(range, (3, 4, *size))):
        wanted[r * stride[0] + i, c * stride[1] + j] += signal[r, c] @ kernel[i, j]
    found = spread(signal, kernel, stride)
    # `same` keeps as many columns as strides make, `valid` all rows there are.
    assert found.shape == (height, 4 * stride[1], 2)
    np.testing.assert_allclose(found, wanted[:height, : found.shape[1]], atol=1e-5)


def test_layers_are_taken_in_the_order_of_their_numbers(
    arrays: dict[str, NDArray[np.float32]],
) -> None:
    weights = reverb_decoder_layers(np.random.default_rng(1))
    for i in (2, 11):
        kernel = weights[f"model_weights/conv2d_transpose_{i}/conv2d_transpose_{i}/kernel:0"]
        np.testing.assert_array_equal(arrays[f"kernel{i - 1}"], kernel)
    name = "model_weights/batch_normalization_21/batch_normalization_21/"
    scale = weights[name + "gamma:0"] / np.sqrt(weights[name + "moving_variance:0"] + 1e-3)
    shift = weights[name + "beta:0"] - weights[name + "moving_mean:0"] * scale
    np.testing.assert_allclose(arrays["scale9"], scale, rtol=1e-6)
    np.testing.assert_allclose(arrays["shift9"], shift, rtol=1e-4, atol=1e-6)


def test_as_heard_all_falls_half_as_fast_again(arrays: dict[str, NDArray[np.float32]]) -> None:
    meant = SpectralDecoder(arrays).picture((0.5, -1.0, 2.0))
    heard = SpectralDecoder({**arrays, "range_db": np.array(120.0)}).picture((0.5, -1.0, 2.0))
    assert meant.shape == (LINES, FRAMES)
    np.testing.assert_allclose(heard, meant * 1.5)


def test_points_near_each_other_answer_alike(arrays: dict[str, NDArray[np.float32]]) -> None:
    rooms = PicturedRooms(SpectralDecoder(arrays))
    here, near = (rooms.response(RoomSpec(x=x), RATE) for x in (0.0, 0.05))
    assert here.shape == (2, int(2.048 * RATE))
    assert np.corrcoef(here[0], near[0])[0, 1] > 0.95
    spectrum = np.abs(np.fft.rfft(here[0]))
    above = np.fft.rfftfreq(here.shape[1], 1 / RATE) > 8200.0
    assert spectrum[above].max() < 0.05 * spectrum.max()


def test_weights_that_do_not_fit_are_named(arrays: dict[str, NDArray[np.float32]]) -> None:
    for name, fault in (("kernel3", arrays["kernel3"][:1]), ("scale9", arrays["scale9"][:-1])):
        with pytest.raises(ModelError, match=f"its {name} is not"):
            SpectralDecoder({**arrays, name: fault})
    with pytest.raises(ModelError, match="has no bias0"):
        SpectralDecoder({n: a for n, a in arrays.items() if n != "bias0"})
    with pytest.raises(ModelError, match="neither 80 nor 120"):
        SpectralDecoder({**arrays, "range_db": np.array(60.0)})
