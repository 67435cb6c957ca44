"""Arrays in a .npz file, which may come from anywhere: nothing in it is run or costs memory."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.files import read_file

MOST_BYTES = 32 * 2**20
"""Of a file, and of what it unpacks to."""
_MOST_ARRAYS = 256
_KINDS = "fiuU"
"""Numbers and words."""


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a .npz file by their names.

    Raises
    ------
    ModelError
        If the file can't be read, is none, or holds too much or anything but numbers and words.
    """
    content = read_file(path, MOST_BYTES, ModelError)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_ARRAYS or sum(m.file_size for m in members) > MOST_BYTES:
                raise ModelError(f"{path}: unpacks to more than {MOST_BYTES >> 20} MiB")
            return {m.filename.removesuffix(".npy"): _read_array(archive, m) for m in members}
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, RuntimeError, OSError):
        # A wrong password and an unknown packing are RuntimeErrors too.
        raise ModelError(f"{path}: is no file of arrays, or a damaged one") from None


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    with archive.open(member) as stream:
        # A member may unpack to more than it says; so much is never asked for.
        content = io.BytesIO(stream.read(member.file_size))
    if npy.read_magic(content) != (1, 0):
        raise ValueError
    shape, fortran, dtype = npy.read_array_header_1_0(content)
    values = content.read()
    if dtype.kind not in _KINDS or math.prod(shape) * dtype.itemsize != len(values):
        raise ValueError
    return np.frombuffer(values, dtype).reshape(shape, order="F" if fortran else "C")
