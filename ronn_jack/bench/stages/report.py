"""What the engine's stages take, for a report and for people."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table

from ronn_jack.bench.feel.figures import Figure
from ronn_jack.bench.feel.table import goals_table


@dataclass(frozen=True)
class StagesReport:
    """Figures of all stages, against their goals and other ways.

    Attributes
    ----------
    scipy : str or None
        Its version; None where it is not installed, and there is nothing of it to compare with.
    """

    figures: list[Figure]
    scipy: str | None


def stages_table(report: StagesReport) -> Table:
    """Return the figures against their goals."""
    beside = f"scipy {report.scipy}" if report.scipy else "scipy is not installed"
    return goals_table(f"stages ({beside})", report.figures)
