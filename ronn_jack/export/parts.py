"""What each target gives to a plugin: the network's functions and the sound's memory.

Both depend on the processor: memory is laid out for its vectors. So they are made in a process of
their own, in which numba compiles for that target. A target of another machine or system takes two:
its code can't run here, and memory is laid out by code that does.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ronn_jack.errors import RonnError
from ronn_jack.export.functions import functions_of
from ronn_jack.export.machine.glue import template_symbol
from ronn_jack.export.machine.targets import HERE, TARGETS
from ronn_jack.export.plugin.template import template_object
from ronn_jack.export.sound import FrozenSound
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


def make_parts(
    sound: FrozenSound, targets: Sequence[str], format_module: str, python: str = sys.executable
) -> list[Part]:
    """Return the part of each target; the last one's has what all of them share.

    Parameters
    ----------
    targets : sequence of str
        Names, the best first.
    format_module : str
        The module whose ENTRIES, by name, a format has besides those of every plugin; its CHOOSES
        is whether a control can choose among networks.
    python : str
        The interpreter that makes them.

    Raises
    ------
    PartsError
        If one can't be made.
    """
    workers = [
        _Worker(target, sound, format_module if target == targets[-1] else "", python)
        for target in targets
    ]
    return [worker.part() for worker in workers]


def make_part(sound: FrozenSound, target: str, format_module: str = "") -> Part:
    """Return the part of the target that numba compiles for in this process.

    Parameters
    ----------
    format_module : str
        Of a format, where the functions that all targets share are to be made too.
    """
    functions = functions_of(target, sound, format_module)
    return Part(target, functions, make_template(sound, target))


def make_template(sound: FrozenSound, target: str) -> Relocatable:
    """Return the template of a target whose memory is laid out as this process does it."""
    return template_object(TARGETS[target].machine, template_symbol(target), sound)


class _Worker:
    """The processes in which a target's part is in the making."""

    def __init__(self, target: str, sound: FrozenSound, format_module: str, python: str) -> None:
        self._target, self._python, kind = target, python, TARGETS[target]
        if not kind.is_foreign:
            self._jobs = [self._start("part", sound, format_module)]
        elif kind.machine == HERE or kind.vectors:
            functions = self._start("functions", sound, format_module)
            self._jobs = [functions, self._start("template", sound)]
        else:
            raise PartsError(f"target {target} can't be made here: this is another machine")

    def part(self) -> Part:
        """Wait for it."""
        answers = [self._answer(job) for job in self._jobs]
        return Part(self._target, *answers) if len(answers) > 1 else answers[0]

    def _start(self, job: str, *order: Any) -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(
            [self._python, "-m", "ronn_jack.export.worker", self._target, job],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=TARGETS[self._target].environment(),
        )
        assert worker.stdin is not None
        # What it said as it ended is told with its answer.
        with suppress(BrokenPipeError), worker.stdin:
            worker.stdin.write(pickle.dumps(order))
        worker.stdin = None
        return worker

    def _answer(self, job: subprocess.Popen[bytes]) -> Any:
        answer, complaint = job.communicate()
        if job.returncode:
            last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
            raise PartsError(f"target {self._target} can't be made here: {last or job.returncode}")
        return pickle.loads(answer)
