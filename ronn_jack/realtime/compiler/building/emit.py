"""One object file of many entries: their modules linked, all but a few symbols hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from llvmlite import binding, ir

from ronn_jack.realtime.compiler.building.numba_api import (
    Compiled,
    c_types,
    call,
    host,
    module_of,
    native_of,
)
from ronn_jack.realtime.compiler.language import Signature
from ronn_jack.realtime.compiler.loading import LINKED
from ronn_jack.realtime.compiler.machine_code import MachineCode


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
        self._codes: dict[str, MachineCode | Compiled] = {}

    def call(self, builder: ir.IRBuilder, entry: Any, arguments: Sequence[Any]) -> Any:
        """Call an entry; return its result, or None if it has none."""
        return self._call(builder, entry.code(), entry.signature, arguments)

    def c_function(self, entry: Any, symbol: str) -> ir.Function:
        """Define a C function of an entry's signature that calls it."""
        return self.wrapper(entry.code(), entry.signature, symbol)

    def wrapper(
        self, code: MachineCode | Compiled, signature: Signature, symbol: str
    ) -> ir.Function:
        """Define a C function that calls what was compiled."""
        function_type = ir.FunctionType(*c_types(signature))
        function = self.module.globals.get(symbol) or ir.Function(
            self.module, function_type, symbol
        )
        builder = ir.IRBuilder(function.append_basic_block())
        result = self._call(builder, code, signature, function.args)
        if result is None:
            builder.ret_void()
        else:
            builder.ret(result)
        return function

    def object_file(
        self,
        visible: Iterable[str],
        whole: bool = True,
        without_features: Collection[str] = (),
    ) -> bytes:
        """Return an object file in which all symbols but the `visible` ones are local.

        Parameters
        ----------
        whole : bool
            Whether it has to hold what it refers to by a symbol of LINKED.
        without_features : collection of str
            What this processor has and the code is not to be made of, by LLVM's names.
        """
        target = host()
        self.module.triple = target.triple
        linked = self._linked(target.data_layout)
        while whole and self._define_missing(linked):
            linked = self._linked(target.data_layout)
        return finished(linked, target.target_machine(without_features), set(visible))

    def _call(
        self,
        builder: ir.IRBuilder,
        code: MachineCode | Compiled,
        signature: Signature,
        arguments: Sequence[Any],
    ) -> Any:
        native = native_of(code, signature)
        self._codes[native.name] = code
        return call(self.module, builder, native, list(arguments))

    def _linked(self, data_layout: str) -> Any:
        """Return everything in one module."""
        linked = binding.parse_assembly(str(self.module))
        linked.data_layout = data_layout
        for code in self._codes.values():
            linked.link_in(module_of(code))
        return linked

    def _define_missing(self, linked: Any) -> bool:
        """Define what a module refers to by a symbol of LINKED; return whether there was any."""
        missing = [f.name for f in linked.functions if f.is_declaration and f.name in LINKED]
        for symbol in missing:
            if symbol.startswith(self._without):
                self._nothing(LINKED[symbol], symbol)
            else:
                self.c_function(LINKED[symbol], symbol)
        return bool(missing)

    def _nothing(self, entry: Any, symbol: str) -> None:
        """Define a C function of an entry's signature that does nothing."""
        result, arguments = c_types(entry.signature)
        kind = ir.FunctionType(result, arguments)
        builder = ir.IRBuilder(ir.Function(self.module, kind, symbol).append_basic_block())
        if isinstance(result, ir.VoidType):
            builder.ret_void()
        else:
            builder.ret(ir.Constant(result, 0))


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
