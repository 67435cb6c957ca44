"""Responses that take each other's place while the audio runs."""

import numpy as np
import pytest

from ronn_jack.realtime.compiler.atomics import exchange
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.convolver.response import PreparedResponse
from tests.realtime.convolver.running_convolver import (
    RATE,
    RunningConvolver,
    convolved,
    noise,
    room,
)

CYCLE = 4096


def sine(frames):
    return np.tile(np.sin(2 * np.pi * 50.0 * np.arange(frames) / RATE), (2, 1))


def share_above(y, hertz):
    """Return the power above a frequency against all, in dB."""
    power = np.abs(np.fft.rfft(y * np.kaiser(y.shape[1], 28.0))) ** 2
    first = round(hertz * y.shape[1] / RATE)
    return 10 * np.log10(power[:, first:].sum() / power.sum())


def coherent_rooms(number, seconds=1.0):
    """Return rooms that decay ever more slowly, made of the same noise."""
    frames = round(seconds * RATE)
    basis = noise(frames, seed=4)
    decays = np.geomspace(40.0, 6.0, number)
    rooms = [basis * np.exp(-decay * np.arange(frames) / frames) for decay in decays]
    return [(h / np.sqrt((h**2).sum())).astype(np.float32) for h in rooms]


@pytest.mark.parametrize("strange", [False, True])
def test_a_walk_through_rooms_is_heard_in_no_octave_but_its_own(strange):
    rooms = coherent_rooms(12)
    if strange:
        rooms = [room(1.0, seed=seed) for seed in range(12)]
    running = RunningConvolver(PreparedResponse(rooms[0]))
    x = sine(4 * 48000)
    at, parts = 2 * 48000, []
    parts.append(running.run(x[:, :at]))
    for each in rooms[1:]:
        running.convolver.offer(PreparedResponse(each))
        parts.append(running.run(x[:, at : at + CYCLE]))
        at += CYCLE
    parts.append(running.run(x[:, at:]))
    y = np.concatenate(parts, axis=1)
    heard = y[:, 96000 - CYCLE : at + 2 * CYCLE]
    assert share_above(heard, 5000.0) <= -100.0
    # It has got where it was led.
    expected = convolved(x, rooms[-1])
    assert np.abs(y - expected)[:, -40000:].max() <= 1e-6 * np.abs(expected).max()


def test_ten_responses_a_second_are_all_heard():
    running = RunningConvolver(PreparedResponse(room(0.2)))
    x = noise(48000)
    for start in range(0, 48000, 4800):
        running.convolver.offer(PreparedResponse(room(0.2, seed=start)))
        assert running.convolver.held_responses <= 4
        running.run(x[:, start : start + 4800])
    waits = running.convolver.held_responses
    running.run(np.zeros((2, 3 * CYCLE)))
    running.convolver.collect()
    assert waits <= 4
    assert running.convolver.held_responses == 1


def test_the_newest_of_many_wins_and_the_others_are_freed():
    running = RunningConvolver(PreparedResponse(room(0.2)))
    x = noise(60000)
    for seed in range(20):
        running.convolver.offer(PreparedResponse(room(0.2, seed=seed)))
        assert running.convolver.held_responses <= 2
    y = running.run(x)
    running.convolver.collect()
    assert running.convolver.held_responses == 1
    expected = convolved(x, room(0.2, seed=19))
    assert np.abs(y - expected)[:, 40000:].max() <= 1e-6 * np.abs(expected).max()


def test_a_response_may_come_again():
    one, other = PreparedResponse(room(0.2)), PreparedResponse(room(0.3, seed=9))
    running = RunningConvolver(one)
    x = noise(90000)
    parts = []
    for start, response in zip(range(0, 60000, 1500), [other, one, one, other] * 10, strict=True):
        running.convolver.offer(response)
        parts.append(running.run(x[:, start : start + 1500]))
        assert running.convolver.held_responses <= 5
    parts.append(running.run(x[:, 60000:]))
    running.convolver.collect()
    assert running.convolver.held_responses == 1
    y = np.concatenate(parts, axis=1)
    expected = convolved(x, room(0.3, seed=9))
    assert np.abs(y - expected)[:, -3000:].max() <= 1e-6 * np.abs(expected).max()


