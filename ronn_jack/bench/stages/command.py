"""What `ronn-jack bench --stages` measures."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from ronn_jack.bench.machine import ONE_THREAD, stay_on_one_core, version_of
from ronn_jack.bench.own_process import Progress, answer, measure_apart
from ronn_jack.bench.stages.equaliser import measure_equaliser
from ronn_jack.bench.stages.report import StagesReport
from ronn_jack.bench.stages.reverb import measure_reverb

_PATIENCE_SECONDS = 600.0


@dataclass(frozen=True)
class StagesTask:
    """How thoroughly."""

    quick: bool


def measure_stages(quick: bool, progress: Progress) -> StagesReport:
    """Measure them in a process of their own."""
    return measure_apart(StagesTask(quick), StagesReport, _PATIENCE_SECONDS, progress, ONE_THREAD)


def _measure(task: StagesTask, progress: Progress) -> StagesReport:
    stay_on_one_core()
    figures = [*measure_equaliser(task.quick, progress), *measure_reverb(task.quick, progress)]
    return StagesReport(figures, version_of("scipy"))


if __name__ == "__main__":
    answer(StagesTask, _measure, sys.stdout)
