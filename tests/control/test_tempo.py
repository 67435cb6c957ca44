"""Taps become a tempo, and a tempo that holds a network."""

from __future__ import annotations

from random import Random

import pytest

from ronn_jack.control.tempo import Taps, TempoWatch


def tapped(*times: float) -> list[float | None]:
    taps = Taps()
    return [taps.tap(time) for time in times]


def test_the_second_tap_gives_a_tempo_and_more_make_it_even() -> None:
    random, bpm = Random(3), 97.0
    times = [100.0 + 60.0 / bpm * i + random.uniform(-0.02, 0.02) for i in range(12)]
    found = tapped(*times)
    assert found[0] is None
    assert found[1] == pytest.approx(bpm, rel=0.1)
    assert found[-1] == pytest.approx(bpm, rel=0.01)


def test_a_bounce_is_no_tap() -> None:
    assert tapped(0.0, 0.02, 0.5, 0.53, 1.0) == [None, None, 120.0, None, 120.0]


def test_a_pause_begins_anew_and_another_tempo_is_taken_at_once() -> None:
    assert tapped(0.0, 0.5, 10.0, 11.0) == [None, 120.0, None, 60.0]
    assert tapped(0.0, 0.5, 1.0, 1.5, 1.8, 2.1)[-2:] == pytest.approx([200.0, 200.0])


def test_what_is_beyond_the_range_is_its_end() -> None:
    assert tapped(0.0, 0.15) == [None, 300.0]
    assert tapped(0.0, 2.4) == [None, 30.0]


def synced(tempo: float, sync: str = "1/4") -> dict[str, float | str]:
    return {"sync": sync, "tempo": tempo}


def test_a_tempo_has_to_be_another_for_a_beat() -> None:
    watch = TempoWatch(synced(120.0))
    assert not watch.is_due(synced(120.9), 0.0)
    assert not watch.is_due(synced(120.9), 9.0)
    assert not watch.is_due(synced(121.5), 10.0)
    assert not watch.is_due(synced(122.0), 10.4)
    assert watch.is_due(synced(122.0), 10.5)
    watch.built(synced(122.0))
    assert not watch.is_due(synced(122.0), 11.5)


def test_one_that_comes_back_meanwhile_is_none() -> None:
    watch = TempoWatch(synced(120.0))
    for time, tempo in enumerate((130.0, 120.5, 130.0, 120.0)):
        assert not watch.is_due(synced(tempo), time * 0.4)


def test_nothing_follows_a_tempo_where_nothing_is_synced() -> None:
    watch = TempoWatch(synced(120.0, "off"))
    assert not watch.is_due(synced(180.0, "off"), 0.0)
    assert not watch.is_due(synced(180.0, "off"), 9.0)
