import numpy as np

from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.convolver.response import PreparedResponse
from ronn_jack.realtime.engine_state import Control
from tests.realtime.convolver.running_convolver import convolved, room
from tests.realtime.engine_driver import engine_for, noise, play

QUIET = 1e-3  # what the guard does not bend, however loud the room


def reverberant(h, mix=1.0):
    engine = engine_for(NetworkSpec())
    engine.set(Control.REVERB, 1.0)
    engine.set(Control.REVERB_MIX, mix)
    engine.offer_response(PreparedResponse(h))
    engine.settle()
    return engine


def test_the_room_is_heard_from_the_first_frame_on():
    x, h = QUIET * noise(20000), room(0.3)
    expected = convolved(play(engine_for(NetworkSpec()), x).astype(float), h)
    y = play(reverberant(h), x)
    assert np.abs(y - expected).max() <= 1e-5 * np.abs(expected).max()


def test_turned_off_and_on_it_glides_and_ends_with_the_bits_of_none():
    x = QUIET * noise(40000)
    dry = play(engine_for(NetworkSpec()), x)
    engine = reverberant(room(0.3))
    parts = [play(engine, x[:, :20000])]
    engine.set(Control.REVERB, 0.0)
    parts.append(play(engine, x[:, 20000:]))
    y = np.concatenate(parts, axis=1)
    # The glide is over after 20 ms.
    assert np.array_equal(y[:, 20960:], dry[:, 20960:])
    assert not np.array_equal(y[:, 20900:20950], dry[:, 20900:20950])


def test_tails_ring_until_they_are_cleared():
    engine = reverberant(room(1.0))
    play(engine, QUIET * noise(20000))
    silence = np.zeros((2, 9600), np.float32)
    assert np.abs(play(engine, silence)[:, -64:]).max() > 1e-6
    engine.clear_tails()
    # What the network itself still gives fades away.
    play(engine, silence)
    assert np.abs(play(engine, silence)).max() < 1e-9
