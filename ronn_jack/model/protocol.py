"""What a network of any kind tells those who admit it, bring it in and report of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, Self

from ronn_jack.model.recipes import Recipe


class Model(Protocol):
    """An immutable description of a network; equal ones sound alike.

    `cost.counts.count_work` has to know how much work it is, and
    `hotswap.voice_factory.make_playable` how it is built: both choose by the type of the model.
    """

    @property
    def inputs(self) -> int:
        """Audio inputs, 1 or 2."""
        ...

    @property
    def outputs(self) -> int:
        """Audio outputs, 1 or 2."""
        ...

    @property
    def rules(self) -> Recipe:
        """What its seed means, on which the stages after it depend too."""
        ...

    @property
    def summary(self) -> str:
        """What it is, in a line for people."""
        ...

    @property
    def receptive_field(self) -> int:
        """Frames of input that one frame of output depends on, itself included."""
        ...

    @property
    def longest_dilation(self) -> int:
        """Frames from tap to tap where that is longest, heard as the delay; 0 for none."""
        ...

    @property
    def parameter_count(self) -> int:
        """Number of weights and biases."""
        ...

    @property
    def multiplications(self) -> int:
        """Multiply-adds for a frame: a rough cost where none was measured."""
        ...

    @property
    def lightening(self) -> Sequence[str]:
        """Parameters, whole numbers, that make it cheaper, in the order of advice."""
        ...

    def lighter(self, name: str) -> Iterator[tuple[int, Self]]:
        """Yield what smaller values of a parameter make of it, the largest first."""
        ...

    def limit_faults(self, rate: float) -> list[str]:
        """Return what makes it too long or too large at a sample rate in Hz, in words."""
        ...

    def at(self, point: tuple[float, float]) -> Self:
        """Return it with the point that conditions it moved, where there is one."""
        ...
