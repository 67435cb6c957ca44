"""What stands between a host and compiled functions: tables and short functions, in LLVM's words.

It is compiled for the plainest processor of a kind, so that it runs, and can refuse, on any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import binding, ir

from ronn_jack.export.machine.targets import Target
from ronn_jack.realtime.compiler.elf.objects import AARCH64, X86_64

I8, I16, I32, I64 = (ir.IntType(bits) for bits in (8, 16, 32, 64))
FLOAT, DOUBLE, VOID = ir.FloatType(), ir.DoubleType(), ir.VoidType()
POINTER = I8.as_pointer()
NULL = ir.Constant(POINTER, None)

_PLAIN = {X86_64: "x86-64", AARCH64: "generic"}
_STDERR = 2

HEART: dict[str, tuple[Any, list[Any]]] = {
    "create": (I64, [I64, I64, DOUBLE]),
    "destroy": (VOID, [I64]),
    "activate": (I64, [I64, DOUBLE]),
    "reset": (VOID, [I64]),
    "set_control": (VOID, [I64, I64, DOUBLE]),
    "get_control": (DOUBLE, [I64, I64]),
    "play": (VOID, [I64] * 6),
    "tail_frames": (I64, [I64]),
    "save": (I64, [I64] * 3),
    "load": (I64, [I64] * 3),
    "attend": (I64, [I64] * 2),
    "work": (VOID, [I64]),
    "halt": (VOID, [I64] * 2),
}
"""Result and arguments of the functions that every plugin has."""

Body = Callable[..., None]


def symbol(name: str) -> str:
    """Return the symbol of a function of HEART, or of a format's own."""
    return f"ronn_{name}"


def kernel_symbol(name: str, target: str = "") -> str:
    """Return the symbol of one of KERNELS: of a target's own, where it has its own."""
    return f"ronn_kernel_{name}_{target}".rstrip("_")


def template_symbol(target: str) -> str:
    """Return the symbol of a target's TEMPLATE."""
    return f"ronn_template_{target}"


class Glue:
    """A module in the making.

    Attributes
    ----------
    module : ir.Module
    """

    def __init__(self, name: str) -> None:
        self.module = ir.Module(name)
        self._texts: dict[str, Any] = {}

    def function(
        self, name: str, result: Any, arguments: Sequence[Any], body: Body, visible: bool = False
    ) -> ir.Function:
        """Define a C function; `body` gets the builder and the arguments."""
        function = ir.Function(self.module, ir.FunctionType(result, arguments), name)
        if not visible:
            function.linkage = "internal"
        builder = ir.IRBuilder(function.append_basic_block())
        body(builder, *function.args)
        if not builder.block.is_terminated:
            builder.ret_void()
        return function

    def foreign(self, name: str, result: Any, arguments: Sequence[Any]) -> ir.Function:
        """Return a function that another object or library has."""
        found = self.module.globals.get(name)
        return found or ir.Function(self.module, ir.FunctionType(result, arguments), name)

    def heart(self, name: str) -> ir.Function:
        """Return one of HEART."""
        return self.foreign(symbol(name), *HEART[name])

    def elsewhere(self, name: str) -> Any:
        """Return the address, an integer, of what another object has by that symbol."""
        found = self.module.globals.get(name)
        if found is None:
            found = ir.GlobalVariable(self.module, I8, name)
            found.global_constant = True
        return found.ptrtoint(I64)

    def text(self, text: str) -> Any:
        """Return a pointer to a text."""
        if text not in self._texts:
            data = text.encode() + b"\0"
            self._texts[text] = self.table(f"text.{len(self._texts)}", data)
        return self._texts[text].bitcast(POINTER)

    def table(
        self, name: str, content: bytes | list[Any], visible: bool = False
    ) -> ir.GlobalVariable:
        """Define a constant: bytes, or a structure of constants."""
        if isinstance(content, bytes):
            value = ir.Constant(ir.ArrayType(I8, len(content)), bytearray(content))
        else:
            kind = ir.LiteralStructType([each.type for each in content])
            value = ir.Constant(kind, content)
        variable = ir.GlobalVariable(self.module, value.type, name)
        variable.initializer = value
        variable.global_constant = True
        if not visible:
            variable.linkage = "internal"
        return variable

    def say(self, builder: ir.IRBuilder, text: str) -> None:
        """Write a line where a user may find it."""
        line = f"{text}\n"
        write = self.foreign("write", I64, [I32, POINTER, I64])
        builder.call(write, [I32(_STDERR), self.text(line), I64(len(line.encode()))])

    def object_file(self, target: Target, visible: Sequence[str]) -> bytes:
        """Return the object file, for any processor of a target's machine.

        Parameters
        ----------
        visible : sequence of str
            Symbols that a plugin's host sees.
        """
        return plain_object(self.module, target, visible, outside=True)


def plain_object(
    module: ir.Module, target: Target, visible: Sequence[str], outside: bool = False
) -> bytes:
    """Return the object file of a module that is all written by hand, for a target's machine.

    Parameters
    ----------
    visible : sequence of str
        Symbols that other objects see.
    outside : bool
        Whether they are seen outside of the library, too.
    """
    from ronn_jack.realtime.compiler.building.emit import emitted

    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    binding.initialize_native_asmparser()  # for CPUID
    machine = binding.Target.from_triple(target.triple).create_target_machine(
        cpu=_PLAIN[target.machine], opt=2, reloc="pic", codemodel="small"
    )
    return emitted(module, machine, visible, outside)
