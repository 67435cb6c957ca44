"""The file of an imported model: arrays by name in an .npz that says what it is.

numpy's own reader trusts what such a file says of its sizes. This one believes nothing that is
larger than the file may be, reads plain numbers only, and unpacks no more than was promised.
"""

from __future__ import annotations

import math
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import ModelError, shown

VERSION = 1
MOST_BYTES = 32 << 20
"""Of all arrays together, unpacked."""

_ABOUT = "about"
_ABOUT_FORM = "ronn-jack {kind} {version}"
_END = struct.Struct("<4s4H2LH")
"""A ZIP file's last record; a file of ours has no comment after it."""
_MOST_ARRAYS = 200
_MOST_DIRECTORY = 32 << 10
_NPY = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '([<|][fiU][0-9]{1,3})', 'fortran_order': False, 'shape': \(([0-9, ]*)\), \} *\n"
)
_DTYPES = {"<f2", "<f4", "<f8", "<i8", "|i1"}
_LONGEST_TEXT = 64
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    OverflowError, struct.error, UnicodeDecodeError,
)  # fmt: skip
"""What zipfile raises for files that are none, or that it can't unpack."""

Arrays = Mapping[str, NDArray[Any]]


def write_archive(stream: IO[bytes], kind: str, arrays: Arrays) -> None:
    """Write arrays of numbers as the model of a kind."""
    about = np.array(_ABOUT_FORM.format(kind=kind, version=VERSION))
    np.savez_compressed(stream, allow_pickle=False, **{_ABOUT: about, **arrays})


def read_archive(path: Path) -> tuple[str, dict[str, NDArray[Any]]]:
    """Return the kind of a model and its arrays, all of finite numbers.

    Raises
    ------
    ModelError
        If it can't be read, is damaged or of another version.
    """
    try:
        with path.open("rb") as stream:
            _check_directory(stream)
            with zipfile.ZipFile(stream) as archive:
                return _read(archive)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from None
    except OSError as error:
        raise ModelError(f"{path}: can't be read: {error.strerror}") from None
    except _DAMAGED:
        raise ModelError(f"{path}: is damaged; import it anew") from None


def _check_directory(stream: IO[bytes]) -> None:
    """Refuse what has a directory that would itself take room to be read."""
    stream.seek(0, 2)
    if stream.tell() < _END.size:
        raise ModelError("is no model")
    stream.seek(-_END.size, 2)
    mark, _, _, _, count, size, _, _ = _END.unpack(stream.read(_END.size))
    if mark != b"PK\5\6" or count > _MOST_ARRAYS or size > _MOST_DIRECTORY:
        raise ModelError("is no model")
    stream.seek(0)


def _read(archive: zipfile.ZipFile) -> tuple[str, dict[str, NDArray[Any]]]:
    left = MOST_BYTES
    arrays = {}
    for info in archive.infolist():
        left -= info.file_size
        if left < 0:
            raise ModelError(f"holds more than {MOST_BYTES >> 20} MiB")
        with archive.open(info) as member:
            name = info.filename.removesuffix(".npy")
            arrays[name] = _array(shown(name), member.read(info.file_size))
    kind = _kind(arrays.pop(_ABOUT, None))
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ModelError(f"its {shown(name)} holds what is no finite number")
    return kind, arrays


def _array(name: str, content: bytes) -> NDArray[Any]:
    begin = len(_NPY) + 2
    body = begin + int.from_bytes(content[len(_NPY) : begin], "little")
    header = _HEADER.fullmatch(content[begin:body])
    if not content.startswith(_NPY) or header is None:
        raise ModelError(f"its {name} is no array of plain numbers")
    descr = header[1].decode()
    shape = tuple(int(each) for each in header[2].split(b",") if each.strip())
    is_text = descr[1] == "U" and not shape and int(descr[2:]) <= _LONGEST_TEXT
    if descr not in _DTYPES and not is_text:
        raise ModelError(f"its {name} is no array of plain numbers")
    dtype = np.dtype(descr)
    if not math.prod(shape) or math.prod(shape) * dtype.itemsize != len(content) - body:
        raise ModelError(f"its {name} has not the size that it says")
    return np.frombuffer(content, dtype, offset=body).reshape(shape)


def _kind(about: NDArray[Any] | None) -> str:
    """Return what a model says that it is."""
    text = str(about) if about is not None and about.dtype.kind == "U" else ""
    kind, _, version = text.removeprefix("ronn-jack ").rpartition(" ")
    if not kind:
        raise ModelError("is no model of ours; bring it by ronn-jack import")
    if version != str(VERSION):
        raise ModelError(f"is of version {shown(version)}, and this program reads {VERSION}")
    return kind


def needed(arrays: Arrays, name: str, *shape: int | None) -> NDArray[np.float64]:
    """Return an array that has to have a shape, in which None stands for any size.

    Raises
    ------
    ModelError
        If it has not, or isn't there.
    """
    array = arrays.get(name)
    if array is None:
        raise ModelError(f"has no {name}; import it anew")
    if (
        array.dtype.kind not in "fi"
        or array.ndim != len(shape)
        or any(wanted not in (None, size) for size, wanted in zip(array.shape, shape, strict=True))
    ):
        wanted_shape = " × ".join("…" if size is None else str(size) for size in shape)
        raise ModelError(f"its {name} is not {wanted_shape} numbers; import it anew")
    return array.astype(np.float64)
