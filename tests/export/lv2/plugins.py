"""Sounds as LV2 plugins: made in this process for this machine, or as the command makes them."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ronn_jack.export.lv2.bundle import Bundle
from ronn_jack.export.lv2.library import entries_module, library
from ronn_jack.export.lv2.turtle import port_value
from ronn_jack.export.parts import make_part
from ronn_jack.export.plugin.controls import PluginControl, controls_of
from ronn_jack.export.sound import FrozenSound, freeze
from ronn_jack.parameters import Value, defaults
from tests.export.clap.sounds import preset
from tests.export.lv2.host import Instance, Library, Worker

MAY_NEED = {
    "clock_gettime", "cos", "exp", "free", "log", "log10", "malloc", "memcpy", "memset", "pow",
    "sin", "sqrt", "tan", "tanh", "usleep", "write",
}  # fmt: skip
"""What a plugin may ask of the C library and of its mathematics."""
ON_AUDIO = MAY_NEED - {"malloc", "free", "usleep", "write"}


@dataclass(frozen=True)
class Plugin:
    """A plugin in a file, loaded."""

    sound: FrozenSound
    path: Path
    library: Library

    @property
    def controls(self) -> list[PluginControl]:
        return controls_of(self.sound.values, self.sound.choices)

    def instance(
        self, rate: float = 48000.0, worker: Worker | None = None, **controls: float
    ) -> Instance:
        """Return an instance with its controls where they are by default, but for some.

        A bank's has one more, by which it is told to be offline.
        """
        ports = len(self.controls) + bool(self.sound.neighbours)
        made = Instance(self.library, rate, self.sound.inputs, ports, worker)
        for i, control in enumerate(self.controls):
            value = controls.get(control.symbol, control.default)
            made.controls[i] = port_value(control, value)
        return made


@functools.cache
def plugin(name: str = "", inputs: int = 2) -> Plugin:
    """Return the plugin of a preset, or of the defaults, for this machine."""
    values: dict[str, Value] = preset(name) if name else defaults()
    return made(freeze({**defaults(), **values}, inputs), name or "sound")


def made(sound: FrozenSound, name: str) -> Plugin:
    bundle = Bundle(name, sound, ["native"])
    is_bank = bool(sound.neighbours)
    part = make_part(sound, "native", entries_module(is_bank))
    path = Path(tempfile.mkdtemp(prefix="ronn-jack-test-")) / f"{name}.so"
    path.write_bytes(library(bundle.uri, name, [part], is_bank))
    return Plugin(sound, path, Library(path))
