"""HDF5 is read within its bounds, whatever it says."""

from __future__ import annotations

import struct
import tracemalloc
from random import Random

import numpy as np
import pytest

from ronn_jack.errors import ModelError
from ronn_jack.imports.hdf5 import arrays_in
from tests.support.foreign_files import hdf5_file

ARRAYS = {
    "model/dense_3/kernel:0": np.arange(12, dtype=np.float32).reshape(3, 4),
    "model/dense_3/bias:0": np.array([0.5, -1.5]),
    **{f"many/layer_{i}": np.full((1,), i, np.float32) for i in range(30)},
}
FILE = hdf5_file(ARRAYS)


def refusal(content: bytes) -> str:
    with pytest.raises(ModelError) as caught:
        arrays_in(content)
    return str(caught.value)


def test_arrays_come_back_by_their_paths() -> None:
    found = arrays_in(FILE)
    assert found.keys() == ARRAYS.keys()
    for path, array in ARRAYS.items():
        np.testing.assert_array_equal(found[path], array)
        assert found[path].dtype == array.dtype


def test_wherever_it_is_cut_it_is_refused_or_what_is_there_is_whole() -> None:
    for length in range(0, len(FILE), 7):
        try:
            found = arrays_in(FILE[:length])
        except ModelError as error:
            assert str(error).isprintable()
        else:
            for path, array in found.items():
                np.testing.assert_array_equal(array, ARRAYS[path])


def test_no_address_or_size_leads_out_of_it_or_costs_memory() -> None:
    random = Random(1)
    values = (0, 1, 2**16 - 1, 2**32 - 1, 2**63, 2**64 - 1, 96, len(FILE) - 1)
    tracemalloc.start()
    for at in random.sample(range(8, len(FILE) - 8), 60):
        content = bytearray(FILE)
        struct.pack_into("<Q", content, at, random.choice(values))
        try:
            arrays_in(bytes(content))
        except ModelError as error:
            assert str(error).isprintable()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_groups_that_lead_back_to_themselves_end() -> None:
    content = bytearray(hdf5_file({"a/b/c": np.ones(1)}))
    root = struct.unpack_from("<Q", content, 64)[0]
    # Whatever member there is, it is the root.
    at = content.find(b"SNOD")
    while at >= 0:
        struct.pack_into("<Q", content, at + 16, root)
        at = content.find(b"SNOD", at + 1)
    assert "nested too deeply" in refusal(bytes(content))


def test_what_is_written_in_another_way_is_named() -> None:
    newer = bytearray(FILE)
    newer[8] = 2
    assert "libver='earliest'" in refusal(bytes(newer))
    pieces = FILE.replace(
        struct.pack("<HHB3xBB", 8, 24, 0, 3, 1), struct.pack("<HHB3xBB", 8, 24, 0, 3, 2)
    )
    assert "compressed or in pieces" in refusal(pieces)
    assert "no HDF5" in refusal(b"RIFF")
