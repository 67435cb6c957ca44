"""CLAP's tables as constants: what a library says of itself, and the addresses of its functions.

Only `clap_entry.init` and `get_factory` are written here, as they run on any processor and choose,
or refuse. The functions of each target are its ENTRIES.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from llvmlite import ir

from ronn_jack.export.clap import abi, extensions, library, parameters, processing, state
from ronn_jack.export.clap.records import EXTENSION, HEART, LIBRARY, PARAMETER
from ronn_jack.export.machine.glue import DOUBLE, I8, I32, I64, NULL, POINTER, VOID, Glue, symbol
from ronn_jack.export.machine.processor import find_level
from ronn_jack.export.machine.targets import Target
from ronn_jack.parameters import Kind, Parameter

ENTRY = "clap_entry"
"""The only symbol that a host looks for."""

_PLUGIN = (
    library.init, library.destroy, library.activate, library.deactivate,
    library.start_processing, library.stop_processing, library.reset, processing.process,
    library.get_extension, library.on_main_thread,
)  # fmt: skip
_FACTORY = (library.get_plugin_count, library.get_plugin_descriptor, library.create_plugin)
_EXTENSIONS: Mapping[str, tuple[Any, ...]] = {
    "clap.audio-ports": (extensions.count_ports, extensions.get_port),
    "clap.params": (
        parameters.count_parameters, parameters.get_info, parameters.get_value,
        parameters.value_to_text, parameters.text_to_value, processing.flush,
    ),
    "clap.state": (state.save, state.load),
    "clap.tail": (extensions.get_tail,),
    "clap.latency": (extensions.get_latency,),
    "clap.render": (extensions.has_hard_realtime_requirement, extensions.set_render_mode),
}  # fmt: skip


def _name(entry: Any) -> str:
    return f"clap_{entry.__name__}"


ENTRIES: Mapping[str, Any] = {
    _name(entry): entry
    for entry in (library.find_factory, *_FACTORY, *_PLUGIN, *sum(_EXTENSIONS.values(), ()))
}
"""What a target has besides the functions of every plugin."""

_PORT_TYPES = ("", "mono", "stereo")
_ID_BITS = 0x7FFFFFFF


class Control(Protocol):
    """A control of the plugin's, in the order of the heart's."""

    @property
    def parameter(self) -> Parameter:
        """Its row in the table of parameters."""

    @property
    def default(self) -> float:
        """Where it is in this sound."""


@dataclass(frozen=True)
class Description:
    """What the library says of itself.

    Attributes
    ----------
    identifier : str
        Derives from the sound: another sound, another id.
    inputs, outputs : int
        Channels of the main ports, 1 or 2.
    features : tuple of str
        By plugin-features.h.
    """

    identifier: str
    name: str
    version: str
    description: str
    inputs: int
    outputs: int
    controls: Sequence[Control]
    vendor: str = "ronn_jack"
    url: str = ""
    features: tuple[str, ...] = ("audio-effect", "distortion", "stereo")


def parameter_id(name: str) -> int:
    """Return the id of a parameter, which never changes; hosts that wrap CLAP want 31 bits."""
    return zlib.crc32(name.encode()) & _ID_BITS


def flags_of(parameter: Parameter) -> int:
    """Return what CLAP is told of a parameter."""
    flags = abi.PARAM_IS_AUTOMATABLE
    if parameter.kind is not Kind.FLOAT:
        flags |= abi.PARAM_IS_STEPPED
    if parameter.kind is Kind.ENUM:
        flags |= abi.PARAM_IS_ENUM
    return flags | (abi.PARAM_IS_BYPASS if parameter.name == "bypass" else 0)


def build_tables(description: Description, targets: Sequence[Target]) -> Glue:
    """Return what defines `clap_entry`, and needs the functions and template of each target.

    Parameters
    ----------
    targets : sequence of Target
        The best first.
    """
    glue = Glue("clap")
    tables = _Tables(glue, description)
    factories = [(target, tables.factory(target.name)) for target in targets]
    refusal = f"ronn-jack: {description.name} needs a processor {targets[-1].words}"
    level = find_level(glue) if any(target.level for target in targets) else None

    def begin(builder: ir.IRBuilder, path: Any) -> None:
        present = builder.call(level, []) if level else I32(0)
        fits = builder.icmp_signed(">=", present, I32(targets[-1].level))
        with builder.if_else(fits) as (able, unable):
            with able:
                builder.ret(I8(1))
            with unable:
                glue.say(builder, refusal)
                builder.ret(I8(0))
        builder.unreachable()

    def get_factory(builder: ir.IRBuilder, name: Any) -> None:
        present = builder.call(level, []) if level else I32(0)
        for target, factory in factories:
            fits = builder.icmp_signed(">=", present, I32(target.level))
            with builder.if_then(fits):
                find = tables.function(library.find_factory, target.name)
                word = builder.ptrtoint(name, I64)
                found = builder.call(find, [factory.ptrtoint(I64), word])
                builder.ret(builder.inttoptr(found, POINTER))
        builder.ret(NULL)

    glue.table(ENTRY, [
        tables.version,
        glue.function("init", I8, [POINTER], begin).bitcast(POINTER),
        glue.function("deinit", VOID, [], lambda builder: None).bitcast(POINTER),
        glue.function("get_factory", POINTER, [POINTER], get_factory).bitcast(POINTER),
    ], visible=True)  # fmt: skip
    return glue


class _Tables:
    """The constants of a library: some for all targets, and some for one."""

    version = ir.Constant(ir.ArrayType(I32, 3), list(abi.VERSION))

    def __init__(self, glue: Glue, description: Description) -> None:
        self._glue = glue
        text = glue.text
        d = description
        features = self._table("features", [*map(text, d.features), NULL])
        words = (d.identifier, d.name, d.vendor, d.url, d.url, d.url, d.version, d.description)
        rows = [self._parameter(control) for control in d.controls]
        self._common = {
            "factory_name": text(abi.PLUGIN_FACTORY),
            "descriptor": self._table("descriptor", [self.version, *map(text, words), features]),
            "params_name": text("clap.params"),
            "extension_count": I64(len(_EXTENSIONS)),
            "parameters": self._table("parameters", rows),
            "parameter_count": I64(len(rows)),
            "inputs": I64(d.inputs),
            "outputs": I64(d.outputs),
            "port_types": self._table("port_types", [text(kind) for kind in _PORT_TYPES]),
            "main": text("Main"),
        }

    def factory(self, target: str) -> Any:
        """Return a pointer to a target's LIBRARY."""
        pointers = partial(self._pointers, target=target)
        offered: list[Any] = []
        for name, functions in _EXTENSIONS.items():
            table = self._table(f"{name}.{target}", pointers(functions))
            offered += [self._glue.text(name), table]
        assert len(offered) == len(_EXTENSIONS) * len(EXTENSION.names or ())
        template = self._glue.foreign_table(symbol("template", target))
        heart = [template, *(self._heart(name, target) for name in (HEART.names or ())[1:])]
        own = {
            **dict(zip((LIBRARY.names or ())[:3], pointers(_FACTORY), strict=True)),
            "heart": self._table(f"heart.{target}", heart),
            "functions": self._table(f"plugin.{target}", pointers(_PLUGIN)),
            "extensions": self._table(f"extensions.{target}", offered),
        }
        cells = {**self._common, **own}
        return self._table(f"library.{target}", [cells[name] for name in LIBRARY.names or ()])

    def function(self, entry: Any, target: str) -> ir.Function:
        """Return a target's entry."""
        kinds = [_KINDS[str(kind)] for kind in entry._sig.args]
        result = _KINDS[str(entry._sig.return_type)]
        return self._glue.foreign(symbol(_name(entry), target), result, kinds)

    def _pointers(self, entries: Sequence[Any], target: str) -> list[Any]:
        return [self.function(entry, target).bitcast(POINTER) for entry in entries]

    def _heart(self, name: str, target: str) -> Any:
        return self._glue.heart(name, target).bitcast(POINTER)

    def _parameter(self, control: Control) -> Any:
        p = control.parameter
        choices = ("off", "on") if p.kind is Kind.BOOL else p.choices
        listed = self._table(f"choices.{p.name}", [self._glue.text(choice) for choice in choices])
        numbers = [p.minimum, p.maximum, control.default, max(p.least, p.minimum)]
        cells = [
            I32(parameter_id(p.name)),
            I32(flags_of(p)),
            *(ir.Constant(DOUBLE, float(number)) for number in numbers),
            *map(self._glue.text, (p.label, p.group.value, p.unit, "off")),
            listed,
            I64(len(choices)),
        ]
        assert len(cells) == len(PARAMETER.names or ())
        return ir.Constant.literal_struct(cells)

    def _table(self, name: str, cells: Sequence[Any]) -> Any:
        return self._glue.table(name, cells).bitcast(POINTER)


_KINDS = {"int64": I64, "int32": I32, "uint32": I32, "uint8": I8, "float64": DOUBLE, "none": VOID}
