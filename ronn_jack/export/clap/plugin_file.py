"""The file of a CLAP plugin: one shared library, with the functions and memory of each target."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from ronn_jack.export.clap.tables import ENTRY, Description, build_tables
from ronn_jack.export.elf.link import link
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.parts import Part, make_parts
from ronn_jack.export.plugin.controls import controls_of
from ronn_jack.export.sound import OUTPUTS, FrozenSound

SUFFIX = ".clap"
ENTRIES_MODULE = "ronn_jack.export.clap.tables"
_NEEDED = ("libm.so.6", "libc.so.6")
_DIGITS = 16
_VERSION = "1.0.0"


def plugin_file(sound: FrozenSound, name: str, targets: Sequence[str]) -> bytes:
    """Return the file of a sound's plugin.

    Parameters
    ----------
    targets : sequence of str
        Names of TARGETS, the best first.

    Raises
    ------
    PartsError
        If a target's part can't be made here.
    """
    return linked(described(sound, name), make_parts(sound, targets, ENTRIES_MODULE))


def linked(description: Description, parts: Sequence[Part]) -> bytes:
    """Return the file of a plugin's parts, those of the best target first."""
    targets = [TARGETS[part.target] for part in parts]
    glue = build_tables(description, targets)
    objects: list[Any] = [glue.object_file(targets[0].machine, [ENTRY])]
    for part in parts:
        objects += [part.functions, part.template]
    return link(objects, [ENTRY], _NEEDED)


def described(sound: FrozenSound, name: str) -> Description:
    """Return what the plugin of a sound says of itself."""
    digest = hashlib.sha256(f"{sound.text}\0{sound.inputs}".encode()).hexdigest()[:_DIGITS]
    return Description(
        identifier=f"org.ronn-jack.{digest}",
        name=name,
        version=_VERSION,
        description=f"A frozen random neural network, {sound.text}",
        inputs=sound.inputs,
        outputs=OUTPUTS,
        controls=controls_of(sound.values),
    )
