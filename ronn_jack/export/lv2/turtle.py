"""The Turtle files by which a host knows an LV2 plugin [1]_ before it loads its library.

References
----------
.. [1] LV2 1.18 with its extensions units, presets, port-props and worker, http://lv2plug.in/ns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ronn_jack import __version__
from ronn_jack.export.plugin.controls import PluginControl
from ronn_jack.export.plugin.records import Action
from ronn_jack.parameters import Curve

_PREFIXES = {
    "doap": "http://usefulinc.com/ns/doap#",
    "lv2": "http://lv2plug.in/ns/lv2core#",
    "pprops": "http://lv2plug.in/ns/ext/port-props#",
    "pset": "http://lv2plug.in/ns/ext/presets#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "work": "http://lv2plug.in/ns/ext/worker#",
    "units": "http://lv2plug.in/ns/extensions/units#",
}
_UNITS = {"dB": "db", "dBFS": "db", "Hz": "hz", "s": "s", "ms": "ms"}
_LICENSE = "http://www.apache.org/licenses/LICENSE-2.0"

MARK = "# Written by ronn-jack, which replaces this folder when it is asked to write there.\n"
"""How a manifest of ours begins; hosts name the plugin in those of the presets that they keep."""
_BYPASS, _ENABLED = "bypass", "enabled"


def port_symbol(control: PluginControl) -> str:
    """Return the symbol of a control's port, which of `bypass` is what hosts know it by."""
    return _ENABLED if control.symbol == _BYPASS else control.symbol


def port_value(control: PluginControl, value: float) -> float:
    """Return what a control's port has where the control is at a value."""
    return 1.0 - value if control.symbol == _BYPASS else value


def port_comment(control: PluginControl) -> str:
    """Return what a control's port does."""
    description = control.parameter.description
    return f"off: {description}" if control.symbol == _BYPASS else description


@dataclass(frozen=True)
class Described:
    """What the files tell.

    Attributes
    ----------
    library : str
        Name of the shared library in the bundle.
    comment : str
    """

    uri: str
    name: str
    library: str
    comment: str
    inputs: int
    controls: Sequence[PluginControl]

    @property
    def is_bank(self) -> bool:
        """Whether one of the controls chooses among networks."""
        return any(control.action is Action.SEED for control in self.controls)


def manifest(plugin: Described) -> str:
    """Return manifest.ttl: what there is in the bundle."""
    return MARK + _document(
        _about(plugin.uri, ["a lv2:Plugin", f"lv2:binary <{plugin.library}>",
                            "rdfs:seeAlso <plugin.ttl>"]),
        *(
            _about(preset.uri, ["a pset:Preset", f"lv2:appliesTo <{plugin.uri}>",
                                "rdfs:seeAlso <presets.ttl>"])
            for preset in _presets(plugin)
        ),
    )  # fmt: skip


def description(plugin: Described) -> str:
    """Return plugin.ttl: the plugin and its ports."""
    minor, micro = _versions()
    ports = [*_audio_ports(plugin.inputs)]
    ports += [
        _control_port(index, control)
        for index, control in enumerate(plugin.controls, start=len(ports))
    ]
    worker = []
    if plugin.is_bank:
        ports.append(_offline_port(len(ports)))
        worker = ["lv2:optionalFeature work:schedule", "lv2:extensionData work:interface"]
    return _document(
        _about(plugin.uri, [
            "a lv2:Plugin , lv2:DistortionPlugin",
            f"doap:name {_text(plugin.name)}",
            f"doap:license <{_LICENSE}>",
            f"rdfs:comment {_text(plugin.comment)}",
            f"lv2:minorVersion {minor}",
            f"lv2:microVersion {micro}",
            "lv2:optionalFeature lv2:hardRTCapable",
            *worker,
            f"lv2:port {' , '.join(ports)}",
        ])
    )  # fmt: skip


def presets(plugin: Described) -> str:
    """Return presets.ttl: the sound as it was exported, with each network of a bank."""
    return _document(*(
        _about(preset.uri, [
            "a pset:Preset",
            f"lv2:appliesTo <{plugin.uri}>",
            f"rdfs:label {_text(preset.label)}",
            f"lv2:port {' , '.join(preset.values)}",
        ])
        for preset in _presets(plugin)
    ))  # fmt: skip


@dataclass(frozen=True)
class _Preset:
    uri: str
    label: str
    values: Sequence[str]


