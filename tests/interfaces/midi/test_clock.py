"""What is done in time with a song, by whichever tells of one."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest

from ronn_jack.control.operations import Act, ClockOrigin, Operation, Set
from ronn_jack.control.timing import Timing
from ronn_jack.drivers.jack_driver import JackClient
from ronn_jack.interfaces.midi.clock import POLL_SECONDS, ClockFollowing, Follower
from ronn_jack.midimap.clock import Beat, MidiClock
from ronn_jack.settings import Follow
from tests.support.jack_graph import MidiSender
from tests.support.jack_server import jack_server, wait_for
from tests.support.jack_timebase import Timebase
from tests.support.node_process import node_process

TICK, START, STOP = b"\xf8", b"\xfa", b"\xfc"
RESEED = Act("reseed")
EACH_BEAT = Follow(1.0, "reseed")


def beats_of(follower: Follower, positions: Sequence[float], tempo: float = 120.0) -> list[float]:
    """Return the positions at which something is done."""
    return [place for place in positions if follower.move(Beat(place, tempo)) is not None]


@pytest.mark.parametrize("division", [1 / 16, 1 / 4, 1.0, 4.0, 32.0])
def test_an_action_comes_at_each_beginning_and_never_twice(division: float) -> None:
    positions = np.arange(0.0, 64.0, 0.02)
    follower = Follower(Follow(division, "reseed"))
    done = beats_of(follower, positions.tolist())
    wanted = np.ceil(np.arange(0.0, 64.0, division) / 0.02 - 1e-9) * 0.02
    assert done == pytest.approx(wanted.tolist())


def test_a_song_that_starts_a_little_late_has_its_first_beat_and_one_within_has_not() -> None:
    follower = Follower(EACH_BEAT)
    assert beats_of(follower, [0.03, 0.5, 1.01]) == [0.03, 1.01]
    follower.rest()
    assert beats_of(follower, [7.4, 7.9, 8.0]) == [8.0]
    # A jump is a start: as where a sequencer loops.
    assert beats_of(follower, [8.5, 4.01, 4.5, 16.3, 17.0]) == [4.01, 17.0]


@pytest.mark.parametrize(
    ("follow", "values"),
    [
        (Follow(2.0, parameter="morph"), [0.0, 0.25, 0.5, 0.75, 0.0]),
        (Follow(2.0, parameter="morph", begin=1.0, end=0.5), [1.0, 0.875, 0.75, 0.625, 1.0]),
        (Follow(2.0, parameter="morph", shape="triangle"), [0.0, 0.5, 1.0, 0.5, 0.0]),
        (Follow(2.0, parameter="xy_x"), [-1.0, -0.5, 0.0, 0.5, -1.0]),
        (Follow(2.0, parameter="bypass"), [False, None, True, None, False]),
    ],
)
def test_a_parameter_moves_over_the_division(follow: Follow, values: list[object]) -> None:
    follower = Follower(follow)
    found = [follower.move(Beat(place, 120.0)) for place in (6.0, 6.5, 7.0, 7.5, 8.0)]
    assert follow.parameter is not None
    assert found == [None if v is None else Set(follow.parameter, v) for v in values]


def test_random_values_hold_for_a_division() -> None:
    follower = Follower(Follow(1.0, parameter="mix", shape="random", begin=0.5), Random(3))
    found = [follower.move(Beat(place, None)) for place in np.arange(0.0, 20.0, 0.25).tolist()]
    told = [each.value for each in found if isinstance(each, Set)]
    assert len(set(told)) == len(told) == 20
    assert all(isinstance(value, float) and 0.5 <= value <= 1.0 for value in told)
    assert found[1::4] == [None] * 20


def test_a_rate_follows_the_tempo_but_not_its_trembling() -> None:
    follower = Follower(Follow(0.5, parameter="drift_rate", shape="rate"))
    tempos = [None, 120.0, 120.5, 119.6, 60.0, 290.0]
    found = [follower.move(Beat(number / 10, tempo)) for number, tempo in enumerate(tempos)]
    assert found[:4] == [None, Set("drift_rate", 4.0), None, None]
    assert found[4:] == [Set("drift_rate", 2.0), Set("drift_rate", pytest.approx(9.667, abs=1e-3))]
    assert follower.move(Beat(1.0, 310.0)) == Set("drift_rate", 10.0)
    assert follower.move(Beat(1.1, 900.0)) is None, "10 Hz is the most"


class Desk:
    """A controller that writes down what it is asked for."""

    def __init__(self, *follows: Follow) -> None:
        self.done: list[Operation] = []
        self.tempos: list[object] = []
        self.following = ClockFollowing(self, follows)
        self.time = 0.0

    def apply(self, operations: Sequence[Operation], origin: ClockOrigin) -> None:
        assert origin.name == "clock"
        tempos = [each for each in operations if isinstance(each, Set) and each.name == "tempo"]
        self.tempos += [each.value for each in tempos]
        self.done += [each for each in operations if each not in tempos]

    def tell(self, *songs: Timing | None) -> list[Operation]:
        """Return what is done by what is told."""
        self.done = []
        for song in songs:
            self.following.read = lambda told=song: told  # type: ignore[misc]
            self.time += POLL_SECONDS
            self.following.poll(self.time)
        return self.done


def ticks(begin: float, end: float) -> list[Timing]:
    """Return what a MIDI clock of 125 beats a minute tells, block by block: a tick is 0.02 s."""
    numbers = range(round(begin * 24), round(end * 24))
    return [Timing(number * 0.02 + 0.001, [(number * 0.02, TICK)]) for number in numbers]


def rolling(beat: float, tempo: float = 120.0) -> Timing:
    return Timing(0.0, [], True, beat, tempo)


def test_midi_clock_goes_before_the_transport_which_takes_over_when_it_stops() -> None:
    desk = Desk(
        EACH_BEAT, Follow(1.0, "seed_next", source="jack"), Follow(1.0, "ab", source="midi")
    )
    assert desk.tell(rolling(0.0), rolling(0.5)) == [RESEED, Act("seed_next")]
    assert desk.tell(*ticks(0.0, 2.0)) == [RESEED, Act("ab")] * 2
    assert desk.tell(Timing(2.0, [(2.0, STOP)])) == []
    assert desk.tell(rolling(0.5), rolling(1.0), rolling(1.5)) == [RESEED, Act("seed_next")]
    assert desk.tell(Timing(2.1)) == []


def test_what_stops_leaves_things_where_they_are() -> None:
    desk = Desk(Follow(4.0, parameter="morph"))
    assert desk.tell(rolling(1.0)) == [Set("morph", 0.25)]
    assert desk.tell(Timing(0.0, [], False, 1.0, 120.0), Timing(1.0), None) == []


def test_another_server_s_frames_count_anew() -> None:
    desk = Desk(EACH_BEAT)
    desk.tell(*ticks(0.0, 2.5))
    assert desk.tell(None, *ticks(0.0, 1.5)) == [RESEED] * 2


def test_a_transport_without_a_tempo_moves_nothing_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk(EACH_BEAT)
    with caplog.at_level(logging.INFO):
        assert desk.tell(*[rolling(beat, 0.0) for beat in (0.0, 1.0, 2.0)]) == []
        desk.tell(rolling(3.0, 90.0), rolling(4.0, 90.0), Timing(0.0))
    first, *rest = caplog.messages
    assert "rolls without bars and beats, so nothing follows it: start a program" in first
    assert rest == ["JACK's transport runs at 90.0 beats a minute", "JACK's transport has stopped"]


def test_the_tempo_is_the_song_s_whatever_else_follows() -> None:
    desk = Desk()
    desk.tell(
        *(rolling(n / 10, tempo) for n, tempo in enumerate((97.0, 97.05, 98.0, 400.0, 500.0)))
    )
    assert desk.tempos == [97.0, 98.0, 300.0]
    desk.tell(Timing(0.0), *ticks(0.0, 2.0))
    assert desk.tempos[-1] == pytest.approx(125.0)
    assert desk.done == []


@pytest.fixture(scope="module")
def graph() -> Iterator[tuple[JackClient, MidiSender, Timebase]]:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(jack_server("song", period=480))
        client = JackClient("ronn", server.name, 1, 1)
        stack.callback(client.close)
        client.activate()
        keys = stack.enter_context(contextlib.closing(MidiSender(server.name)))
        keys.connect("ronn:midi_in")
        song = Timebase(server.name, 300.0)
        yield client, keys, stack.enter_context(contextlib.closing(song))


def heard(client: JackClient) -> Timing:
    """Return what a client tells, as the supervisor does."""
    told = [(frame / client.rate, message) for frame, message in client.midi.read_clock()]
    return Timing(client.midi.frame / client.rate, told, *client.transport)


@pytest.mark.slow
def test_a_clock_at_the_jack_port_is_followed(
    graph: tuple[JackClient, MidiSender, Timebase],
) -> None:
    client, keys, _ = graph
    desk = Desk(Follow(0.25, "reseed"))
    desk.following.read = lambda: heard(client)
    keys.send(START)

    def beat(count: int) -> bool:
        # A tick each 240 frames, 500 a minute, however late this loop comes to look.
        keys.send(TICK, TICK, blocks=3)
        desk.time += POLL_SECONDS
        desk.following.poll(desk.time)
        return len(desk.done) >= count

    wait_for(lambda: beat(4), what="four sixteenths")
    assert desk.done == [RESEED] * 4

    def stopped() -> bool:
        keys.send(STOP)
        return [message for _, message in heard(client).messages][-1:] == [STOP]

    wait_for(stopped, what="the stop to come")


def test_the_frames_of_the_jack_port_give_the_tempo_exactly(
    graph: tuple[JackClient, MidiSender, Timebase],
) -> None:
    client, keys, _ = graph

    def exact() -> bool:
        # Anew each time, as blocks that a loaded machine leaves out stretch the clock.
        clock = MidiClock()
        keys.send(TICK, TICK, blocks=20)  # 240 frames apart
        for time, message in heard(client).messages:
            clock.hear(message, time)
        return clock.tempo == pytest.approx(48000 * 60 / 24 / 240, rel=1e-9)

    wait_for(exact, what="500 beats a minute")


def test_jack_s_transport_is_followed(graph: tuple[JackClient, MidiSender, Timebase]) -> None:
    client, _, song = graph
    desk = Desk(Follow(0.5, "seed_next", source="jack"))
    desk.following.read = lambda: heard(client)
    song.tell()
    song.go_to(100.0)
    wait_for(lambda: client.transport[1] >= 100.0, what="the song's place")

    def looked(count: int) -> bool:
        desk.time += POLL_SECONDS
        desk.following.poll(desk.time)
        return len(desk.done) >= count

    assert not looked(1), "it stands still"
    song.start()
    wait_for(lambda: looked(5), what="five eighths")
    assert client.transport[1] >= 102.0
    song.stop()
    wait_for(lambda: not client.transport[0], what="the transport to stop")
    count = len(desk.done)
    assert not looked(count + 1)


@pytest.mark.slow
def test_a_node_does_what_its_settings_say_and_leaves_undo_to_who_plays(
    graph: tuple[JackClient, MidiSender, Timebase], tmp_path: Path
) -> None:
    _, keys, timebase = graph
    folder = tmp_path / "ronn_jack"
    folder.mkdir()
    (folder / "config.toml").write_text(
        'version = 1\nname = "follower"\n'
        '[[follow]]\ndivision = "1/4"\naction = "seed_next"\n'
        '[[follow]]\ndivision = 32\nparameter = "morph"\nsource = "jack"\n'
    )
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    with node_process(keys.server, "--set", "seed=42", environment=environment) as node:
        keys.connect("follower:midi_in")

        def moved() -> bool:
            keys.send(TICK, TICK, blocks=3)
            return int(node.osc.ask("/ronn/seed")[0]) >= 45

        wait_for(moved, what="three sixteenths")
        keys.send(STOP)
        timebase.tell()
        timebase.start()
        wait_for(lambda: float(node.osc.ask("/ronn/morph")[0]) > 0.0, what="morph to move")
        timebase.stop()
        assert node.osc.ask("/ronn/status/undo_steps") == [0]
