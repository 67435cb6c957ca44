"""The compiled functions of a plugin as objects, for the processor that numba compiles for.

The network's own functions are made for each processor that a plugin is for; all others once, for
the plainest of them, since they take little of the time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from llvmlite import ir

from ronn_jack.export.machine.glue import I64, kernel_symbol, symbol
from ronn_jack.export.plugin import bank, instance, state
from ronn_jack.realtime.compiler.building.emit import Emission
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.kernels.network import process_signal, settle

FUNCTIONS: Mapping[str, Any] = {
    "create": instance.create,
    "destroy": instance.destroy,
    "activate": instance.activate,
    "reset": instance.reset,
    "set_control": instance.set_control,
    "get_control": instance.get_control,
    "play": instance.play,
    "tail_frames": instance.tail_frames,
    "save": state.save,
    "load": state.load,
}
OF_BANK: Mapping[str, Any] = {
    "attend": bank.attend,
    "work": bank.work,
    "halt": bank.halt,
    "accompany": bank.accompany,
}
"""What a format has, too, that lets a control choose among networks."""
_CALLED_WITH = 6  # arguments, by `call_entry`


STAGES = {
    "eq": ("ronn_jack.realtime.stages.moving_bands.", "ronn_jack.export.plugin.equalising."),
    "reverb": ("ronn_jack.realtime.convolver.", "ronn_jack.export.plugin.memory._open_reverb"),
}
"""How the symbols begin of what only sounds with a stage come to call, by its switch."""


def heart_object(more: Mapping[str, Any], stages: Collection[str], chooses: bool) -> bytes:
    """Return the object of all functions but the network's.

    Parameters
    ----------
    stages : collection of str
        Those of STAGES that the sound uses.
    chooses : bool
        Whether the format has OF_BANK.
    more : mapping of str to entry
        What a format has besides FUNCTIONS.
    """
    unused = [each for stage, symbols in STAGES.items() if stage not in stages for each in symbols]
    emission = Emission("heart", tuple(unused))
    engine = Engine(1, 1, 48000.0, 0.0, output_seconds=0.0)
    symbols = []
    for name, entry in {**FUNCTIONS, **(OF_BANK if chooses else {}), **more}.items():
        symbols.append(symbol(name))
        emission.c_function(entry, symbols[-1])
    chains = {
        "run_before": engine.chain_before.compiled,
        "run_stages": engine.chain.compiled,
        "begin_before": engine.chain_before.beginning,
        "begin_stages": engine.chain.beginning,
    }
    for name, entry in chains.items():
        symbols.append(kernel_symbol(name))
        emission.c_function(entry, symbols[-1])
    return emission.object_file(symbols)


def kernels_object(target: str) -> bytes:
    """Return the object of the network's functions, whose symbols end by the target's name."""
    emission = Emission(f"kernels.{target}")
    symbols = [kernel_symbol("process_signal", target), kernel_symbol("settle", target)]
    emission.c_function(process_signal, symbols[0])
    kind = ir.FunctionType(ir.VoidType(), [I64] * _CALLED_WITH)
    function = ir.Function(emission.module, kind, symbols[1])
    builder = ir.IRBuilder(function.append_basic_block())
    emission.call(builder, settle, function.args[:1])
    builder.ret_void()
    return emission.object_file(symbols)
