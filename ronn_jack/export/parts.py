"""What each target gives to a plugin: the network's functions and the sound's memory.

Both depend on the processor: memory is laid out for its vectors. So they are made in a process of
their own, in which numba compiles for that target. The functions are kept, as they are the same for
every sound.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ronn_jack.errors import RonnError
from ronn_jack.export.compiling import export_folder
from ronn_jack.export.machine.glue import template_symbol
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.plugin.template import template_object
from ronn_jack.export.sound import FrozenSound
from ronn_jack.files import write_atomically
from ronn_jack.realtime.compiler.elf.objects import Relocatable


class PartsError(RonnError):
    """A target whose part can't be made here."""


@dataclass(frozen=True)
class Part:
    """What a target gives.

    Attributes
    ----------
    functions : sequence of bytes
        Object files.
    template : Relocatable
        An object with the TEMPLATE.
    """

    target: str
    functions: Sequence[bytes]
    template: Relocatable

    @property
    def objects(self) -> list[bytes | Relocatable]:
        """All of it, to be linked."""
        return [*self.functions, self.template]


def make_parts(sound: FrozenSound, targets: Sequence[str], format_module: str) -> list[Part]:
    """Return the part of each target; the last one's has what all of them share.

    Parameters
    ----------
    targets : sequence of str
        Names, the best first.
    format_module : str
        The module whose ENTRIES, by name, a format has besides those of every plugin; its CHOOSES
        is whether a control can choose among networks.

    Raises
    ------
    PartsError
        If one can't be made.
    """
    workers = [_start(target) for target in targets]
    for target, worker in zip(targets, workers, strict=True):
        order = pickle.dumps((sound, format_module if target == targets[-1] else ""))
        assert worker.stdin is not None
        worker.stdin.write(order)
        worker.stdin.close()
        worker.stdin = None
    parts = []
    for target, worker in zip(targets, workers, strict=True):
        answer, complaint = worker.communicate()
        if worker.returncode:
            last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
            raise PartsError(f"target {target} can't be made here: {last or worker.returncode}")
        parts.append(pickle.loads(answer))
    return parts


def _start(target: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "ronn_jack.export.worker", target],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=TARGETS[target].environment(),
    )


def make_part(sound: FrozenSound, target: str, format_module: str = "") -> Part:
    """Return the part of the target that numba compiles for in this process.

    Parameters
    ----------
    format_module : str
        Of a format, where the functions that all targets share are to be made too.
    """
    template = template_object(TARGETS[target].machine, template_symbol(target), sound)
    functions = [_kept(f"kernels-{target}", lambda: _kernels(target))]
    if format_module:
        stages = [stage for stage in ("eq", "reverb") if sound.values[stage]]
        name = "-".join(("heart", *format_module.split(".")[-2:], target, *stages))
        functions.append(_kept(name, lambda: _heart(format_module, stages)))
    return Part(target, functions, template)


def _kept(name: str, make: Callable[[], bytes]) -> bytes:
    """Return an object file that is made once."""
    path = export_folder() / f"{name}.o"
    if path.exists():
        return path.read_bytes()
    made = make()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, made)
    return made


def _kernels(target: str) -> bytes:
    from ronn_jack.export.machine.heart import kernels_object

    return kernels_object(target)


def _heart(format_module: str, stages: Sequence[str]) -> bytes:
    from ronn_jack.export.machine.heart import heart_object

    module = import_module(format_module)
    more: Mapping[str, Any] = module.ENTRIES
    return heart_object(more, stages, module.CHOOSES)
