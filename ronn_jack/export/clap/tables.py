"""CLAP's tables as LLVM globals: what a library says of itself, and the addresses of its functions.

The functions themselves are entries, which the module declares by the names in ENTRIES.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from ronn_jack.export.clap import abi, extensions, library, parameters, processing, state
from ronn_jack.export.clap.records import EXTENSION, LIBRARY, PARAMETER
from ronn_jack.parameters import Kind, Parameter

HEART = "ronn_heart"
"""Function that gives the address of a HEART, or 0 where the machine is too old for it."""
ENTRY = "clap_entry"
"""The only symbol that a host looks for."""

ENTRIES: Mapping[str, Any] = {
    f"ronn_clap_{entry.__name__}": entry
    for entry in (
        library.begin_library,
        library.end_library,
        library.find_factory,
        library.get_plugin_count,
        library.get_plugin_descriptor,
        library.create_plugin,
        library.init,
        library.destroy,
        library.activate,
        library.deactivate,
        library.start_processing,
        library.stop_processing,
        library.reset,
        processing.process,
        library.get_extension,
        library.on_main_thread,
        extensions.count_ports,
        extensions.get_port,
        parameters.count_parameters,
        parameters.get_info,
        parameters.get_value,
        parameters.value_to_text,
        parameters.text_to_value,
        processing.flush,
        state.save,
        state.load,
        extensions.get_tail,
        extensions.get_latency,
        extensions.has_hard_realtime_requirement,
        extensions.set_render_mode,
    )
}

_PLUGIN_FUNCTIONS = (
    library.init, library.destroy, library.activate, library.deactivate,
    library.start_processing, library.stop_processing, library.reset, processing.process,
    library.get_extension, library.on_main_thread,
)  # fmt: skip
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
_PORT_TYPES = ("", "mono", "stereo")
_ID_BITS = 0x7FFFFFFF
_TOO_OLD = "this plugin was made for a newer processor: export it again with an older --cpu"

_I8, _I32, _I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_POINTER = _I8.as_pointer()


@dataclass(frozen=True)
class Control:
    """A control of the plugin's, in the order of the heart's.

    Attributes
    ----------
    parameter : Parameter
        Its row in the table of parameters.
    default : float
        Where the sound has it, as a number.
    """

    parameter: Parameter
    default: float


@dataclass(frozen=True)
class Description:
    """What the library says of itself.

    Attributes
    ----------
    identifier : str
        Derives from the sound: another sound, another id.
    features : tuple of str
        By plugin-features.h.
    inputs, outputs : int
        Channels of the main ports, 1 or 2.
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


def build_tables(description: Description) -> ir.Module:
    """Return a module that defines `clap_entry`, and needs ENTRIES and HEART."""
    return _Tables(description).module


