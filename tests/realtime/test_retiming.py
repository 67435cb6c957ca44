"""Memory that was made for one rate and retimed, held to memory that was made for the other."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ronn_jack.hotswap.drawn_network import network_for_any_rate, stretched_network
from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.model.architecture import network_spec
from ronn_jack.model.expression import Expression
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.model.times import times_of
from ronn_jack.parameters import defaults
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.language import float64, int64, void
from ronn_jack.realtime.compiler.memory import Arena, aligned_bytes, taken_from
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.kernels.layout import (
    CHUNK,
    HEADER_WORDS,
    LAYER_WORDS,
    LEVELS,
    MAX_BLOCK,
    WORD,
)
from ronn_jack.realtime.kernels.stretching import build_network, plan_network
from ronn_jack.realtime.retiming import (
    HIGHEST_RATE,
    LOWEST_RATE,
    give_network,
    is_possible_rate,
    retime_engine,
    retime_voice,
)
from ronn_jack.realtime.voice import Voice

ARENA_BYTES = 1 << 20
SPEC = NetworkSpec(bias=True)
MOVING = {"morph": 0.3, "drift_rate": 2.0, "drift_depth": 0.5, "xy": True, "xy_x": 0.4}
WITH_EQUALISER = {"eq": True, "eq_x": 1.0, "eq_compensate": False, "gate": -50.0, "drive": 12.0}


@entry(void(int64, int64, int64, int64, float64))
def _retime(engine, voice, inputs, channels, rate):
    retime_engine(engine, rate)
    retime_voice(voice, inputs, channels, rate)


@entry(int64(int64, float64, int64))
def _plan(stretch, rate, words):
    return plan_network(stretch, rate, words)


@entry(void(int64, int64, float64, int64, int64, int64))
def _stretch(voice, stretch, rate, words, image, size):
    build_network(stretch, rate, words, image, size)
    give_network(voice, image, stretch, rate)


def kept(data):
    memory = aligned_bytes(len(data))
    memory[:] = np.frombuffer(data, np.uint8)
    return memory


@entry(int64(float64))
def _is_possible(rate):
    return is_possible_rate(rate)


class Made:
    """An engine and a voice that have not run yet, in one stretch of memory."""

    def __init__(self, rate, **values):
        values = {**defaults(), **values}
        spec = replace(SPEC, film=(0.4, 0.0)) if values["xy"] else SPEC
        self.arena = Arena(aligned_bytes(ARENA_BYTES))
        with taken_from(self.arena):
            self.inputs = aligned_bytes(4 * spec.inputs * MAX_BLOCK)
            self.engine = Engine(2, 2, rate, history_seconds=0.0, output_seconds=0.0)
            aim(self.engine, values)
            self.engine.set(Control.MASTER, 1.0)
            self.engine.settle()
            self.voice = make_voice(spec, rate, Expression.of(values), movable=True)
            self.engine.publish(self.voice)

    def retime(self, rate):
        address = self.inputs.ctypes.data
        _retime.ctypes(self.engine.address, self.voice.address, address, 2, rate)

    @property
    def words(self):
        """Its memory, in which each address is told as a place or by its name.

        What is left of settling the network in scratch is of no account.
        """
        words = self.arena.taken.view(np.int64).copy()
        header = self.arena.taken[self.voice.network.address - self.arena.address :].view(np.int64)
        scratch = (header[LEVELS] - self.arena.address) // WORD
        words[scratch : scratch + SPEC.channels * 4 * CHUNK // WORD] = 0
        own = (words >= self.arena.address) & (words < self.arena.address + ARENA_BYTES)
        words[own] -= self.arena.address
        chains = self.engine.chain_before, self.engine.chain
        functions = [address for chain in chains for address in (chain.run, chain.begin)]
        for name, address in enumerate(functions):
            words[words == address] = -1 - name
        return words


@settings(max_examples=12, deadline=None)
@given(
    rate=st.floats(LOWEST_RATE, HIGHEST_RATE),
    made_at=st.sampled_from([48_000.0, 44_100.0, HIGHEST_RATE]),
    values=st.sampled_from([{}, MOVING, WITH_EQUALISER, MOVING | WITH_EQUALISER]),
)
@example(rate=LOWEST_RATE, made_at=48_000.0, values=MOVING | WITH_EQUALISER)
@example(rate=HIGHEST_RATE, made_at=48_000.0, values=MOVING | WITH_EQUALISER)
@example(rate=44_100.0, made_at=48_000.0, values={})
def test_memory_made_for_one_rate_becomes_that_of_any_other(rate, made_at, values):
    made = Made(made_at, **values)
    before = made.words
    made.retime(rate)
    found, expected = made.words, Made(rate, **values).words
    assert found.size == expected.size, "the rate decides how much memory there is"
    assert np.flatnonzero(found != expected).tolist() == []
    assert rate == made_at or (found != before).any()


def test_it_may_be_retimed_as_often_as_one_likes():
    made = Made(48_000.0, **MOVING, **WITH_EQUALISER)
    for rate in (8_000.0, 192_000.0, 44_100.0):
        made.retime(rate)
    assert np.array_equal(made.words, Made(44_100.0, **MOVING, **WITH_EQUALISER).words)


def test_it_sounds_then_as_if_it_had_been_made_for_that_rate():
    x = np.random.default_rng(3).uniform(-0.5, 0.5, (2, 3000)).astype(np.float32)
    made, expected = (Made(rate, **MOVING, **WITH_EQUALISER) for rate in (48_000.0, 88_200.0))
    made.retime(88_200.0)
    for each in (made, expected):
        each.engine.set(Control.OUTPUT_GAIN, 0.3)  # glides within so many frames
    heard = made.engine.process(x)
    assert np.array_equal(heard, expected.engine.process(x))
    assert np.abs(heard[:, -100:]).max() > 0.001


TIMED = {"rate": 48_000, "decay": 0.8, "layers": 8, "kernel": 5}
WIDE = {"rate": 48_000, "layers": 8, "channels": 16}
"""With layers of pairs and of pairs' halves, at some rates and not at others."""


