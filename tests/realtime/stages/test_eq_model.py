"""The compiled model of the equaliser, held to the one that the node's control thread asks."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronn_jack.model.latent.decoders import Decoder
from ronn_jack.model.latent.equaliser import EqModel, loudness_loss
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.mailbox import ROWS
from ronn_jack.realtime.compiler.memory import aligned_bytes
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.chain import StageChain
from ronn_jack.realtime.stages.eq_loudness import (
    find_makeup,
    loudness_memory,
    prepare_loudness,
)
from ronn_jack.realtime.stages.eq_model import (
    aim_bands,
    find_bands,
    flatten_bands,
    model_memory,
    scratch_bytes,
)
from ronn_jack.realtime.stages.equaliser import Curve, Equaliser
from ronn_jack.realtime.stages.moving_bands import VALUES

RATE = 48_000.0


@entry("void(int64, int64, int64, int64, int64)")
def _find(model, asked, scratch, half, row):
    find_bands(model, asked, scratch, half, row)


@entry("float64(int64, float64, int64)")
def _make_up(loudness, rate, row):
    prepare_loudness(loudness, rate)
    return find_makeup(loudness, row)


@entry("void(int64, int64)")
def _aim(equaliser, row):
    aim_bands(equaliser, row)


@entry("void(int64)")
def _flatten(equaliser):
    flatten_bands(equaliser)


def kept(data):
    memory = aligned_bytes(len(data))
    memory[:] = np.frombuffer(data, np.uint8)
    return memory


def found(decoder, asked, words=None):
    """Return the row that the compiled model finds."""
    model = kept(model_memory(decoder, words))
    scratch, row = aligned_bytes(scratch_bytes(decoder)), np.full(VALUES, np.nan)
    asked = np.array(asked, np.float64)
    half = len(scratch) // 2
    _find.ctypes(model.ctypes.data, asked.ctypes.data, scratch.ctypes.data, half, row.ctypes.data)
    return row


def imported(dims, seed=3):
    """Return a decoder of flowEQ's kind."""
    random = np.random.default_rng(seed)
    sizes = [dims, 24, 13]
    layers = tuple(
        (random.normal(size=(n, m)), random.normal(size=m)) for n, m in itertools.pairwise(sizes)
    )
    words = {"warm": random.normal(size=dims), "bright": random.normal(size=dims)}
    return EqModel({(dims, "less"): Decoder("flow", layers, words)})


COORDINATE = st.floats(-2.0, 2.0)


@settings(max_examples=40, deadline=None)
@given(
    dims=st.integers(1, 3),
    beta=st.sampled_from(["none", "less", "some", "more"]),
    ours=st.booleans(),
    words=st.booleans(),
    point=st.tuples(COORDINATE, COORDINATE, COORDINATE),
    extend=st.booleans(),
    share=st.floats(0.0, 1.0),
    strength=st.floats(-1.0, 2.0),
    rate=st.sampled_from([8_000.0, 22_050.0, 44_100.0, 48_000.0, 192_000.0, 384_000.0]),
)
def test_it_finds_what_the_control_thread_s_does(
    dims, beta, ours, words, point, extend, share, strength, rate
):
    model = EqModel.ours() if ours else imported(dims)
    decoder = model.decoder(dims, beta)
    if words:
        expected = model.between("warm", "bright", share, dims, beta).scaled(strength)
    else:
        expected = model.decode(point, dims, beta, extend).scaled(strength)
    places = decoder.words["warm"], decoder.words["bright"]
    row = found(decoder, [*point, extend, share, strength], places if words else None)
    if any(expected.gains):
        np.testing.assert_allclose(row, Curve(expected).aim(), rtol=1e-12, atol=1e-12)
    loudness = kept(loudness_memory())
    made_up = _make_up.ctypes(loudness.ctypes.data, rate, row.ctypes.data)
    assert made_up == pytest.approx(loudness_loss(expected, rate), abs=1e-8)


def test_at_the_origin_or_without_strength_nothing_is_done():
    decoder = EqModel.ours().decoder(3, "less")
    flat = Curve(EqModel.ours().decode((0.0, 0.0, 0.0), 3, "less")).aim()
    assert not flat[:5].any()
    for asked in ([0.0, 0.0, 0.0, 0, 0.0, 1.0], [1.0, -1.0, 2.0, 0, 0.0, 0.0]):
        row = found(decoder, asked)
        assert not row[:5].any()
        assert row[5:10] == pytest.approx(np.log([150.0, 560.0, 1000.0, 3300.0, 8200.0]))


class Alone:
    """An equaliser in a chain of its own."""

    def __init__(self):
        self.equaliser = Equaliser()
        self.chain = StageChain([self.equaliser], RATE)
        self.address = self.chain.address_of(self.equaliser)
        self._random = np.random.default_rng(5)

    def aim(self, row):
        _aim.ctypes(self.address, row.ctypes.data)

    def run(self, blocks):
        parts = []
        for _ in range(blocks):
            rows = self._random.normal(size=(2, MAX_BLOCK))
            self.chain.process(rows, 2, MAX_BLOCK)
            parts.append(rows)
        return np.concatenate(parts, axis=1)


def test_it_glides_there_as_it_does_for_the_control_thread():
    model = EqModel.ours()
    decoder = model.decoder(3, "less")
    by_hand, compiled = Alone(), Alone()
    for x, blocks in ((1.5, 3), (-0.5, 1), (0.25, 40)):
        settings_there = model.decode((x, 0.3, -0.7), 3, "less")
        by_hand.equaliser.aim(by_hand.chain, Curve(settings_there))
        compiled.aim(found(decoder, [x, 0.3, -0.7, 0, 0.0, 1.0]))
        heard = by_hand.run(blocks)
        np.testing.assert_allclose(compiled.run(blocks), heard, rtol=0, atol=1e-11)
    by_hand.equaliser.aim(by_hand.chain, None)
    _flatten.ctypes(compiled.address)
    np.testing.assert_allclose(compiled.run(40), by_hand.run(40), rtol=0, atol=1e-11)
    assert by_hand.chain.state(by_hand.equaliser)["flat"] == 1
    assert compiled.chain.state(compiled.equaliser)["flat"] == 1


def test_the_newest_of_many_aims_counts():
    decoder = EqModel.ours().decoder(3, "less")
    once, often = Alone(), Alone()
    for x in np.linspace(-2.0, 1.0, 40):
        often.aim(found(decoder, [x, 0.0, 0.0, 0, 0.0, 1.0]))
    once.aim(found(decoder, [1.0, 0.0, 0.0, 0, 0.0, 1.0]))
    assert np.array_equal(often.run(20), once.run(20))


@pytest.mark.parametrize("row", range(ROWS))
def test_after_two_threads_at_once_it_still_goes_where_it_is_aimed(row):
    there = found(EqModel.ours().decoder(3, "less"), [1.0, 0.0, 0.0, 0, 0.0, 1.0])
    one, other = Alone(), Alone()
    state = other.chain.state(other.equaliser)
    state["aims"][:], state["slot"], state["read"] = state["aims"][state["read"]], row, row
    rate = float(state["rate"])
    for each in (one, other):
        each.aim(there)
    assert state["rate"] == rate
    assert np.array_equal(one.run(20), other.run(20))
