"""Makes the part of one target, or half of it, in a process whose numba compiles for it.

Its arguments are the target's name and a job: "part", "functions" or "template". The order comes on
stdin and what is made goes to stdout.
"""

from __future__ import annotations

import pickle
import sys
from typing import Any

from ronn_jack.export.machine.targets import TARGETS


def main() -> None:
    """Do the job."""
    target, job = sys.argv[1:]
    answer = sys.stdout.buffer
    answer.write(pickle.dumps(_made(target, job)))
    answer.flush()


def _made(target: str, job: str) -> Any:
    # Before an order is read or anything else imported: both import what is compiled.
    if job == "functions":
        from ronn_jack.export.machine.foreign import compile_for

        kind = TARGETS[target]
        compile_for(kind.triple, kind.processor, kind.asked_features)
        from ronn_jack.export.functions import functions_of

        return functions_of(target, *pickle.load(sys.stdin.buffer))
    from ronn_jack.export.parts import make_part, make_template

    (sound, *more) = pickle.load(sys.stdin.buffer)
    return make_template(sound, target) if job == "template" else make_part(sound, target, *more)


if __name__ == "__main__":
    main()
