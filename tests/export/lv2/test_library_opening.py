"""A project that is opened sounds from its first frame as it was left."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.export.sound import FrozenSound
from tests.export.clap.sounds import Reference, noise
from tests.export.lv2.plugins import plugin


@pytest.mark.parametrize(
    "left",
    [
        {"mix": 0.25, "output_gain": -6.0, "gate": -40.0},
        {"drive": 12.0},
        {"morph": 0.75},
        {"drift_depth": 0.5, "drift_rate": 2.0},
        {"bypass": 1.0},
        {"eq_strength": -0.5, "eq_interpolate": 0.5},
    ],
    ids=lambda left: " ".join(left),
)
def test_controls_that_a_host_has_kept_hold_from_the_first_frame(left: dict[str, float]) -> None:
    made, x = plugin("warm-to-bright" if "eq_strength" in left else ""), noise(4000)
    values = {**made.sound.values, **left}
    frozen = FrozenSound(values, 2, made.sound.level, made.sound.blend)
    expected = Reference(frozen, 48000.0).play(x, [])
    with made.instance(**left) as instance:
        assert np.array_equal(instance.play(x, 64), expected)
