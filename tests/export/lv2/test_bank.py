"""A bank in LV2: changed offline at its block, by the host's worker, and where there is none."""

from __future__ import annotations

import ctypes
import re
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.errors import UsageError
from ronn_jack.export.lv2 import bank as functions
from ronn_jack.export.plugin.records import INSTANCE
from ronn_jack.export.plugin.sharing import freeze_numbered
from ronn_jack.export.sound import freeze_bank
from ronn_jack.parameters import Value, defaults
from ronn_jack.realtime.stages.chain import stages_of
from tests.export.clap.sounds import Reference, noise
from tests.export.clap.symbols import lacked_by
from tests.export.lv2.host import Instance, Worker
from tests.export.lv2.plugins import ON_AUDIO, Plugin, made, plugin

RATE = 48000.0
FADE = 1440
BLOCK = 200
FRAMES = 48_000
ROUNDING = 1e-7
"""What is left of the filters' past when they have forgotten it."""
PATIENCE = 60.0
"""Seconds in which a thread gets its turn on any machine."""


@pytest.fixture(scope="module")
def bank() -> Plugin:
    """Its layers take pairs of frames, which lie on numbers of frames since the start."""
    values = {**defaults(), "layers": 3, "activation": "tanh", "channels": 16, "dilation": 16}
    return made(freeze_bank(values, [42, 7, 9]), "bank")


@pytest.fixture(scope="module")
def alone(bank: Plugin) -> list[NDArray[np.float32]]:
    """What each network gives that always sounds."""
    return [Reference(sound, RATE).play(noise(FRAMES), []) for sound in bank.sound.networks]


def remembered(bank: Plugin) -> int:
    """Return the frames of input after which a network is as if it had always run."""
    spec = bank.sound.spec
    return spec.receptive_field + sum(stage.memory_frames(RATE) for stage in stages_of(spec.rules))


def choose(instance: Instance, number: float) -> None:
    instance.controls[-2] = number


def test_the_seed_is_its_last_control(bank: Plugin) -> None:
    assert bank.controls[-1].symbol == "seed"
    assert bank.controls[-1].scale_points == [(0.0, "42"), (1.0, "7"), (2.0, "9")]


@pytest.mark.parametrize("block", [64, 5000])
@pytest.mark.parametrize("has_worker", [False, True])
def test_offline_a_network_comes_in_at_its_block(
    bank: Plugin, alone: list[NDArray[np.float32]], block: int, has_worker: bool
) -> None:
    x, worker = noise(FRAMES)[:, :12000], Worker()
    with bank.instance(worker=worker if has_worker else None) as instance:
        instance.controls[-1] = 1.0
        parts = []
        for begin, end, number in [(0, 4001, 0), (4001, 8003, 2), (8003, 12000, 1)]:
            choose(instance, number)
            parts.append(instance.play(x[:, begin:end], block))
    y = np.concatenate(parts, axis=1)
    assert not worker.messages
    assert np.array_equal(y[:, :4001], alone[0][:, :4001])
    fade = slice(4001, 4001 + FADE)
    assert not np.array_equal(y[:, fade], alone[0][:, fade])
    assert np.array_equal(y[:, 4001 + FADE : 8003], alone[2][:, 4001 + FADE : 8003])
    assert np.array_equal(y[:, 8003 + FADE :], alone[1][:, 8003 + FADE : 12000])


def test_a_worker_is_asked_once_and_the_network_comes_in_when_it_is_done(
    bank: Plugin, alone: list[NDArray[np.float32]]
) -> None:
    x, worker = noise(FRAMES)[:, :12000], Worker()
    with bank.instance(worker=worker) as instance:
        first = instance.play(x[:, :3000], BLOCK)
        assert not worker.messages
        choose(instance, 1.0)
        waiting = instance.play(x[:, 3000:5000], BLOCK)
        assert len(worker.messages) == 1
        assert worker.messages[0]
        thread = threading.Thread(target=worker.work)
        thread.start()
        thread.join()
        then = instance.play(x[:, 5000:], BLOCK)
    y = np.concatenate([first, waiting, then], axis=1)
    assert np.array_equal(y[:, :5000], alone[0][:, :5000])
    assert not np.array_equal(y[:, 5000 : 5000 + FADE], alone[0][:, 5000 : 5000 + FADE])
    assert np.array_equal(y[:, 5000 + FADE :], alone[1][:, 5000 + FADE : 12000])


