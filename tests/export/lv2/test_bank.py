"""A bank in LV2: changed offline at its block, by the host's worker, and where there is none."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.export.lv2 import bank as functions
from ronn_jack.export.sound import freeze_bank, freeze_snapshots
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


def test_snapshots_are_chosen_by_their_numbers() -> None:
    values = {**defaults(), "layers": 3, "activation": "tanh"}
    sounds: dict[int, dict[str, Value]] = {
        2: values,
        5: {**values, "seed": 9, "seed_b": 11},
    }
    bank, x = made(freeze_snapshots(sounds), "snapshots"), noise(3000)
    assert bank.controls[-1].symbol == "snapshot"
    assert bank.controls[-1].scale_points == [(0.0, "2"), (1.0, "5")]
    with bank.instance(snapshot=1.0) as instance:
        y = instance.play(x, BLOCK)
    assert np.array_equal(y, Reference(bank.sound.networks[1], RATE).play(x, []))


def test_a_sound_without_neighbours_has_nothing_for_a_worker(bank: Plugin) -> None:
    with plugin("soft-tube").instance(worker=Worker()) as instance:
        assert instance.extension(b"http://lv2plug.in/ns/ext/worker#interface") is None
    with bank.instance() as instance:
        assert instance.extension(b"http://lv2plug.in/ns/ext/state#interface") is None


def test_no_way_leads_from_its_threads_to_the_allocator() -> None:
    own = [functions.run, functions.activate, functions.work_for_host]
    assert lacked_by(own) <= ON_AUDIO
