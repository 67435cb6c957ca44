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
_FIRST = (
    ("layers.run_layer",),
    ("engine.process_block", "voice._prime", "voice._time_blocks"),
    ("moving_bands.run_bands",),
    ("network.process_signal",),
    ("jack_callbacks.process",),
)
"""What takes longest to compile, which comes first, so that no process is left with it at the end.

Those in a row go to one process, as they call the same functions. The order of the others is that
in which modules name them.
"""


def missing_kernels() -> list[Entry]:
    """Return what the cache does not hold."""
    return [entry for entry in ENTRIES if entry.cache.load() is None]


def compile_kernels(tell: Callable[[str], None]) -> None:
    """Compile what the cache does not hold; where it can't be kept, leave that to its first use.

    Parameters
    ----------
    tell : callable
        Told once what is done, if anything is.
    """
    missing = missing_kernels()
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES, len(missing))
    if not missing or not os.access(cache_folder(), os.W_OK):
        return
    tell(
        f"compiling {len(missing)} kernels for this machine in {processes} "
        f"process{'es' if processes > 1 else ''}: up to half a minute, this time only"
    )
    rows = _rows([entry.cache.name for entry in missing])
    with ThreadPoolExecutor(processes) as pool:
        for _ in range(processes):
            pool.submit(_let_compile, rows)


def _rows(names: list[str]) -> list[list[str]]:
    """Deal out names to rows, each for one process, in the order in which they are begun."""
    by_function = {name.rpartition("-")[0]: name for name in names}
    first = [[by_function.pop(name) for name in row if name in by_function] for row in _FIRST]
    taken = {name for row in first for name in row}
    return [*filter(None, first), *([name] for name in names if name not in taken)]


def _let_compile(rows: list[list[str]]) -> None:
    """Let a process compile one row after the other, until none is left or it has ended."""
    # As it is left, what it has not read is written to its pipe once more.
    with (
        suppress(BrokenPipeError, IndexError),
        subprocess.Popen(
            # Not from the current folder, which may hold modules of the same names.
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None and process.stdout is not None
        while rows:
            for name in rows.pop(0):
                process.stdin.write(f"{name}\n")
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
