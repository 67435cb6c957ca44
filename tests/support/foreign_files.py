"""Files as Keras and MATLAB write them, made byte by byte."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]

_UNDEFINED, _NO_ROOM = 2**64 - 1, 1
_ENTRIES = 8
"""Of a symbol table node, as h5py writes it."""
_NODE_BYTES, _TREE_BYTES = 328, 544
"""What nodes take, full or not."""


def hdf5_file(arrays: Arrays) -> bytes:
    """Return an HDF5 file with superblock 0 whose arrays lie in groups by their paths."""
    out = bytearray(96)
    root = _group(out, _tree(arrays))
    out[:96] = b"\x89HDF\r\n\x1a\n" + struct.pack(
        "<8B2HI4Q2Q2I16x", 0, 0, 0, 0, 0, 8, 8, 0, 4, 16, 0, 0, _UNDEFINED, len(out), _UNDEFINED,
        0, root, 0, 0,
    )  # fmt: skip
    return bytes(out)


def _tree(arrays: Arrays) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, array in arrays.items():
        *groups, name = path.split("/")
        place = tree
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = array
    return tree


def _group(out: bytearray, members: Mapping[str, Any]) -> int:
    addresses = {
        name: _group(out, member) if isinstance(member, dict) else _dataset(out, member)
        for name, member in members.items()
    }
    names = sorted(addresses)
    text, offsets = bytearray(8), {}
    for name in names:
        offsets[name] = len(text)
        text += name.encode() + bytes(8 - len(name) % 8)
    data = _put(out, text)
    heap = _put(out, b"HEAP" + struct.pack("<B3xQQQ", 0, len(text), _NO_ROOM, data))
    nodes = []
    for start in range(0, len(names), _ENTRIES):
        part = names[start : start + _ENTRIES]
        entries = [struct.pack("<QQII16x", offsets[n], addresses[n], 0, 0) for n in part]
        node = b"SNOD" + struct.pack("<BxH", 1, len(part)) + b"".join(entries)
        nodes.append(_put(out, node.ljust(_NODE_BYTES, b"\0")))
    lasts = [
        names[min(start + _ENTRIES, len(names)) - 1] for start in range(0, len(names), _ENTRIES)
    ]
    keys = bytes(8) + b"".join(
        struct.pack("<QQ", node, offsets[last]) for node, last in zip(nodes, lasts, strict=True)
    )
    head = struct.pack("<BBHQQ", 0, 0, len(nodes), _UNDEFINED, _UNDEFINED)
    tree = _put(out, (b"TREE" + head + keys).ljust(_TREE_BYTES, b"\0"))
    return _header(out, [(0x11, struct.pack("<QQ", tree, heap))])


def _dataset(out: bytearray, array: NDArray[Any]) -> int:
    plain = np.ascontiguousarray(array)
    size = plain.dtype.itemsize
    at = _put(out, plain.tobytes())
    shape = struct.pack(f"<BBB5x{plain.ndim}Q", 1, plain.ndim, 0, *plain.shape)
    exponent = {4: (31, 0, 32, 23, 8, 0, 23, 127), 8: (63, 0, 64, 52, 11, 0, 52, 1023)}[size]
    sign, offset, precision, at_exponent, bits, at_mantissa, mantissa, bias = exponent
    kind = struct.pack(
        "<BBBBIHHBBBBI", 0x11, 0x20, sign, 0, size, offset, precision, at_exponent, bits,
        at_mantissa, mantissa, bias,
    )  # fmt: skip
    layout = struct.pack("<BBQQ", 3, 1, at, plain.nbytes)
    # The layout stands in a continuation, as it does where a header has outgrown its room.
    rest = _put(out, _message(8, layout))
    return _header(
        out, [(1, shape), (3, kind), (0x10, struct.pack("<QQ", rest, len(_message(8, layout))))]
    )


def _header(out: bytearray, messages: list[tuple[int, bytes]]) -> int:
    body = b"".join(_message(kind, data) for kind, data in messages)
    return _put(out, struct.pack("<BxHII4x", 1, len(messages), 1, len(body)) + body)


def _message(kind: int, data: bytes) -> bytes:
    data += bytes(-len(data) % 8)
    return struct.pack("<HHB3x", kind, len(data), 0) + data


def _put(out: bytearray, data: bytes | bytearray) -> int:
    out += bytes(-len(out) % 8)
    at = len(out)
    out += data
    return at


def matlab_file(arrays: Arrays, *, packed: bool = True, order: str = "<") -> bytes:
    """Return a MATLAB 5 file of doubles, each packed as MATLAB does by default."""
    mark = b"\x00\x01IM" if order == "<" else b"\x01\x00MI"
    out = bytearray(b"MATLAB 5.0 MAT-file, made by a test".ljust(124) + mark)
    for name, array in arrays.items():
        element = matlab_element(name, array, order)
        if packed:
            squeezed = zlib.compress(element)
            element = struct.pack(order + "II", 15, len(squeezed)) + squeezed
        out += element
    return bytes(out)


def matlab_element(name: str, array: NDArray[Any], order: str = "<") -> bytes:
    """Return an array as it stands in a file."""
    shape = struct.pack(f"{order}{array.ndim}i", *array.shape)
    body = (
        struct.pack(order + "IIII", 6, 8, 6, 0)
        + _element(5, shape, order)
        + _element(1, name.encode(), order)
        + _element(9, array.astype(order + "f8").tobytes("F"), order)
    )
    return struct.pack(order + "II", 14, len(body)) + body


def _element(kind: int, data: bytes, order: str) -> bytes:
    if len(data) <= 4:
        return struct.pack(order + "I", len(data) << 16 | kind) + data.ljust(4, b"\0")
    return struct.pack(order + "II", kind, len(data)) + data + bytes(-len(data) % 8)


def reverb_decoder_layers(random: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    """Return weights as NeuralReverberator's decoder.hdf5 names them, drawn at random."""
    filters = (1024, 128, 128, 128, 64, 64, 64, 32, 32, 32, 1)
    sizes = ((1, 1), *((2, 2),) * 8, (3, 1), (1, 1))
    found, inputs = {}, 3
    for i, (count, size) in enumerate(zip(filters, sizes, strict=True), 1):
        layer = f"model_weights/conv2d_transpose_{i}/conv2d_transpose_{i}"
        spread = 1.0 / np.sqrt(inputs)
        found[f"{layer}/kernel:0"] = random.normal(0.0, spread, (*size, count, inputs))
        found[f"{layer}/bias:0"] = random.normal(0.0, 0.1, count)
        inputs = count
        if i < len(filters):
            layer = f"model_weights/batch_normalization_{i + 11}/batch_normalization_{i + 11}"
            found[f"{layer}/gamma:0"] = random.uniform(0.5, 1.5, count)
            found[f"{layer}/beta:0"] = random.normal(0.0, 0.1, count)
            found[f"{layer}/moving_mean:0"] = random.normal(0.0, 0.1, count)
            found[f"{layer}/moving_variance:0"] = random.uniform(0.5, 1.5, count)
    return {name: array.astype(np.float32) for name, array in found.items()}


def flow_eq_layers(
    weights: Arrays, path: str = "dense_3/dense_3"
) -> dict[str, NDArray[np.float32]]:
    """Return weights as flowEQ's .h5 names them.

    Parameters
    ----------
    weights : mapping
        W1, b1, W2 and b2 as in its MATLAB files.
    path : str
        Of the first layer, ending in its number.
    """
    group, _, number = path.rpartition("_")
    last = f"{group}_{int(number) + 1}"
    found = {
        f"{path}/kernel:0": weights["W1"], f"{path}/bias:0": weights["b1"].ravel(),
        f"{last}/kernel:0": weights["W2"], f"{last}/bias:0": weights["b2"].ravel(),
    }  # fmt: skip
    return {name: array.astype(np.float32) for name, array in found.items()}
