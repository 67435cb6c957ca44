"""The shared library of an LV2 bundle: `lv2_descriptor` and what it leads to [1]_.

References
----------
.. [1] LV2 core specification, version 1.18, http://lv2plug.in/ns/lv2core.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from ronn_jack.export.elf.link import link
from ronn_jack.export.machine.choosing import define_create
from ronn_jack.export.machine.glue import DOUBLE, I32, I64, NULL, POINTER, VOID, Glue, symbol
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.parts import Part

ENTRIES_MODULE = "ronn_jack.export.lv2.ports"
NEEDED = ("libm.so.6", "libc.so.6")
_ENTRY = "lv2_descriptor"


def library(uri: str, name: str, parts: Sequence[Part]) -> bytes:
    """Return the library of a plugin.

    Parameters
    ----------
    parts : sequence of Part
        Those of the targets, the best first.
    """
    glue = Glue("lv2")
    create = define_create(glue, name, [part.target for part in parts])
    descriptor = _descriptor(glue, uri, create)

    def choose(builder: ir.IRBuilder, index: Any) -> None:
        first = builder.icmp_unsigned("==", index, I32(0))
        builder.ret(builder.select(first, descriptor, NULL))

    glue.function(_ENTRY, POINTER, [I32], choose, visible=True)
    entry = glue.object_file(TARGETS[parts[0].target].machine, [_ENTRY])
    return link([entry, *(each for part in parts for each in part.objects)], [_ENTRY], NEEDED)


def _descriptor(glue: Glue, uri: str, create: ir.Function) -> Any:
    """Define the LV2_Descriptor; return a pointer to it."""
    connect = glue.foreign(symbol("lv2_connect"), VOID, [I64, I64, I64])
    run = glue.foreign(symbol("lv2_run"), VOID, [I64, I64])

    def instantiate(builder: ir.IRBuilder, _: Any, rate: Any, path: Any, features: Any) -> None:
        builder.ret(builder.inttoptr(builder.call(create, [rate]), POINTER))

    def connect_port(builder: ir.IRBuilder, handle: Any, port: Any, address: Any) -> None:
        arguments = [_word(builder, handle), builder.zext(port, I64), _word(builder, address)]
        builder.call(connect, arguments)

    def run_block(builder: ir.IRBuilder, handle: Any, frames: Any) -> None:
        builder.call(run, [_word(builder, handle), builder.zext(frames, I64)])

    def call(name: str) -> Any:
        function = glue.heart(name)
        return lambda builder, handle: builder.call(function, [_word(builder, handle)])

    functions = [
        glue.function("instantiate", POINTER, [POINTER, DOUBLE, POINTER, POINTER], instantiate),
        glue.function("connect_port", VOID, [POINTER, I32, POINTER], connect_port),
        glue.function("activate", VOID, [POINTER], call("reset")),
        glue.function("run", VOID, [POINTER, I32], run_block),
        None,  # deactivate
        glue.function("cleanup", VOID, [POINTER], call("destroy")),
        None,  # extension_data
    ]
    pointers = [each.bitcast(POINTER) if each else NULL for each in functions]
    return glue.table("descriptor", [glue.text(uri), *pointers]).bitcast(POINTER)


def _word(builder: ir.IRBuilder, pointer: Any) -> Any:
    return builder.ptrtoint(pointer, I64)
