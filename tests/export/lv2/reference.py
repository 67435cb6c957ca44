"""Bundles for a kind of processor and what the engine gives as such a one computes it.

Run by `run_as` with a folder, the target's name, a rate and presets.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ronn_jack.export.lv2 import bundle
from ronn_jack.export.parts import Part, make_part
from ronn_jack.export.sound import FrozenSound, freeze
from ronn_jack.parameters import defaults
from tests.export.clap.sounds import Reference, noise, preset
from tests.export.processors import run_as

FRAMES = 9000


def make_on(target: str, names: Sequence[str], folder: Path, rate: int) -> None:
    """Write a bundle of each preset, and what it has to give for `noise(FRAMES)` at a rate."""
    run_as(target, __name__, folder, target, str(rate), *names)


def expected_on(name: str, folder: Path) -> np.ndarray:
    """Return what the bundle of a preset has to give."""
    found: np.ndarray = np.load(folder / f"{name}.npy")
    return found


def _make_here(sound: FrozenSound, targets: Sequence[str], format_module: str) -> list[Part]:
    return [make_part(sound, target, format_module) for target in targets]


def main() -> None:
    folder, target, rate, *names = sys.argv[1:]
    # This is what it would start a process of each target for.
    bundle.make_parts = _make_here
    for name in names:
        sound = freeze({**defaults(), **preset(name)})
        bundle.Bundle(name, sound, [target]).write(Path(folder) / f"{name}.lv2")
        y = Reference(sound, float(rate)).play(noise(FRAMES), [])
        np.save(Path(folder) / f"{name}.npy", y)


if __name__ == "__main__":
    main()