def test_a_worker_that_has_no_room_is_asked_again(bank: Plugin) -> None:
    x, worker = noise(2 * BLOCK), Worker()
    with bank.instance(worker=worker) as instance:
        instance.play(x, BLOCK)
        worker.status = 2
        choose(instance, 1.0)
        instance.play(x, BLOCK)
        assert not worker.messages
        worker.status = 0
        instance.play(x, BLOCK)
        assert len(worker.messages) == 1


def test_a_worker_works_while_it_plays(bank: Plugin) -> None:
    x, worker = noise(BLOCK), Worker()
    references = [Reference(sound, RATE) for sound in bank.sound.networks[:2]]
    done = threading.Event()

    def serve() -> None:
        while not done.wait(0.001):
            if worker.messages:
                worker.work()

    thread = threading.Thread(target=serve)
    with bank.instance(worker=worker) as instance:
        thread.start()
        try:
            end, heard = time.monotonic() + PATIENCE, [0]
            while heard[-1] == 0 and time.monotonic() < end:
                y = instance.play(x, BLOCK)
                expected = [reference.play(x, []) for reference in references]
                equal = [k for k in (0, 1) if np.array_equal(y, expected[k])]
                heard += [k for k in equal if k != heard[-1]]
                choose(instance, 1.0)
                time.sleep(BLOCK / RATE)  # a host that plays in real time
        finally:
            done.set()
            thread.join()
    assert heard == [0, 1]


def test_without_a_worker_it_runs_beside_the_old_one_for_its_memory(
    bank: Plugin, alone: list[NDArray[np.float32]]
) -> None:
    x, change = noise(FRAMES), 4000
    with bank.instance() as instance:
        first = instance.play(x[:, :change], BLOCK)
        choose(instance, 1.0)
        y = np.concatenate([first, instance.play(x[:, change:], BLOCK)], axis=1)
    begin = int(np.flatnonzero((y != alone[0]).any(axis=0))[0])
    memory = remembered(bank)
    assert change + memory <= begin <= change + memory + BLOCK < FRAMES - 2 * FADE
    difference = np.abs(y - alone[1])[:, begin + FADE :]
    assert difference.max() <= ROUNDING


def test_what_is_wanted_in_the_meantime_comes_in(
    bank: Plugin, alone: list[NDArray[np.float32]]
) -> None:
    x = noise(FRAMES)
    with bank.instance() as instance:
        parts = [instance.play(x[:, :BLOCK], BLOCK)]
        for number, begin in enumerate(range(BLOCK, 6000, BLOCK)):
            choose(instance, (1.0, 2.0, 0.0)[number % 3])
            parts.append(instance.play(x[:, begin : begin + BLOCK], BLOCK))
        choose(instance, 2.0)
        parts.append(instance.play(x[:, 6000:], BLOCK))
    y = np.concatenate(parts, axis=1)
    assert np.array_equal(y[:, :6000], alone[0][:, :6000])
    assert np.abs(y - alone[2])[:, -FADE:].max() <= ROUNDING


def test_a_worker_that_is_late_does_no_harm_to_what_begins_anew(
    bank: Plugin, alone: list[NDArray[np.float32]]
) -> None:
    x = noise(FRAMES)[:, :1000]
    for _ in range(20):
        worker = Worker()
        with bank.instance(worker=worker) as instance:
            instance.play(x[:, :BLOCK], BLOCK)
            choose(instance, 1.0)
            instance.play(x[:, :BLOCK], BLOCK)
            thread = threading.Thread(target=worker.work)
            thread.start()
            choose(instance, 2.0)
            instance.activate()
            y = instance.play(x, BLOCK)
            thread.join()
        assert np.array_equal(y, alone[2][:, :1000])


