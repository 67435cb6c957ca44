"""The networks that are measured."""

from __future__ import annotations

from ronn_jack.model.spec import NetworkSpec

NETWORKS = {
    "A": NetworkSpec(inputs=1, outputs=1, layers=6, kernel=3, channels=8, dilation=2),
    "B": NetworkSpec(inputs=1, outputs=1, layers=10, kernel=9, channels=16, dilation=2),
    "C": NetworkSpec(inputs=1, outputs=1, layers=4, kernel=21, channels=32, dilation=20),
    "D": NetworkSpec(inputs=1, outputs=1, layers=24, kernel=3, channels=64, dilation=1),
    "E": NetworkSpec(
        inputs=1, outputs=1, layers=12, kernel=15, channels=64, dilation=2, depthwise=True
    ),
}
