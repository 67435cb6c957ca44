"""The processor's treatment of denormal numbers, which slow the arithmetic of fading signals."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from ronn_jack.realtime.compiler.language import cgutils, intrinsic, types

_MXCSR_FLUSH = 0x8040  # flush-to-zero and denormals-are-zero
_FPCR_FLUSH = 1 << 24

_INT32 = ir.IntType(32)
_INT64 = ir.IntType(64)


def _is_x86(context: Any) -> bool:
    return bool(context.codegen()._llvm_module.triple.startswith(("x86_64", "i686", "amd64")))


def _is_arm(context: Any) -> bool:
    return bool(context.codegen()._llvm_module.triple.startswith(("aarch64", "arm64")))


def _read(context: Any, builder: Any) -> Any:
    module = builder.module
    if _is_x86(context):
        slot = cgutils.alloca_once(builder, _INT32)
        pointer = ir.IntType(8).as_pointer()
        store = cgutils.get_or_insert_function(
            module, ir.FunctionType(ir.VoidType(), [pointer]), "llvm.x86.sse.stmxcsr"
        )
        builder.call(store, [builder.bitcast(slot, pointer)])
        return builder.zext(builder.load(slot), _INT64)
    if _is_arm(context):
        read = cgutils.get_or_insert_function(
            module, ir.FunctionType(_INT64, []), "llvm.aarch64.get.fpcr"
        )
        return builder.call(read, [])
    return _INT64(0)


def _write(context: Any, builder: Any, mode: Any) -> None:
    module = builder.module
    if _is_x86(context):
        slot = cgutils.alloca_once(builder, _INT32)
        builder.store(builder.trunc(mode, _INT32), slot)
        pointer = ir.IntType(8).as_pointer()
        load = cgutils.get_or_insert_function(
            module, ir.FunctionType(ir.VoidType(), [pointer]), "llvm.x86.sse.ldmxcsr"
        )
        builder.call(load, [builder.bitcast(slot, pointer)])
    elif _is_arm(context):
        write = cgutils.get_or_insert_function(
            module, ir.FunctionType(ir.VoidType(), [_INT64]), "llvm.aarch64.set.fpcr"
        )
        builder.call(write, [mode])


@intrinsic
def set_flush_to_zero(typing_context: Any) -> Any:
    """[any-thread] Treat denormals as zero on this thread and return the mode before.

    Does nothing on processors other than x86 and ARM.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        before = _read(context, builder)
        flush = _MXCSR_FLUSH if _is_x86(context) else _FPCR_FLUSH
        _write(context, builder, builder.or_(before, _INT64(flush)))
        return before

    return types.int64(), codegen


@intrinsic
def restore_float_mode(typing_context: Any, mode: Any) -> Any:
    """[any-thread] Set this thread's mode to what `set_flush_to_zero` returned."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _write(context, builder, arguments[0])
        return context.get_dummy_value()

    return types.void(types.int64), codegen
