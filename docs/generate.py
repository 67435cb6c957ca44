"""Write what in docs/ and configs/ is made from the program: `make docs`.

- osc.md, parameters.md and the tables in midi.md: from the tables of parameters and actions, and
  the MIDI profiles
- ronn-jack.1: the manual page, from the commands
- configs/surfaces/ and configs/aliases/reaper.toml, from the same
- rooms.svg: the rooms of the source and their imports
- presets.svg and sounds/: spectrograms of the demo's riff and of what some presets make of it, and
  how they sound
- the table in presets.md and contact-sheet.svg: what every preset makes of four sources
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from rooms import drawing
from shipped import Sound, contact_sheet, with_shipped
from spectrogram import HIGHEST_HZ, LOWEST_HZ, RATE, drawn

from ronn_jack.cli import cli
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.parameters import defaults
from ronn_jack.presets.store import PresetStore
from ronn_jack.render import render_file
from ronn_jack.surfaces.documents import parameter_page, with_midi_tables
from ronn_jack.surfaces.files import write_surfaces
from ronn_jack.surfaces.manual import manual_page
from ronn_jack.surfaces.reaper import reaper_aliases
from ronn_jack.surfaces.reference import osc_reference

DOCS = Path(__file__).resolve().parent
SOUNDS = DOCS / "sounds"
CONFIGS = DOCS.parent / "configs"
PRESETS = ("fuzz", "slapback", "cathedral")
SECONDS = 4.0
MARKED_HZ = {100: "100", 1000: "1 k", 10_000: "10 k"}

WIDTH, HEIGHT = 400, 150
LEFT, TOP, GAP_X, GAP_Y = 44, 34, 28, 52


def panel(number: int, title: str, x: NDArray[np.floating]) -> str:
    """Return one spectrogram with its title and axes, as SVG."""
    left = LEFT + number % 2 * (WIDTH + LEFT + GAP_X)
    top = TOP + number // 2 * (HEIGHT + GAP_Y)
    parts = [
        f'<text x="{left}" y="{top - 10}" class="title">{title}</text>',
        f'<image x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" '
        f'href="{drawn(x, WIDTH, HEIGHT)}"/>',
    ]
    span = np.log(HIGHEST_HZ / LOWEST_HZ)
    for hertz, label in MARKED_HZ.items():
        y = top + HEIGHT * np.log(HIGHEST_HZ / hertz) / span
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" class="tick end">{label}</text>')
    for second in range(int(SECONDS) + 1):
        x_place = left + WIDTH * second / SECONDS
        unit = " s" if second == int(SECONDS) else ""
        parts.append(
            f'<text x="{x_place:.1f}" y="{top + HEIGHT + 15}" class="tick middle">{second}{unit}'
            "</text>"
        )
    return "\n".join(parts)


def write_sounds() -> None:
    """Write the riff and what the presets make of it, as files to be heard and as a picture."""
    store = PresetStore()
    riff = pluck_phrase(RATE)[:, : round(SECONDS * RATE)]
    panels = [panel(0, "the riff, dry (frequency in Hz)", riff)]
    SOUNDS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.wav"), Path(folder, "out.wav")
        soundfile.write(source, riff.T, RATE, subtype="FLOAT")
        write_sound(SOUNDS / "riff.ogg", riff.T)
        for number, name in enumerate(PRESETS, 1):
            preset = store.load(name)
            render_file(source, target, {**defaults(), **preset.values})
            heard, _ = soundfile.read(target, always_2d=True)
            write_sound(SOUNDS / f"{name}.ogg", heard)
            panels.append(panel(number, f"{name}: {preset.description.lower()}", heard.T))
    (DOCS / "presets.svg").write_text(picture_of(panels), encoding="utf-8")


def write_sound(path: Path, x: NDArray[np.floating]) -> None:
    """Write a signal [shape=(frames, channels)], unless the file sounds the same already."""
    coded = io.BytesIO()
    soundfile.write(coded, x, RATE, format="OGG")
    coded.seek(0)
    # The bytes are others each time: Ogg gives every stream a number by chance.
    if not path.exists() or not np.array_equal(soundfile.read(coded)[0], soundfile.read(path)[0]):
        path.write_bytes(coded.getvalue())


def picture_of(panels: Sequence[str]) -> str:
    """Return a picture of four panels, as SVG."""
    width = 2 * (LEFT + WIDTH) + 2 * GAP_X
    height = TOP + 2 * HEIGHT + GAP_Y + 26
    style = (
        "text{font-family:sans-serif;fill:#222}.title{font-size:14px}.tick{font-size:11px}"
        ".end{text-anchor:end}.middle{text-anchor:middle}"
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
            f'<style>{style}</style><rect width="{width}" height="{height}" fill="#fff"/>',
            *panels,
            "</svg>\n",
        ]
    )


def write_pages() -> None:
    """Write what of docs/ is made from the tables and the commands."""
    (DOCS / "osc.md").write_text(osc_reference(), encoding="utf-8")
    (DOCS / "parameters.md").write_text(parameter_page(), encoding="utf-8")
    (DOCS / "ronn-jack.1").write_text(manual_page(cli), encoding="utf-8")
    midi = (DOCS / "midi.md").read_text(encoding="utf-8")
    (DOCS / "midi.md").write_text(with_midi_tables(midi, CONFIGS / "midi"), encoding="utf-8")


def write_shipped() -> None:
    """Write what is said of the presets that ship, which takes some minutes."""
    store = PresetStore(user=CONFIGS / "none")
    sounds = [Sound(store.load(name)) for name in store.names()]
    presets = (DOCS / "presets.md").read_text(encoding="utf-8")
    (DOCS / "presets.md").write_text(with_shipped(presets, sounds), encoding="utf-8")
    (DOCS / "contact-sheet.svg").write_text(contact_sheet(sounds), encoding="utf-8")


def write_configs() -> None:
    """Write what of configs/ is made from the tables."""
    write_surfaces(CONFIGS / "surfaces", PresetStore(user=CONFIGS / "none").names())
    (CONFIGS / "aliases").mkdir(exist_ok=True)
    (CONFIGS / "aliases" / "reaper.toml").write_text(reaper_aliases(), encoding="utf-8")


if __name__ == "__main__":
    write_configs()
    write_pages()
    (DOCS / "rooms.svg").write_text(drawing(), encoding="utf-8")
    write_sounds()
    write_shipped()
