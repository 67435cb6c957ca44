"""Saves a preset and a node's state over and over, and kills that at random moments.

Run as `python -m tests.support.saver FOLDER KILLS`: it ends with an assertion if a kill has lost
something, and else prints in how many a save was under way. It goes on until that were some; with
0 kills it saves once.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import sys
import time
from pathlib import Path
from random import Random

from ronn_jack.parameters import defaults
from ronn_jack.presets.preset import saved_values
from ronn_jack.presets.state import State, read_state, remove_unfinished, write_state
from ronn_jack.presets.store import PresetStore

LONGEST_SECONDS = 0.02
"""A kill comes within so much time: some saves."""


def save(folder: Path, seed: int) -> None:
    """Save sounds that all have the same seed in two files, one after the other."""
    values = {**defaults(), "seed": seed, "seed_b": seed}
    store_in(folder).save("mine", values, snapshots={1: values})
    write_state(folder / "state.toml", State(values, snapshots={1: saved_values(values)}))


def store_in(folder: Path) -> PresetStore:
    return PresetStore(folder / "none", folder / "presets")


def check(folder: Path, last: int) -> None:
    """Look whether both files are whole, and of the last save that was over or of the next."""
    preset, state = store_in(folder).load("mine"), read_state(folder / "state.toml")
    for sounds in ([preset.values, preset.snapshots[1]], [state.values, state.snapshots[1]]):
        seeds = {sound[name] for sound in sounds for name in ("seed", "seed_b")}
        assert len(seeds) == 1 and seeds <= {last, last + 1}, (seeds, last)


def kill_one(folder: Path, first: int, seconds: float) -> int:
    """Let a process save from a seed on, and kill it; return the last seed that it had saved."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        for seed in itertools.count(first):
            save(folder, seed)
            os.write(writing, b"%d\n" % seed)
    os.close(writing)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    with os.fdopen(reading, "rb") as pipe:
        return max(map(int, pipe.read().split()), default=first - 1)


def main(folder: Path, kills: int) -> None:
    random, last, within = Random(kills), 0, 0
    save(folder, last)
    for number in range(10 * kills):
        if number >= kills and within > kills // 10:
            break
        last = kill_one(folder, last + 1, random.random() * LONGEST_SECONDS)
        within += any(path.suffix == ".tmp" for path in folder.rglob(".*"))
        check(folder, last)
        remove_unfinished(folder)
        with contextlib.suppress(FileNotFoundError):
            remove_unfinished(folder / "presets")
        left = sorted(path.name for path in folder.rglob("*") if path.is_file())
        assert left == ["mine.toml", "state.toml"], left
    sys.stdout.write(f"{within}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
