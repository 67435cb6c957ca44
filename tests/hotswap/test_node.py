"""What the running effect says of itself."""

import math

import numpy as np

from ronn_jack.control.events import MidiDropped
from ronn_jack.control.status import BY_CONTROLLER, STATUS
from tests.realtime.engine_driver import noise
from tests.support.desk import FRAMES, desk


def test_status_is_finite_with_and_without_a_server():
    with desk() as d:
        for _ in range(2):
            status = d.node.status()
            told = {name for name, row in STATUS.items() if not row.by_interface}
            assert set(status) | set(BY_CONTROLLER) == told
            numbers = [value for value in status.values() if not isinstance(value, str)]
            assert all(map(math.isfinite, numbers)), status
            d.node.detach()
        assert [status[key] for key in ("level_in", "level_out", "true_peak")] == [-200.0] * 3


def test_lost_midi_is_told_once_for_each_burst_and_counted_through_a_reconnection():
    with desk() as d:

        def told(dropped):
            d.audio.midi_dropped = dropped
            return [event for event in d.node.look() if isinstance(event, MidiDropped)]

        assert [told(n) for n in (0, 3, 5, 5, 9)] == [
            [], [MidiDropped(3, 3)], [], [], [MidiDropped(4, 9)],
        ]  # fmt: skip
        d.node.detach()
        d.audio.midi_dropped = 0
        assert d.node.status()["midi_dropped"] == 9


def test_the_recent_input_is_what_the_networks_have_heard():
    with desk() as d:
        x = noise(4800, seed=9)
        d.audio.engine.process(x)
        recent = d.node.recent_input(0.05)
        assert recent.shape == (2, 2400)
        np.testing.assert_array_equal(recent, x[:, -2400:])
        assert d.node.recent_input(3600.0).shape[1] <= d.audio.engine.position
        assert d.node.idle
        d.turn(layers=2)
        assert not d.node.idle
        d.node.detach()
        assert not d.node.idle
        assert d.node.recent_input(1.0).shape == (2, 0)


def test_what_has_passed_lately_is_copied_in_step():
    with desk() as d:
        x = noise(4800, seed=9)
        y = d.audio.engine.process(x)
        recent = d.node.recent(1000)
        assert recent is not None
        assert recent.position == d.audio.engine.position
        np.testing.assert_array_equal(recent.dry, x[:, -1000:])
        np.testing.assert_array_equal(recent.driven, x[:, -1000:])
        np.testing.assert_array_equal(recent.output, y[:, -1000:])
        d.turn(input_gain=6.0)
        d.audio.engine.process(x)
        d.audio.engine.process(x)
        recent = d.node.recent(1000)
        assert recent is not None
        np.testing.assert_allclose(recent.driven, x[:, -1000:] * 10**0.3, rtol=1e-5)
        d.node.detach()
        assert d.node.recent(1000) is None


def test_of_what_has_passed_there_is_a_second_at_most():
    with desk() as d:
        recent = d.node.recent(10**6)
        assert recent is not None
        assert recent.output.shape == (2, min(d.audio.engine.position, FRAMES))
        d.audio.engine.process(noise(3 * FRAMES))
        recent = d.node.recent(10**6)
        assert recent is not None
        assert recent.output.shape == recent.dry.shape == (2, FRAMES)
