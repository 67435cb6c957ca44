"""The reverb of a node: what it gives, what panic leaves of it, and what is undone."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.control.operations import Act
from ronn_jack.hotswap.pipeline import Pipeline
from ronn_jack.parameters import defaults
from ronn_jack.realtime.stages.reverb import Reverb
from tests.realtime.engine_driver import noise, play
from tests.support.desk import FRAMES, QUIET, Desk, desk, same_sound
from tests.support.jack_server import wait_for

pytestmark = pytest.mark.slow

ROOM = {"reverb": True, "reverb_mix": 0.5, "reverb_x": -2.0}


def settle(d: Desk) -> None:
    """Run until the newest room is the only one, and no tail waits to be forgotten."""
    d.run_until(lambda: d.responses.settled)


def silence(d: Desk, frames: int) -> np.ndarray:
    return play(d.audio.engine, np.zeros((2, frames), np.float32))


def test_live_it_is_what_a_render_gives() -> None:
    with desk(**ROOM) as d:
        assert same_sound(d)
        d.turn(reverb_y=-1.5, reverb_width=0.5, reverb_predelay=20.0, reverb_z=1.0)
        settle(d)
        assert same_sound(d)
        d.turn(reverb=False)
        assert same_sound(d)
        d.turn(reverb=True, reverb_seed=7)
        settle(d)
        assert same_sound(d)
        d.controller.apply([Act("undo")], d.origin)
        d.controller.apply([Act("undo")], d.origin)
        assert d.controller.values["reverb_seed"] == 42
        assert d.controller.values["reverb"]
        settle(d)
        assert same_sound(d)


def test_a_new_audio_begins_in_the_room() -> None:
    with desk(**ROOM) as d:
        d.rejoin()
        assert d.audio.engine.held_responses == 1
        d.run_until(lambda: d.node.ready)
        assert same_sound(d)


def test_panic_leaves_no_tail_and_bypass_and_another_network_do() -> None:
    with desk(**{**ROOM, "reverb_x": 1.0}) as d:
        play(d.audio.engine, noise(FRAMES // 2))
        for values in ({"seed": 5}, {"bypass": True}):
            d.turn(**values)
            silence(d, FRAMES // 10)
        d.turn(bypass=False)
        assert np.abs(silence(d, FRAMES // 10)[:, -1000:]).max() > 1e-4
        d.controller.apply([Act("panic")], d.origin)

        def forgotten() -> bool:
            silence(d, 64)
            return d.responses.settled

        wait_for(forgotten)
        d.turn(output_gain=-23.0)
        assert np.abs(silence(d, FRAMES // 10)).max() < 1e-4


def test_a_preset_without_reverb_lets_the_tail_ring_as_loud_until_panic() -> None:
    with desk(**{**ROOM, "reverb_x": 1.0}) as d:
        d.store.presets["dry"] = {**defaults(), **QUIET, "seed": 5}
        play(d.audio.engine, noise(FRAMES // 2))
        before = np.abs(silence(d, FRAMES // 10)[:, -1000:]).max()
        d.controller.apply([Act("preset_load", "dry")], d.origin)
        tail = silence(d, FRAMES // 10)
        assert np.abs(tail[:, :1000]).max() > 0.5 * before
        assert np.abs(tail[:, -1000:]).max() > 1e-4
        d.controller.apply([Act("panic")], d.origin)
        wait_for(lambda: not silence(d, 64).any() and not d.audio.engine.ringing_stages)
        d.turn(output_gain=-23.0)
        assert np.abs(silence(d, FRAMES // 10)).max() < 1e-4


def test_a_tail_gives_way_to_a_network_that_needs_its_time() -> None:
    def cost(thing: object, block: int) -> float:
        share = 0.3 if isinstance(thing, Reverb) else getattr(thing, "layers", 0) * 0.05
        return share * 64 / 48000.0

    pipeline = Pipeline(time_block=lambda voice, block: cost(voice.model, block))
    with desk(period=64, pipeline=pipeline, cost=cost, **{**ROOM, "reverb_x": 1.0}) as d:
        engine = d.audio.engine
        d.turn(reverb=False, layers=3)
        d.run_until(lambda: d.builder.sounding.layers == 3 and not d.builder.building)
        assert engine.ringing_stages
        d.turn(layers=10)
        d.run_until(lambda: d.builder.sounding.layers == 10)
        assert not (engine.ringing_stages or d.origin.refusals)


def test_a_reverb_that_does_not_fit_is_refused_in_words() -> None:
    pipeline = Pipeline(time_block=lambda voice, block: 1e-5)
    costs = {"reverb": 1e-3}

    def cost(thing: object, block: int) -> float:
        return costs["reverb"] if isinstance(thing, Reverb) else 1e-6

    with desk(period=64, pipeline=pipeline, cost=cost) as d:
        d.turn(reverb=True, reverb_x=1.0)
        [(subject, reason)] = d.origin.refusals
        assert subject == "reverb"
        assert reason.startswith("reverb needs 75% of the 64-frame period at 48000 Hz")
        assert not d.controller.values["reverb"]
        assert d.audio.engine.held_responses == 0
        costs["reverb"] = 1e-4
        d.turn(reverb=True)
        assert len(d.origin.refusals) == 1
        d.run_until(lambda: d.responses.settled)
        assert d.audio.engine.held_responses == 1
