"""Images that compiled code makes for a sample rate, held to those that Python makes for it."""

import ctypes

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ronn_jack.errors import SpecError
from ronn_jack.model.architecture import network_spec
from ronn_jack.model.recipes import draw
from ronn_jack.model.times import times_of
from ronn_jack.parameters import defaults
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.compiler.memory import aligned_bytes
from ronn_jack.realtime.kernels.forms.registry import FORMS
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.layout import FORM, HEADER_WORDS, LAYER_WORDS, RING, WORD
from ronn_jack.realtime.kernels.network import settle
from ronn_jack.realtime.kernels.stretch_data import stretch_memory
from ronn_jack.realtime.kernels.stretching import build_network, plan_network, stretched_field


@entry("int64(int64, float64, int64)")
def _plan(stretch, rate, words):
    return plan_network(stretch, rate, words)


@entry("void(int64, float64, int64, int64, int64)")
def _build(stretch, rate, words, image, size):
    build_network(stretch, rate, words, image, size)


@entry("int64(int64, float64)")
def _field(stretch, rate):
    return stretched_field(stretch, rate)


class Stretched:
    """What is kept of the network of some parameter values, made at a rate."""

    def __init__(self, values, rate):
        spec = network_spec(values, 2, 2, rate)
        weights = draw(spec)
        layers = [spec.layer(i) for i in range(spec.layers)]
        film = None
        if spec.film is not None:
            film = NetworkImage(spec, weights).packed_modulation(weights.film.condition(spec.film))
        times = times_of(values, spec.stretch, rate)
        rows = [weights.weights]
        data = stretch_memory(layers, float(spec.dilation), times, rows, weights.biases, film)
        self._data = aligned_bytes(len(data))
        self._data[:] = np.frombuffer(data, np.uint8)
        self._words = aligned_bytes(WORD * (HEADER_WORDS + LAYER_WORDS * len(layers)))

    def field(self, rate):
        return _field.ctypes(self._data.ctypes.data, rate)

    def image(self, rate):
        """Return the image at a rate, settled, in memory that was full of rubbish."""
        data, words = self._data.ctypes.data, self._words.ctypes.data
        size = _plan.ctypes(data, rate, words)
        image = aligned_bytes(size)
        image[:] = 0xA5
        _build.ctypes(data, rate, words, image.ctypes.data, size)
        return image


def block_of(image):
    """Return a view of the memory of an image."""
    return np.ctypeslib.as_array((ctypes.c_uint8 * image.nbytes).from_address(image.address))


def as_places(block):
    """Return an image's words, in which each address is told as a place."""
    words = block.view(np.int64).copy()
    inside = (words >= block.ctypes.data) & (words < block.ctypes.data + block.size)
    words[inside] -= block.ctypes.data
    return words


VALUES = st.fixed_dictionaries(
    {
        "layers": st.integers(1, 8),
        "kernel": st.integers(1, 24),
        "channels": st.integers(1, 20),
        "dilation": st.integers(1, 4),
        "activation": st.sampled_from(["relu", "tanh", "rrelu"]),
        "bias": st.booleans(),
        "depthwise": st.booleans(),
        "residual": st.booleans(),
        "stretch": st.floats(0.25, 4.0),
        "rate": st.sampled_from([0, 44_100, 48_000]),
        "decay": st.sampled_from([0.0, 0.3, 4.0]),
        "sync": st.sampled_from(["off", "1/8", "1/2"]),
        "xy": st.booleans(),
        "recipe": st.sampled_from(["ronn", "package"]),
    }
)
RATES = st.sampled_from([8_000.0, 11_025.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0]) | st.floats(
    8_000.0, 192_000.0
)


