"""Arrays in a .npz file, which may come from anywhere: nothing in it is run or costs memory."""

from __future__ import annotations

import io
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.files import read_file

MOST_BYTES = 32 * 2**20
"""Of a file, and of what it unpacks to."""
_MOST_ARRAYS = 256
_ENTRY_BYTES = 512
"""What a member takes of the list of members, at most."""
_END = struct.Struct("<4s4H2LH")
"""The record at the end of an archive."""
_NPY = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '([<|][fiuU]\d{1,4})', 'fortran_order': (True|False), "
    rb"'shape': \(([\d, ]*)\), \} *\n"
)
"""That of an array of numbers or words. numpy would evaluate it."""

_DAMAGED = (
    zipfile.BadZipFile, zlib.error, ValueError, TypeError, EOFError, RuntimeError, OSError,
    OverflowError, struct.error,
)  # fmt: skip

Arrays = Mapping[str, NDArray[Any]]


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a .npz file by their names.

    Raises
    ------
    ModelError
        If the file can't be read, is none, or holds too much or anything but numbers and words.
    """
    content = read_file(path, MOST_BYTES, ModelError)
    try:
        _check_directory(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_ARRAYS or sum(m.file_size for m in members) > MOST_BYTES:
                raise ModelError(f"{path}: unpacks to more than {MOST_BYTES >> 20} MiB")
            return {m.filename.removesuffix(".npy"): _read_array(archive, m) for m in members}
    except _DAMAGED:
        # A wrong password and an unknown packing are RuntimeErrors too.
        raise ModelError(f"{path}: is no file of arrays, or a damaged one") from None


def _check_directory(content: bytes) -> None:
    """Refuse an archive whose list of members would itself take much to be read."""
    mark, _, _, _, _, size, _, comment = _END.unpack(content[-_END.size :])
    if mark != b"PK\5\6" or comment or size > _MOST_ARRAYS * _ENTRY_BYTES:
        raise ValueError


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    with archive.open(member) as stream:
        # A member may unpack to more than it says; so much is never asked for.
        content = stream.read(member.file_size)
    begin = len(_NPY) + 2
    values = begin + int.from_bytes(content[len(_NPY) : begin], "little")
    header = _HEADER.fullmatch(content[begin:values])
    if not content.startswith(_NPY) or header is None:
        raise ValueError
    dtype = np.dtype(header[1].decode())
    shape = tuple(int(length) for length in header[3].split(b",") if length.strip())
    if math.prod(shape) * dtype.itemsize != len(content) - values:
        raise ValueError
    array = np.frombuffer(content, dtype, offset=values)
    return array.reshape(shape, order="F" if header[2] == b"True" else "C")


def needed(arrays: Arrays, name: str, *shape: int | None) -> NDArray[Any]:
    """Return an array of finite numbers that has to have a shape; None stands for any length.

    Raises
    ------
    ModelError
        If it has not, or isn't there.
    """
    array = arrays.get(name)
    if array is None:
        raise ModelError(f"has no {name}; import it anew")
    if array.dtype.kind not in "fiu" or not _is_of(array.shape, shape):
        wanted = " × ".join("…" if length is None else str(length) for length in shape)
        raise ModelError(f"its {name} is not {wanted or 'one'} numbers; import it anew")
    if not np.isfinite(array).all():
        raise ModelError(f"its {name} holds what is no finite number")
    return array


def _is_of(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        length is None or length == found for found, length in zip(shape, wanted, strict=True)
    )
