"""The compiled functions of a plugin as one object, for the processor that numba compiles for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llvmlite import ir

from ronn_jack.export.machine.emit import Emission
from ronn_jack.export.machine.glue import I64, symbol
from ronn_jack.export.plugin import instance, state
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.kernels.network import process_signal

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


def heart_object(target: str, more: Mapping[str, Any]) -> bytes:
    """Return the object file.

    Parameters
    ----------
    target : str
        By which its symbols end.
    more : mapping of str to entry
        What a format has besides FUNCTIONS.
    """
    emission = Emission(f"heart.{target}")
    kernels = _kernels(emission)
    entries = {**FUNCTIONS, **more}
    names = {name: symbol(name, target) for name in entries}
    for name, entry in entries.items():
        if name == "create":
            _create(emission, entry, names[name], kernels)
        else:
            emission.c_function(entry, names[name])
    return emission.object_file(names.values())


def _kernels(emission: Emission) -> ir.GlobalVariable:
    """Define the addresses of what the engine calls by them, in the order of KERNELS."""
    engine = Engine(1, 1, 48000.0, 0.0, output_seconds=0.0)
    compiled = (process_signal, engine.chain_before.compiled, engine.chain.compiled)
    functions = [
        emission.c_function(each, f"ronn_kernel_{number}") for number, each in enumerate(compiled)
    ]
    kind = ir.ArrayType(I64, len(functions))
    table = ir.GlobalVariable(emission.module, kind, "ronn_kernels")
    table.initializer = ir.Constant(kind, [each.ptrtoint(I64) for each in functions])
    table.global_constant = True
    return table


def _create(emission: Emission, entry: Any, name: str, kernels: ir.GlobalVariable) -> None:
    kind = ir.FunctionType(I64, [I64, ir.DoubleType()])
    function = ir.Function(emission.module, kind, name)
    builder = ir.IRBuilder(function.append_basic_block())
    address = builder.ptrtoint(kernels, I64)
    builder.ret(emission.call(builder, entry, [address, *function.args]))
