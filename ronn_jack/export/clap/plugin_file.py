"""The file of a CLAP plugin: one shared library, with the functions and memory of each target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ronn_jack.export.clap.tables import ENTRY, Description, define_entry
from ronn_jack.export.cross.constants import object_of
from ronn_jack.export.cross.mac_bundle import PROPERTIES, bundle_of
from ronn_jack.export.cross.zig import shared_library
from ronn_jack.export.folder import replace_folder
from ronn_jack.export.identity import check_replaceable, identity
from ronn_jack.export.lv2.library import NEEDED
from ronn_jack.export.machine.choosing import define_check, define_create
from ronn_jack.export.machine.glue import Glue
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.parts import Part, make_parts
from ronn_jack.export.plugin.controls import controls_of
from ronn_jack.export.sound import OUTPUTS, FrozenSound
from ronn_jack.files import write_atomically
from ronn_jack.realtime.compiler.elf.link import link

SUFFIX = ".clap"
ENTRIES_MODULE = "ronn_jack.export.clap.tables"
_VERSION = "1.0.0"
_IDENTIFIER = "org.ronn-jack."
_IN_FOLDERS = ("macos",)
"""Systems that want a folder."""
_UNTESTED = {"windows": "untested on Windows itself", "macos": "untested on macOS"}
"""What a plugin says of itself, by its system."""


def check_place(path: Path, system: str) -> None:
    """Check that nothing is where a system's plugin is to be, or one of ours.

    Raises
    ------
    UsageError
        If something else is there.
    """
    content = path / PROPERTIES if system in _IN_FOLDERS else path
    check_replaceable(path, content, _IDENTIFIER, "CLAP plugin")


def write_plugin(sound: FrozenSound, name: str, targets: Sequence[str], path: Path) -> None:
    """Write a sound's plugin in the place of one of ours that is there: macOS wants a folder.

    Parameters
    ----------
    targets : sequence of str
        Names of TARGETS, the best first.

    Raises
    ------
    UsageError
        If another's file is there.
    PartsError
        If a target's part can't be made here.
    MachineError
        If what links for another system is missing.
    """
    least = TARGETS[targets[-1]]
    check_place(path, least.system)
    content = plugin_file(sound, name, targets)
    if least.system in _IN_FOLDERS:
        replace_folder(path, bundle_of(content, described(sound, name), sound.text, least.words))
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content)


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
    MachineError
        If what links for another system is missing or can't.
    """
    description, system = described(sound, name), TARGETS[targets[-1]].system
    if system in _UNTESTED:
        text = f"{description.description} ({_UNTESTED[system]})"
        description = replace(description, description=text)
    return linked(description, make_parts(sound, targets, ENTRIES_MODULE))


def linked(description: Description, parts: Sequence[Part]) -> bytes:
    """Return the file of a plugin's parts, those of the best target first."""
    glue, names = Glue("clap"), [part.target for part in parts]
    check = define_check(glue, description.name, [TARGETS[name] for name in names])
    define_entry(glue, description, check, define_create(glue, description.name, names))
    target = TARGETS[names[0]]
    entry = glue.object_file(target, [ENTRY])
    if target.system == "linux":
        return link([entry, *(each for part in parts for each in part.objects)], [ENTRY], NEEDED)
    functions = [each for part in parts for each in part.functions]
    templates = [object_of(part.template, TARGETS[part.target]) for part in parts]
    return shared_library([entry, *functions, *templates], target, ENTRY)


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
