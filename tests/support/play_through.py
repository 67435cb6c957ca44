"""Runs in a process of its own, as its libjack is another: plays through a node that runs.

Arguments: the file of what to play [shape=(2, frames), float32], and that of what is heard.
Says "rolling" when it has begun.
"""

from __future__ import annotations

import sys

import numpy as np

from tests.support.jack_graph import around_node

if __name__ == "__main__":
    x = np.load(sys.argv[1])
    with around_node(None, x, x.shape[1] + 24000) as (player, recorder):
        recorder.record()
        player.roll()
        sys.stdout.write("rolling\n")
        sys.stdout.flush()
        recorder.wait()
        np.save(sys.argv[2], recorder.aligned()[:, : x.shape[1]])
