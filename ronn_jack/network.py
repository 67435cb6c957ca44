"""The public network: weights drawn from a seed, run over signals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ronn_jack.errors import UsageError
from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.network import process_signal


class Network:
    """A randomised overdrive network that streams.

    Parameters
    ----------
    spec : NetworkSpec

    Attributes
    ----------
    spec : NetworkSpec
    weights : list of ndarray [shape=(outputs, inputs/groups, kernel), float32]
        One per layer.
    biases : list of ndarray [shape=(outputs,), float32] or None
    """

    def __init__(self, spec: NetworkSpec) -> None:
        drawn = draw(spec)
        self.spec = spec
        self.weights = drawn.weights
        self.biases = drawn.biases
        self._image = NetworkImage(spec, drawn)

    def process(self, x: ArrayLike) -> NDArray[np.float32]:
        """Return the output for the next frames of input; any split into calls gives the same.

        Parameters
        ----------
        x : array_like [shape=(inputs, frames), float32]

        Returns
        -------
        y : ndarray [shape=(outputs, frames), float32]
            In recipe package, a residual can widen the output to as many rows as the last
            layer has inputs.

        Raises
        ------
        UsageError
            If `x` has another shape, or values that are no real numbers.
        """
        try:
            signal = np.asarray(x)
        except ValueError:
            raise UsageError("x has rows of unequal length; use (inputs, frames)") from None
        if signal.dtype.kind not in "fiu":
            raise UsageError(f"x has dtype {signal.dtype}; use real numbers (float32)")
        if signal.ndim != 2 or signal.shape[0] != self.spec.inputs:
            raise UsageError(
                f"x has shape {signal.shape}; use (inputs, frames) = ({self.spec.inputs}, frames)"
            )
        source = np.ascontiguousarray(signal, np.float32)
        frames = source.shape[1]
        target = np.empty((self._image.outputs, frames), np.float32)
        process_signal.ctypes(
            self._image.address, source.ctypes.data, frames, target.ctypes.data, frames, frames
        )
        return target

    def reset(self) -> None:
        """Forget the signal: before the next frame lies endless zero input."""
        self._image.reset()
