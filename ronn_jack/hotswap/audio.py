"""What drives an engine, and what has passed one, as a node and who looks into it see them."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.engine import Engine


class Audio(Protocol):
    """What drives an engine: a JACK client, or a loop over arrays."""

    @property
    def engine(self) -> Engine:
        """The engine it drives."""
        ...

    @property
    def name(self) -> str:
        """Its name in the audio graph."""
        ...

    @property
    def period(self) -> int:
        """Frames in a block; 0 where no deadline holds."""
        ...

    @property
    def load(self) -> float:
        """Share of the period that the callback takes, 0–1."""
        ...

    @property
    def xruns(self) -> int:
        """Xruns since it started."""
        ...

    @property
    def midi_dropped(self) -> int:
        """MIDI messages lost since it started."""
        ...

    def callback_times(self) -> NDArray[np.int64]:
        """Return the histogram of the times that the callback has taken."""
        ...


class Recent(NamedTuple):
    """What has passed an engine lately.

    Attributes
    ----------
    position : int
        Frames since the start, the last of them included.
    dry, driven, output : ndarray [shape=(channels, frames), float32]
        The raw input, what of it the network takes, and what went to the ports.
    drift_cycles : float
        Phase of drift at the end.
    """

    position: int
    dry: NDArray[np.float32]
    driven: NDArray[np.float32]
    output: NDArray[np.float32]
    drift_cycles: float
