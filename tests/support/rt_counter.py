"""Runs in a process of its own, preloaded with rt_counter.c: counts inside the JACK callback.

Arguments: server, the callback to run (`node` or `python`). Prints the counts as JSON.
"""

from __future__ import annotations

import ctypes
import json
import sys
import time

import numpy as np

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import Swap
from ronn_jack.control.operations import Change, Set
from ronn_jack.drivers import jack_library
from ronn_jack.drivers.jack_driver import JackClient
from ronn_jack.hotswap.node import LiveNode
from ronn_jack.model.latent.equaliser import FLAT, EqSettings
from ronn_jack.parameters import ACTIVATIONS, defaults
from ronn_jack.presets.store import PresetStore
from ronn_jack.realtime.engine import Engine
from tests.support.libjack import set_process_callback

SWAPS = 40
BLOCKS = 4000
NAMES = ("allocations", "frees", "locks", "gil", "blocks")
counter = ctypes.CDLL(None)


class Quiet:
    name = "test"

    def refuse(self, subject: str, reason: str) -> None:
        raise AssertionError(f"{subject}: {reason}")


class CountedClient(JackClient):
    def process_address(self) -> int:
        counter.set_target(ctypes.c_void_p(super().process_address()))
        return ctypes.cast(counter.counted_process, ctypes.c_void_p).value


def counts() -> dict[str, int]:
    values = (ctypes.c_int64 * len(NAMES))()
    counter.read_counts(values)
    return dict(zip(NAMES, values, strict=True))


class Swaps:
    """Listens to the node, for its controller."""

    controller: Controller

    def sounding(self, change: Change) -> None:
        self.controller.sounding(change)

    def refused(self, change: Change, reason: str) -> None:
        self.controller.refused(change, reason)

    def fell_back(self, fallen: Change, good: Change | None, reason: str) -> None:
        raise AssertionError(reason)

    def strained(self) -> None:
        self.controller.strained()

    def swapped(self, swap: Swap) -> None:
        pass


def equalise(engine: Engine, generator: np.random.Generator) -> None:
    """Send the equaliser anywhere, at either place or to nothing at all."""
    settings = EqSettings(
        tuple(generator.uniform(-12.0, 12.0, 5)),
        FLAT.frequencies,
        tuple(generator.uniform(0.5, 5.0, 5)),
    )
    place = int(generator.integers(3))
    engine.equalise(settings, float(generator.uniform(-6.0, 6.0)), ("pre", "post", None)[place])


def expressive(generator: np.random.Generator) -> list[Set]:
    """Return new places for what moves the network that sounds."""
    shares = {name: float(generator.random()) for name in ("morph", "drift_depth")}
    return [
        *(Set(name, value) for name, value in shares.items()),
        Set("drift_rate", float(generator.uniform(0, 10))),
        Set("xy_x", float(generator.uniform(-1, 1))),
        Set("xy_y", float(generator.uniform(-1, 1))),
        Set("freeze", bool(generator.integers(2))),
        Set("reverb_x", float(generator.uniform(-2, 2))),
        Set("reverb_mix", float(generator.random())),
    ]


def run_node(server: str) -> dict[str, int]:
    """Swap networks and move every kind of control while thousands of blocks are counted."""
    client = CountedClient("ronn", server, 2, 2)
    listener = Swaps()
    node = LiveNode(2, 2, listener)
    controller = listener.controller = Controller(node, PresetStore(), defaults())
    controller.begin(lambda: node.attach(client))
    client.activate()
    swaps = 0
    controller.apply([Set("fade_ms", 5.0)], Quiet())
    generator = np.random.default_rng(1)
    while client.blocks < BLOCKS or swaps < SWAPS:
        wanted = int(generator.integers(1, 25))
        operations = [
            Set("layers", wanted),
            Set("seed", swaps),
            Set("kernel", 3 + swaps % 9),
            Set("activation", swaps % len(ACTIVATIONS)),
            Set("dilation", 1),
            Set("mix", float(generator.random())),
            Set("input_gain", float(generator.uniform(-24, 24))),
            Set("bypass", bool(generator.integers(2))),
            Set("xy", bool(generator.integers(2))),
            Set("network", bool(generator.integers(2))),
            Set("reverb", swaps % 4 != 3),
            *expressive(generator),
        ]
        controller.apply(operations, Quiet())
        client.midi.send([b"\xb0\x07\x7f"] * 200)
        while node.sounding is None or node.sounding.seed != swaps:
            time.sleep(0.001)
            controller.apply(expressive(generator), Quiet())
            equalise(client.engine, generator)
        swaps += 1
        client.engine.clear_tails()
    found = counts()
    node.detach()
    client.close()
    return {**found, "swaps": swaps}


def run_python(server: str) -> dict[str, int]:
    """The same counts for a Python callback, which has to be seen by them."""
    jack = jack_library.load()
    client = jack.Client("ronn", no_start_server=True, servername=server)
    blocks = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)
    def process(frames: int, argument: int | None) -> int:
        blocks.append(len(bytes(frames * 10_000)))  # allocated here and freed here
        return 0

    counter.set_target(ctypes.cast(process, ctypes.c_void_p))
    address = ctypes.cast(counter.counted_process, ctypes.c_void_p).value
    set_process_callback(client, address)
    client.activate()
    while counts()["blocks"] < 200:
        time.sleep(0.001)
    found = counts()
    client.deactivate()
    client.close()
    return found


if __name__ == "__main__":
    server, which = sys.argv[1:]
    found = run_node(server) if which == "node" else run_python(server)
    sys.stdout.write(json.dumps(found))
