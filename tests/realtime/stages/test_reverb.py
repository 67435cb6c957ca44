import numpy as np
import pytest

from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.convolver.response import PreparedResponse
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.stages.chain import StageChain
from ronn_jack.realtime.stages.reverb import Reverb
from tests.realtime.convolver.running_convolver import RATE, convolved, noise, room


@entry("void(int64, int64, int64, int64, int64)")
def _run(process, state, channels, rows, frames):
    call_entry(process, state, channels, rows, frames, 0, 0)


class ReverbAlone:
    """A reverb in a chain of its own, whose switch and mix stay from block to block."""

    def __init__(self, response=None):
        self.reverb = Reverb(RATE)
        self.chain = StageChain([self.reverb], RATE)
        self.on, self.mix = np.ones(MAX_BLOCK), np.ones(MAX_BLOCK)
        address = self.chain.address_of(self.reverb)
        self.reverb.stand(address, self.on.ctypes.data, self.mix.ctypes.data)
        if response is not None:
            self.reverb.offer(PreparedResponse(response))

    def run(self, x, block=64):
        parts = []
        for start in range(0, x.shape[1], block):
            rows = np.zeros((x.shape[0], MAX_BLOCK))
            part = x[:, start : start + block]
            rows[:, : part.shape[1]] = part
            _run.ctypes(
                self.chain.run, self.chain.address, x.shape[0], rows.ctypes.data, part.shape[1]
            )
            parts.append(rows[:, : part.shape[1]])
        return np.concatenate(parts, axis=1)


