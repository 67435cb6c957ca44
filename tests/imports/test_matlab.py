"""MATLAB files are read a column at a time, and no further than they are asked for."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from random import Random

import numpy as np
import pytest

from ronn_jack.errors import ModelError
from ronn_jack.imports.matlab import arrays_of, is_matlab
from tests.support.foreign_files import matlab_element, matlab_file

RANDOM = np.random.default_rng(1)
ARRAYS = {
    "W1": RANDOM.normal(size=(2, 40)),
    "x": np.ones((1, 1)),
    "codes": RANDOM.normal(size=(3, 4, 6, 3)),
    "RIRAudio": RANDOM.normal(size=(50, 3)),
}


def refusal(content: bytes, most: int = 1000) -> str:
    with pytest.raises(ModelError) as caught:
        for array in arrays_of(io.BytesIO(content)):
            array.values(most)
    return str(caught.value)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("packed", [True, False])
def test_arrays_come_back_whole_by_column_or_not_at_all(packed: bool, order: str) -> None:
    content = matlab_file(ARRAYS, packed=packed, order=order)
    assert is_matlab(content[:128])
    found = {a.name: a.values(1000) for a in arrays_of(io.BytesIO(content)) if a.name != "x"}
    assert found.keys() == ARRAYS.keys() - {"x"}
    for name, array in found.items():
        np.testing.assert_array_equal(array, ARRAYS[name])
    for array in arrays_of(io.BytesIO(content)):
        if array.name == "RIRAudio":
            np.testing.assert_array_equal(np.stack(list(array.columns()), 1), ARRAYS["RIRAudio"])


def test_a_bomb_costs_no_memory() -> None:
    # 64 MiB of zeros, in 64 KiB of file.
    head = matlab_element("W1", np.ones((1, 1)))[8:-16]
    head = head.replace(struct.pack("<II", 1, 1), struct.pack("<II", 1 << 16, 128))
    size = (64 << 20) + len(head) + 8
    body = struct.pack("<II", 14, size) + head + struct.pack("<II", 9, 64 << 20)
    body = zlib.compress(body + bytes(64 << 20))
    content = matlab_file({}) + struct.pack("<II", 15, len(body)) + body
    tracemalloc.start()
    assert "are read at most" in refusal(content)
    for array in arrays_of(io.BytesIO(content)):
        assert next(array.columns()).size == 1 << 16
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


def test_damage_is_told_in_words() -> None:
    content, random = matlab_file(ARRAYS, packed=False), Random(1)
    for _ in range(3000):
        changed = bytearray(content)
        changed[random.randrange(128, len(content))] = random.randrange(256)
        cut = bytes(changed[: random.randrange(len(changed))] if random.random() < 0.2 else changed)
        try:
            for array in arrays_of(io.BytesIO(cut)):
                array.values(1000)
        except ModelError as error:
            assert str(error).isprintable()


def test_a_name_that_can_not_be_seen_is_told_in_words() -> None:
    content = matlab_file({"W\x1b[2J": np.ones((2, 2))}, packed=False).replace(
        struct.pack("<II", 9, 32), struct.pack("<II", 9, 24)
    )
    assert refusal(content) == "is a damaged MATLAB file: W\ufffd[2J has not its size"


def test_others_are_told_apart() -> None:
    assert not is_matlab(b"")
    newer = b"MATLAB 7.3 MAT-file, Platform".ljust(124) + b"\x00\x02IM"
    assert is_matlab(newer)
    assert "save it anew with -v7" in refusal(newer)
