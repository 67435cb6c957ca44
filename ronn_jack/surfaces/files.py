"""The surfaces' files, as they are shipped in configs/ and written by `ronn-jack surfaces`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ronn_jack.errors import MachineError
from ronn_jack.surfaces.open_stage_control import open_stage_control_session
from ronn_jack.surfaces.reaper import reaper_jsfx, reaper_osc
from ronn_jack.surfaces.touchosc import touchosc_layout


def surface_files(presets: Sequence[str]) -> dict[str, bytes]:
    """Return the content of each file by its name.

    Parameters
    ----------
    presets : sequence of str
        Names that get a button.
    """
    return {
        "ronn.tosc": touchosc_layout(presets),
        "ronn-open-stage-control.json": open_stage_control_session(presets).encode(),
        "Ronn.ReaperOSC": reaper_osc().encode(),
        "ronn.jsfx": reaper_jsfx().encode(),
    }


def write_surfaces(folder: Path, presets: Sequence[str]) -> list[Path]:
    """Write all files into a folder, which is made if need be, and return their paths.

    Raises
    ------
    MachineError
        If the folder can't be written to.
    """
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in surface_files(presets).items():
            path = folder / name
            path.write_bytes(content)
            paths.append(path)
    except OSError as error:
        raise MachineError(
            f"can't write surfaces to '{folder}': {error.strerror}; name another folder"
        ) from None
    return paths
