"""A MIDI clock's tempo and place, whatever its ticks go through on their way."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.midimap.clock import SILENT_SECONDS, TICKS, MidiClock

TICK, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"
TEMPOS = (30.0, 61.7, 120.0, 174.0, 300.0)


def period(tempo: float) -> float:
    return 60.0 / tempo / TICKS


def ticked(clock: MidiClock, times: np.ndarray) -> float:
    """Let ticks come, and return when the last did."""
    for time in times:
        clock.hear(TICK, float(time))
    return float(times[-1])


def steady(tempo: float, count: int, begin: float = 0.0) -> np.ndarray:
    return begin + np.arange(count) * period(tempo)


def place(clock: MidiClock, now: float) -> float:
    beat = clock.beat(now)
    assert beat is not None
    return beat.position


@pytest.mark.parametrize("tempo", TEMPOS)
def test_a_steady_clock_is_told_exactly(tempo: float) -> None:
    clock = MidiClock()
    clock.hear(START, 0.0)
    assert clock.beat(0.0) is None
    last = ticked(clock, steady(tempo, 4 * TICKS + 1))
    assert clock.beat(last) == (4.0, pytest.approx(tempo))
    # Between two ticks it goes on, but never passes one that has not come.
    assert place(clock, last + period(tempo) / 2) == pytest.approx(4.0 + 0.5 / TICKS)
    assert 4.0 < place(clock, last + 3 * period(tempo)) < 4.0 + 1 / TICKS


@pytest.mark.parametrize("seed", range(20))
def test_ticks_that_come_unevenly_leave_the_tempo_at_rest(seed: int) -> None:
    random = np.random.default_rng(seed)
    tempo = float(random.uniform(30.0, 300.0))
    jitter = 0.4 * period(tempo)
    times = np.sort(steady(tempo, 6 * TICKS + 1) + random.uniform(-jitter, jitter, 6 * TICKS + 1))
    clock = MidiClock()
    found = []
    for number, time in enumerate(times):
        clock.hear(TICK, float(time))
        assert place(clock, float(time)) == number / TICKS
        if number >= TICKS:
            assert clock.tempo is not None
            found.append(clock.tempo)
    assert np.abs(np.array(found) / tempo - 1.0).max() < 0.05
    assert np.mean(found) == pytest.approx(tempo, rel=0.01)


@pytest.mark.parametrize("frames", [128, 1024, 2048])
@pytest.mark.parametrize("tempo", TEMPOS)
def test_ticks_that_come_only_at_the_beginnings_of_blocks(tempo: float, frames: int) -> None:
    block = frames / 48000
    clock = MidiClock()
    last = ticked(clock, np.ceil(steady(tempo, 8 * TICKS + 1) / block) * block)
    assert place(clock, last) == 8.0
    assert clock.tempo == pytest.approx(tempo, rel=0.1)


@pytest.mark.parametrize("seed", range(20))
def test_ticks_that_are_lost_are_counted_all_the_same(seed: int) -> None:
    random = np.random.default_rng(seed)
    tempo = float(random.uniform(60.0, 300.0))
    times = steady(tempo, 8 * TICKS + 1)
    times += random.uniform(-0.05, 0.05, len(times)) * period(tempo)
    kept = np.ones(len(times), bool)
    for first in (30, 60, 90, 120, 150):
        kept[first : first + random.integers(1, 6)] = False
    clock = MidiClock()
    last = ticked(clock, times[kept])
    assert place(clock, last) == 8.0
    assert clock.tempo == pytest.approx(tempo, rel=0.02)


@pytest.mark.parametrize(("before", "after"), [(120, 60), (60, 120), (30, 300), (300, 100)])
def test_another_tempo_is_known_within_half_a_beat(before: int, after: int) -> None:
    clock = MidiClock()
    begin = ticked(clock, steady(before, 3 * TICKS + 1))
    last = ticked(clock, steady(after, TICKS // 2, begin + period(after)))
    assert clock.tempo == pytest.approx(after, rel=0.01)
    assert place(clock, last) == 3.5  # nothing was taken for lost


def test_a_tempo_that_is_turned_slowly_is_followed() -> None:
    periods = np.linspace(period(90), period(150), 8 * TICKS)
    clock = MidiClock()
    last = 0.0
    clock.hear(TICK, last)
    for gap in periods:
        last += gap
        clock.hear(TICK, last)
    assert clock.tempo == pytest.approx(150, rel=0.05)
    assert place(clock, last) == 8.0


def test_a_clock_that_was_never_started_runs_from_its_first_tick_on() -> None:
    clock = MidiClock()
    last = ticked(clock, steady(120, TICKS + 1, 7.0))
    assert place(clock, last) == 1.0


def test_it_stands_still_when_stopped_and_goes_on_where_it_was() -> None:
    clock = MidiClock()
    clock.hear(START, 0.0)
    last = ticked(clock, steady(120, TICKS + 1))
    clock.hear(STOP, last)
    assert clock.beat(last) is None
    # Most clocks tick on; the tempo is known from the first beat on.
    last = ticked(clock, steady(90, TICKS, last + period(90)))
    assert clock.beat(last) is None
    assert clock.tempo == pytest.approx(90, rel=0.01)
    clock.hear(CONTINUE, last)
    assert clock.beat(last) is None
    last = ticked(clock, steady(90, 1, last + period(90)))
    assert clock.beat(last) == (pytest.approx((TICKS + 1) / TICKS), pytest.approx(90, rel=0.01))
    clock.hear(START, last)
    assert place(clock, ticked(clock, steady(90, 1, last + period(90)))) == 0.0


def test_the_song_is_put_to_a_position() -> None:
    clock = MidiClock()
    clock.hear(STOP, 0.0)
    clock.hear(b"\xf2\x05\x01", 0.0)  # 133 sixteenths
    clock.hear(CONTINUE, 0.0)
    assert place(clock, ticked(clock, steady(120, 1))) == 133 / 4
    clock.hear(b"\xf2\x08\x00", 0.01)
    assert place(clock, ticked(clock, steady(120, 1, 0.02))) == 2.0


def test_a_clock_that_falls_silent_is_gone_and_comes_back() -> None:
    clock = MidiClock()
    last = ticked(clock, steady(120, 2 * TICKS + 1))
    assert clock.beat(last + SILENT_SECONDS) is not None
    assert clock.beat(last + SILENT_SECONDS + 0.01) is None
    last = ticked(clock, steady(60, TICKS, last + 10.0))
    assert clock.beat(last) == (pytest.approx(3.0), pytest.approx(60))


def test_bytes_of_all_kinds_and_times_in_any_order_do_no_harm() -> None:
    random = np.random.default_rng(1)
    clock = MidiClock()
    for _ in range(20_000):
        status = int(random.choice([0xF2, 0xF8, 0xF8, 0xF8, 0xFA, 0xFB, 0xFC, 0xFE, 0x90]))
        size = int(random.integers(0, 3))
        time = float(random.choice([0.0, 1.0, 1.0, 2.0]) * random.uniform())
        clock.hear(bytes([status, *random.integers(0, 128, size)]), time)
        beat = clock.beat(time)
        if beat is not None:
            assert beat.position >= 0.0
            assert beat.tempo is None or beat.tempo > 0.0
