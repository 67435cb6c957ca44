"""Packets, read back by what they say of themselves."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ronn_jack.pictures.packet import packed
from tests.support.packets import unpacked


def test_facts_and_arrays_come_back_and_lie_at_multiples_of_four():
    arrays: dict[str, Any] = {
        "bytes": np.arange(7, dtype=np.uint8),
        "shades": np.array([[-127, 0], [5, 127]], np.int8),
        "samples": np.array([-32768, 32767, 1], np.int16),
        "nothing": np.zeros(0, np.float32),
        "numbers": np.array([0.1, -2.5], np.float32),
    }
    packet = packed("test", {"key": "ü", "range": (0.5, 1)}, arrays)
    found = unpacked(packet)
    assert (found["kind"], found["key"], found["range"]) == ("test", "ü", [0.5, 1])
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)
    assert len(packet) % 4 == 0


def test_the_facts_are_json():
    packet = packed("test", {}, {"bytes": np.zeros(3, np.uint8)})
    length = int.from_bytes(packet[:4], "little")
    assert json.loads(packet[4 : 4 + length]) == {
        "kind": "test",
        "arrays": [["bytes", "u1", [3]]],
    }
