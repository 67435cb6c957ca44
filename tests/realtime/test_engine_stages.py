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


def test_turned_off_it_rings_out_and_ends_with_the_bits_of_none():
    x = QUIET * noise(60000)
    dry = play(engine_for(NetworkSpec()), x)
    engine = reverberant(room(0.3))
    parts = [play(engine, x[:, :20000])]
    engine.set(Control.REVERB, 0.0)
    parts.append(play(engine, x[:, 20000:]))
    y = np.concatenate(parts, axis=1)
    assert np.abs(y - dry)[:, 21000:22000].max() > 1e-3 * QUIET
    assert np.array_equal(y[:, 50000:], dry[:, 50000:])


def test_a_tail_can_be_cut_within_a_glide_but_that_of_a_reverb_that_is_on_cannot():
    engine = reverberant(room(1.0))
    play(engine, QUIET * noise(20000))
    engine.cut_tail()
    assert not engine.ringing_stages
    silence = np.zeros((2, 1024), np.float32)
    assert np.abs(play(engine, silence)[:, -64:]).max() > 0.01 * QUIET
    engine.set(Control.REVERB, 0.0)
    play(engine, silence)
    assert [stage.name for stage in engine.ringing_stages] == ["reverb"]
    assert not engine.working_stages
    engine.cut_tail()
    assert engine.cuts_tail
    play(engine, silence)
    play(engine, silence)
    assert not (engine.ringing_stages or engine.cuts_tail)


def test_tails_ring_until_they_are_cleared():
    engine = reverberant(room(1.0))
    play(engine, QUIET * noise(20000))
    silence = np.zeros((2, 9600), np.float32)
    assert np.abs(play(engine, silence)[:, -64:]).max() > 1e-6
    engine.clear_tails()
    # What the network itself still gives fades away.
    play(engine, silence)
    assert np.abs(play(engine, silence)).max() < 1e-9
