"""Makes an instance with the kernels that suit the machine, or says why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from ronn_jack.export.machine.features import features_here, find_features
from ronn_jack.export.machine.glue import (
    DOUBLE,
    I8,
    I32,
    I64,
    Glue,
    kernel_symbol,
    template_symbol,
)
from ronn_jack.export.machine.processor import find_level
from ronn_jack.export.machine.targets import TARGETS, Target
from ronn_jack.export.plugin.records import KERNELS, OF_NETWORK
from ronn_jack.realtime.compiler.elf.objects import X86_64
from ronn_jack.realtime.retiming import HIGHEST_RATE, LOWEST_RATE


def define_create(glue: Glue, name: str, targets: Sequence[str]) -> ir.Function:
    """Define `create(rate)`, which returns an instance's handle, or 0 after it has said why.

    Parameters
    ----------
    name : str
        The plugin's, for what is said.
    targets : sequence of str
        Names of the processors that it has kernels for, the best first.
    """
    tables = {target: _table(glue, target) for target in targets}
    suits = _Suiting(glue)
    least = TARGETS[targets[-1]]
    refusal = _refusal(name, least)
    trouble = (
        f"{name}: there is not enough memory, or the sample rate is not within "
        f"{LOWEST_RATE:.0f} to {HIGHEST_RATE:.0f} Hz"
    )

    def create(builder: ir.IRBuilder, rate: Any) -> None:
        kernels, template = I64(0), I64(0)
        for target in reversed(targets):
            fits = suits.on(builder, TARGETS[target])
            kernels = builder.select(fits, tables[target].ptrtoint(I64), kernels)
            own = glue.elsewhere(template_symbol(target))
            template = builder.select(fits, own, template)
        with builder.if_then(builder.icmp_signed("==", template, I64(0)), likely=False):
            glue.say(builder, refusal)
            builder.ret(I64(0))
        handle = builder.call(glue.heart("create"), [kernels, template, rate])
        with builder.if_then(builder.icmp_signed("==", handle, I64(0)), likely=False):
            glue.say(builder, trouble)
        builder.ret(handle)

    return glue.function("create", I64, [DOUBLE], create)


def define_check(glue: Glue, name: str, targets: Sequence[Target]) -> ir.Function:
    """Define `check()`, which returns 1, or 0 after it has said that the machine is too old.

    Parameters
    ----------
    targets : sequence of Target
        As of `define_create`.
    """
    least = targets[-1]

    def check(builder: ir.IRBuilder) -> None:
        fits = _Suiting(glue).on(builder, least)
        with builder.if_then(builder.not_(fits), likely=False):
            glue.say(builder, _refusal(name, least))
            builder.ret(I8(0))
        builder.ret(I8(1))

    return glue.function("check", I8, [], check)


class _Suiting:
    """Asks in code that runs on any machine whether it suits a target."""

    def __init__(self, glue: Glue) -> None:
        self._glue = glue

    def on(self, builder: ir.IRBuilder, target: Target) -> Any:
        """Return whether the machine does."""
        if target.level:
            level = builder.call(find_level(self._glue), [])
            return builder.icmp_signed(">=", level, I32(target.level))
        if target.machine != X86_64:
            return ir.Constant(ir.IntType(1), 1)
        needed = features_here() if target.needed is None else target.needed
        has = builder.call(find_features(self._glue, needed), [])
        return builder.icmp_signed("!=", has, I32(0))


def _refusal(name: str, least: Target) -> str:
    if not least.level:
        return (
            f"{name}: this plugin was made for the processor of another machine (--cpu native), "
            "and this one has not all that it has"
        )
    return f"{name}: this plugin needs a processor {least.words}, and this one is older"


def _table(glue: Glue, target: str) -> ir.GlobalVariable:
    """Define the addresses of KERNELS as a target has them."""
    symbols = [kernel_symbol(name, target if name in OF_NETWORK else "") for name in KERNELS]
    return glue.table(f"kernels_{target}", [glue.elsewhere(symbol) for symbol in symbols])
