"""A state that the host loads on its main thread while the audio thread plays."""

from __future__ import annotations

import ctypes
import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.export.clap.records import INSTANCE as PLUGIN
from ronn_jack.export.plugin.equalising import EQUALISING
from ronn_jack.export.plugin.records import INSTANCE, TEMPLATE
from ronn_jack.export.sound import freeze
from tests.export.clap import abi
from tests.export.clap.host import Events, Instance, Library, buffer
from tests.export.clap.sounds import library, noise, preset

RATE = 48000.0
ROUNDING = 1e-4
"""Of the peak: what is left of the filters' past."""


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library(freeze(preset("smile-bass")), tmp_path_factory.mktemp("clap"))


def at(address: int, record: np.dtype[Any]) -> Any:
    """Return a record in a plugin's memory."""
    return np.frombuffer((ctypes.c_char * record.itemsize).from_address(address), record)[0]


def aimed(instance: Instance) -> NDArray[np.float64]:
    """Return where the equaliser goes."""
    heart = at(int(at(instance.address, PLUGIN)["handle"]), INSTANCE)
    place = int(at(int(heart["template"]), TEMPLATE)["equalising"])
    row: NDArray[np.float64] = at(int(heart["base"]) + place, EQUALISING)["row"]
    return row.copy()


def state(plugin: Library, **values: float) -> bytes:
    """Return the state of a plugin whose controls are there."""
    with Instance(plugin) as instance:
        infos = instance.infos
        instance.set(*((0, infos[name.replace("_", " ")].id, v) for name, v in values.items()))
        chunk = instance.save()
    assert chunk
    return chunk


def test_the_audio_thread_goes_there_and_the_host_is_told_at_once(plugin: Library) -> None:
    with Instance(plugin) as instance:
        strength = instance.infos["EQ strength"].id
        chunk = state(plugin, EQ_strength=-0.5)
        assert instance.activate(RATE)
        instance.process(noise(100))
        before = aimed(instance)
        assert instance.load(chunk)
        assert instance.value(strength) == -0.5
        assert instance.save() == chunk
        assert np.array_equal(aimed(instance), before)
        instance.process(noise(100))
        assert not np.array_equal(aimed(instance), before)
        assert instance.value(strength) == -0.5


def test_it_is_as_if_the_controls_were_moved_at_the_next_block(plugin: Library) -> None:
    x = noise(6000)
    with Instance(plugin) as loaded, Instance(plugin) as moved:
        ids = [loaded.infos[name].id for name in ("EQ strength", "Mix", "Output gain")]
        places = (0.25, 0.5, -6.0)
        for instance in (loaded, moved):
            assert instance.activate(RATE)
            instance.play(x[:, :2000], 256)
        assert loaded.load(state(plugin, EQ_strength=2.0, Mix=0.25))
        assert loaded.load(
            state(plugin, **dict(zip(("EQ_strength", "Mix", "Output_gain"), places, strict=True)))
        )
        y = loaded.play(x[:, 2000:], 256)
        events = [(0, each, place) for each, place in zip(ids, places, strict=True)]
        assert np.array_equal(y, moved.play(x[:, 2000:], 256, events))


@pytest.mark.parametrize("how", ["reset", "activate"])
def test_it_holds_when_all_begins_anew(plugin: Library, how: str) -> None:
    x, chunk = noise(3000), state(plugin, EQ_strength=-0.5, Mix=0.5)
    with Instance(plugin) as expected, Instance(plugin) as instance:
        assert expected.load(chunk)
        assert expected.activate(RATE)
        assert instance.activate(RATE)
        instance.play(x, 512)
        assert instance.load(chunk)
        if how == "reset":
            instance.reset()
        else:
            instance.deactivate()
            assert instance.activate(RATE)
        assert np.array_equal(instance.play(x, 512), expected.play(x, 512))


def test_states_are_loaded_while_it_plays(plugin: Library) -> None:
    chunks = [state(plugin, EQ_strength=2.0, Mix=1.0), state(plugin, EQ_strength=-1.0, Mix=0.5)]
    x = noise(64)
    with Instance(plugin) as instance, Instance(plugin) as expected:
        assert instance.activate(RATE)
        playing = instance.host.audio.submit(lambda: [play(instance, x) for _ in range(3000)])
        for chunk in itertools.cycle(chunks):
            assert instance.load(chunk)
            assert instance.save() == chunk
            if playing.done():
                break
        assert all(playing.result())
        assert instance.load(chunks[1])
        assert expected.load(chunks[1])
        assert expected.activate(RATE)
        x = noise(96000)
        y, wanted = (each.play(x, 512)[:, -12000:] for each in (instance, expected))
    assert np.abs(y - wanted).max() <= ROUNDING * np.abs(wanted).max()


def play(instance: Instance, x: NDArray[np.float32]) -> bool:
    """Play a block on the thread that calls; return whether it is sound."""
    y = np.full_like(x, np.nan)
    source, target, listed = buffer(x), buffer(y), Events()
    block = abi.Process(
        -1, x.shape[1], None, ctypes.pointer(source), ctypes.pointer(target), 1, 1,
        ctypes.pointer(listed.inputs), ctypes.pointer(listed.outputs),
    )  # fmt: skip
    status = instance.plugin.process(instance.address, ctypes.addressof(block))
    return bool(status != abi.ERROR and np.isfinite(y).all() and np.abs(y).max() <= 1.0)
