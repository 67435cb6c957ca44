"""What the engine's stages take, for a report and for people."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table

from ronn_jack.bench.feel.figures import Figure
from ronn_jack.bench.feel.table import goals_table


@dataclass(frozen=True)
class StagesReport:
    """Figures of all stages, against their goals and other ways."""

    figures: list[Figure]


def stages_table(report: StagesReport) -> Table:
    """Return the figures against their goals."""
    return goals_table("stages", report.figures)
