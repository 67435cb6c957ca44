"""Changes while music plays through a real JACK server, held to the renders of the networks."""

import random

import numpy as np
import pytest

from ronn_jack.control.randomize import randomized
from ronn_jack.drivers.jack_server import realtime_allowed
from ronn_jack.errors import SpecError
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.model.architecture import REBUILD, network_spec
from ronn_jack.parameters import RECIPES, defaults
from tests.realtime.engine_driver import engine_for, play
from tests.support.event_log import told
from tests.support.jack_graph import around_node
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process

RATE = 48000
FADE_MS = 20
FADE = FADE_MS * RATE // 1000
REALTIME = realtime_allowed(10)
PERIOD = 256 if REALTIME else 1024
SPACING = 2 * RATE // 5
CHANGES = 10
FRAMES = (CHANGES + 4) * SPACING
# Quiet enough that the guard bends nothing: the sum of two networks is still theirs there.
QUIET = {"output_gain": -24.0, "auto_level": False}
LOUDEST = 0.4


def modest(values):
    try:
        spec = network_spec(values, 2, 2, RATE)
    except SpecError:
        return False
    return spec.parameter_count < 2500 and spec.receptive_field < RATE // 2


def sounds(x, count):
    """Draw architectures; yield each one's rebuild values and its render over all of `x`."""
    generator = random.Random(11)
    found = []
    while len(found) < count:
        values = randomized(defaults(), generator.uniform(0.3, 1.0), generator, modest)
        values["recipe"] = generator.choice(RECIPES)
        try:
            spec = network_spec(values, 2, 2, RATE)
        except SpecError:
            continue
        y = play(engine_for(spec, **QUIET), x, 8192).astype(float)
        if 1e-3 < np.abs(y).max() < LOUDEST:
            found.append(({name: values[name] for name in sorted(REBUILD)}, y))
    return found


def options(values):
    return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]


def swaps(log):
    return [event for event in told(log) if event["event"] == "swap"]


def heard_while_turning(x, architectures, log):
    """Return what the node gives for `x`, an architecture after the other sent to it."""
    first = {**architectures[0], **QUIET, "fade_ms": FADE_MS}
    frames = FRAMES + RATE // 2
    with (
        jack_server("changes", RATE, PERIOD, REALTIME) as server,
        node_process(server.name, *options(first), "--log-json", str(log)) as node,
        around_node(server.name, x, frames) as (player, recorder),
    ):
        node.settle()
        recorder.record()
        player.roll()
        began = player.position
        for i, values in enumerate(architectures[1:], 1):
            # By one clock for all: one that comes late must not put the others off.
            due = began + i * SPACING
            wait_for(lambda due=due: player.position >= due)
            node.osc.send_bundle(*((f"/ronn/{name}", v) for name, v in values.items()))
            wait_for(lambda i=i: len(swaps(log)) == i + 1, what=f"change {i} to be heard")
        recorder.wait()
    began = np.flatnonzero(recorder.audio[2])[0] - np.flatnonzero(x[0])[0]
    return recorder.audio[:2, began : began + FRAMES].astype(float)


def gains(correlation):
    s = np.arange(1, FADE + 1) / FADE
    scale = 1 / np.sqrt(s**2 + (1 - s) ** 2 + 2 * correlation * s * (1 - s))
    return scale * (1 - s), scale * s


def steps(signal, at, frames):
    """Return signal[t] − signal[t − 1] for `frames` frames from `at` on."""
    return np.diff(signal[:, at - 1 : at + frames], axis=1)


@pytest.mark.slow
def test_changes_in_real_time_are_heard_only_as_the_networks(tmp_path):
    riff = pluck_phrase(RATE)
    x = np.tile(riff, (1, 1 + FRAMES // riff.shape[1]))[:, :FRAMES]
    architectures, renders = zip(*sounds(x, CHANGES + 1), strict=True)
    log = tmp_path / "log"
    out = heard_while_turning(x, architectures, log)

    here = 0
    for i, swap in enumerate(swaps(log)[1:], 1):
        old, new = renders[i - 1], renders[i]
        limit = 1e-4 * max(np.abs(old).max(), np.abs(new).max())
        assert not swap["dip"]
        # The old network sounds alone up to the fade, which begins with a block; in a quiet moment
        # it takes some blocks until the new one shows.
        shown = here + int(np.flatnonzero(np.abs(out - old).max(axis=0)[here:] > limit)[0])
        starts = [shown - shown % PERIOD - blocks * PERIOD for blocks in range(FADE // PERIOD)]
        g0, g1 = gains(swap["correlation"])
        assert (np.diff(g0) <= 1e-12).all()
        assert (np.diff(g1) >= -1e-12).all()
        errors = [
            np.abs(
                out[:, a : a + FADE] - g0 * old[:, a : a + FADE] - g1 * new[:, a : a + FADE]
            ).max()
            for a in starts
        ]
        begin = starts[int(np.argmin(errors))]
        assert min(errors) <= limit, (i, swap)
        allowed = (
            g0 * np.abs(steps(old, begin, FADE))
            + g1 * np.abs(steps(new, begin, FADE))
            + np.abs(np.diff(g0, prepend=1.0)) * np.abs(old[:, begin - 1 : begin + FADE - 1])
            + np.abs(np.diff(g1, prepend=0.0)) * np.abs(new[:, begin - 1 : begin + FADE - 1])
            + limit
        )
        assert (np.abs(steps(out, begin, FADE)) <= allowed).all(), (i, swap)
        here = begin + FADE
    assert i == CHANGES
    assert np.abs(out[:, here:] - renders[-1][:, here:]).max() <= limit
