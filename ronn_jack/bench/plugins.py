"""What a plugin takes beside the live engine, on the same processor's baseline."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from ronn_jack.bench.feel.figures import Figure
from ronn_jack.bench.feel.table import goals_table
from ronn_jack.bench.machine import ONE_THREAD, stay_on_one_core
from ronn_jack.bench.networks import NETWORKS
from ronn_jack.bench.own_process import Progress, answer, measure_apart
from ronn_jack.export.lv2.bundle import Bundle
from ronn_jack.export.lv2.turtle import port_value
from ronn_jack.export.plugin.controls import controls_of
from ronn_jack.export.sound import OUTPUTS, FrozenSound, freeze
from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.model.architecture import model_of
from ronn_jack.model.expression import Expression
from ronn_jack.parameters import PARAMETERS, Value, defaults
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.compiler.language import int64, void
from ronn_jack.realtime.engine import Engine, process_block
from ronn_jack.realtime.engine_state import Control

RATE = 48_000.0
FRAMES = (64, 256)
CPU = "native"
"""For which the live engine is compiled, too."""

_DEFAULT = "default"
_SLOWEST = 1.1
_LARGEST_KB, _LONGEST_SECONDS = 250.0, 5.0
_RUN_SECONDS = 2e-3
_RUNS, _QUICK_RUNS = 300, 5
_PATIENCE_SECONDS = 600.0


@dataclass(frozen=True)
class PluginsTask:
    """How thoroughly."""

    quick: bool


@dataclass(frozen=True)
class PluginsReport:
    """Figures of plugins, against their goals."""

    figures: list[Figure]


def plugins_table(report: PluginsReport) -> Table:
    """Return the figures against their goals."""
    return goals_table("plugins", report.figures)


def measure_plugins(quick: bool, progress: Progress) -> PluginsReport:
    """Measure them in a process of their own."""
    return measure_apart(PluginsTask(quick), PluginsReport, _PATIENCE_SECONDS, progress, ONE_THREAD)


@entry(void(*[int64] * 8))
def _run_blocks(function: int, a: int, b: int, c: int, d: int, e: int, f: int, blocks: int) -> None:
    for _ in range(blocks):
        call_entry(function, a, b, c, d, e, f)


def _measure(task: PluginsTask, progress: Progress) -> PluginsReport:
    figures = list(_exports(progress))  # whose parts are made side by side
    stay_on_one_core()
    figures += _figures(_QUICK_RUNS if task.quick else _RUNS, progress)
    return PluginsReport(figures)


def _figures(runs: int, progress: Progress) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        for name, values in _sounds():
            progress(f"exporting {name}")
            bundle = Bundle(name, freeze(values), [CPU])
            path = Path(folder) / f"{name}.lv2"
            bundle.write(path)
            library = next(path.glob("*.so"))
            for frames in FRAMES:
                progress(f"{name}, {frames} frames")
                yield _compared(name, bundle.sound, library, frames, runs)


def _exports(progress: Progress) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        for form in ("lv2", "clap"):
            yield from _exported(Path(folder) / f"sound.{form}", form, progress)


def _exported(path: Path, form: str, progress: Progress) -> Iterator[Figure]:
    """Yield the size of what the command writes for v3 and v4, and its time once all is kept."""
    command = [sys.executable, "-m", "ronn_jack", "export", str(path), f"--{form}"]
    taken = 0.0
    for turn in ("first", "again"):
        progress(f"export --{form}, {turn}")
        begin = time.monotonic()
        subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE_SECONDS)
        taken = time.monotonic() - begin
    files = path.iterdir() if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files) / 1000.0
    yield Figure(_DEFAULT, f"size as --{form}", size, "kB", "at most", _LARGEST_KB)
    yield Figure(_DEFAULT, f"export --{form}", taken, "s", "at most", _LONGEST_SECONDS)


def _sounds() -> Iterator[tuple[str, dict[str, Value]]]:
    yield _DEFAULT, defaults()
    for name in ("A", "D"):
        spec = NETWORKS[name]
        own = {n: getattr(spec, n) for n in PARAMETERS if hasattr(spec, n) and n != "rate"}
        yield name, {**defaults(), **own}


def _compared(name: str, sound: FrozenSound, library: Path, frames: int, runs: int) -> Figure:
    """Return how much longer a plugin takes than the engine, in turns and at their fastest."""
    x = np.random.default_rng(0).normal(0.0, 0.2, (2, frames)).astype(np.float32)
    y = np.zeros((2, frames), np.float32)
    live, plugin = _engine(sound, x, y), _plugin(sound, library, x, y)
    for run in (live, plugin):
        run(8)  # the network is let in
    begin = time.thread_time()
    live(8)
    blocks = max(1, round(8 * _RUN_SECONDS / (time.thread_time() - begin)))
    least = [min(each) for each in zip(*(_turn((live, plugin), blocks) for _ in range(runs)),
                                       strict=True)]  # fmt: skip
    where = f"{least[1] / blocks * 1e6:.2f} µs against {least[0] / blocks * 1e6:.2f} µs"
    ratio = least[1] / least[0]
    return Figure(
        name, f"{frames} frames, beside the live engine", ratio, "times", "at most", _SLOWEST, where
    )


def _turn(runs: tuple[Callable[[int], None], ...], blocks: int) -> tuple[float, ...]:
    taken = []
    for run in runs:
        begin = time.thread_time()
        run(blocks)
        taken.append(time.thread_time() - begin)
    return tuple(taken)


def _engine(sound: FrozenSound, x: np.ndarray, y: np.ndarray) -> Callable[[int], None]:
    engine = Engine(sound.inputs, OUTPUTS, RATE, 0.0, output_seconds=0.0)
    aim(engine, sound.values)
    engine.set(Control.MASTER, 1.0)
    engine.settle()
    model = model_of(sound.values, sound.inputs, OUTPUTS, RATE)
    voice = make_voice(model, RATE, Expression.of(sound.values), movable=True)
    voice.level.begin_with(sound.level)
    voice.blend.begin_with(sound.blend)
    engine.publish(voice)
    rows = [row.ctypes.data for row in (*x, *y)]

    def run(blocks: int) -> None:
        _run_blocks.ctypes(process_block.address, engine.address, *rows, x.shape[1], blocks)

    return run


def _plugin(
    sound: FrozenSound, library: Path, x: np.ndarray, y: np.ndarray
) -> Callable[[int], None]:
    word, number = ctypes.c_void_p, ctypes.c_uint32
    loaded = ctypes.CDLL(str(library))
    loaded.lv2_descriptor.restype = ctypes.POINTER(word)
    descriptor = loaded.lv2_descriptor(0)
    make = ctypes.CFUNCTYPE(word, word, ctypes.c_double, ctypes.c_char_p, word)
    handle = make(descriptor[1])(None, RATE, b"", None)
    connect = ctypes.CFUNCTYPE(None, word, number, word)(descriptor[2])
    controls = controls_of(sound.values)
    values = np.array([port_value(each, each.default) for each in controls], np.float32)
    ports = [row.ctypes.data for row in (*x, *y)]
    ports += [values[i:].ctypes.data for i in range(len(values))]
    for port, address in enumerate(ports):
        connect(handle, port, address)

    def run(blocks: int) -> None:
        assert values.size, "which the plugin reads"
        _run_blocks.ctypes(descriptor[4], handle, x.shape[1], 0, 0, 0, 0, blocks)

    return run


if __name__ == "__main__":
    answer(PluginsTask, _measure, sys.stdout)