@pytest.mark.parametrize("mix", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("channels", [1, 2])
def test_it_mixes_the_signal_with_its_convolution(mix, channels):
    x, h = noise(20000, channels).astype(float), room(0.3)
    alone = ReverbAlone(h)
    alone.mix[:] = mix
    expected = (1.0 - mix) * x + mix * convolved(x, h[:channels])
    y = alone.run(x)
    assert np.abs(y - expected).max() <= 1e-6 * np.abs(expected).max()
    if mix == 0.0:
        assert np.array_equal(y, x)


def test_off_it_passes_its_input_to_the_bit():
    x = noise(9000).astype(float)
    alone = ReverbAlone(room(0.3))
    alone.on[:] = 0.0
    assert np.array_equal(alone.run(x), x)
    assert np.array_equal(ReverbAlone().run(x), x)


def sleeps(alone):
    return alone.chain.state(alone.reverb)["asleep"] != 0


def test_turned_off_its_tail_rings_out_and_nothing_new_comes_in():
    h, x = room(0.3), noise(70000).astype(float)
    alone = ReverbAlone(h)
    alone.mix[:] = 0.5
    sent = np.where(np.arange(70000) < 20000, x, 0.0)
    expected = x - 0.5 * sent + 0.5 * convolved(sent, h)
    y = [alone.run(x[:, :20000])]
    alone.on[:] = 0.0
    y.append(alone.run(x[:, 20000:]))
    y = np.concatenate(y, axis=1)
    assert np.abs(y - expected).max() <= 1e-6 * np.abs(expected).max()
    assert np.abs(y - x)[:, 21000:22000].max() > 0.1
    assert np.array_equal(y[:, 60000:], x[:, 60000:])
    assert sleeps(alone)


def test_turned_on_again_meanwhile_it_rings_on():
    h, x = room(0.3), noise(40000).astype(float)
    alone = ReverbAlone(h)
    sent = np.where((np.arange(40000) // 10000) % 2 == 0, x, 0.0)
    y = []
    for quarter, on in enumerate((1.0, 0.0, 1.0, 0.0)):
        alone.on[:] = on
        y.append(alone.run(x[:, 10000 * quarter : 10000 * (quarter + 1)], block=50))
    expected = x - sent + convolved(sent, h)
    assert np.abs(np.concatenate(y, axis=1) - expected).max() <= 1e-6 * np.abs(expected).max()


def test_it_sleeps_once_90_db_of_the_tail_have_gone():
    alone = ReverbAlone(room(4.0, decay=40.0))
    alone.run(noise(9000))
    alone.on[:] = 0.0
    silence = np.zeros((2, 4096))
    heard = []
    while not sleeps(alone):
        heard.append(np.abs(alone.run(silence)).max())
    # It falls by 347 dB in 4 s; the rest is what levels may lag behind.
    seconds = len(heard) * 4096 / RATE
    assert 4.0 * 90.0 / 347.0 <= seconds <= 4.0 * 90.0 / 347.0 + 0.5
    assert heard[-2] <= 10.0 ** (-90.0 / 20.0) * heard[0]


@pytest.mark.parametrize("way", ["cleared", "not mixed"])
def test_off_it_sleeps_at_once_where_its_tail_is_not_to_be_heard(way):
    alone = ReverbAlone(room(1.0))
    alone.run(noise(9000))
    alone.on[:] = 0.0
    alone.run(noise(64))
    assert not sleeps(alone)
    if way == "cleared":
        alone.reverb.clear()
    else:
        alone.mix[:] = 0.0
    x = noise(640).astype(float)
    assert np.array_equal(alone.run(x), x)
    assert sleeps(alone)


def test_asleep_it_holds_no_response_but_the_newest():
    alone = ReverbAlone(room(0.3))
    alone.run(noise(9000))
    for seed in (5, 6):
        alone.reverb.offer(PreparedResponse(room(0.3, seed=seed)))
        alone.run(noise(128))
    assert alone.reverb.held_responses == 3
    alone.on[:] = alone.mix[:] = 0.0
    alone.run(noise(64))
    alone.reverb.collect()
    assert alone.reverb.held_responses == 1


def risen(x):
    """Return a signal as it comes in where one was there before."""
    share = np.minimum(1.0, np.arange(1, x.shape[1] + 1) / round(0.02 * RATE))
    return x * share**2 * (3.0 - 2.0 * share)


def test_turned_on_again_it_begins_with_an_empty_room():
    h = room(0.3)
    alone = ReverbAlone(h)
    alone.run(noise(30000))
    alone.on[:] = 0.0
    alone.run(noise(30000), block=37)
    alone.on[:] = 1.0
    x = noise(20000, seed=3).astype(float)
    expected = convolved(risen(x), h)
    assert np.abs(alone.run(x) - expected).max() <= 1e-6 * np.abs(expected).max()


def test_turned_on_in_the_middle_of_a_tone_it_answers_to_no_step():
    """Each early reflection would repeat it."""
    h = room(0.3)
    h[:, 5000] = 0.5
    t = np.arange(40000) / RATE
    x = np.tile(np.cos(2 * np.pi * 50.0 * t), (2, 1))
    alone = ReverbAlone(h)
    for on in (0.0, 1.0):
        alone.on[:] = on
        y = alone.run(x)
    spectrum = np.abs(np.fft.rfft((y - (1.0 - on) * x) * np.blackman(x.shape[1])))
    high = np.fft.rfftfreq(x.shape[1], 1 / RATE) > 5000.0
    assert spectrum[:, high].max() <= 3e-7 * spectrum.max()


def test_cleared_it_forgets_its_tail_and_keeps_its_response():
    h = room(0.5)
    alone = ReverbAlone(h)
    alone.run(noise(30000))
    alone.reverb.clear()
    assert not alone.run(np.zeros((2, 30000))).any()
    x = noise(20000, seed=3).astype(float)
    expected = convolved(x, h)
    assert np.abs(alone.run(x) - expected).max() <= 1e-6 * np.abs(expected).max()


def test_off_it_takes_no_time_that_counts():
    alone = ReverbAlone(room(4.0))
    work = alone.reverb.work()
    assert work["partition"] == 2 * 92
    assert not alone.reverb.on
