"""Sums of frames to come, begun while a depthwise layer's past is read, change no bit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ronn_jack.model.spec import Layer
from ronn_jack.model.weights import Weights
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.forms.registry import direct_alone, form_of, shape
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.layout import CELL
from tests.realtime.kernels.images import OneLayer, header_words, noise, run


def layer(
    rows: int = 31, kernel: int = 9, dilation: int = 144, activation: str = "tanh"
) -> OneLayer:
    return OneLayer(Layer(rows, rows, rows, kernel, dilation, activation, 0.2, 0))


def drawn(spec: OneLayer, seed: int = 0) -> Weights:
    rng = np.random.default_rng(seed)
    rows, kernel = spec.only.outputs, spec.only.kernel
    weight = rng.standard_normal((rows, 1, kernel)).astype(np.float32) / np.float32(kernel)
    return Weights([weight], [rng.standard_normal(rows).astype(np.float32)], None)


def either_way(
    spec: OneLayer, play: Callable[[NetworkImage, NetworkImage], np.ndarray]
) -> list[np.ndarray]:
    """Return what is heard of it with sums of frames to come, and with whole ones alone.

    Another image, of other weights, is given along.
    """
    ahead = [NetworkImage(spec, drawn(spec, seed)) for seed in (0, 1)]
    with direct_alone():
        whole = [NetworkImage(spec, drawn(spec, seed)) for seed in (0, 1)]
    numbers = [int(images[0].layer_words(0)[layout.FORM]) for images in (ahead, whole)]
    forms = [type(form_of({layout.FORM: number})).__name__ for number in numbers]
    assert forms == ["DepthwiseAhead", "Depthwise"]
    return [play(*ahead), play(*whole)]


@pytest.mark.parametrize(
    "spec",
    [
        layer(),
        layer(activation="relu", dilation=128),
        layer(kernel=10, dilation=512),
        layer(rows=8, kernel=24, dilation=1024, activation="linear"),
    ],
    ids=str,
)
def test_however_blocks_are_cut_they_are_the_bits_of_whole_sums(spec: OneLayer) -> None:
    x = noise(spec.inputs, 5 * spec.only.dilation + 77)
    frames = x.shape[1]
    rng = np.random.default_rng(2)
    for blocks in (
        None,
        [64] * -(-frames // 64),
        [1, 15, 16, 17, 255, 100] + [44] * -(-frames // 44),
        [*rng.integers(1, 300, frames // 100).tolist(), frames],
    ):
        ahead, whole = either_way(spec, lambda image, _, cut=blocks: run(image, x, cut))
        assert ahead.tobytes() == whole.tobytes()


@pytest.mark.parametrize("start", [0, 100, 300, 600])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_weights_may_move_at_any_time(activation: str, start: int) -> None:
    spec = layer(dilation=128, activation=activation)
    scratch = np.zeros((spec.inputs, CELL), np.float32)
    x = noise(spec.inputs, 3000)

    def play(image: NetworkImage, other: NetworkImage) -> np.ndarray:
        y = [run(image, x[:, :start])]
        words = image.layer_words(0)
        pairs = (layout.WEIGHTS, layout.NEXT_WEIGHTS), (layout.BIAS, layout.NEXT_BIAS)
        for word, next_word in pairs:
            words[next_word] = other.layer_words(0)[word]
        words[layout.BLEND] = scratch.ctypes.data
        header_words(image)[layout.MOVED] = 0
        y.append(run(image, x[:, start : start + CELL]))
        header_words(image)[layout.MOVED] = -1
        for word, next_word in pairs:
            words[word] = words[next_word]
        y.append(run(image, x[:, start + CELL :], [100] * 30))
        return np.concatenate(y, axis=1)

    ahead, whole = either_way(spec, play)
    assert ahead.tobytes() == whole.tobytes()


def test_weights_may_be_exchanged_between_two_blocks() -> None:
    spec = layer(dilation=128)
    x = noise(spec.inputs, 2000)

    def play(image: NetworkImage, other: NetworkImage) -> np.ndarray:
        y = [run(image, x[:, :700])]
        image.layer_words(0)[layout.BIAS] = other.layer_words(0)[layout.BIAS]
        image.interrupt()
        y.append(run(image, x[:, 700:]))
        return np.concatenate(y, axis=1)

    ahead, whole = either_way(spec, play)
    assert ahead.tobytes() == whole.tobytes()


def test_frames_may_be_numbered_anew() -> None:
    spec = layer()
    x = noise(spec.inputs, 1500)

    def play(image: NetworkImage, other: NetworkImage) -> np.ndarray:
        image.rejoin_at(2**40 + 5, silent=True)
        y = [run(image, x[:, :333])]
        image.rejoin_at(17)
        y.append(run(image, x[:, 333:]))
        return np.concatenate(y, axis=1)

    ahead, whole = either_way(spec, play)
    assert ahead.tobytes() == whole.tobytes()


def test_silence_goes_on_and_what_was_heard_is_forgotten() -> None:
    spec = layer()
    silence = np.zeros((spec.inputs, 2000), np.float32)
    x = noise(spec.inputs, 2000)

    def play(image: NetworkImage, other: NetworkImage) -> np.ndarray:
        y = run(image, silence, [99] * 21)
        assert (y == y[:, :1]).all()
        image.reset()
        first = run(image, x)
        image.reset()
        assert run(image, x).tobytes() == first.tobytes()
        return first

    ahead, whole = either_way(spec, play)
    assert ahead.tobytes() == whole.tobytes()


def test_it_begins_where_a_past_is_far() -> None:
    lanes = VECTOR.lanes
    for rows, kernel, dilation, begins in (
        (64, 15, 128, True),
        (64, 15, 64, False),
        (64, 8, 1024, False),
        (4, 15, 4096, False),
        (8, 15, 512, True),
        (8, 15, 160, False),
        (64, 15, 1000 if lanes == 16 else 1001, False),
    ):
        name = type(form_of(shape(layer(rows, kernel, dilation).only))).__name__
        assert (name == "DepthwiseAhead") is begins