@settings(max_examples=40, deadline=None)
@given(changes=VALUES, rate=RATES)
@example(changes={"rate": 48_000, "kernel": 9, "decay": 1.0, "depthwise": True}, rate=8_000.0)
@example(changes={"rate": 48_000, "kernel": 40, "channels": 3}, rate=8_000.0)
@example(changes={"sync": "1/4", "rate": 48_000}, rate=192_000.0)
@example(changes={"rate": 48_000, "channels": 16, "layers": 12, "stretch": 16.0}, rate=48_000.0)
@example(changes={"channels": 13, "kernel": 11, "decay": 0.3, "xy": True}, rate=44_100.0)
@example(
    changes={"channels": 20, "kernel": 24, "layers": 8, "dilation": 4, "depthwise": True},
    rate=44_100.0,
)
@example(
    changes={
        "channels": 5,
        "kernel": 9,
        "layers": 7,
        "dilation": 4,
        "depthwise": True,
        "rate": 48_000,
    },
    rate=96_000.0,
)
def test_it_makes_the_image_of_any_rate_word_for_word(changes, rate):
    values = {**defaults(), **changes}
    try:
        stretched = Stretched(values, 48_000.0)
        spec = network_spec(values, 2, 2, rate)
    except SpecError:
        return
    if values["sync"] != "off" and not values["rate"]:
        rate = 48_000.0  # how many beats it takes is chosen anew at other rates
        spec = network_spec(values, 2, 2, rate)
    assert stretched.field(rate) == spec.receptive_field
    expected = NetworkImage(spec, draw(spec))
    found = stretched.image(rate)
    assert found.size == expected.nbytes
    made = as_places(block_of(expected))
    settle.ctypes(found.ctypes.data)
    assert np.array_equal(as_places(found), made)


@pytest.mark.parametrize("decay", [0.0, 0.5])
@pytest.mark.parametrize("kernel", [3, 4, 8])
@pytest.mark.parametrize("channels", [7, 12, 33])
def test_a_layer_takes_at_each_rate_the_form_that_it_takes_in_the_node(channels, kernel, decay):
    values = {**defaults(), "rate": 48_000, "layers": 7, "channels": channels, "kernel": kernel}
    values |= {"decay": decay, "stretch": 2.0}
    stretched = Stretched(values, 48_000.0)
    for rate in (8_000.0, 24_000.0, 44_100.0, 48_000.0, 72_000.0, 192_000.0, 384_000.0):
        spec = network_spec(values, 2, 2, rate)
        expected, found = NetworkImage(spec, draw(spec)), stretched.image(rate)
        settle.ctypes(found.ctypes.data)
        assert np.array_equal(as_places(found), as_places(block_of(expected)))


def test_which_covers_each_form_with_a_history_of_either_kind():
    """But for depthwise layers, which other examples have."""
    seen = set()
    for channels, kernel in ((7, 8), (12, 3), (33, 8)):
        values = {**defaults(), "layers": 9, "channels": channels, "kernel": kernel}
        spec = network_spec(values, 2, 2, 48_000.0)
        image = NetworkImage(spec, draw(spec))
        words = [image.layer_words(index) for index in range(spec.layers)]
        seen |= {(type(FORMS[each[FORM]]).__name__, bool(each[RING])) for each in words}
    expected = {("Dense", False), ("Dense", True), ("Transposed", False)}
    if VECTOR.lanes >= 8:
        expected |= {("Minimal", False)}
    if VECTOR.lanes == 16:
        expected |= {("Minimal", True), ("MinimalHalves", True)}
    assert expected <= seen


def test_a_network_that_keeps_its_frames_is_the_same_at_all_rates():
    stretched = Stretched(defaults(), 48_000.0)
    low, high = (as_places(stretched.image(rate)) for rate in (8_000.0, 192_000.0))
    assert np.array_equal(low, high)
    assert stretched.field(8_000.0) == stretched.field(384_000.0)


def test_one_that_is_meant_for_a_rate_keeps_its_times():
    stretched = Stretched({**defaults(), "rate": 48_000, "layers": 9}, 48_000.0)
    seconds = [stretched.field(rate) / rate for rate in (24_000.0, 48_000.0, 192_000.0)]
    assert seconds == pytest.approx([seconds[1]] * 3, rel=0.01)