@pytest.mark.parametrize(
    "changes", [TIMED, TIMED | MOVING, {"decay": 0.2} | MOVING, MOVING, WIDE, WIDE | MOVING]
)
@pytest.mark.parametrize("rate", [8_000.0, 44_100.0, 96_000.0])
def test_a_network_whose_delays_are_times_sounds_as_if_it_had_been_made_for_the_rate(changes, rate):
    values = {**defaults(), **changes, "activation": "tanh"}
    expression = Expression.of(values)

    def made(for_rate):
        engine = Engine(2, 2, for_rate, 0.0)
        engine.set(Control.MASTER, 1.0)
        engine.settle()
        voice = make_voice(network_spec(values, 2, 2, for_rate), for_rate, expression, True)
        engine.publish(voice)
        return engine, voice

    engine, _ = made(48_000.0)
    spec = network_spec(values, 2, 2, 48_000.0)
    times = times_of(values, spec.stretch, 48_000.0)
    voice = Voice(spec, network_for_any_rate(spec, times, 48_000.0, expression), 48_000.0)
    assert engine.withdraw() is not None
    engine.publish(voice)
    voice.network.forget()  # as it is kept in an export
    stretch = kept(stretched_network(spec, times, expression))
    words = aligned_bytes(WORD * (HEADER_WORDS + LAYER_WORDS * spec.layers))
    size = _plan.ctypes(stretch.ctypes.data, rate, words.ctypes.data)
    image, inputs = aligned_bytes(size), aligned_bytes(4 * 2 * MAX_BLOCK)
    _stretch.ctypes(
        voice.address, stretch.ctypes.data, rate, words.ctypes.data, image.ctypes.data, size
    )
    _retime.ctypes(engine.address, voice.address, inputs.ctypes.data, 2, rate)
    x = np.random.default_rng(3).uniform(-0.5, 0.5, (2, 6000)).astype(np.float32)
    heard, expected = engine.process(x), made(rate)[0].process(x)
    assert np.array_equal(heard, expected)
    assert np.abs(heard[:, -500:]).max() > 1e-4


@pytest.mark.parametrize("rate", [8_000.0, 11_025.0, 44_100.0, 384_000.0])
def test_these_rates_are_possible(rate):
    assert _is_possible.ctypes(rate) == 1


@pytest.mark.parametrize("rate", [np.nan, np.inf, -np.inf, -48_000.0, 0.0, 1.0, 7_999.9, 1e6])
def test_those_rates_are_not(rate):
    assert _is_possible.ctypes(rate) == 0
