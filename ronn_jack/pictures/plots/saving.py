"""Pictures as files: what can be written is known before anything is computed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from ronn_jack.errors import MachineError, UsageError

_DOTS_AN_INCH = 150


def check_picture(path: Path, asked: str) -> None:
    """Tell whether a picture can be written.

    Parameters
    ----------
    asked : str
        What it is asked for by, such as "--plot".

    Raises
    ------
    MachineError
        If matplotlib is not installed.
    UsageError
        If the folder or the format is none.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise MachineError(f"{asked} needs matplotlib: install it (pip install matplotlib)")
    from matplotlib.figure import Figure

    known = Figure().canvas.get_supported_filetypes()
    if path.suffix.removeprefix(".") not in known:
        raise UsageError(
            f"{asked} {path}: write one of {', '.join(f'.{e}' for e in sorted(known))}"
        )
    if not path.parent.is_dir():
        raise UsageError(f"{asked} {path}: there is no folder {path.parent}; make it first")


def save(figure: Any, path: Path) -> None:
    """Write a figure in the format that the file's name says."""
    figure.savefig(path, dpi=_DOTS_AN_INCH)