def test_one_that_comes_again_while_it_fades_in_goes_on_as_it_was():
    def played(again):
        one, other = PreparedResponse(room(0.2)), PreparedResponse(room(0.2, seed=9))
        running = RunningConvolver(one)
        running.run(x[:, :9000])
        running.convolver.offer(other)
        parts = [running.run(x[:, 9000:9600])]
        if again:
            running.convolver.offer(other)
        return np.concatenate([*parts, running.run(x[:, 9600:12000])], axis=1)

    x = noise(12000)
    assert np.array_equal(played(True), played(False))


@entry("int64(int64, int64)")
def _swap(slot, address):
    return exchange(slot, address)


def test_a_fade_that_begins_while_a_response_is_handed_over_keeps_its_gains():
    def swap_and_play(slot, address):
        waited = _swap.ctypes(slot, address)
        if meanwhile.size:
            parts.append(running.run(meanwhile))
        return waited

    nothing = np.zeros((2, 0))
    x = noise(16000)
    rooms = [room(0.2), room(0.2, seed=9), 0.7 * room(0.2) + 0.7 * room(0.2, seed=5)]
    heard = []
    for at_once in (True, False):
        first, replaced, last = map(PreparedResponse, rooms)
        meanwhile, parts = nothing, []
        running = RunningConvolver(first, swap=swap_and_play)
        parts.append(running.run(x[:, :9000]))
        running.convolver.offer(replaced)
        meanwhile = x[:, 9000:9500] if at_once else nothing
        running.convolver.offer(last)
        if not at_once:
            parts.append(running.run(x[:, 9000:9500]))
        parts.append(running.run(x[:, 9500:]))
        heard.append(np.concatenate(parts, axis=1))
    assert np.array_equal(*heard)


def test_silence_takes_the_place_of_a_response():
    running = RunningConvolver(PreparedResponse(room(0.2)))
    running.run(noise(20000))
    running.convolver.offer(None)
    y = running.run(noise(40000, seed=2))
    assert np.abs(y[:, :500]).max() > 0.1
    assert not y[:, 3 * CYCLE :].any()


def test_the_first_taps_fade_within_a_fiftieth_of_a_second():
    h = np.zeros((1, 64), np.float32)
    h[0, 0] = 1.0
    running = RunningConvolver(PreparedResponse(h))
    ones = np.ones((2, 12000))
    running.run(ones[:, :9000])
    running.convolver.offer(PreparedResponse(0.0 * h))
    y = running.run(ones)[0]
    fading = np.flatnonzero((y < 1.0) & (y > 0.0))
    assert 960 <= fading[-1] - fading[0] <= 1024
    assert fading[0] <= 64 * 2
    assert (np.diff(y) <= 0.0).all()


def test_between_rooms_that_have_nothing_in_common_it_stays_as_loud():
    rooms = [PreparedResponse(room(1.0, decay=0.5, seed=seed)) for seed in (1, 2, 3)]
    running = RunningConvolver(rooms[0])
    x = noise(160 * 1024, seed=8)
    parts = [running.run(x[:, : 96 * 1024])]
    for each in rooms[1:]:
        running.convolver.offer(each)
    parts.append(running.run(x[:, 96 * 1024 :]))
    powers = (np.concatenate(parts, axis=1) ** 2).mean(axis=0).reshape(-1, 1024).mean(axis=1)
    # The last level fades over 4 of these; going evenly it would be 1.5 dB weaker in their midst.
    levels = 10 * np.log10(powers[64:] / np.median(powers[64:]))
    assert levels.min() >= -1.0
    assert levels.max() <= 1.0
