"""Plugins for a kind of processor and what the engine gives as such a one computes it.

Run by `run_as` with a folder, the target's name and presets.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ronn_jack.export.clap.plugin_file import ENTRIES_MODULE, described, linked
from ronn_jack.export.parts import make_part
from ronn_jack.export.sound import freeze
from tests.export.clap.sounds import CHANGES, MOVING, Reference, noise, preset
from tests.export.processors import run_as

RATE = 48000.0
FRAMES = 6000
EVENTS = sorted([*CHANGES, *MOVING])
"""What moves each sound, all at odd frames."""


def make_on(target: str, names: Sequence[str], folder: Path) -> None:
    """Write a plugin of each preset, and what it has to give for `noise(FRAMES)`."""
    run_as(target, __name__, folder, target, *names)


def expected_on(name: str, folder: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what the plugin of a preset has to give: left alone, and with EVENTS."""
    still, moved = np.load(folder / f"{name}.npy")
    return still, moved


def main() -> None:
    target, names = sys.argv[2], sys.argv[3:]
    folder, x = Path(sys.argv[1]), noise(FRAMES)
    for name in names:
        sound = freeze(preset(name))
        content = linked(described(sound, name), [make_part(sound, target, ENTRIES_MODULE)])
        (folder / f"{name}.clap").write_bytes(content)
        both = [Reference(sound, RATE).play(x, changes) for changes in ([], EVENTS)]
        np.save(folder / f"{name}.npy", both)


if __name__ == "__main__":
    main()
