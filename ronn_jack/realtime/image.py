"""A network as one block of memory that the kernel reads and writes. [control-thread]"""

from __future__ import annotations

import numpy as np

from ronn_jack.model.spec import NetworkSpec
from ronn_jack.model.weights import Weights
from ronn_jack.realtime import network as kernel
from ronn_jack.realtime.activations import ACTIVATION_IDS
from ronn_jack.realtime.network import MAX_BLOCK


class NetworkImage:
    """A network's sizes, weights and histories in one aligned block of memory.

    Parameters
    ----------
    spec : NetworkSpec
    weights : Weights

    Attributes
    ----------
    address : int
        What `process_network` takes; valid as long as this object lives.
    nbytes : int
    outputs : int
        Rows that the network writes; recipe package can have more than `spec.outputs`.
    """

    def __init__(self, spec: NetworkSpec, weights: Weights) -> None:
        layers = [spec.layer(i) for i in range(spec.layers)]
        film = None
        if spec.film is not None and weights.film is not None:
            film = weights.film.condition(spec.film)
        size = 8 * (kernel.HEADER + kernel.LAYER * len(layers))
        offsets = []
        for layer in layers:
            ring = layer.history + MAX_BLOCK
            parts = [
                layer.outputs * layer.inputs // layer.groups * layer.kernel,
                layer.outputs,
                layer.outputs,
                layer.inputs * ring,
            ]
            here = []
            for part in parts:
                here.append(size)
                size += -(-4 * part // 64) * 64
            offsets.append((ring, here))
        scratch = size
        size += 4 * 64 * MAX_BLOCK
        self._memory = np.empty(size + 64, np.uint8)
        start = -self._memory.ctypes.data % 64
        block = self._memory[start : start + size]
        block.fill(0)
        self.address = block.ctypes.data
        self.nbytes = size
        self.outputs = layers[-1].outputs
        words = block[: size // 8 * 8].view(np.int64)
        words[:4] = len(layers), layers[0].inputs, self.outputs, scratch

        def put(offset: int, values: np.ndarray) -> None:
            block[offset : offset + values.nbytes] = (
                np.ascontiguousarray(values).reshape(-1).view(np.uint8)
            )

        for i, layer in enumerate(layers):
            ring, (w, shift, scale, rows) = offsets[i]
            d = words[kernel.HEADER + kernel.LAYER * i :][: kernel.LAYER]
            d[:14] = (
                layer.inputs, layer.outputs, layer.groups, layer.kernel, layer.dilation,
                ACTIVATION_IDS[layer.activation], 0,
                -1 if layer.residual_delay is None else layer.residual_delay,
                w, shift, rows, ring, 0, scale,
            )  # fmt: skip
            d[kernel.L_SLOPE : kernel.L_SLOPE + 1].view(np.float32)[0] = layer.slope
            bias = np.zeros(1, np.float32) if weights.biases is None else weights.biases[i]
            scales, shifts = np.ones(1, np.float32), np.float32(0)
            if film is not None:
                scales, shifts = film[i]
            put(
                w,
                np.broadcast_to(weights.weights[i], (layer.outputs, *weights.weights[i].shape[1:])),
            )
            put(scale, np.broadcast_to(scales, layer.outputs).astype(np.float32))
            put(shift, np.broadcast_to(shifts + scales * bias, layer.outputs).astype(np.float32))
        self.reset()

    def reset(self) -> None:
        """Set every history to the response to endless zero input."""
        kernel.settle.ctypes(self.address)
