"""The kernels of a node, compiled in processes side by side before they are wanted.

So a first start takes less long, and the node's own process needs no compiler. As a program, this
is what runs in those processes: it compiles the kernels whose names come on stdin, one a line, and
answers each with a line.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue

from ronn_jack.cost import calibration
from ronn_jack.drivers import jack_callbacks, jack_library
from ronn_jack.hotswap import node
from ronn_jack.realtime.compiler.compile import ENTRIES, Entry, cache_folder

NAMING = (calibration, jack_callbacks, jack_library, node)
"""Modules through which all kernels are named that a node needs."""
_MOST_PROCESSES = 4
"""More would wait for the one that compiles the longest kernel, and each takes 200 MB."""
_LONGEST = (
    "layers.run_layer",
    "signal_path.process_engine",
    "voice.process_voice",
    "moving_bands.run_bands",
    "minimal_halves._run",
    "minimal._run",
)
"""What takes longest to compile, which comes first, so that no process is left with it at the end.

The order of the others is that in which modules name them.
"""


def missing_kernels() -> list[Entry]:
    """Return what the cache does not hold."""
    return [entry for entry in ENTRIES if entry.cache.load() is None]


def compile_kernels(
    tell: Callable[[str], None], find_missing: Callable[[], list[Entry]] = missing_kernels
) -> None:
    """Compile what the cache does not hold; where it can't be kept, leave that to its first use.

    Parameters
    ----------
    tell : callable
        Told once what is done, if anything is.
    find_missing : callable
        Returns what the cache does not hold.
    """
    missing = find_missing()
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES, len(missing))
    if not missing or not os.access(cache_folder(), os.W_OK):
        return
    tell(
        f"compiling {len(missing)} kernels for this machine in {processes} "
        f"process{'es' if processes > 1 else ''}: some ten seconds, this time only"
    )
    names = [entry.cache.name for entry in sorted(missing, key=_rank)]
    with ThreadPoolExecutor(processes) as pool:
        for _ in range(processes):
            pool.submit(let_compile, names)


def _rank(entry: Entry) -> int:
    name = entry.cache.name.rpartition("-")[0]
    return _LONGEST.index(name) if name in _LONGEST else len(_LONGEST)


def let_compile(names: list[str], python: str = sys.executable) -> None:
    """Let a process compile one after the other, until none is left or it has ended.

    Parameters
    ----------
    names : list of str
        Of kernels; what is taken on goes.
    python : str
        The interpreter that compiles.
    """
    # As it is left, what it has not read is written to its pipe once more.
    with (
        suppress(BrokenPipeError, IndexError),
        subprocess.Popen(
            # Not from the current folder, which may hold modules of the same names.
            [python, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None and process.stdout is not None
        while names:
            process.stdin.write(f"{names.pop(0)}\n")
            process.stdin.flush()
            if not process.stdout.readline():
                return


def main() -> None:
    """Compile what is asked for, as long as there is somebody who asks."""
    gc.disable()  # nothing that the compiler makes is missed for so short a time
    entries = {entry.cache.name: entry for entry in ENTRIES}
    asked: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    while True:
        line = asked.get()
        entry = entries[line.strip()]
        entry.code()
        if entry.cache.load() is None:
            os._exit(0)  # the disk keeps nothing
        sys.stdout.write(line)
        sys.stdout.flush()


def _listen(asked: SimpleQueue[str]) -> None:
    """Pass on what is asked for; end the process at once when whoever asks has ended."""
    for line in sys.stdin:
        asked.put(line)
    os._exit(0)


if __name__ == "__main__":
    main()