class _Tables:
    def __init__(self, description: Description) -> None:
        self.module = ir.Module("clap_tables")
        self._texts: dict[str, Any] = {}
        self._functions: dict[str, Any] = {}
        d = description
        self._heart = self._declare(HEART, ir.FunctionType(_I64, []))
        descriptor = self._table("descriptor", [
            ir.Constant(ir.ArrayType(_I32, 3), list(abi.VERSION)),
            *map(self._text, (d.identifier, d.name, d.vendor, d.url, d.url, d.url, d.version,
                              d.description)),
            self._array("features", [*map(self._text, d.features), ir.Constant(_POINTER, None)]),
        ])  # fmt: skip
        functions = self._array("functions", [self._entry(f) for f in _PLUGIN_FUNCTIONS])
        offered = []
        for name, table in _EXTENSIONS.items():
            pointers = self._array(name, [self._entry(f) for f in table])
            offered += [self._text(name), pointers]
        assert len(offered) == len(_EXTENSIONS) * len(EXTENSION.names or ())
        rows = [self._parameter(control) for control in d.controls]
        cells = {
            "get_plugin_count": self._entry(library.get_plugin_count),
            "get_plugin_descriptor": self._entry(library.get_plugin_descriptor),
            "create_plugin": self._entry(library.create_plugin),
            "factory_name": self._text(abi.PLUGIN_FACTORY),
            "descriptor": descriptor,
            "heart": self._heart.bitcast(_POINTER),
            "log_name": self._text("clap.log"),
            "params_name": self._text("clap.params"),
            "refusal": self._text(f"{d.name}: {_TOO_OLD}"),
            "functions": functions,
            "extensions": self._array("extensions", offered),
            "extension_count": _I64(len(_EXTENSIONS)),
            "parameters": self._table("parameters", rows),
            "parameter_count": _I64(len(rows)),
            "inputs": _I64(d.inputs),
            "outputs": _I64(d.outputs),
            "port_types": self._array("port_types", [self._text(t) for t in _PORT_TYPES]),
            "main": self._text("Main"),
        }
        factory = self._table("factory", [cells[name] for name in LIBRARY.names or ()])
        self._define_entry(factory)

    def _parameter(self, control: Control) -> Any:
        p = control.parameter
        choices = ("off", "on") if p.kind is Kind.BOOL else p.choices
        listed = self._array(f"choices_{p.name}", [self._text(c) for c in choices])
        least = max(p.least, p.minimum)
        numbers = [p.minimum, p.maximum, control.default, least]
        cells = [
            _I32(parameter_id(p.name)),
            _I32(flags_of(p)),
            *(ir.Constant(ir.DoubleType(), float(number)) for number in numbers),
            *map(self._text, (p.label, p.group.value, p.unit, "off")),
            listed,
            _I64(len(choices)),
        ]
        assert len(cells) == len(PARAMETER.names or ())
        return ir.Constant.literal_struct(cells)

    def _define_entry(self, factory: Any) -> None:
        kind = ir.FunctionType(_POINTER, [_POINTER])
        get_factory = ir.Function(self.module, kind, "get_factory")
        get_factory.linkage = "internal"
        builder = ir.IRBuilder(get_factory.append_basic_block())
        find = self._entry_function(library.find_factory)
        name = builder.ptrtoint(get_factory.args[0], _I64)
        found = builder.call(find, [factory.ptrtoint(_I64), name])
        builder.ret(builder.inttoptr(found, _POINTER))
        entry = self._struct(ENTRY, [
            ir.Constant(ir.ArrayType(_I32, 3), list(abi.VERSION)),
            self._entry(library.begin_library),
            self._entry(library.end_library),
            get_factory.bitcast(_POINTER),
        ])  # fmt: skip
        entry.linkage = ""

    def _declare(self, name: str, kind: Any) -> Any:
        if name not in self._functions:
            self._functions[name] = ir.Function(self.module, kind, name)
        return self._functions[name]

    def _entry_function(self, entry: Any) -> Any:
        argument = {"int64": _I64, "int32": _I32, "uint32": _I32, "uint8": _I8,
                    "float64": ir.DoubleType(), "none": ir.VoidType()}  # fmt: skip
        signature = entry._sig
        kinds = [argument[str(kind)] for kind in signature.args]
        kind = ir.FunctionType(argument[str(signature.return_type)], kinds)
        return self._declare(f"ronn_clap_{entry.__name__}", kind)

    def _entry(self, entry: Any) -> Any:
        return self._entry_function(entry).bitcast(_POINTER)

    def _text(self, text: str) -> Any:
        if text not in self._texts:
            content = bytearray(text.encode() + b"\0")
            kind = ir.ArrayType(_I8, len(content))
            self._texts[text] = self._global(f"text_{len(self._texts)}", ir.Constant(kind, content))
        return self._texts[text].bitcast(_POINTER)

    def _array(self, name: str, values: Sequence[Any]) -> Any:
        kind = ir.ArrayType(_POINTER, len(values))
        return self._global(name, ir.Constant(kind, list(values))).bitcast(_POINTER)

    def _table(self, name: str, values: Sequence[Any]) -> Any:
        return self._struct(name, values).bitcast(_POINTER)

    def _struct(self, name: str, values: Sequence[Any]) -> Any:
        return self._global(name, ir.Constant.literal_struct(list(values)))

    def _global(self, name: str, value: Any) -> Any:
        variable = ir.GlobalVariable(self.module, value.type, name)
        variable.initializer = value
        variable.global_constant = True
        variable.linkage = "internal"
        return variable
