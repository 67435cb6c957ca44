"""Torch's random numbers, held to sequences that torch drew."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ronn_jack.model.torch_random import TorchStream
from tests.model.golden import FOLDER

pytestmark = pytest.mark.slow


def _sequences() -> list[tuple[dict, np.ndarray]]:
    with np.load(FOLDER / "rng_draws.npz", allow_pickle=False) as file:
        values, meta = file["values"], json.loads(str(file["meta_json"]))
    sequences, start = [], 0
    for sequence in meta["sequences"]:
        stop = start + sum(count for _, count, *_ in sequence["ops"])
        sequences.append((sequence, values[start:stop]))
        start = stop
    return sequences


@pytest.mark.parametrize("sequence, expected", _sequences())
def test_mixed_sequences_have_the_bits_that_torch_drew(
    sequence: dict, expected: np.ndarray
) -> None:
    stream = TorchStream(sequence["seed"])
    drawn = np.concatenate([getattr(stream, kind)(*rest) for kind, *rest in sequence["ops"]])
    assert drawn.dtype == np.float32
    np.testing.assert_array_equal(drawn.view(np.int32), expected.view(np.int32))


@pytest.mark.parametrize("sequence, expected", _sequences())
def test_a_skipped_draw_leaves_the_stream_where_the_draw_would(
    sequence: dict, expected: np.ndarray
) -> None:
    stream = TorchStream(sequence["seed"])
    *skipped, (kind, *rest) = sequence["ops"]
    for name, count, *_ in skipped:
        getattr(stream, f"skip_{name}")(count)
    np.testing.assert_array_equal(getattr(stream, kind)(*rest), expected[-rest[0] :])
