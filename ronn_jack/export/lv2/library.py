"""The shared library of an LV2 bundle: `lv2_descriptor` and what it leads to [1]_.

References
----------
.. [1] LV2 core specification, version 1.18, http://lv2plug.in/ns/lv2core.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from ronn_jack.export.machine.choosing import define_create
from ronn_jack.export.machine.glue import DOUBLE, I32, I64, NULL, POINTER, VOID, Glue, symbol
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.parts import Part
from ronn_jack.realtime.compiler.elf.link import link

SCHEDULE = "http://lv2plug.in/ns/ext/worker#schedule"
INTERFACE = "http://lv2plug.in/ns/ext/worker#interface"
NEEDED = ("libm.so.6", "libc.so.6")
_ENTRY = "lv2_descriptor"


def entries_module(is_bank: bool) -> str:
    """Return the name of the module with LV2's own functions."""
    return f"ronn_jack.export.lv2.{'bank' if is_bank else 'ports'}"


def library(uri: str, name: str, parts: Sequence[Part], is_bank: bool = False) -> bytes:
    """Return the library of a plugin.

    Parameters
    ----------
    parts : sequence of Part
        Those of the targets, the best first.
    is_bank : bool
        Whether a control chooses among networks.
    """
    glue = Glue("lv2")
    create = define_create(glue, name, [part.target for part in parts])
    descriptor = _descriptor(glue, uri, create, is_bank)

    def choose(builder: ir.IRBuilder, index: Any) -> None:
        first = builder.icmp_unsigned("==", index, I32(0))
        builder.ret(builder.select(first, descriptor, NULL))

    glue.function(_ENTRY, POINTER, [I32], choose, visible=True)
    entry = glue.object_file(TARGETS[parts[0].target], [_ENTRY])
    return link([entry, *(each for part in parts for each in part.objects)], [_ENTRY], NEEDED)


def _descriptor(glue: Glue, uri: str, create: ir.Function, is_bank: bool) -> Any:
    """Define the LV2_Descriptor; return a pointer to it."""
    connect = glue.foreign(symbol("lv2_connect"), VOID, [I64, I64, I64])
    run = glue.foreign(symbol("lv2_run"), VOID, [I64, I64])

    def instantiate(builder: ir.IRBuilder, _: Any, rate: Any, path: Any, features: Any) -> None:
        handle = builder.call(create, [rate])
        if is_bank:
            meet = glue.foreign(symbol("lv2_meet"), VOID, [I64, I64, I64])
            with builder.if_then(builder.icmp_signed("!=", handle, I64(0))):
                names = [_word(builder, each) for each in (features, glue.text(SCHEDULE))]
                builder.call(meet, [handle, *names])
        builder.ret(builder.inttoptr(handle, POINTER))

    def connect_port(builder: ir.IRBuilder, handle: Any, port: Any, address: Any) -> None:
        arguments = [_word(builder, handle), builder.zext(port, I64), _word(builder, address)]
        builder.call(connect, arguments)

    def run_block(builder: ir.IRBuilder, handle: Any, frames: Any) -> None:
        builder.call(run, [_word(builder, handle), builder.zext(frames, I64)])

    def call(function: ir.Function) -> Any:
        return lambda builder, handle: builder.call(function, [_word(builder, handle)])

    activate = glue.foreign(symbol("lv2_activate"), VOID, [I64]) if is_bank else glue.heart("reset")
    functions = [
        glue.function("instantiate", POINTER, [POINTER, DOUBLE, POINTER, POINTER], instantiate),
        glue.function("connect_port", VOID, [POINTER, I32, POINTER], connect_port),
        glue.function("activate", VOID, [POINTER], call(activate)),
        glue.function("run", VOID, [POINTER, I32], run_block),
        None,  # deactivate
        glue.function("cleanup", VOID, [POINTER], call(glue.heart("destroy"))),
        _extension_data(glue) if is_bank else None,
    ]
    pointers = [each.bitcast(POINTER) if each else NULL for each in functions]
    return glue.table("descriptor", [glue.text(uri), *pointers]).bitcast(POINTER)


def _extension_data(glue: Glue) -> ir.Function:
    """Define how a host gets the LV2_Worker_Interface; there are no responses to run."""
    work = glue.foreign(symbol("lv2_work"), VOID, [I64])
    compare = glue.foreign("strcmp", I32, [POINTER, POINTER])

    def do_work(builder: ir.IRBuilder, handle: Any, *_: Any) -> None:
        builder.call(work, [_word(builder, handle)])
        builder.ret(I32(0))

    def ignore(builder: ir.IRBuilder, *_: Any) -> None:
        builder.ret(I32(0))

    functions = [
        glue.function("work", I32, [POINTER, POINTER, POINTER, I32, POINTER], do_work),
        glue.function("work_response", I32, [POINTER, I32, POINTER], ignore),
        None,  # end_run
    ]
    pointers = [each.bitcast(POINTER) if each else NULL for each in functions]
    interface = glue.table("worker", pointers).bitcast(POINTER)

    def find(builder: ir.IRBuilder, name: Any) -> None:
        is_worker = builder.icmp_signed(
            "==", builder.call(compare, [name, glue.text(INTERFACE)]), I32(0)
        )
        builder.ret(builder.select(is_worker, interface, NULL))

    return glue.function("extension_data", POINTER, [POINTER], find)


def _word(builder: ir.IRBuilder, pointer: Any) -> Any:
    return builder.ptrtoint(pointer, I64)
