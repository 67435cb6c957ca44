"""Long signals as columns of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def columns(x: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return the least and the most of each column [shape=(2, columns), float32].

    Parameters
    ----------
    x : ndarray [shape=(frames,), float32]
        At least one frame.
    count : int
        Of columns, at most; shorter signals have one for each frame.
    """
    starts = np.unique(np.linspace(0, x.size, min(count, x.size), endpoint=False).astype(int))
    return np.stack([np.minimum.reduceat(x, starts), np.maximum.reduceat(x, starts)])