def _presets(plugin: Described) -> Iterable[_Preset]:
    """Yield the presets: one, or of a bank one for each network."""
    values = [_value(control, control.default) for control in plugin.controls]
    if not plugin.is_bank:
        yield _Preset(f"{plugin.uri}#exported", plugin.name, values)
        return
    place = next(i for i, c in enumerate(plugin.controls) if c.action is Action.SEED)
    choice = plugin.controls[place]
    for number, word in choice.scale_points:
        values[place] = _value(choice, number)
        yield _Preset(
            f"{plugin.uri}#{choice.symbol}-{word}", f"{plugin.name} {word}", tuple(values)
        )


def _value(control: PluginControl, value: float) -> str:
    port = port_value(control, value)
    return f"[ lv2:symbol {_text(port_symbol(control))} ; pset:value {_number(port)} ]"


def _audio_ports(inputs: int) -> Iterable[str]:
    names = [f"in_{i + 1}" for i in range(inputs)] + ["out_1", "out_2"]
    for index, name in enumerate(names):
        way, number = name.split("_")
        yield _node([
            f"a lv2:{'InputPort' if way == 'in' else 'OutputPort'} , lv2:AudioPort",
            f"lv2:index {index}",
            f"lv2:symbol {_text(name)}",
            f"lv2:name {_text(f'{way.capitalize()} {number}')}",
        ])  # fmt: skip


def _control_port(index: int, control: PluginControl) -> str:
    if control.symbol == _BYPASS:
        return _enabled_port(index, control)
    row = control.parameter
    facts = [
        "a lv2:InputPort , lv2:ControlPort",
        f"lv2:index {index}",
        f"lv2:symbol {_text(control.symbol)}",
        f"lv2:name {_text(row.label)}",
        f"rdfs:comment {_text(row.description)}",
        f"lv2:default {_number(control.default)}",
        f"lv2:minimum {_number(control.minimum)}",
        f"lv2:maximum {_number(control.maximum)}",
    ]
    if control.is_switch:
        facts.append("lv2:portProperty lv2:toggled")
    elif control.is_whole:
        facts.append("lv2:portProperty lv2:integer")
    elif row.curve is Curve.EXPONENTIAL:
        facts.append("lv2:portProperty pprops:logarithmic")
    if row.unit in _UNITS:
        facts.append(f"units:unit units:{_UNITS[row.unit]}")
    points = control.scale_points
    if points:
        facts.append("lv2:scalePoint " + " , ".join(
            f"[ rdfs:label {_text(label)} ; rdf:value {_number(value)} ]" for value, label in points
        ))  # fmt: skip
        if row.choices:
            facts.append("lv2:portProperty lv2:enumeration")
    return _node(facts)


def _enabled_port(index: int, control: PluginControl) -> str:
    """Return the port by which a host lets the sound pass by the plugin."""
    return _node([
        "a lv2:InputPort , lv2:ControlPort",
        f"lv2:index {index}",
        f"lv2:symbol {_text(_ENABLED)}",
        'lv2:name "Enabled"',
        f"rdfs:comment {_text(port_comment(control))}",
        "lv2:designation lv2:enabled",
        f"lv2:default {_number(port_value(control, control.default))}",
        "lv2:minimum 0",
        "lv2:maximum 1",
        "lv2:portProperty lv2:toggled",
    ])  # fmt: skip


def _offline_port(index: int) -> str:
    """Return the port by which a host says that it renders faster than in real time."""
    return _node([
        "a lv2:InputPort , lv2:ControlPort",
        f"lv2:index {index}",
        'lv2:symbol "freewheel"',
        'lv2:name "Freewheel"',
        "lv2:designation lv2:freeWheeling",
        "lv2:default 0",
        "lv2:minimum 0",
        "lv2:maximum 1",
        "lv2:portProperty lv2:toggled , lv2:connectionOptional , pprops:notOnGUI",
    ])  # fmt: skip


def _versions() -> tuple[int, int]:
    """Return LV2's minor and micro version, which are even for what is released."""
    _, minor, micro = (int(part) for part in __version__.split(".")[:3])
    return 2 * minor, 2 * micro


def _document(*parts: str) -> str:
    spaces = {**_PREFIXES, "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}
    text = "\n\n".join(parts)
    used = [f"@prefix {n}: <{uri}> ." for n, uri in sorted(spaces.items()) if f"{n}:" in text]
    return "\n".join(used) + "\n\n" + text + "\n"


def _about(uri: str, facts: Sequence[str]) -> str:
    return f"<{uri}>\n\t" + " ;\n\t".join(facts) + " ."


def _node(facts: Sequence[str]) -> str:
    return "[\n\t\t" + " ;\n\t\t".join(facts) + "\n\t]"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _number(value: float) -> str:
    """Return a number as Turtle's decimals are written, exactly enough to come back."""
    text = f"{value:.9f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text
