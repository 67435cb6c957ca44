"""Real sounds as CLAP plugins, and the engine that they have to be equal to."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ronn_jack.export.clap.plugin_file import ENTRIES_MODULE, described, linked
from ronn_jack.export.parts import make_part
from ronn_jack.export.sound import OUTPUTS, FrozenSound
from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.hotswap.responses.room import begin_in_room
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.model.architecture import model_of
from ronn_jack.model.expression import Expression
from ronn_jack.parameters import PARAMETERS, Value, defaults
from ronn_jack.presets.store import PresetStore
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from tests.export.clap import abi
from tests.export.clap.host import Event, Instance, Library

Change = tuple[int, str, float]
"""Frame, parameter and value."""
CHANGES: list[Change] = [
    (1, "mix", 0.5), (97, "input_gain", 6.0), (333, "drive", 12.0), (1001, "output_gain", -3.0),
    (1003, "gate", -40.0), (2047, "bypass", 1.0), (3333, "bypass", 0.0), (3335, "mix", 1.0),
    (4999, "gate", -90.0),
]  # fmt: skip
MOVING: list[Change] = [(501, "drift_depth", 0.5), (503, "drift_rate", 3.0), (1501, "morph", 0.7)]


def preset(name: str) -> dict[str, Value]:
    return {**defaults(), **PresetStore(user=Path("no such folder")).load(name).values}


def noise(frames: int, channels: int = 2) -> NDArray[np.float32]:
    return np.random.default_rng(9).normal(0.0, 0.2, (channels, frames)).astype(np.float32)


def library(sound: FrozenSound, folder: Path, name: str = "sound") -> Library:
    """Return a sound's plugin for this machine, made in this process and loaded from a file."""
    path = folder / f"{name}.clap"
    path.write_bytes(linked(described(sound, name), [make_part(sound, "native", ENTRIES_MODULE)]))
    return opened(path)


def opened(path: Path) -> Library:
    shared = ctypes.CDLL(str(path))
    opened = Library(ctypes.addressof(abi.Entry.in_dll(shared, "clap_entry")))
    opened.shared, opened.path = shared, path
    return opened


def as_events(plugin: Instance, changes: list[Change]) -> list[Event]:
    """Return changes as a host sends them."""
    infos = plugin.infos
    return [(frame, infos[PARAMETERS[name].label].id, value) for frame, name, value in changes]


class Reference:
    """The node's engine with a frozen sound, moved as a plugin is."""

    def __init__(self, sound: FrozenSound, rate: float) -> None:
        self._values = dict(sound.values)
        model = model_of(sound.values, sound.inputs, OUTPUTS, rate)
        self._engine = engine = Engine(sound.inputs, OUTPUTS, rate, 0.0)
        aim(engine, sound.values)
        engine.set(Control.MASTER, 1.0)
        begin_in_room(engine, sound.values)
        engine.settle()
        self._voice = make_voice(model, rate, Expression.of(sound.values), movable=True)
        self._voice.level.begin_with(sound.level)
        self._voice.blend.begin_with(sound.blend)
        engine.publish(self._voice)

    def play(self, x: NDArray[np.float32], changes: list[Change]) -> NDArray[np.float32]:
        parts, done = [], 0
        for frame, name, value in [*changes, (x.shape[1], "", 0.0)]:
            parts.append(self._engine.process(x[:, done:frame]))
            done = frame
            if name:
                self._set(name, value)
        return np.concatenate(parts, axis=1)

    def _set(self, name: str, value: float) -> None:
        changed: Mapping[str, Value] = {name: value}
        self._values.update(changed)
        aim(self._engine, changed, self._values)
        self._voice.follow(Expression.of(self._values))
