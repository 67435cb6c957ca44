"""The file of a CLAP plugin: one shared library, with the functions and memory of each target."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ronn_jack.export.clap.tables import ENTRY, Description, define_entry
from ronn_jack.export.identity import check_replaceable, identity
from ronn_jack.export.lv2.library import NEEDED
from ronn_jack.export.machine.choosing import define_check, define_create
from ronn_jack.export.machine.glue import Glue
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.parts import Part, make_parts
from ronn_jack.export.plugin.controls import controls_of
from ronn_jack.export.sound import OUTPUTS, FrozenSound
from ronn_jack.realtime.compiler.elf.link import link

SUFFIX = ".clap"
ENTRIES_MODULE = "ronn_jack.export.clap.tables"
_VERSION = "1.0.0"
_IDENTIFIER = "org.ronn-jack."


def check_place(path: Path) -> None:
    """Check that a plugin can be written to a path.

    Raises
    ------
    UsageError
        If another's file is there.
    """
    check_replaceable(path, path, _IDENTIFIER, "CLAP plugin")


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
    glue, names = Glue("clap"), [part.target for part in parts]
    check = define_check(glue, description.name, [TARGETS[name] for name in names])
    define_entry(glue, description, check, define_create(glue, description.name, names))
    entry = glue.object_file(TARGETS[names[0]].machine, [ENTRY])
    return link([entry, *(each for part in parts for each in part.objects)], [ENTRY], NEEDED)


def described(sound: FrozenSound, name: str) -> Description:
    """Return what the plugin of a sound says of itself."""
    return Description(
        identifier=f"{_IDENTIFIER}{identity(sound)}",
        name=name,
        version=_VERSION,
        description=f"A frozen random neural network, {sound.text}",
        inputs=sound.inputs,
        outputs=OUTPUTS,
        controls=controls_of(sound.values, sound.choices),
        is_bank=bool(sound.neighbours),
    )
