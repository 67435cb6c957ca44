"""The shared library of an LV2 bundle: `lv2_descriptor` [1]_, and a plugin for each target.

References
----------
.. [1] LV2 core specification, version 1.18, http://lv2plug.in/ns/lv2core.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from llvmlite import ir

from ronn_jack.export.elf.link import link
from ronn_jack.export.machine.glue import DOUBLE, I32, I64, NULL, POINTER, VOID, Glue, symbol
from ronn_jack.export.machine.processor import find_level
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.parts import Part

ENTRIES_MODULE = "ronn_jack.export.lv2.ports"
_NEEDED = ("libm.so.6", "libc.so.6")
_ENTRY = "lv2_descriptor"


def library(uri: str, name: str, parts: Sequence[Part]) -> bytes:
    """Return the library of a plugin.

    Parameters
    ----------
    parts : sequence of Part
        Those of the targets, the best first.
    """
    machine = TARGETS[parts[0].target].machine
    glue = Glue("lv2")
    descriptors = [(TARGETS[part.target].level, _descriptor(glue, uri, part)) for part in parts]
    last = TARGETS[parts[-1].target]
    refusal = _refusal(glue, uri, f"ronn-jack: {name} needs a processor {last.words}")
    level = find_level(glue) if any(level for level, _ in descriptors) else None

    def choose(builder: ir.IRBuilder, index: Any) -> None:
        chosen = refusal
        present = builder.call(level, []) if level else I32(0)
        for needed, descriptor in reversed(descriptors):
            fits = builder.icmp_signed(">=", present, I32(needed))
            chosen = builder.select(fits, descriptor, chosen)
        first = builder.icmp_unsigned("==", index, I32(0))
        builder.ret(builder.select(first, chosen, NULL))

    glue.function(_ENTRY, POINTER, [I32], choose, visible=True)
    objects: list[Any] = [glue.object_file(machine, [_ENTRY])]
    for part in parts:
        objects += [part.functions, part.template]
    return link(objects, [_ENTRY], _NEEDED)


def _descriptor(glue: Glue, uri: str, part: Part) -> Any:
    """Define an LV2_Descriptor; return a pointer to it."""
    target = part.target
    heart = partial(glue.heart, target=target)
    connect = glue.foreign(symbol("lv2_connect", target), VOID, [I64, I64, I64])
    run = glue.foreign(symbol("lv2_run", target), VOID, [I64, I64])

    def instantiate(builder: ir.IRBuilder, _: Any, rate: Any, path: Any, features: Any) -> None:
        template = glue.address_of(builder, part.template_symbol)
        handle = builder.call(heart("create"), [template, rate])
        builder.ret(builder.inttoptr(handle, POINTER))

    def connect_port(builder: ir.IRBuilder, handle: Any, port: Any, address: Any) -> None:
        arguments = [_word(builder, handle), builder.zext(port, I64), _word(builder, address)]
        builder.call(connect, arguments)

    def run_block(builder: ir.IRBuilder, handle: Any, frames: Any) -> None:
        builder.call(run, [_word(builder, handle), builder.zext(frames, I64)])

    def call(name: str) -> Any:
        return lambda builder, handle: builder.call(heart(name), [_word(builder, handle)])

    functions = [
        glue.function(f"instantiate_{target}", POINTER, [POINTER, DOUBLE, POINTER, POINTER],
                      instantiate),
        glue.function(f"connect_port_{target}", VOID, [POINTER, I32, POINTER], connect_port),
        glue.function(f"activate_{target}", VOID, [POINTER], call("reset")),
        glue.function(f"run_{target}", VOID, [POINTER, I32], run_block),
        None,
        glue.function(f"cleanup_{target}", VOID, [POINTER], call("destroy")),
        None,
    ]  # fmt: skip
    return _table(glue, f"descriptor_{target}", uri, functions)


def _refusal(glue: Glue, uri: str, words: str) -> Any:
    """Define an LV2_Descriptor that tells why there is no instance."""

    def refuse(builder: ir.IRBuilder, *_: Any) -> None:
        glue.say(builder, words)
        builder.ret(NULL)

    instantiate = glue.function("refuse", POINTER, [POINTER, DOUBLE, POINTER, POINTER], refuse)
    return _table(glue, "descriptor_refused", uri, [instantiate, *[None] * 6])


def _table(glue: Glue, name: str, uri: str, functions: Sequence[Any]) -> Any:
    pointers = [each.bitcast(POINTER) if each else NULL for each in functions]
    return glue.table(name, [glue.text(uri), *pointers]).bitcast(POINTER)


def _word(builder: ir.IRBuilder, pointer: Any) -> Any:
    return builder.ptrtoint(pointer, I64)
