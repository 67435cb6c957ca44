"""Everything that `ronn-jack bench` can find, as one document."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ronn_jack.bench.cost import CostReport
from ronn_jack.bench.feel.figures import FeelReport
from ronn_jack.bench.kernels.direct import DirectReport
from ronn_jack.bench.kernels.speed import SpeedReport
from ronn_jack.bench.machine import MachineFacts
from ronn_jack.bench.node.crowd import CrowdReport
from ronn_jack.bench.node.live import LiveReport
from ronn_jack.bench.node.pages import PageReport
from ronn_jack.bench.node.startup import StartReport
from ronn_jack.bench.node.stress import StressReport
from ronn_jack.bench.plugins import PluginsReport
from ronn_jack.bench.stages.report import StagesReport


@dataclass(frozen=True)
class Report:
    """One run; a part that was not asked for is None.

    The names of all fields below are those of the JSON document.
    """

    machine: MachineFacts
    speed: SpeedReport | None = None
    start: StartReport | None = None
    cost: CostReport | None = None
    stress: StressReport | None = None
    live: LiveReport | None = None
    crowd: CrowdReport | None = None
    page: PageReport | None = None
    feel: FeelReport | None = None
    stages: StagesReport | None = None
    plugin: PluginsReport | None = None
    direct: DirectReport | None = None

    def to_json(self) -> str:
        """Return the document, indented."""
        return msgspec.json.format(msgspec.json.encode(self)).decode()


def from_json(document: str | bytes) -> Report:
    """Read what `Report.to_json` wrote; msgspec.ValidationError names what does not belong."""
    return msgspec.json.decode(document, type=Report)
