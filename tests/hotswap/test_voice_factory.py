"""A network that is recalled is the one that was built before, and sounds like one built anew."""

import ctypes

import numpy as np
import pytest

from ronn_jack.control.operations import Act, Set
from ronn_jack.hotswap.voice_factory import MOST_BYTES, KeptNetworks, make_voice
from ronn_jack.model.architecture import model_of
from ronn_jack.model.expression import AT_REST
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import defaults
from ronn_jack.realtime.kernels.layout import FRAME, HEADER_WORDS
from ronn_jack.realtime.voice import Voice
from tests.realtime.engine_driver import noise
from tests.support.desk import desk, same_sound
from tests.support.rigged import REAL, RiggedPipeline

RATE = 48000.0


def voice_of(**values):
    return make_voice(model_of({**defaults(), **values}, rate=RATE), RATE)


def header_words(address):
    words = ctypes.c_int64 * HEADER_WORDS
    return np.ctypeslib.as_array(words.from_address(address))


def output(voice, frames=4000):
    voice.start_at(0)
    voice.prime(noise(frames, seed=3), frames)
    return voice.last_block.copy()


def test_a_network_numbers_its_frames_as_the_engine_does():
    voice = voice_of(channels=16)
    numbered = header_words(voice.network.address)
    for begin, end in ((0, 64), (1000, 1777), (12, 13)):
        voice.start_at(begin)
        assert numbered[FRAME] == begin
        voice.prime(noise(4000), end)
        assert numbered[FRAME] == voice.position == end
    voice.pin(AT_REST)
    assert numbered[FRAME] == voice.position == 0


@pytest.mark.parametrize(
    "values",
    [
        {"activation": "tanh", "bias": True, "kernel": 9},
        {"depthwise": True, "dilation": 3},
        {"residual": True, "activation": "gelu"},
        {"recipe": "package", "activation": "sine30"},
    ],
)
def test_it_sounds_to_the_bit_like_one_built_anew(values):
    kept, voice = KeptNetworks(), voice_of(**values)
    expected = output(voice)
    voice.prime(noise(9000), 9000)
    kept.keep(voice, 64, 1e-4)
    found = kept.take(voice.model, RATE)
    assert found.network is voice.network
    assert (found.period, found.block_seconds) == (64, 1e-4)
    again = Voice(voice.model, found.network, RATE)
    assert np.array_equal(output(again), expected)
    assert np.array_equal(output(voice_of(**values)), expected)


def test_it_is_given_once_and_only_for_the_same_model_and_rate():
    kept, voice = KeptNetworks(), voice_of()
    kept.keep(voice, 64, 1e-4)
    assert kept.take(voice.model, 44100.0) is None
    assert kept.take(voice_of(seed=7).model, RATE) is None
    assert kept.take(voice.model, RATE) is not None
    assert kept.take(voice.model, RATE) is None


def test_they_stay_within_their_memory_and_the_oldest_go_first():
    voices = [voice_of(seed=seed) for seed in range(6)]
    size = voices[0].network.nbytes
    kept = KeptNetworks(most_bytes=4 * size)
    for voice in voices:
        kept.keep(voice, 64, 1e-4)
        assert kept.nbytes <= 4 * size
    there = [kept.take(voice.model, RATE) is not None for voice in voices]
    assert there == [False, False, True, True, True, True]


def test_what_is_too_large_or_can_move_is_not_kept():
    kept = KeptNetworks()
    large = voice_of(kernel=128, layers=5, channels=64)
    assert large.network.nbytes > MOST_BYTES // 4
    kept.keep(large, 64, 1e-4)
    kept.keep(voice_of(xy=True), 64, 1e-4)
    moving = make_voice(model_of(defaults(), rate=RATE), RATE, movable=True)
    kept.keep(moving, 64, 1e-4)
    assert kept.nbytes == 0


class TestNode:
    def build(self, d, *operations):
        """Bring in a network; return how many were measured so far."""
        swaps = len(d.listener.swaps)
        d.controller.apply(operations, d.origin)
        d.run_until(lambda: len(d.listener.swaps) > swaps and not d.audio.engine.fading)
        d.run_until(lambda: not d.builder.building)

    def test_a_snapshot_an_undo_and_the_other_sound_come_from_what_was_built(self):
        measured = []

        def time_block(voice, block):
            measured.append(voice.model)
            return REAL.time_block(voice, block)

        with desk(pipeline=RiggedPipeline(time_block=time_block)) as d:
            self.build(d, Set("layers", 3), Act("snapshot_save", 1))
            self.build(d, Set("seed", 7), Act("snapshot_save", 2))
            before = list(measured)
            assert len(before) == 3
            for recall in ("snapshot_next", "snapshot_next", "undo", "undo", "redo"):
                # Kept once the audio thread has given it back.
                self.build(d, Act(recall))
                assert same_sound(d)
            assert measured == before

    def test_while_weights_move_it_is_built_anew(self):
        with desk() as d:
            self.build(d, Set("layers", 3))
            self.build(d, Set("seed", 7))
            self.build(d, Set("morph", 0.5), Set("seed", 42))
            d.let_move()
            assert same_sound(d)


@pytest.mark.parametrize("start", [0, 1, 64 + 9, 777])
def test_wherever_it_starts_it_has_always_heard_silence(start):
    """With biases, as what comes of silence is no silence then, but rests."""
    sizes = {"layers": 5, "kernel": 6, "channels": 16, "dilation": 4}
    voice = make_voice(NetworkSpec(**sizes, activation="tanh", bias=True, residual=True), RATE)
    voice.start_at(start)
    for end in range(start + 64, start + 1024, 64):
        voice.prime(np.zeros((2, 4096), np.float32), end)
        assert np.abs(voice.last_block[:, :64]).max() < 1e-5
