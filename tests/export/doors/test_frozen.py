"""The numbers that are written are those that sound."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.hotswap.drawn_network import drawn_network
from ronn_jack.model.expression import Expression
from ronn_jack.network import Network
from ronn_jack.parameters import Value
from ronn_jack.realtime.kernels.network import process_signal
from tests.export.doors.sounds import RATE, noise, off_by, sound

MOVED: list[dict[str, Value]] = [
    {"morph": 0.3},
    {"morph": 1.0, "bias": True},
    {"morph": 0.5, "xy": True, "xy_x": 0.6, "xy_y": -0.4},
    {"morph": 0.2, "recipe": "package", "residual": True, "channels": 2},
]


@pytest.mark.parametrize("values", MOVED)
def test_a_network_that_was_moved_is_written_where_it_is(values: dict[str, Value]) -> None:
    moved = sound(**values)
    live = drawn_network(moved.spec, RATE, Expression.of(moved.values), movable=False)
    x = noise(2)
    meant = np.empty((live.outputs, x.shape[1]), np.float32)
    process_signal.ctypes(
        live.address, x.ctypes.data, x.shape[1], meant.ctypes.data, x.shape[1], x.shape[1]
    )
    assert off_by(moved.network.process(x), meant) < 1e-6
    assert off_by(Network(moved.spec).process(x), meant) > 0.01


def test_drift_is_at_rest() -> None:
    drifting = sound(drift_depth=1.0, drift_rate=2.0)
    x = noise(2)
    assert (drifting.network.process(x) == Network(drifting.spec).process(x)).all()
    assert drifting.left_out == ["drift"]


@pytest.mark.parametrize("depthwise", [False, True])
def test_every_input_has_a_weight_in_the_dense_ones(depthwise: bool) -> None:
    for frozen in sound(depthwise=depthwise, channels=4).network.layers:
        dense, _ = frozen.dense()
        layer = frozen.layer
        assert dense.shape == (layer.outputs, layer.inputs, layer.kernel)
        assert np.count_nonzero(dense) == frozen.weight.size
        assert layer.groups == 1 or not dense[0, 1:].any()
