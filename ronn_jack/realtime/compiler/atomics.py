"""[any-thread] Memory by address: pointers, and the atomic operations that threads meet through.

Addresses are plain int64, so that the address of a field is the address of its record plus the
field's offset, and one compiled signature serves every record.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from ronn_jack.realtime.compiler.language import cgutils, intrinsic, types

_I64 = ir.IntType(64)


@intrinsic
def pointer(typingctx: Any, address: Any) -> Any:
    """Return `address` (int64) as a void pointer, for `numba.carray`."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), codegen


@intrinsic
def load_acquire(typingctx: Any, address: Any) -> Any:
    """Return the int64 at `address`; what its writer wrote before it is visible after."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target = builder.inttoptr(args[0], _I64.as_pointer())
        return builder.load_atomic(target, "acquire", 8, typ=_I64)

    return types.int64(types.int64), codegen


@intrinsic
def store_release(typingctx: Any, address: Any, value: Any) -> Any:
    """Store `value` (int64) at `address`, after everything this thread wrote before."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target = builder.inttoptr(args[0], _I64.as_pointer())
        builder.store_atomic(args[1], target, "release", 8)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@intrinsic
def exchange(typingctx: Any, address: Any, value: Any) -> Any:
    """Put `value` (int64) at `address` and return what was there, in one step."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target = builder.inttoptr(args[0], _I64.as_pointer())
        return builder.atomic_rmw("xchg", target, args[1], "acq_rel")

    return types.int64(types.int64, types.int64), codegen
