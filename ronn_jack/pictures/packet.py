"""Pictures as bytes: facts as JSON, and numbers as they lie in memory.

A packet is the length of the facts (uint32), the facts, and the arrays in the order in which the
facts name them as [name, type, shape]. All is little-endian, and each part begins at a multiple of
four bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

_ALIGNMENT = 4
_HEAD = struct.Struct("<I")

Arrays = Mapping[str, NDArray[np.generic]]


def packed(kind: str, facts: Mapping[str, object], arrays: Arrays) -> bytes:
    """Return a packet.

    Parameters
    ----------
    kind : str
        What it is a picture of, which the page looks up how to draw.
    facts : mapping
        Plain values.
    arrays : mapping
        Arrays of numbers of one to four bytes.
    """
    laid = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    table = [[name, array.dtype.str[1:], array.shape] for name, array in laid.items()]
    head = msgspec.json.encode({"kind": kind, **facts, "arrays": table})
    parts = [_HEAD.pack(len(head)), _padded(head)]
    for array in laid.values():
        parts.append(_padded(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()))
    return b"".join(parts)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % _ALIGNMENT)
