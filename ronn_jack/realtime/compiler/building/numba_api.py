"""All that is used of numba beyond its documented interface.

What is compiled is numba's native function, without what would let the interpreter call it. It
takes the address of its result, the address of an exception, and then the arguments, and returns a
status.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numba
from llvmlite import binding, ir
from numba import _dynfunc
from numba.core import compiler, typed_passes, untyped_passes
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import PassManager
from numba.core.registry import cpu_target

from ronn_jack.realtime.compiler.language import Signature
from ronn_jack.realtime.compiler.machine_code import MachineCode

# Unrolled, a loop of unknown length is a copy of a tile's body for each turn: it took 40 % of the
# time to compile, and small layers a tenth of theirs to find their way through it.
binding.set_option("ronn_jack", "-unroll-runtime=false")

_PASSES = (
    untyped_passes.TranslateByteCode,
    untyped_passes.FixupArgs,
    untyped_passes.IRProcessing,
    untyped_passes.GenericRewrites,
    untyped_passes.InlineInlinables,
    untyped_passes.DeadBranchPrune,
    untyped_passes.ReconstructSSA,
    typed_passes.NopythonTypeInference,
    typed_passes.PreLowerStripPhis,
    typed_passes.NoPythonSupportedFeatureValidation,
    typed_passes.IRLegalization,
    typed_passes.NativeLowering,
    typed_passes.NoPythonBackend,
)
"""Of numba's passes those that our functions need."""


class _Passes(compiler.CompilerBase):  # type: ignore[misc]
    """What numba does to a function."""

    def define_pipelines(self) -> list[Any]:
        """Return its passes."""
        manager = PassManager("ronn_jack")
        for each in _PASSES:
            manager.add_pass(each, each.__name__)
        manager.finalize()
        return [manager]


_OPTIONS = {
    "error_model": "numpy",
    "boundscheck": False,
    "fastmath": False,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}

_NOWHERE = 1
"""Address of what is never called."""

_I64 = ir.IntType(64)
_STATUS = ir.IntType(32)
_EXCEPTION = ir.IntType(8).as_pointer()

IR_TYPES = {
    "int64": _I64,
    "int32": ir.IntType(32),
    "uint32": ir.IntType(32),
    "uint8": ir.IntType(8),
    "boolean": ir.IntType(1),
    "float64": ir.DoubleType(),
    "float32": ir.FloatType(),
    "void": ir.VoidType(),
}


def callee(function: Callable[..., Any], signature: Any) -> Any:
    """Return what compiled code calls, and what is compiled once it does."""
    dispatcher = numba.njit(pipeline_class=_Passes, **_OPTIONS)(function)
    resolve = dispatcher.get_call_template

    def resolve_compiled(args: Any, keywords: Any) -> Any:
        if not dispatcher.overloads:
            dispatcher.compile(signature)
            dispatcher.disable_compile()
        return resolve(args, keywords)

    dispatcher.get_call_template = resolve_compiled
    return dispatcher


def part(function: Callable[..., Any]) -> Any:
    """Return what becomes part of each compiled function that calls it."""
    return numba.njit(inline="always", **_OPTIONS)(function)


@dataclass(frozen=True)
class Compiled:
    """A function that numba has compiled to an optimised module."""

    native: str
    bitcode: bytes
    lasting: bool


def compiled(
    function: Callable[..., Any], signature: Any, optimise_callees: bool = False
) -> Compiled:
    """Compile a function for a signature of numba's.

    Parameters
    ----------
    optimise_callees : bool
        Whether what it calls is optimised by itself, too, before it is with the function.
    """
    flags = compiler.Flags()
    cpu_target.options.parse_as_flags(flags, {"nopython": True, **_OPTIONS})
    flags.no_compile = True
    with global_compiler_lock, _running_nothing(optimise_callees):
        made = compiler.compile_extra(
            cpu_target.typing_context,
            cpu_target.target_context,
            function,
            signature.args,
            signature.return_type,
            flags,
            {},
            pipeline_class=_Passes,
        )
        module = made.library._get_module_for_linking()
    return Compiled(
        made.fndesc.mangled_name, module.as_bitcode(), not made.library.has_dynamic_globals
    )


@contextmanager
def _running_nothing(optimise_callees: bool) -> Iterator[None]:
    """Let numba compile without making what it compiles callable in this process.

    All that is called would be compiled to machine code for its own, which takes as long again.
    And it would be optimised by itself and once more in each function that calls it, and so on.
    """
    context = cpu_target.target_context
    codegen = context.codegen()

    def stand_in(library: Any, description: Any, environment: Any) -> Any:
        if not optimise_callees:
            library._optimize_final_module = lambda: None
        library._ensure_finalized()
        module, name = description.lookup_module(), description.qualname.split(".")[-1]
        return _dynfunc.make_function(module, name, "", _NOWHERE, environment, (library,))

    context.get_executable = stand_in
    codegen._add_module = lambda module: None
    try:
        yield
    finally:
        del context.get_executable, codegen._add_module


@dataclass(frozen=True)
class Native:
    """A native function.

    Attributes
    ----------
    name : str
        Its symbol in the module.
    arguments : list
        LLVM types.
    result : LLVM type
    """

    name: str
    arguments: list[Any]
    result: Any


def c_types(signature: Signature) -> tuple[Any, list[Any]]:
    """Return LLVM's types of a function's result and arguments."""
    arguments = [IR_TYPES[each.name] for each in signature.arguments]
    return IR_TYPES[signature.result.name], arguments


def native_of(code: MachineCode | Compiled, signature: Signature) -> Native:
    """Return the native function of an entry of a signature."""
    result, arguments = c_types(signature)
    return Native(code.native, arguments, result)


def module_of(code: MachineCode | Compiled) -> Any:
    """Return a copy of the optimised module that holds an entry and all that it calls."""
    return binding.parse_bitcode(code.bitcode)


def call(module: ir.Module, builder: ir.IRBuilder, native: Native, arguments: list[Any]) -> Any:
    """Call a native function; return its result, or None if it has none."""
    empty = isinstance(native.result, ir.VoidType)
    result = (_EXCEPTION if empty else native.result).as_pointer()
    function_type = ir.FunctionType(_STATUS, [result, _EXCEPTION.as_pointer(), *native.arguments])
    function = module.globals.get(native.name) or ir.Function(module, function_type, native.name)
    slot = builder.alloca(_EXCEPTION if empty else native.result)
    builder.store(ir.Constant(slot.type.pointee, None if empty else 0), slot)
    builder.call(function, [slot, builder.alloca(_EXCEPTION), *arguments])
    return None if empty else builder.load(slot)


@dataclass(frozen=True)
class Host:
    """What numba compiles for in this process."""

    triple: str
    processor: str
    features: str
    data_layout: str

    def target_machine(self, without: Collection[str] = ()) -> Any:
        """Return what makes position-independent code of modules, without some of the features."""
        features = ",".join(filter(None, (self.features, *(f"-{each}" for each in without))))
        return binding.Target.from_triple(self.triple).create_target_machine(
            cpu=self.processor, features=features, opt=3, reloc="pic", codemodel="small"
        )


def host() -> Host:
    """Return what numba compiles for in this process."""
    codegen = cpu_target.target_context.codegen()
    triple, processor, features = codegen.magic_tuple()
    if sys.platform == "darwin":
        triple += "-elf"  # the format that we can link
    return Host(triple, processor, features, codegen._data_layout)
