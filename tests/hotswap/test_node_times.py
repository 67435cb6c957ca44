"""What a node tells of delays in beats, and how drift keeps time."""

from __future__ import annotations

import pytest

from tests.support.desk import desk, same_sound


def test_it_tells_how_long_the_delay_is_and_how_many_beats() -> None:
    with desk(layers=10, sync="1", tempo=120.0) as d:
        told = d.node.status()
        # 512 frames times 16 at most are less than half of a beat's 24000.
        assert told["delay_beats"] == "1/4"
        assert told["delay"] == pytest.approx(0.125, abs=1e-4)
        d.turn(sync="off")
        d.run_until(lambda: d.node.status()["delay_beats"] == "")
        d.run_until(lambda: d.node.status()["delay"] == pytest.approx(512 / 48000))


def test_drift_goes_with_the_tempo_and_only_where_it_drifts() -> None:
    with desk(drift_rate=1.3, drift_depth=0.5) as d:

        def hertz() -> float:
            return d.builder.live_motion.expression(0).drift_rate

        assert hertz() == 1.3
        d.turn(sync="2")
        assert hertz() == pytest.approx(1.0)
        d.turn(tempo=90.0)
        assert hertz() == pytest.approx(0.75)
        d.turn(drift_rate=0.0)
        assert hertz() == 0.0
        d.turn(drift_rate=2.5)
        d.turn(sync="off")
        assert hertz() == 2.5


def test_what_is_synced_and_decays_sounds_as_it_is_rendered() -> None:
    times = {"layers": 9, "sync": "1/2", "decay": 0.4, "rate": 24_000, "tempo": 97.0}
    with desk(**times, activation="tanh", morph=0.4) as d:
        d.let_move()
        assert same_sound(d)
        d.turn(sync="1/4")
        d.run_until(lambda: d.node.status()["delay_beats"] == "1/4")
        assert same_sound(d)
