"""Events in the words that the terminal and the log show."""

import logging

import pytest

from ronn_jack.control.events import (
    FellBack,
    MidiDropped,
    Moved,
    Refused,
    ServerJoined,
    ServerLost,
    Swap,
    Xruns,
    log_event,
)
from tests.support.events import CLASSES, example

SWAP = Swap(
    "layers",
    change_to_sound_ms=12.3,
    build_ms=9.4,
    load=0.041,
    fade_ms=30.0,
    level_db=-12.34,
    step=0.1,
)


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (
            Moved("osc 127.0.0.1:5000", {"layers": 9, "mix": 0.5}),
            ["osc 127.0.0.1:5000: layers = 9", "osc 127.0.0.1:5000: mix = 0.5"],
        ),
        (
            Moved("midi", {"bias": True, "freeze": False, "input_gain": -3.5, "init": "dirac"}),
            ["midi: bias = on", "midi: freeze = off", "midi: input_gain = -3.5 dB",
             "midi: init = dirac"],
        ),
        (
            SWAP,
            [
                "layers: sounding after 12 ms "
                "(built in 9 ms, load 4%, fade 30 ms, level -12.3 dB)"
            ],
        ),
        (
            Swap(build_ms=2.0, load=0.5, fade_ms=15.0, dip=True, silent=True),
            ["the first network sounds (built in 2 ms, load 50%, dip 15 ms); "
             "the network is silent"],
        ),
        (Refused("osc", "layers", "too much", network=True), ["layers from osc refused: too much"]),
        (Refused("osc", "mix", "out of range", network=False), []),
        (Refused("", "", "too much", network=True), ["the first network was refused: too much"]),
        (
            FellBack("layers", False, "too slow"),
            ["the network of layers fell back to the last good network: too slow"],
        ),
        (
            FellBack("", True, "too slow"),
            ["the first network fell back to the dry signal: too slow"],
        ),
        (Xruns(1, 1), ["an xrun (1 in all)"]),
        (
            Xruns(3, 7, "layers", "midi", 41.6),
            ["3 xruns, 42 ms after layers from midi (7 in all)"],
        ),
        (
            ServerJoined("ronn", 48000.0, 64, True),
            ["ronn on JACK: 48000 Hz, 64 frames a period"],
        ),
        (
            MidiDropped(3, 7),
            ["too much MIDI at once: 3 messages lost so far (7 in all); look for a loop in its "
             "connections, or a sender that floods"],
        ),
        (ServerLost(), ["the JACK server has gone; waiting until it is back"]),
    ],
)  # fmt: skip
def test_an_event_is_put_in_words(event, lines):
    assert event.lines() == lines


@pytest.mark.parametrize("name", CLASSES)
def test_every_event_has_a_name_of_its_own_and_words_for_whoever_is_told(name):
    event = example(name)
    assert [each.kind for each in CLASSES.values()].count(event.kind) == 1
    # The terminal says by itself that the node has stopped.
    assert bool(event.lines()) == (event.level >= logging.INFO and name != "Stopped")
    assert all(line and line.isprintable() for line in event.lines())


def test_events_are_logged_as_they_matter(caplog):
    with caplog.at_level(logging.INFO):
        log_event(SWAP)
        log_event(Xruns(1, 1))
    assert [r.levelno for r in caplog.records] == [logging.INFO, logging.WARNING]
