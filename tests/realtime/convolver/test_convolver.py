import numpy as np
import pytest

from ronn_jack.realtime.convolver.convolver import LOUDEST
from ronn_jack.realtime.convolver.response import PreparedResponse, longest_frames
from tests.realtime.convolver.running_convolver import (
    RATE,
    RunningConvolver,
    convolved,
    noise,
    room,
)

UNEVEN = (1, 63, 200, 17, 256, 64, 5, 128, 99)


@pytest.mark.parametrize("frames", [1, 63, 64, 65, 1023, 1025, 8193, 12289, 30000])
def test_the_output_is_that_of_the_definition(frames):
    x, h = noise(3 * frames + 9000), room(frames / RATE)
    expected = convolved(x, h)
    y = RunningConvolver(PreparedResponse(h)).run(x)
    assert np.abs(y - expected).max() <= 1e-6 * np.abs(expected).max()


def test_four_seconds_are_exact_to_a_millionth_of_the_peak():
    x, h = noise(5 * 48000), room(4.0)
    expected = convolved(x, h)
    y = RunningConvolver(PreparedResponse(h)).run(x)
    assert np.abs(y - expected).max() <= 1e-6 * np.abs(expected).max()


@pytest.mark.parametrize("start", [0, 1, 63, 64, 4095, 5000])
def test_an_impulse_comes_out_in_its_own_frame(start):
    h = room(0.5)
    x = np.zeros((2, start + h.shape[1]))
    x[:, start] = 1.0
    y = RunningConvolver(PreparedResponse(h)).run(x, UNEVEN)
    assert not y[:, :start].any()
    assert np.abs(y[:, start:] - h).max() <= 1e-6 * np.abs(h).max()
    assert np.array_equal(y[:, start], h[:, 0])


@pytest.mark.parametrize("blocks", [(1,), (256,), UNEVEN])
def test_any_cut_into_blocks_gives_the_same_bits(blocks):
    def played(cut):
        running = RunningConvolver(PreparedResponse(room(0.4)))
        parts = [running.run(x[:, :7000], cut)]
        running.convolver.offer(PreparedResponse(room(0.3, seed=5)))
        parts.append(running.run(x[:, 7000:20000], cut))
        running.convolver.offer(PreparedResponse(room(0.5, seed=6)))
        parts.append(running.run(x[:, 20000:], cut))
        return np.concatenate(parts, axis=1)

    x = noise(45000)
    assert np.array_equal(played(blocks), played((64,)))


def test_a_channel_sounds_as_if_it_were_alone():
    x, response = noise(20000), PreparedResponse(room(0.3))
    both = RunningConvolver(response).run(x)
    assert np.array_equal(RunningConvolver(response).run(x[:1])[0], both[0])


def test_a_response_of_one_channel_serves_both():
    x, h = noise(9000), room(0.2, channels=1)
    y = RunningConvolver(PreparedResponse(h)).run(x)
    expected = convolved(x, h)
    assert np.abs(y - expected).max() <= 1e-6 * np.abs(expected).max()


def test_without_a_response_it_is_silent():
    assert not RunningConvolver().run(noise(9000)).any()


def test_what_is_forgotten_is_not_heard_any_more():
    running = RunningConvolver(PreparedResponse(room(1.0)))
    running.run(noise(40000))
    running.forget()
    assert not running.run(np.zeros((2, 60000))).any()
    x = noise(60000, seed=3)
    fresh = RunningConvolver(PreparedResponse(room(1.0))).run(x)
    running.forget()
    heard = running.run(x)
    assert np.abs(heard - fresh).max() <= 2e-6 * np.abs(fresh).max()


def test_the_loudest_input_leaves_it_working():
    x = np.zeros((2, 60000))
    x[:, 0] = 1e300
    running = RunningConvolver(PreparedResponse(room(0.5)))
    y = running.run(x)
    assert np.isfinite(y).all()
    assert np.abs(y).max() <= LOUDEST
    assert not running.run(np.zeros((2, 9000)))[:, 4096:].any()


def test_what_is_longer_than_there_is_memory_for_is_cut():
    held = longest_frames(12000.0)
    h = np.ones((1, held + 9000), np.float32)
    x = np.zeros((2, held + 9000))
    x[:, 0] = 1.0
    y = RunningConvolver(PreparedResponse(h), rate=12000.0).run(x)
    assert y[:, held - 4096].all()
    assert np.abs(y[:, held + 4096 :]).max() <= 1e-6
