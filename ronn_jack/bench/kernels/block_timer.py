"""The time that a network takes for a block, without the interpreter in it."""

from __future__ import annotations

import math
import time

import numpy as np

from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.entry_call import call_entry
from ronn_jack.realtime.compiler.language import int64, void
from ronn_jack.realtime.compiler.memory import aligned_bytes
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.network import process_signal


@entry(void(int64, int64, int64, int64, int64, int64))
def _process_blocks(
    process: int, network: int, inputs: int, outputs: int, frames: int, blocks: int
) -> None:
    """Run a network over the same block of input again and again, as a voice calls it."""
    for _ in range(blocks):
        call_entry(process, network, inputs, frames, outputs, frames, frames)


def flop_per_frame(spec: NetworkSpec) -> int:
    """Return the floating-point operations of the convolutions: a multiply-add counts as two."""
    return 2 * sum(math.prod(spec.weight_shape(index)) for index in range(spec.layers))


class BlockTimer:
    """A network that can be timed.

    Parameters
    ----------
    spec : NetworkSpec
    frames : int
        Frames in a block, 1 to MAX_BLOCK.
    """

    def __init__(self, spec: NetworkSpec, frames: int) -> None:
        self.spec = spec
        self.frames = frames
        self._image = NetworkImage(spec, draw(spec))
        self._inputs = aligned_bytes(spec.inputs * frames * 4).view(np.float32)
        self._outputs = aligned_bytes(self._image.outputs * frames * 4).view(np.float32)
        self._inputs[:] = np.random.default_rng(0).uniform(-0.5, 0.5, self._inputs.size)
        self.run(2)

    @property
    def network(self) -> int:
        """Address of its image, which has run."""
        return self._image.address

    def run(self, blocks: int) -> float:
        """Run some blocks and return the seconds that one took."""
        begin = time.thread_time()
        _process_blocks.ctypes(
            process_signal.address,
            self._image.address,
            self._inputs.ctypes.data,
            self._outputs.ctypes.data,
            self.frames,
            blocks,
        )
        return (time.thread_time() - begin) / blocks
