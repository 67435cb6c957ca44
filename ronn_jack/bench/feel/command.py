"""Everything that `ronn-jack bench --feel` measures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ronn_jack.bench.feel.figures import FeelReport
from ronn_jack.bench.feel.knobs import measure_knobs, measure_pool
from ronn_jack.bench.feel.offline import OfflineFindings, OfflineTask, read_source
from ronn_jack.bench.machine import ONE_THREAD
from ronn_jack.bench.own_process import Progress, measure_apart
from ronn_jack.drivers.jack_server import realtime_allowed

_PATIENCE_SECONDS = 3600.0


def measure_feel(files: Sequence[Path], quick: bool, progress: Progress) -> FeelReport:
    """Measure on the sources of this project and on files; `quick` leaves most of both out.

    Raises
    ------
    AudioFileError
        If a file can't be played.
    MachineError
        If there is no JACK, or a node does not answer.
    """
    for path in files:
        read_source(path)  # before minutes are spent on measuring
    task = OfflineTask([path.absolute() for path in files], quick)
    found = measure_apart(task, OfflineFindings, _PATIENCE_SECONDS, progress, ONE_THREAD)
    figures = [*found.figures, *measure_knobs(quick, progress), *measure_pool(quick, progress)]
    return FeelReport(found.sources, realtime_allowed(), figures)
