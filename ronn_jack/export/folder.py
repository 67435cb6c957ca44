"""A plugin that is a folder: it takes the place of an older one only when it is whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path


def replace_folder(
    folder: Path, files: Mapping[str, bytes], rename: Callable[[Path, Path], object] = Path.rename
) -> None:
    """Write a folder in the place of one that may be there; a link is written through.

    Parameters
    ----------
    files : mapping of str to bytes
        The content of each by its place in the folder.
    rename : callable
        Gives a folder another place.
    """
    folder = Path(os.path.realpath(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".ronn-jack-", dir=folder.parent) as place:
        made, older = Path(place, "made"), Path(place, "older")
        made.mkdir(mode=0o755)
        for name, content in files.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).write_bytes(content)
        if folder.exists():
            rename(folder, older)
        try:
            rename(made, folder)
        except OSError:
            if older.exists():
                rename(older, folder)
            raise
