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
from ronn_jack.realtime.engine_stages import AFTER, BEFORE
from ronn_jack.realtime.kernels.forms.registry import FORMS
from ronn_jack.realtime.kernels.network import process_signal, settle
from ronn_jack.realtime.stages.chain import chain_entries

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
}
"""What a format has, too, that lets a control choose among networks."""
_CALLED_WITH = 6  # arguments, by `call_entry`


STAGES = {
    "eq": ("ronn_jack.realtime.stages.moving_bands.", "ronn_jack.export.plugin.equalising."),
    "reverb": ("ronn_jack.realtime.convolver.", "ronn_jack.export.plugin.memory._open_reverb"),
}
"""How the symbols begin of what only sounds with a stage come to call, by its switch."""


def heart_object(
    more: Mapping[str, Any],
    stages: Collection[str],
    chooses: bool,
    without_features: Collection[str] = (),
) -> bytes:
    """Return the object of all functions but the network's.

    Parameters
    ----------
    stages : collection of str
        Those of STAGES that the sound uses.
    chooses : bool
        Whether the format has OF_BANK.
    more : mapping of str to entry
        What a format has besides FUNCTIONS.
    without_features : collection of str
        As of `Emission.object_file`.
    """
    unused = [each for stage, symbols in STAGES.items() if stage not in stages for each in symbols]
    emission = Emission("heart", tuple(unused))
    symbols = []
    for name, entry in {**FUNCTIONS, **(OF_BANK if chooses else {}), **more}.items():
        symbols.append(symbol(name))
        emission.c_function(entry, symbols[-1])
    for place, kinds in (("before", BEFORE), ("stages", AFTER)):
        run, _, begin = chain_entries(kinds)
        for name, entry in ((f"run_{place}", run), (f"begin_{place}", begin)):
            symbols.append(kernel_symbol(name))
            emission.c_function(entry, symbols[-1])
    return emission.object_file(symbols, without_features=without_features)


def kernels_object(
    target: str, forms: Collection[int], without_features: Collection[str] = ()
) -> bytes:
    """Return the object of the network's functions, whose symbols end by the target's name.

    Parameters
    ----------
    forms : collection of int
        Numbers of those that layers take.
    without_features : collection of str
        As of `Emission.object_file`.
    """
    others = [type(form).__module__ for i, form in enumerate(FORMS) if i not in forms]
    emission = Emission(f"kernels.{target}", tuple(f"{each}." for each in others))
    symbols = [kernel_symbol("process_signal", target), kernel_symbol("settle", target)]
    emission.c_function(process_signal, symbols[0])
    kind = ir.FunctionType(ir.VoidType(), [I64] * _CALLED_WITH)
    function = ir.Function(emission.module, kind, symbols[1])
    builder = ir.IRBuilder(function.append_basic_block())
    emission.call(builder, settle, function.args[:1])
    builder.ret_void()
    return emission.object_file(symbols, without_features=without_features)
