"""One object file of many entries: their modules linked, all but a few symbols hidden."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from llvmlite import binding, ir

from ronn_jack.export.machine.numba_api import call, host, module_of, native_of
from ronn_jack.realtime.compiler.compile import LINKED


class Emission:
    """A module of LLVM in the making, with the entries that it calls.

    Parameters
    ----------
    name : str
    without : tuple of str
        How the symbols begin of entries that nobody comes to call: they do nothing.

    Attributes
    ----------
    module : ir.Module
        What is written by hand around the entries.
    """

    def __init__(self, name: str, without: tuple[str, ...] = ()) -> None:
        self.module = ir.Module(name)
        self._without = without
        self._entries: dict[str, Any] = {}

    def call(self, builder: ir.IRBuilder, entry: Any, arguments: Sequence[Any]) -> Any:
        """Call an entry; return its result, or None if it has none."""
        self._entries[native_of(entry).name] = entry
        return call(self.module, builder, entry, list(arguments))

    def c_function(self, entry: Any, symbol: str) -> ir.Function:
        """Define a C function of an entry's signature that calls it."""
        native = native_of(entry)
        function_type = ir.FunctionType(native.result, native.arguments)
        function = self.module.globals.get(symbol) or ir.Function(
            self.module, function_type, symbol
        )
        builder = ir.IRBuilder(function.append_basic_block())
        result = self.call(builder, entry, function.args)
        if result is None:
            builder.ret_void()
        else:
            builder.ret(result)
        return function

    def object_file(self, visible: Iterable[str]) -> bytes:
        """Return an object file in which all symbols but the `visible` ones are local."""
        target = host()
        whole = self._linked(target.data_layout, target.triple)
        machine = target.target_machine()
        return finished(whole, machine, set(visible))

    def _linked(self, data_layout: str, triple: str) -> Any:
        """Return everything in one module: what refers to a symbol of LINKED brings that too."""
        self.module.triple = triple
        while True:
            whole = binding.parse_assembly(str(self.module))
            whole.data_layout = data_layout
            for entry in self._entries.values():
                whole.link_in(module_of(entry))
            missing = [f.name for f in whole.functions if f.is_declaration and f.name in LINKED]
            if not missing:
                return whole
            for symbol in missing:
                if symbol.startswith(self._without):
                    self._nothing(LINKED[symbol], symbol)
                else:
                    self.c_function(LINKED[symbol], symbol)

    def _nothing(self, entry: Any, symbol: str) -> None:
        """Define a C function of an entry's signature that does nothing."""
        native = native_of(entry)
        kind = ir.FunctionType(native.result, native.arguments)
        builder = ir.IRBuilder(ir.Function(self.module, kind, symbol).append_basic_block())
        if isinstance(native.result, ir.VoidType):
            builder.ret_void()
        else:
            builder.ret(ir.Constant(native.result, 0))


def finished(whole: Any, machine: Any, visible: set[str], outside: bool = False) -> bytes:
    """Hide all but the visible symbols, drop what is not used, and return machine code.

    Parameters
    ----------
    outside : bool
        Whether those are seen outside of the library, too, and not only by its other objects.
    """
    for value in (*whole.functions, *whole.global_variables):
        if not value.is_declaration:
            value.linkage = "external" if value.name in visible else "internal"
            value.visibility = "hidden" if value.name in visible and not outside else "default"
    whole.verify()
    passes = binding.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(
        whole, binding.create_pass_builder(machine, binding.create_pipeline_tuning_options())
    )
    code: bytes = machine.emit_object(whole)
    return code


def emitted(module: ir.Module, machine: Any, visible: Iterable[str], outside: bool) -> bytes:
    """Return the object file of a module that is all written by hand."""
    module.triple = machine.triple
    whole = binding.parse_assembly(str(module))
    whole.data_layout = str(machine.target_data)
    return finished(whole, machine, set(visible), outside)
