"""What is turned on a whole node while something else is under way, at definite frames."""

import numpy as np
import pytest

from ronn_jack.control.operations import Act, Set
from tests.realtime.engine_driver import noise, play
from tests.support.desk import FRAMES, desk, same_sound


def fading(d):
    """Begin a swap with a long fade, and stop in the midst of it."""
    d.turn(fade_ms=1000.0)
    d.turn(seed=5)
    d.run_until(lambda: d.audio.engine.fading)


@pytest.mark.slow
def test_panic_in_the_midst_of_a_fade_is_silence_within_a_block_until_any_change():
    with desk() as d:
        fading(d)
        assert d.audio.engine.process(noise(64)).any()
        d.controller.apply([Act("panic")], d.origin)
        assert not d.audio.engine.process(noise(64))[:, 32:].any()
        d.run_until(lambda: len(d.listener.swaps) == 2)
        assert d.node.status()["state"] == "silent"
        assert not play(d.audio.engine, noise(FRAMES)).any()
        d.turn(mix=0.9)
        assert same_sound(d)


@pytest.mark.slow
def test_of_panic_and_a_change_in_one_bundle_the_last_word_counts_in_a_fade_too():
    with desk() as d:
        fading(d)
        d.controller.apply([Act("panic"), Set("seed", 6)], d.origin)
        d.run_until(lambda: len(d.listener.swaps) == 3)
        assert d.node.sounding.seed == 6
        assert same_sound(d)


@pytest.mark.parametrize("freeze_mode", ["pad", "loop"])
def test_what_is_frozen_goes_on_through_a_swap_and_other_block_sizes(freeze_mode):
    with desk(freeze_mode=freeze_mode) as d:
        engine = d.audio.engine
        play(engine, noise(2 * FRAMES))
        d.turn(freeze=True, freeze_mode="loop")
        play(engine, noise(FRAMES), 64)
        d.turn(seed=5)
        d.run_until(lambda: len(d.listener.swaps) == 2)
        for block in (16, 4096, 1000):
            play(engine, noise(FRAMES // 2), block)
        length = engine.loop_frames
        heard = engine.recent_input(engine.position, 2 * length)
        assert np.array_equal(heard[:, :length], heard[:, length:])
        assert d.node.sounding.seed == 5


@pytest.mark.parametrize("first", ["fuzz", "drone"])
def test_of_two_presets_in_a_row_the_second_sounds(first):
    with desk() as d:
        presets = d.store.presets
        for name, seed in (("fuzz", 5), ("drone", 6)):
            presets[name] = {**d.controller.values, "seed": seed, "mix": seed / 10}
        second = {"fuzz": "drone", "drone": "fuzz"}[first]
        for name in (first, second):
            d.controller.apply([Act("preset_load", name)], d.origin)
        wanted = presets[second]["seed"]
        d.run_until(lambda: d.node.sounding.seed == wanted)
        d.run_until(lambda: not d.builder.building)
        assert dict(d.controller.values) == presets[second]
        assert same_sound(d)


def test_what_is_turned_and_turned_back_while_it_is_built_ends_where_it_began():
    with desk() as d:
        d.turn(seed=5)
        d.turn(seed=42)
        d.run_until(lambda: not d.builder.building and not d.audio.engine.fading)
        assert d.node.sounding.seed == 42
        assert same_sound(d)
