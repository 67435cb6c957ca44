"""What the engine gives as a processor of some kind computes it, in a process of its own.

Run with the environment of a target: SOUND (a pickled FrozenSound), IN and OUT (files of arrays).
Kinds of processors differ in the last bits, as AVX-512 divides in its own way.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np

from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.sound import FrozenSound
from tests.export.clap.sounds import Reference


def expected_on(
    cpu: str, sound: FrozenSound, x: np.ndarray, rate: float, folder: Path
) -> np.ndarray:
    source, target, frozen = (folder / name for name in ("x.npy", "y.npy", "sound"))
    np.save(source, x)
    frozen.write_bytes(pickle.dumps(sound))
    command = [sys.executable, "-m", __name__, frozen, source, target, str(rate)]
    subprocess.run(command, env=TARGETS[cpu].environment(), check=True, timeout=280)
    found: np.ndarray = np.load(target)
    return found


def main() -> None:
    sound = pickle.loads(Path(sys.argv[1]).read_bytes())
    y = Reference(sound, float(sys.argv[4])).play(np.load(sys.argv[2]), [])
    np.save(sys.argv[3], y)


if __name__ == "__main__":
    main()
