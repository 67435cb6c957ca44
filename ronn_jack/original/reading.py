"""Import of the original's settings: from a file to a preset's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from ronn_jack.errors import PresetError, SpecError, shown, unknown
from ronn_jack.files import read_file
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.original import package, plugin
from ronn_jack.original.sources import MAXIMUM_BYTES, settings_in
from ronn_jack.original.translation import Translation
from ronn_jack.parameters import Value

_PACKAGE_NAMES = {*package.DEFAULTS, *package.NOTEBOOK}
_PLUGIN_NAMES = set(plugin.RANGES)
_SPEC_NAMES = {field.name for field in fields(NetworkSpec)}

_MOST_STRANGE = 10
"""Unknown names that are told one by one."""
_LONGEST = 100
"""Characters that a parameter's name and value have at most."""


class Imported(NamedTuple):
    """What a preset needs to sound like the original.

    Attributes
    ----------
    parameters : dict
        Accepted values; those not named have their defaults.
    notes : list of str
        What differs from the original and what to mind, a line each.
    description : str
        One line for the preset.
    """

    parameters: dict[str, Value]
    notes: list[str]
    description: str


def read_original(path: Path, as_heard: bool = True) -> Imported:
    """Read a file of the original's settings; see `parse_original`.

    Raises
    ------
    PresetError
        If the file can't be read or used, naming every fault.
    """
    content = read_file(path, MAXIMUM_BYTES, PresetError)
    try:
        return parse_original(content, as_heard)
    except PresetError as error:
        raise PresetError(f"{path}: {error}") from None


def parse_original(content: bytes, as_heard: bool = True) -> Imported:
    """Put the original's settings into this program's parameters.

    Parameters
    ----------
    content : bytes
        The plugin's state as XML or in JUCE's binary form, or a dictionary of the package's,
        the notebook's or the plugin's parameters as JSON or Python text, or the notebook.
    as_heard : bool
        Whether an entry of the plugin's menus means what it played, or what the menu said.

    Raises
    ------
    PresetError
        If the settings can't be used, naming every fault.
    """
    settings, is_state = settings_in(content, _PACKAGE_NAMES)
    from_plugin = is_state or _count(settings, _PLUGIN_NAMES) > _count(settings, _PACKAGE_NAMES)
    names = _PLUGIN_NAMES if from_plugin else _PACKAGE_NAMES
    if not _count(settings, names):
        raise PresetError(
            "holds no parameter of the original's; it needs "
            + ("layers, kernel, … of the plugin" if is_state else "n_layers, kernel_size, …")
        )
    _refuse_strange(settings)
    out = Translation()
    known = sorted(names)
    strange = [name for name in settings if name not in names]
    out.faults += [unknown("parameter", name, known) for name in strange[:_MOST_STRANGE]]
    if len(strange) > _MOST_STRANGE:
        out.faults.append(f"{len(strange) - _MOST_STRANGE} more unknown parameters")
    if from_plugin:
        plugin.translate(settings, out, as_heard)
    else:
        package.translate(settings, out)
    if not out.faults:
        out.faults += _network_faults(out)
    if out.faults:
        raise PresetError("; ".join(out.faults))
    return Imported(out.parameters, out.notes, _describe(out.parameters))


def _count(settings: Mapping[str, object], names: Set[str]) -> int:
    return sum(name in settings for name in names)


def _refuse_strange(settings: Mapping[str, object]) -> None:
    """Refuse what could only make a message unreadable."""
    for name, value in settings.items():
        try:
            text = value if isinstance(value, str) else repr(value)
        except (ValueError, RecursionError):  # a number of thousands of digits, lists in lists
            text = ""
        if not name.isidentifier() or len(name) > _LONGEST:
            raise PresetError(f"holds {shown(name)}, which is no parameter; remove it")
        if not text or len(text) > _LONGEST or not text.isprintable():
            raise PresetError(
                f"the value of {shown(name)} is empty, unprintable or longer than {_LONGEST} "
                "characters, as no parameter's is; mend or remove it"
            )


def _network_faults(out: Translation) -> list[str]:
    """Return why the original's network can't be built as a preset, in words."""
    values: dict[str, Any] = {**out.ports}
    values.update((name, out.parameters[name]) for name in out.parameters.keys() & _SPEC_NAMES)
    try:
        spec = NetworkSpec(**values)
    except SpecError as error:
        return [str(error)]
    outputs = spec.layer(spec.layers - 1).outputs
    if outputs != spec.outputs:
        return [
            f"residual turned n_outputs = {spec.outputs} into {outputs} outputs in the original; "
            "use Network from Python"
        ]
    return []


def _describe(parameters: Mapping[str, Value]) -> str:
    """Return a preset's line, such as a musician may tell networks apart by."""
    return (
        f"the original {parameters['recipe']}'s seed {parameters['seed']}: "
        f"{parameters['layers']} layers, {parameters['channels']} channels, "
        f"kernel {parameters['kernel']}, dilation {parameters['dilation']}, "
        f"{parameters['activation']}"
    )
