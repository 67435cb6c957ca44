"""All that is used of numba beyond its documented interface.

A compiled entry is a C function around a native one. The native one is what is exported: it takes
the address of its result, the address of an exception, and then the arguments, and returns a
status. The C function around it refers to the interpreter, and is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from llvmlite import binding, ir
from numba.core import types
from numba.core.registry import cpu_target

_PREFIX = "cfunc."
_I64 = ir.IntType(64)
_STATUS = ir.IntType(32)
_EXCEPTION = ir.IntType(8).as_pointer()

IR_TYPES = {
    types.int64: _I64,
    types.int32: ir.IntType(32),
    types.uint32: ir.IntType(32),
    types.uint8: ir.IntType(8),
    types.float64: ir.DoubleType(),
    types.float32: ir.FloatType(),
    types.void: ir.VoidType(),
}


@dataclass(frozen=True)
class Native:
    """The native function of an entry.

    Attributes
    ----------
    name : str
        Its symbol in the module.
    arguments : list
        LLVM types.
    result : LLVM type
    """

    name: str
    arguments: list[Any]
    result: Any


def native_of(entry: Any) -> Native:
    """Return the native function of an entry."""
    wrapper = entry._wrapper_name
    assert wrapper.startswith(_PREFIX), wrapper
    arguments = [IR_TYPES[each] for each in entry._sig.args]
    return Native(wrapper.removeprefix(_PREFIX), arguments, IR_TYPES[entry._sig.return_type])


def module_of(entry: Any) -> Any:
    """Return a copy of the optimised module that holds an entry and all that it calls."""
    return entry._library._get_module_for_linking().clone()


def call(module: ir.Module, builder: ir.IRBuilder, entry: Any, arguments: list[Any]) -> Any:
    """Call the native function of an entry; return its result, or None if it has none."""
    native = native_of(entry)
    empty = isinstance(native.result, ir.VoidType)
    result = (_EXCEPTION if empty else native.result).as_pointer()
    function_type = ir.FunctionType(_STATUS, [result, _EXCEPTION.as_pointer(), *native.arguments])
    function = module.globals.get(native.name) or ir.Function(module, function_type, native.name)
    slot = builder.alloca(_EXCEPTION if empty else native.result)
    builder.store(ir.Constant(slot.type.pointee, None if empty else 0), slot)
    builder.call(function, [slot, builder.alloca(_EXCEPTION), *arguments])
    return None if empty else builder.load(slot)


@dataclass(frozen=True)
class Host:
    """What numba compiles for in this process."""

    triple: str
    processor: str
    features: str
    data_layout: str

    def target_machine(self) -> Any:
        """Return what makes position-independent code of modules."""
        return binding.Target.from_triple(self.triple).create_target_machine(
            cpu=self.processor, features=self.features, opt=3, reloc="pic", codemodel="small"
        )


def host() -> Host:
    """Return what numba compiles for in this process."""
    codegen = cpu_target.target_context.codegen()
    triple, processor, features = codegen.magic_tuple()
    return Host(triple, processor, features, codegen._data_layout)
