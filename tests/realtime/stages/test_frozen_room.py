import subprocess
import sys

import numpy as np
import pytest

from ronn_jack.model.latent.responses import resampled
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.memory import aligned_bytes
from ronn_jack.realtime.convolver.response import PreparedResponse
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.stages.frozen_room import open_room, room_bytes, room_frames
from tests.realtime.convolver.running_convolver import noise, room

RATE = 48_000.0


@entry("int64(int64, float64, float64)")
def _bytes(frames, rate, wanted):
    return room_bytes(frames, rate, wanted)


@entry("int64(int64, float64, float64)")
def _frames(frames, rate, wanted):
    return room_frames(frames, rate, wanted)


@entry("void(int64, int64, int64, int64, int64, float64, float64)")
def _open(reverb, memory, samples, stride, frames, rate, wanted):
    open_room(reverb, memory, samples, stride, frames, rate, wanted)


def heard_in(offer, rate, x, mix=0.4):
    """Return what an engine without a network makes of `x` in a room that `offer` gives it."""
    engine = Engine(2, 2, rate, 0.0)
    for control, value in ((Control.NETWORK, 0.0), (Control.REVERB_MIX, mix)):
        engine.set(control, value)
    kept = offer(engine)
    engine.set(Control.REVERB, 1.0)
    engine.set(Control.MASTER, 1.0)
    engine.settle()
    parts = [engine.process(x[:, i : i + 333]) for i in range(0, x.shape[1], 333)]
    del kept
    return np.concatenate(parts, axis=1)


def frozen(samples, rate, wanted):
    """Return what opens a room in memory that is full of rubbish."""

    def offer(engine):
        memory = aligned_bytes(_bytes.ctypes(samples.shape[1], rate, wanted))
        memory[:] = 0xA5
        stride = samples.shape[1] if len(samples) == 2 else 0
        address = samples.ctypes.data
        place = engine.reverb_address, memory.ctypes.data
        _open.ctypes(*place, address, stride, samples.shape[1], rate, wanted)
        return memory

    return offer


def offered(samples):
    """Return what gives the node's way."""
    return lambda engine: engine.offer_response(PreparedResponse(samples))


@pytest.mark.parametrize("seconds,channels", [(0.001, 2), (0.02, 1), (0.3, 2), (1.5, 2)])
def test_at_its_own_rate_it_sounds_to_the_bit_as_in_the_node(seconds, channels):
    h, x = 0.1 * room(seconds, channels=channels), 0.3 * noise(30_000)
    h = h.astype(np.float32)
    heard = heard_in(frozen(h, RATE, RATE), RATE, x)
    assert np.array_equal(heard, heard_in(offered(h), RATE, x))
    assert not np.array_equal(heard, heard_in(lambda engine: None, RATE, x))


def unit_impulse(frames):
    x = np.zeros((2, frames), np.float32)
    x[:, 0] = 0.25
    return x


@pytest.mark.parametrize("wanted", [44_100.0, 32_000.0, 96_000.0, 47_999.5])
def test_at_another_rate_it_filters_as_it_did(wanted):
    h = 0.2 * room(0.25, decay=12.0)
    h[:, :300] *= np.linspace(0.0, 1.0, 300)  # nothing is cut off that would ring before it
    h = h.astype(np.float32)
    frames = round(wanted * 0.4)
    found = heard_in(frozen(h, RATE, wanted), wanted, unit_impulse(frames), mix=1.0) / 0.25
    hertz = np.linspace(50.0, 0.42 * min(RATE, wanted), 40)

    def spectrum(samples, rate):
        at = np.arange(samples.shape[1]) / rate
        return samples @ np.exp(-2j * np.pi * np.outer(at, hertz))

    expected = spectrum(h.astype(np.float64), RATE)
    error = spectrum(found.astype(np.float64), wanted) - expected
    assert np.abs(error).max() <= 1e-3 * np.abs(expected).max()


def test_it_is_that_of_the_exact_transform_within_the_band_of_both():
    h = 0.2 * room(0.25, decay=12.0)
    h[:, :300] *= np.linspace(0.0, 1.0, 300)
    x = unit_impulse(20_000)
    found = heard_in(frozen(h.astype(np.float32), RATE, 96_000.0), 96_000.0, x, mix=1.0) / 0.25
    exact = 0.5 * resampled(h.astype(np.float64), 48_000, 96_000)
    count = min(found.shape[1], exact.shape[1])
    audible = slice(0, round(0.2 * count))  # to 19 kHz
    spectra = [np.fft.rfft(each[:, :count])[:, audible] for each in (found, exact)]
    assert np.abs(spectra[0] - spectra[1]).max() <= 1e-3 * np.abs(spectra[1]).max()


FIRST_ROOM = """
import numpy as np
from ronn_jack.realtime.compiler.memory import Arena, aligned_bytes, taken_from
from ronn_jack.realtime.convolver import plan
from ronn_jack.realtime.convolver.response import PreparedResponse

arena = Arena(aligned_bytes(1 << 20))
with taken_from(arena):
    PreparedResponse(np.ones((1, 1), np.float32))
assert not arena.address <= plan.shared_plans() < arena.address + (1 << 20)
"""


def test_twiddles_outlive_an_arena_in_which_the_first_room_is_made():
    subprocess.run([sys.executable, "-c", FIRST_ROOM], timeout=120, check=True)


def test_a_room_is_as_long_in_seconds_but_no_longer_than_memory_allows():
    assert _frames.ctypes(48_000, 48_000.0, 44_100.0) == 44_100
    assert _frames.ctypes(1, 48_000.0, 8_000.0) == 1
    assert _frames.ctypes(8 * 48_000, 48_000.0, 384_000.0) == 576_000
