"""Which level of x86-64 a machine has, found out by code that runs on any."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from ronn_jack.export.machine.glue import I32, Glue

# (leaf, register, bits) by the level that asks for them; registers are eax, ebx, ecx, edx.
_ECX, _EBX = 2, 1
_OSXSAVE = 1 << 27
_EXTENDED = 0x80000001
_V2 = [(1, _ECX, 1 << 0 | 1 << 9 | 1 << 13 | 1 << 19 | 1 << 20 | 1 << 23), (_EXTENDED, _ECX, 1)]
_V3 = [
    (1, _ECX, 1 << 12 | 1 << 22 | _OSXSAVE | 1 << 28 | 1 << 29),  # FMA MOVBE OSXSAVE AVX F16C
    (7, _EBX, 1 << 3 | 1 << 5 | 1 << 8),  # BMI1 AVX2 BMI2
    (_EXTENDED, _ECX, 1 << 5),  # LZCNT
]
_V4 = [(7, _EBX, 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31)]  # F DQ CD BW VL
VECTORS_SAVED = 0b110
"""Of the register that XGETBV reads: the system keeps the wide registers."""
WIDEST_SAVED = 0b11100110
_NAME = "processor_level"


def find_level(glue: Glue) -> ir.Function:
    """Define what returns the level: 1 to 4, as an int32.

    A processor that has what a level needs is of no use where the system does not save its
    registers, so XGETBV is asked too.
    """

    def body(builder: ir.IRBuilder) -> None:
        result = builder.alloca(I32)
        builder.store(I32(1), result)
        highest = leaf_of(builder, 0)[0]
        extended = leaf_of(builder, 0x80000000)[0]
        known = builder.and_(
            builder.icmp_unsigned(">=", highest, I32(7)),
            builder.icmp_unsigned(">=", extended, I32(_EXTENDED)),
        )
        with builder.if_then(known), builder.if_then(_has(builder, _V2)):
            builder.store(I32(2), result)
            with builder.if_then(_has(builder, _V3)):
                saved = saved_registers(builder)
                with builder.if_then(all_of(builder, saved, VECTORS_SAVED)):
                    builder.store(I32(3), result)
                    wide = all_of(builder, saved, WIDEST_SAVED)
                    with builder.if_then(builder.and_(wide, _has(builder, _V4))):
                        builder.store(I32(4), result)
        builder.ret(builder.load(result))

    return glue.module.globals.get(_NAME) or glue.function(_NAME, I32, [], body)


def leaf_of(builder: ir.IRBuilder, number: int, part: int = 0) -> list[Any]:
    """Return the four registers that CPUID gives."""
    kind = ir.FunctionType(ir.LiteralStructType([I32] * 4), [I32, I32])
    code = ir.InlineAsm(kind, "cpuid", "={ax},={bx},={cx},={dx},{ax},{cx}", side_effect=True)
    registers = builder.call(code, [I32(number), I32(part)])
    return [builder.extract_value(registers, i) for i in range(4)]


def saved_registers(builder: ir.IRBuilder) -> Any:
    """Return which registers the system keeps, by XGETBV."""
    kind = ir.FunctionType(ir.LiteralStructType([I32] * 2), [I32])
    code = ir.InlineAsm(kind, "xgetbv", "={ax},={dx},{cx}", side_effect=True)
    return builder.extract_value(builder.call(code, [I32(0)]), 0)


def all_of(builder: ir.IRBuilder, value: Any, bits: int) -> Any:
    """Return whether all of some bits are set."""
    mask = I32(bits - (1 << 32) if bits >> 31 else bits)
    return builder.icmp_unsigned("==", builder.and_(value, mask), mask)


def _has(builder: ir.IRBuilder, needed: list[tuple[int, int, int]]) -> Any:
    found = ir.Constant(ir.IntType(1), 1)
    for leaf, register, bits in needed:
        has = all_of(builder, leaf_of(builder, leaf)[register], bits)
        found = builder.and_(found, has)
    return found
