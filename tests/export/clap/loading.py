"""A library in the memory of the tests, of the tables and a stand-in heart, without a linker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import llvmlite.binding as llvm

from ronn_jack.export.clap.tables import ENTRIES, ENTRY, Description, define_entry
from ronn_jack.export.machine.choosing import define_check
from ronn_jack.export.machine.glue import DOUBLE, I64, Glue, symbol
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.parameters import PARAMETERS, Parameter
from tests.export.clap import stand_in
from tests.export.clap.host import Library

SOUND = [("output_gain", 3.5), ("gate", -90.0), ("mix", 0.25), ("bypass", 0.0)]
"""The stand-in's controls and where the sound has them."""
NATIVE = TARGETS["native"]
FUTURE = replace(NATIVE, level=5, words="of the future")
"""What no machine has."""

# As numba does, which need not be loaded where the cache holds all.
llvm.initialize_native_target()
llvm.initialize_native_asmprinter()
llvm.initialize_native_asmparser()  # for CPUID
_kept: list[Any] = []


@dataclass(frozen=True)
class Control:
    parameter: Parameter
    default: float


def controls(sound: Sequence[tuple[str, float]] = SOUND) -> list[Control]:
    return [Control(PARAMETERS[name], value) for name, value in sound]


def described(identifier: str = "org.ronn-jack.stand-in", **fields: Any) -> Description:
    return Description(
        **{
            "identifier": identifier, "name": "Stand-in", "version": "1.2.3",
            "description": "A gain", "inputs": 2, "outputs": 2, "controls": controls(),
        }
        | fields
    )  # fmt: skip


def loaded(description: Description | None = None, future: bool = False) -> Library:
    """Return a library whose heart is the stand-in, for this machine or for one of the future."""
    d = description or described()
    limits = [(c.parameter.minimum, c.parameter.maximum, c.default) for c in d.controls]
    template = stand_in.template(limits)
    functions = {**ENTRIES, **stand_in.HEART}
    for name, entry in functions.items():
        llvm.add_symbol(symbol(name), entry.address)
    glue = Glue("clap")
    check = define_check(glue, d.name, [FUTURE if future else NATIVE])

    def create(builder: Any, rate: Any) -> None:
        made = glue.heart("create")
        builder.ret(builder.call(made, [I64(0), I64(template.ctypes.data), rate]))

    define_entry(glue, d, check, glue.function("create", I64, [DOUBLE], create))
    module = llvm.parse_assembly(str(glue.module))
    module.verify()
    machine = llvm.Target.from_default_triple().create_target_machine(codemodel="jitdefault")
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    _kept.append((template, engine))
    return Library(engine.get_global_value_address(ENTRY))
