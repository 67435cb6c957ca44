"""Reads packets of pictures as the page does."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np


def unpacked(packet: bytes) -> dict[str, Any]:
    """Return a packet's facts, with its arrays under their names."""
    length = int.from_bytes(packet[:4], "little")
    facts: dict[str, Any] = json.loads(packet[4 : 4 + length])
    place = 4 + -(-length // 4) * 4
    for name, kind, shape in facts["arrays"]:
        dtype = np.dtype(f"<{kind}")
        count = math.prod(shape)
        assert place % 4 == 0
        facts[name] = np.frombuffer(packet, dtype, count, place).reshape(shape)
        place += -(-count * dtype.itemsize // 4) * 4
    assert place == len(packet)
    return facts
