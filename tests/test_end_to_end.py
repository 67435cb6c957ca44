"""The whole node through a real JACK server: what goes in, what comes out."""

import contextlib
import re
import signal
from pathlib import Path

import numpy as np
import pytest

from ronn_jack.drivers.jack_server import realtime_allowed
from ronn_jack.model.architecture import network_spec
from ronn_jack.parameters import defaults
from ronn_jack.render import offline_engine
from tests.realtime.engine_driver import noise
from tests.support.jack_graph import MidiSender, Recorder, around_node
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process
from tests.support.stopped import stopped
from tests.support.takes import hold_in_one

SOUND = {"activation": "tanh", "layers": 5, "kernel": 9, "dilation": 3, "seed": 77, "mix": 0.8}
PLAIN = ("--set", "auto_level=off")
RATE = 48000


def rendered(x, **values):
    values = {**defaults(), **values}
    spec = network_spec(values, 2, 2, RATE)
    return offline_engine(spec, values, RATE).process(x)


def options(values):
    return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]


@contextlib.contextmanager
def studio(server, x, *arguments):
    """Route player → node → recorder, and yield them."""
    with node_process(server.name, *PLAIN, *arguments) as node:
        frames = x.shape[1] + RATE // 4
        with around_node(server.name, x, frames) as (player, recorder):
            node.settle()
            yield node, player, recorder


def heard(player, recorder, frames):
    recorder.record()
    player.roll()
    recorder.wait()
    return recorder.aligned()[:, :frames]


def xruns(node):
    return node.osc.ask("/ronn/status/xruns")


@pytest.mark.parametrize(
    ("period", "freewheel"),
    [
        pytest.param(64, False, marks=pytest.mark.soak),
        pytest.param(64, True, marks=pytest.mark.slow),
        pytest.param(256, False, marks=pytest.mark.slow),
        pytest.param(256, True, marks=pytest.mark.soak),
    ],
)
def test_the_node_gives_sample_for_sample_what_render_gives(period, freewheel):
    x = noise(RATE)

    def take():
        with (
            jack_server("exact", RATE, period, realtime_allowed(10)) as server,
            studio(server, x, *options(SOUND)) as (node, player, recorder),
        ):
            before = xruns(node)
            if freewheel:
                recorder.client.set_freewheel(True)
            y = heard(player, recorder, x.shape[1])
            if freewheel:
                recorder.client.set_freewheel(False)
            return y, before != xruns(node)

    def hold(y):
        assert np.array_equal(y, expected)

    expected = rendered(x, **SOUND)
    hold_in_one(take, hold)


