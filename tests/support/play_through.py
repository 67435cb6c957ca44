"""Runs in a process of its own, as its libjack is another: plays through a node that runs.

Arguments: the file of what to play [shape=(2, frames), float32], and that of what is heard. Fails
if the graph loses cycles however often it is tried, as it does while it changes.
"""

from __future__ import annotations

import sys

import numpy as np

from tests.support.jack_graph import around_node

_LEAD = 24000
"""Frames of silence before what is played: connections carry sound some periods after they were
made."""
_TRIALS = 4


def play(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the node gave and what came straight from the player."""
    played = np.pad(x, ((0, 0), (_LEAD, 0)))
    with around_node(None, played, played.shape[1] + _LEAD) as (player, recorder):
        recorder.record()
        player.roll()
        recorder.wait()
        begin = np.flatnonzero(recorder.audio[2])[0]
        y = recorder.audio[:, begin : begin + x.shape[1]]
        return y[:2], y[2:]


def main() -> int:
    x = np.load(sys.argv[1])
    for _ in range(_TRIALS):
        y, straight = play(x)
        if np.array_equal(straight, x):
            np.save(sys.argv[2], y)
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
