"""Makes the part of one target, in a process whose numba compiles for it.

Its argument is the target's name; the order comes on stdin and the part goes to stdout.
"""

from __future__ import annotations

import pickle
import sys

from ronn_jack.export.parts import make_part


def main() -> None:
    """Make a part."""
    sound, format_module = pickle.load(sys.stdin.buffer)
    answer = sys.stdout.buffer
    answer.write(pickle.dumps(make_part(sound, sys.argv[1], format_module)))
    answer.flush()


if __name__ == "__main__":
    main()
