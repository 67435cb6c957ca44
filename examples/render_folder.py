"""Render every sound file of a folder through a preset, several at a time.

python examples/render_folder.py IN_FOLDER OUT_FOLDER [PRESET]
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from ronn_jack.presets.store import PresetStore
from ronn_jack.render import render_file

SUFFIXES = {".wav", ".flac", ".ogg", ".aiff", ".mp3"}


def render(source: Path, target: Path, preset: str) -> str:
    values = PresetStore().load(preset).values
    render_file(source, target, values, tail_seconds=1.0)
    return f"{source.name} -> {target}"


def main(sources: Path, targets: Path, preset: str = "hall") -> None:
    targets.mkdir(parents=True, exist_ok=True)
    files = sorted(path for path in sources.iterdir() if path.suffix.lower() in SUFFIXES)
    with ProcessPoolExecutor() as pool:
        jobs = [pool.submit(render, path, targets / f"{path.stem}.wav", preset) for path in files]
        for job in jobs:
            print(job.result())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
