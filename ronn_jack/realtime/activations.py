"""The activation functions."""

from __future__ import annotations

import math

import numpy as np

from ronn_jack.realtime.compile import native

ACTIVATION_IDS = {
    name: index
    for index, name in enumerate(
        [
            "linear", "leaky_relu", "tanh", "sigmoid", "relu", "elu", "selu", "gelu", "rrelu",
            "softplus", "softshrink", "sine", "sine30",
        ]
    )
}  # fmt: skip


@native("float32(int64, float32, float32)")
def activate(kind, slope, x):
    if kind == 1 or kind == 8:
        return x if x > 0 else np.float32(slope * x)
    if kind == 2:
        return np.float32(math.tanh(x))
    if kind == 3:
        return np.float32(1.0 / (1.0 + math.exp(-np.float64(x))))
    if kind == 4:
        return x if x > 0 else np.float32(0)
    if kind == 5:
        return x if x > 0 else np.float32(math.expm1(x))
    if kind == 6:
        return np.float32(1.0507009873554805 * x if x > 0 else 1.7580993408473766 * math.expm1(x))
    if kind == 7:
        return np.float32(x * 0.5 * (1.0 + math.erf(np.float64(x) * 0.7071067811865476)))
    if kind == 9:
        return x if x > 20 else np.float32(math.log1p(math.exp(np.float64(x))))
    if kind == 10:
        return np.float32(x - 0.5 if x > 0.5 else x + 0.5 if x < -0.5 else 0.0)
    if kind == 11:
        return np.float32(math.sin(np.float64(x)))
    if kind == 12:
        return np.float32(math.sin(np.float64(np.float32(np.float32(30) * x))))
    return x
