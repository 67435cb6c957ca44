"""An LV2 bundle: a folder with the library, what tells of it, and how to make it again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ronn_jack import __version__
from ronn_jack.export.folder import replace_folder
from ronn_jack.export.identity import check_replaceable, file_stem, identity
from ronn_jack.export.lv2 import turtle
from ronn_jack.export.lv2.library import entries_module, library
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.parts import make_parts
from ronn_jack.export.plugin.controls import controls_of
from ronn_jack.export.plugin.sharing import KEPT
from ronn_jack.export.sound import FrozenSound

SUFFIX = ".lv2"
_MANIFEST = "manifest.ttl"
_URI = "urn:ronn-jack:lv2:"


def check_place(folder: Path) -> None:
    """Check that nothing is where a bundle is to be, or one of ours.

    Raises
    ------
    UsageError
        If something else is there.
    """
    check_replaceable(folder, folder / _MANIFEST, turtle.MARK, "LV2 bundle")


@dataclass(frozen=True)
class Bundle:
    """What is to be written.

    Attributes
    ----------
    targets : sequence of str
        Names of the processors it is for, the best first; the last is the least that it needs.
    """

    name: str
    sound: FrozenSound
    targets: Sequence[str]

    @property
    def uri(self) -> str:
        """By which hosts know the plugin."""
        return f"{_URI}{identity(self.sound)}"

    def write(self, folder: Path) -> None:
        """Write the bundle in the place of one of ours that is there; a link is written through.

        Raises
        ------
        UsageError
            If something else is there.
        """
        check_place(folder)
        replace_folder(folder, self.files())

    def files(self) -> dict[str, bytes]:
        """Return the content of each file by its name."""
        is_bank = bool(self.sound.neighbours)
        parts = make_parts(self.sound, self.targets, entries_module(is_bank))
        binary = f"{file_stem(self.name)}.so"
        described = turtle.Described(
            self.uri,
            self.name,
            binary,
            f"A randomized overdrive neural network, frozen. {self.sound.text}",
            self.sound.inputs,
            controls_of(self.sound.values, self.sound.choices),
        )
        texts = {
            _MANIFEST: turtle.manifest(described),
            "plugin.ttl": turtle.description(described),
            "presets.ttl": turtle.presets(described),
            "README.md": self._readme(),
        }
        made = library(self.uri, self.name, parts, is_bank)
        return {binary: made, **{name: text.encode() for name, text in texts.items()}}

    def _tempo(self) -> list[str]:
        """Return the option of the tempo, which no text of a sound has, where it matters."""
        values = self.sound.values
        return [] if values["sync"] == "off" else ["--set", f"tempo={values['tempo']}"]

    def _readme(self) -> str:
        command = shlex.join([
            "ronn-jack", "export", f"{file_stem(self.name)}{SUFFIX}", "--lv2",
            *_source(self.sound), "--name", self.name,
            "--inputs", str(self.sound.inputs), "--cpu", self.targets[-1], *self._tempo(),
            *_bank_options(self.sound),
        ])  # fmt: skip
        controls = "\n".join(
            f"| {turtle.port_symbol(c)} | {c.parameter.range_text} | "
            f"{c.words(turtle.port_value(c, c.default))} | {turtle.port_comment(c)} |"
            for c in controls_of(self.sound.values, self.sound.choices)
        )
        sounds = self.sound.networks if self.sound.named else (self.sound,)
        texts = "\n    ".join(sound.text for sound in sounds)
        return f"""# {self.name}

{_count(self.sound)}, made by ronn-jack {__version__} into an LV2 plugin.
It is for Linux on processors {TARGETS[self.targets[-1]].words}, and needs nothing but this folder:
put it into `~/.lv2`, and let your host look for new plugins.

    {texts}

Frozen are the network, its memory and its level: {self.sound.level_words}.
It begins as after silence, adds no latency, and runs at any block size, at 8 to 384 kHz.
What moves:

| control | range | here | |
|---|---|---|---|
{controls}

To make it again:

    {command}

URI: {self.uri}
"""


def _source(sound: FrozenSound) -> list[str]:
    """Return the options that say where a sound comes from."""
    if sound.named and sound.named.name == KEPT:
        return ["--from-node"]
    return ["--preset", "PRESET" if sound.named else sound.text]


def _bank_options(sound: FrozenSound) -> list[str]:
    if sound.named:
        return ["--kept" if sound.named.name == KEPT else "--snapshots"]
    return ["--seeds", str(len(sound.networks))] if sound.neighbours else []


def _count(sound: FrozenSound) -> str:
    if not sound.neighbours:
        return "One randomized overdrive neural network"
    return f"{len(sound.networks)} randomized overdrive neural networks, one at a time"