def test_a_change_by_osc_is_heard_as_the_new_network():
    x = noise(RATE // 2)
    with jack_server("osc") as server, studio(server, x) as (node, player, recorder):
        node.osc.send_bundle(*((f"/ronn/{name}", value) for name, value in SOUND.items()))
        wait_for(lambda: node.osc.ask("/ronn/seed") == [77])
        node.settle()
        wait_for(lambda: node.osc.ask("/ronn/status/parameters") == [64 * 27 + 32 * 9])
        y = heard(player, recorder, x.shape[1])
    assert np.abs(y - rendered(x, **SOUND)).max() < 1e-6


@pytest.mark.slow
def test_a_change_by_midi_bytes_is_heard_as_the_new_network():
    x = noise(RATE // 2)
    with (
        jack_server("midi") as server,
        studio(server, x) as (node, player, recorder),
        contextlib.closing(MidiSender(server.name)) as keys,
    ):
        keys.connect("ronn:midi_in")

        def turn(address, value, *message):
            """Turn a knob until it moves: the server drops what a late block should have read."""

            def moves():
                keys.send(bytes(message))
                return node.osc.ask(address) == [value]

            wait_for(moves)

        turn("/ronn/dilation", 1, 0xB3, 23, 0)  # CC 23, on some channel
        turn("/ronn/layers", 24, 0xB0, 20, 127)  # CC 20, at its upper end
        turn("/ronn/mix", 0.0, 0xB0, 26, 0)
        turn("/ronn/mix", 1.0, 0xB0, 26, 127)
        node.settle()
        y = heard(player, recorder, x.shape[1])
    assert np.abs(y - rendered(x, layers=24, dilation=1)).max() < 1e-6


@pytest.mark.slow
def test_a_change_while_music_plays_ends_in_what_the_new_network_had_always_given():
    x = noise(3 * RATE)

    def take():
        with (
            jack_server("live", RATE, 128, realtime_allowed(10)) as server,
            studio(server, x) as (node, player, recorder),
        ):
            before = xruns(node)
            recorder.record()
            player.roll()
            wait_for(lambda: player.position > RATE // 2)
            node.osc.send_bundle(*((f"/ronn/{name}", value) for name, value in SOUND.items()))
            recorder.wait()
            return recorder.aligned()[:, : x.shape[1]], before != xruns(node)

    def hold(y):
        assert np.array_equal(y[:, : RATE // 2], old[:, : RATE // 2])
        assert np.abs(y - new)[:, -RATE:].max() < 1e-6

    old, new = rendered(x), rendered(x, **SOUND)
    hold_in_one(take, hold)


@pytest.mark.slow
def test_a_node_left_to_itself_plays_on_without_streams_and_hang_up():
    left = 'trap "" HUP INT; exec "$@" <&- >&- 2>&-'
    with jack_server("left") as server, node_process(server.name, *PLAIN, shell=left) as node:
        streams = [str(Path(f"/proc/{node.process.pid}/fd/{n}").readlink()) for n in range(3)]
        assert streams == ["/dev/null"] * 3
        status = Path(f"/proc/{node.process.pid}/status").read_text()
        [ignored] = re.findall(r"SigIgn:\s*([0-9a-f]+)", status)
        for number in (signal.SIGHUP, signal.SIGINT):
            assert int(ignored, 16) >> (number - 1) & 1
            node.process.send_signal(number)
        # It would have ended before a network sounds.
        node.osc.send("/ronn/layers", 3)
        node.settle()
        assert node.osc.ask("/ronn/layers") == [3]
        assert node.end() == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)]
)
def test_a_signal_ends_the_node_softly(number):
    x = np.full((2, 4 * RATE), 0.5, np.float32)
    with (
        jack_server("end") as server,
        studio(server, x, "--set", "mix=0") as (node, player, recorder),
    ):
        recorder.record()
        player.roll()
        wait_for(lambda: recorder.position > RATE // 4)
        code = node.end(number)
        recorder.wait()
        y = recorder.aligned()
    assert code == 0
    sounding = np.flatnonzero(y[0] == 0.5)[-1]
    silent = np.flatnonzero(y[0])[-1]
    assert 0 < silent - sounding < 0.05 * RATE
    assert np.abs(np.diff(y[:, sounding:])).max() < 0.01


@pytest.mark.slow
def test_a_node_ends_in_order_within_its_own_time():
    """Which is short for a busy machine, but not each time."""

    def code():
        # A server of its own, as an end by force may hang it up.
        with (
            jack_server("own") as server,
            node_process(server.name, module="ronn_jack") as node,
        ):
            node.settle()
            return node.end()

    assert any(code() == 0 for _ in range(8))


@pytest.mark.slow
def test_a_server_that_hangs_does_not_keep_the_node_from_ending():
    with jack_server("hangs") as server, node_process(server.name) as node:
        with stopped(server.process_id):
            # The network is never let in.
            node.osc.send("/ronn/seed", 5)
            wait_for(lambda: node.osc.ask("/ronn/status/state") == ["building"])
            code = node.end()
        said = node.said()[1]
        assert code == 0, said
        assert "Traceback" not in said


@pytest.mark.slow
def test_a_buffer_size_change_keeps_the_sound_and_the_network():
    x = noise(RATE)
    with (
        jack_server("resize", period=64) as server,
        studio(server, x, *options(SOUND)) as (_, player, recorder),
    ):
        recorder.client.blocksize = 1024
        recorder.client.blocksize = 256
        y = heard(player, recorder, x.shape[1])
    assert np.array_equal(y, rendered(x, **SOUND))


@pytest.mark.slow
def test_a_server_that_dies_and_comes_back_at_another_rate_is_rejoined_with_its_wires():
    with (
        jack_server("again", 48000) as server,
        node_process(server.name, "--connect", "system", *options(SOUND)) as node,
    ):
        # The node trusts connections that have lasted; a second of audio is long enough.
        recorder = Recorder(server.name, RATE)
        wait_for(lambda: recorder.client.get_all_connections("ronn:out_2"))
        recorder.record()
        recorder.wait()
        recorder.close()
        server.kill()
        wait_for(lambda: node.osc.ask("/ronn/status/state") == ["waiting"])
        with jack_server("again", 44100) as again:
            node.osc.ask("/ronn/ping", answer="/ronn/pong")
            field = node.osc.ask("/ronn/status/receptive_field")[0]
            assert field == pytest.approx((1 + 8 * 121) / 44100, rel=1e-5)
            probe = Recorder(again.name, 64)
            try:
                wait_for(
                    lambda: (
                        {p.name for p in probe.client.get_all_connections("ronn:in_1")}
                        == {"system:capture_1"}
                        and {p.name for p in probe.client.get_all_connections("ronn:out_2")}
                        == {"system:playback_2"}
                    ),
                    what="the connections",
                )
            finally:
                probe.close()
            assert node.end() == 0
