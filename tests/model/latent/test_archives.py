"""Whatever is in a file, one clear line comes of it, and no memory is spent on its promises."""

import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from ronn_jack.errors import ModelError
from ronn_jack.model.latent.archives import MOST_BYTES, read_arrays

BOMB = 0x8123456


def test_arrays_come_back_as_they_were_written(tmp_path):
    arrays = {
        "numbers": np.arange(6, dtype=np.float32).reshape(2, 3),
        "turned": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "words": np.array(["warm", "bright"]),
        "one": np.array(1),
    }
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    found = read_arrays(tmp_path / "a.npz")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)


def header(shape, descr="<f4"):
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def archive(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return path


HOSTILE = {
    "huge shape": header("(1000000, 1000000)") + bytes(8),
    "negative shape": header("(-1, 3)") + bytes(8),
    "objects": header("(1,)", "|O") + b"\x80\x04N.",
    "cut": header("(4,)") + bytes(8),
    "no array": b"warm",
    "empty": b"",
    "later version": b"\x93NUMPY\x02\x00" + bytes(100),
    "not a number of items": header("('a',)") + bytes(8),
    "records": header("(1,)", "[('a', '<f4')]").replace(b"'[", b"[").replace(b"]'", b"]"),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_plain_array_is_refused_in_a_line(tmp_path, content):
    path = archive(tmp_path / "a.npz", array=content)
    with pytest.raises(ModelError, match="is no file of arrays, or a damaged one") as refusal:
        read_arrays(path)
    assert "\n" not in str(refusal.value)


def test_pickles_are_never_read(tmp_path):
    np.savez(tmp_path / "a.npz", array=np.array([{}], dtype=object))
    with pytest.raises(ModelError):
        read_arrays(tmp_path / "a.npz")


def test_damaged_and_foreign_files_are_refused(tmp_path):
    good = io.BytesIO()
    np.savez_compressed(good, array=np.random.default_rng(0).standard_normal(1000))
    damaged = bytearray(good.getvalue())
    damaged[len(damaged) // 2] ^= 0xFF
    for content in (b"", b"no zip", good.getvalue()[:-30], bytes(damaged)):
        (tmp_path / "a.npz").write_bytes(content)
        with pytest.raises(ModelError):
            read_arrays(tmp_path / "a.npz")
    with pytest.raises(ModelError, match="no such file"):
        read_arrays(tmp_path / "b.npz")


def memory_of(refused):
    tracemalloc.start()
    try:
        with pytest.raises(ModelError):
            refused()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_file_that_unpacks_to_far_more_costs_no_memory(tmp_path):
    honest = archive(tmp_path / "a.npz", array=bytes(BOMB))
    # As the file's own list has it, it unpacks to a few bytes.
    content = honest.read_bytes()
    size = BOMB.to_bytes(4, "little")
    assert size in content
    lying = tmp_path / "b.npz"
    lying.write_bytes(content.replace(size, (100).to_bytes(4, "little")))
    for path in (honest, lying):
        # A buffer that the largest file would fit in is had, whatever the file.
        assert memory_of(lambda path=path: read_arrays(path)) < MOST_BYTES + 4 * 2**20
    many = archive(tmp_path / "c.npz", **{str(i): bytes(MOST_BYTES // 4) for i in range(5)})
    with pytest.raises(ModelError, match="unpacks to more than 32 MiB"):
        read_arrays(many)
