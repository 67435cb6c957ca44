"""What a voice runs: a network in memory, of whatever kind. [control-thread]"""

from __future__ import annotations

from typing import ClassVar, Protocol

from ronn_jack.model.expression import Expression


class Playable(Protocol):
    """A network in memory, as a voice runs it and as its numbers are moved.

    It begins as after endless silence. While its voice sounds, what its addresses lead to is the
    audio thread's.

    Attributes
    ----------
    process : int
        Address of its kernel, whose arguments are those of `kernels.network.process_signal`.
    address : int
        Of its memory, the kernel's first argument.
    outputs : int
        Rows that the kernel writes; the first of them are heard.
    modulation, motion : int
        Addresses of a MODULATION and of a MOTION, or 0.
    nbytes : int
        Memory that it takes, by which it is decided whether to keep it; 0 where it can't be kept.
    can_move : bool
        Whether `let_move` gives it a motion.
    """

    process: int
    address: int
    outputs: int
    modulation: int = 0
    motion: int = 0
    nbytes: int = 0
    can_move: ClassVar[bool] = False

    def start_at(self, position: int) -> None:
        """Put all where it is at a frame, with endless silence before."""
        ...

    def rejoin_at(self, position: int, silent: bool) -> None:
        """Go on from a frame with the state that it has, which may be that of silence."""

    def let_move(self, expression: Expression) -> None:
        """Make ready to move, beginning where the expression is; the network may run already."""

    def pin(self, expression: Expression, cycles: float) -> None:
        """Put all where it is at an expression, drift after so many cycles, and keep it there.

        Only before the network runs; it begins as after endless silence.
        """
        self.start_at(0)

    def drift_cycles(self, position: int) -> float:
        """[any-thread] Return the phase of drift at a frame, in cycles."""
        return 0.0

    def follow(self, expression: Expression) -> None:
        """[any-thread] Let what can move glide to an expression; one caller at a time."""

    def set_restless(self, on: bool) -> None:
        """Let weights that can move be mixed as if they did, to measure what that takes."""
