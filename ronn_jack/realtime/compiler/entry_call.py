"""[any-thread] Call a compiled entry by its address.

A function that several entries call directly is compiled into each of them. The network's kernel is
large, so it is compiled once, as an entry of its own, and reached through a pointer.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from ronn_jack.realtime.compiler.language import intrinsic, types

_I64 = ir.IntType(64)
_ARGUMENTS = 6


@intrinsic
def call_entry(typingctx: Any, address: Any, a: Any, b: Any, c: Any, d: Any, e: Any, f: Any) -> Any:
    """Call an entry of the signature void(int64 × 6) at `address`."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function_type = ir.FunctionType(ir.VoidType(), [_I64] * _ARGUMENTS)
        function = builder.inttoptr(args[0], function_type.as_pointer())
        builder.call(function, args[1:])
        return context.get_dummy_value()

    return types.void(*[types.int64] * (_ARGUMENTS + 1)), codegen


@intrinsic
def call_at_rate(typingctx: Any, address: Any, state: Any, rate: Any) -> Any:
    """Call an entry of the signature void(int64, float64) at `address`."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function_type = ir.FunctionType(ir.VoidType(), [_I64, ir.DoubleType()])
        function = builder.inttoptr(args[0], function_type.as_pointer())
        builder.call(function, args[1:])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.float64), codegen
