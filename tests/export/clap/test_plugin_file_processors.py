"""Presets as plugins for each kind of processor: equal to the engine as that kind computes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.export.clap.host import Instance
from tests.export.clap.reference import EVENTS, FRAMES, RATE, expected_on, make_on
from tests.export.clap.sounds import as_events, noise, opened
from tests.export.processors import skip_unless_here

PRESETS = (
    "warm-drive", "fuzz", "wavefolder", "hollow", "slapback", "scatter", "room", "glitch", "swarm",
    "deep-drone", "bit-dust", "vowel-box",
)  # fmt: skip
BLOCKS = (32, 44, 64, 333, 1024)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["native", "v3", "v4"])
def presets_on(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all presets for a kind of processor, and what each has to give."""
    skip_unless_here(request.param)
    folder = tmp_path_factory.mktemp("clap")
    make_on(request.param, PRESETS, folder)
    return folder


@pytest.mark.parametrize("name", PRESETS)
def test_it_equals_the_engine_at_any_block_and_with_events_at_odd_frames(
    presets_on: Path, name: str
) -> None:
    x, plugin = noise(FRAMES), opened(presets_on / f"{name}.clap")
    still, moved = expected_on(name, presets_on)
    assert np.abs(still).max() > 0.01
    assert not np.array_equal(still, moved)
    with Instance(plugin) as instance:
        events = as_events(instance, EVENTS)
    for block in BLOCKS:
        for right, given in ((still, []), (moved, events)):
            with Instance(plugin) as instance:
                assert instance.activate(RATE)
                assert np.array_equal(instance.play(x, block, given), right), block