@pytest.mark.parametrize("before", [[0.0], [0.0, 1.0]])
def test_it_begins_anew_whatever_a_worker_is_at(
    bank: Plugin, alone: list[NDArray[np.float32]], before: list[float]
) -> None:
    """What the worker makes meanwhile is forgotten, and the next change comes in as ever."""
    x, worker = noise(FRAMES), Worker()
    with bank.instance(worker=worker) as instance:
        for number in before:
            choose(instance, number)
            instance.play(x[:, :4000], BLOCK)
            while worker.messages:
                worker.work()
                instance.play(x[:, :4000], BLOCK)
        memory = memory_of(instance)
        choose(instance, 2.0)
        instance.play(x[:, :BLOCK], BLOCK)
        assert memory["job"] == 1
        memory["job"] = memory["asked"] = 0  # a worker has begun, and takes its time
        worker.messages.clear()
        beginning = threading.Thread(target=instance.activate, daemon=True)
        beginning.start()
        beginning.join(PATIENCE)
        waits = beginning.is_alive()
        if waits:
            memory["answer"] = 1  # it is to end
            beginning.join()
        assert not waits
        first = instance.play(x[:, :4000], BLOCK)
        choose(instance, 0.0)
        waiting = instance.play(x[:, 4000:5000], BLOCK)
        assert not worker.messages
        memory["answer"] = 1  # it has done
        asking = instance.play(x[:, 5000:6000], BLOCK)
        worker.work()
        last = instance.play(x[:, 6000:9000], BLOCK)
    y = np.concatenate([first, waiting, asking, last], axis=1)
    assert np.array_equal(y[:, :6000], alone[2][:, :6000])
    assert np.array_equal(y[:, 6000 + FADE :], alone[0][:, 6000 + FADE : 9000])


@pytest.mark.parametrize("what", ["a render", "the end"])
def test_who_waits_for_a_worker_sleeps(bank: Plugin, what: str) -> None:
    """A worker of a lower priority would never end beside one that waits in a loop."""
    x, worker = noise(BLOCK), Worker()
    instance = bank.instance(worker=worker)
    instance.play(x, BLOCK)
    choose(instance, 1.0)
    instance.play(x, BLOCK)
    memory = memory_of(instance)
    assert memory["job"] == 1
    memory["job"] = memory["asked"] = 0  # a worker has begun, and takes its time
    instance.controls[-1] = 1.0
    wait = instance.close if what == "the end" else lambda: instance.run(x, x)
    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    try:
        assert sleeps(waiting)
    finally:
        memory["answer"] = 2  # it has left
        waiting.join(PATIENCE)
    assert not waiting.is_alive()


def sleeps(thread: threading.Thread) -> bool:
    """Return whether a thread leaves its processor by itself, oftener than a call from Python."""
    status = Path(f"/proc/self/task/{thread.native_id}/status")
    end, most = time.monotonic() + PATIENCE / 4, 0
    while most < 200 and time.monotonic() < end:
        found = re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status.read_text(), re.MULTILINE)
        assert found
        most = int(found[1])
        time.sleep(0.001)
    return most >= 200


def memory_of(instance: Instance) -> Any:
    """Return an instance's own record, where it lies."""
    memory = (ctypes.c_char * INSTANCE.itemsize).from_address(instance.handle)
    return np.frombuffer(memory, INSTANCE)[0]


