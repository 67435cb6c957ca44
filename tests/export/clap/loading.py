"""A library in the memory of the tests, of the tables and a stand-in heart, without a linker."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import llvmlite.binding as llvm

from ronn_jack.export.clap.tables import ENTRIES, ENTRY, HEART, Control, Description, build_tables
from ronn_jack.parameters import PARAMETERS
from tests.export.clap import stand_in
from tests.export.clap.host import Library

SOUND = [("output_gain", 3.5), ("gate", -90.0), ("mix", 0.25), ("bypass", 0.0)]
"""The stand-in's controls and where the sound has them."""

_kept: list[Any] = []


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


def loaded(description: Description | None = None, too_old: bool = False) -> Library:
    """Return a library whose heart is the stand-in, or none on a machine that is too old."""
    d = description or described()
    limits = [(c.parameter.minimum, c.parameter.maximum, c.default) for c in d.controls]
    heart, address = stand_in.heart_of(limits)
    give = ctypes.CFUNCTYPE(ctypes.c_int64)(lambda: 0 if too_old else address)
    for name, entry in ENTRIES.items():
        llvm.add_symbol(name, entry.address)
    llvm.add_symbol(HEART, ctypes.cast(give, ctypes.c_void_p).value)
    module = llvm.parse_assembly(str(build_tables(d)))
    module.verify()
    machine = llvm.Target.from_default_triple().create_target_machine(codemodel="jitdefault")
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    _kept.append((heart, give, engine))
    return Library(engine.get_global_value_address(ENTRY))
