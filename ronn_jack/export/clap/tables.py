"""CLAP's tables as constants: what a library says of itself, and the addresses of its functions.

The functions are ENTRIES, but for those of `clap_entry`: its `init` runs on any processor, and
refuses one that is too old for the others.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from llvmlite import ir

from ronn_jack.export.clap import abi, extensions, library, parameters, processing, state, worker
from ronn_jack.export.clap.records import EXTENSION, HEART, LIBRARY, PARAMETER
from ronn_jack.export.machine.glue import DOUBLE, I8, I32, I64, NULL, POINTER, VOID, Glue, symbol
from ronn_jack.parameters import Kind, Parameter
from ronn_jack.realtime.compiler.building.numba_api import c_types

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
    for entry in (
        library.find_factory,
        worker.run_worker,
        *_FACTORY,
        *_PLUGIN,
        *sum(_EXTENSIONS.values(), ()),
    )
}
"""What there is besides the functions of every plugin."""
CHOOSES = True
"""Whether a control can choose among networks."""

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
    is_bank : bool
        Whether a thread is needed, to make the next network ready.
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
    is_bank: bool = False
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


def define_entry(glue: Glue, description: Description, check: Any, create: Any) -> None:
    """Define `clap_entry`, which needs the functions of the heart and ENTRIES.

    Parameters
    ----------
    check : ir.Function
        Tells whether the machine is new enough for all other functions.
    create : ir.Function
        Makes an instance for a sample rate.
    """
    tables = _Tables(glue, description)
    library_table = tables.library(create)

    def begin(builder: ir.IRBuilder, path: Any) -> None:
        builder.ret(builder.call(check, []))

    def get_factory(builder: ir.IRBuilder, name: Any) -> None:
        find = tables.function(library.find_factory)
        words = [builder.ptrtoint(pointer, I64) for pointer in (library_table, name)]
        builder.ret(builder.inttoptr(builder.call(find, words), POINTER))

    functions = [
        glue.function("init", I8, [POINTER], begin),
        glue.function("deinit", VOID, [], lambda builder: None),
        glue.function("get_factory", POINTER, [POINTER], get_factory),
    ]
    cells = [tables.version, *(function.bitcast(POINTER) for function in functions)]
    glue.table(ENTRY, cells, visible=True)


class _Tables:
    """The constants of a library."""

    version = ir.Constant(ir.ArrayType(I32, 3), list(abi.VERSION))

    def __init__(self, glue: Glue, description: Description) -> None:
        self._glue = glue
        self._description = description

    def library(self, create: Any) -> Any:
        """Return a pointer to the LIBRARY."""
        text, pointers, d = self._glue.text, self._pointers, self._description
        features = self._table("features", [*map(text, d.features), NULL])
        words = (d.identifier, d.name, d.vendor, d.url, d.url, d.url, d.version, d.description)
        rows = [self._parameter(control) for control in d.controls]
        offered: list[Any] = []
        for name, functions in _EXTENSIONS.items():
            offered += [text(name), self._table(name, pointers(functions))]
        assert len(offered) == len(_EXTENSIONS) * len(EXTENSION.names or ())
        heart = [create, *map(self._glue.heart, (HEART.names or ())[1:])]
        cells = {
            **dict(zip((LIBRARY.names or ())[:3], pointers(_FACTORY), strict=True)),
            "factory_name": text(abi.PLUGIN_FACTORY),
            "descriptor": self._table("descriptor", [self.version, *map(text, words), features]),
            "heart": self._table("heart", [function.bitcast(POINTER) for function in heart]),
            "params_name": text("clap.params"),
            "functions": self._table("functions", pointers(_PLUGIN)),
            "extensions": self._table("extensions", offered),
            "extension_count": I64(len(_EXTENSIONS)),
            "parameters": self._table("parameters", rows),
            "parameter_count": I64(len(rows)),
            "inputs": I64(d.inputs),
            "outputs": I64(d.outputs),
            "port_types": self._table("port_types", [text(kind) for kind in _PORT_TYPES]),
            "main": text("Main"),
            "run_worker": pointers([worker.run_worker])[0] if d.is_bank else NULL,
        }
        return self._table("library", [cells[name] for name in LIBRARY.names or ()])

    def function(self, entry: Any) -> ir.Function:
        """Return an entry."""
        return self._glue.foreign(symbol(_name(entry)), *c_types(entry.signature))

    def _pointers(self, entries: Sequence[Any]) -> list[Any]:
        return [self.function(entry).bitcast(POINTER) for entry in entries]

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
        return self._glue.table(name, list(cells)).bitcast(POINTER)