def levels_db(y: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the level of each third of a fade."""
    pieces = y.astype(np.float64)[:, : y.shape[1] // FADE * FADE].reshape(2, -1, FADE // 3)
    levels: NDArray[np.float64] = 10.0 * np.log10((pieces**2).mean(axis=(0, 2)))
    return levels


@pytest.mark.parametrize("how", ["offline", "worker", "alone"])
def test_a_fade_between_networks_that_are_alike_keeps_the_level(how: str) -> None:
    """With `dirac` every seed draws the same."""
    values = {**defaults(), "layers": 3, "activation": "tanh", "init": "dirac"}
    alike, x, worker = made(freeze_bank(values, [42, 7]), "alike"), noise(FRAMES), Worker()
    with alike.instance(worker=worker if how == "worker" else None) as instance:
        instance.controls[-1] = float(how == "offline")
        parts = []
        for begin in range(0, x.shape[1], FADE):
            choose(instance, float(begin >= 4 * FADE))
            parts.append(instance.play(x[:, begin : begin + FADE], BLOCK))
            if worker.messages:
                worker.work()
        assert memory_of(instance)["made"] == 1
    y, expected = np.concatenate(parts, axis=1), Reference(alike.sound, RATE).play(x, [])
    assert np.abs(levels_db(y) - levels_db(expected)).max() <= 1.0


def test_a_fade_between_other_networks_keeps_the_level(
    bank: Plugin, alone: list[NDArray[np.float32]]
) -> None:
    x, change = noise(FRAMES), 8 * FADE
    with bank.instance() as instance:
        instance.controls[-1] = 1.0
        instance.play(x[:, :change], BLOCK)
        choose(instance, 1.0)
        y = instance.play(x[:, change : change + FADE], BLOCK)
    fade = slice(change, change + FADE)
    before, after = (levels_db(alone[number][:, fade]) for number in (0, 1))
    assert (levels_db(y) <= np.maximum(before, after) + 1.0).all()
    assert (levels_db(y) >= np.minimum(before, after) - 1.0).all()


SNAPSHOT: dict[str, Value] = {**defaults(), "layers": 3, "activation": "tanh"}
OTHERS: list[dict[str, Value]] = [
    {"seed": 9, "seed_b": 11},
    {"activation": "softshrink", "layers": 5, "channels": 3, "kernel": 7, "dilation": 3},
    {"xy": True, "xy_x": 0.5, "bias": True, "depthwise": True, "recipe": "ronn"},
    {"mix": 0.5, "drive": 12.0, "output_gain": -3.0, "morph": 0.5, "gate": -60.0},
    {"recipe": "plugin", "activation": "sine", "auto_level": False, "drift_depth": 0.5},
]


@pytest.fixture(scope="module")
def snapshots() -> Plugin:
    numbers = (2, 3, 4, 5, 7, 8)
    sounds = [SNAPSHOT, *({**SNAPSHOT, **other} for other in OTHERS)]
    return made(freeze_numbered(dict(zip(numbers, sounds, strict=True))), "snapshots")


def test_snapshots_are_chosen_by_their_numbers(snapshots: Plugin) -> None:
    control = snapshots.controls[-1]
    assert control.symbol == "snapshot"
    assert [word for _, word in control.scale_points] == ["2", "3", "4", "5", "7", "8"]


@pytest.mark.parametrize("number", range(6))
def test_a_snapshot_is_what_its_preset_has(snapshots: Plugin, number: int) -> None:
    x, sound = noise(6000), snapshots.sound.networks[number]
    with snapshots.instance(snapshot=float(number)) as instance:
        assert np.array_equal(instance.play(x, BLOCK), Reference(sound, RATE).play(x, []))


@pytest.mark.parametrize("block", [64, 5000])
def test_from_snapshot_to_snapshot(snapshots: Plugin, block: int) -> None:
    x, settled = noise(FRAMES), 4000
    with snapshots.instance() as instance:
        instance.controls[-1] = 1.0
        for number in (4, 2, 3, 1, 5, 0):
            choose(instance, number)
            y = instance.play(x, block)
            sound = snapshots.sound.networks[number]
            expected = Reference(sound, RATE).play(np.tile(x, 4), [])[:, -settled:]
            assert np.abs(y[:, -settled:] - expected).max() <= 1e-4 * np.abs(expected).max()


def test_a_control_that_is_moved_holds_in_every_snapshot(snapshots: Plugin) -> None:
    x, place = noise(6000), [c.symbol for c in snapshots.controls].index("mix")
    with snapshots.instance(snapshot=4.0, mix=0.25) as instance:
        y = instance.play(x, BLOCK)
        instance.controls[place] = snapshots.controls[place].default
        instance.activate()
        own = instance.play(x, BLOCK)
    sound = snapshots.sound.networks[4]
    moved = replace(sound, values={**sound.values, "mix": 0.25})
    assert np.array_equal(y, Reference(moved, RATE).play(x, []))
    assert np.array_equal(own, Reference(sound, RATE).play(x, []))


@pytest.mark.parametrize("name", ["network", "eq", "reverb", "eq_position", "reverb_seed"])
def test_what_a_plugin_has_once_is_refused_by_name(name: str) -> None:
    first = {**defaults(), "eq": True, "reverb": True}
    second = {**first, name: {"eq_position": "pre", "reverb_seed": 5}.get(name, not first[name])}
    with pytest.raises(
        UsageError, match=f"snapshot 1 and snapshot 4 differ in {name}, which a plugin has"
    ):
        freeze_numbered({1: first, 4: second})


def test_a_sound_without_neighbours_has_nothing_for_a_worker(bank: Plugin) -> None:
    with plugin("soft-tube").instance(worker=Worker()) as instance:
        assert instance.extension(b"http://lv2plug.in/ns/ext/worker#interface") is None
    with bank.instance() as instance:
        assert instance.extension(b"http://lv2plug.in/ns/ext/state#interface") is None


def test_no_way_leads_from_its_threads_to_the_allocator() -> None:
    assert lacked_by([functions.activate, functions.work_for_host]) <= ON_AUDIO
    assert lacked_by([functions.run]) <= ON_AUDIO | {"usleep"}  # where the host renders offline
