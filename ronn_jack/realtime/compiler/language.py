"""The words that compiled functions are written in: numba's, without numba until one is compiled.

A start whose kernels come from the cache imports neither numba nor LLVM: that spares it most of its
time and of its memory. So what stands here only names what is numba's, and `resolved` gives a
function the real thing in its place.
"""

from __future__ import annotations

import ctypes
import importlib
import types as python_types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Function = Callable[..., Any]


class Deferred:
    """Something of numba's that is made once a function that names it is compiled.

    Parameters
    ----------
    make : callable
        Makes it.
    described : object
        What it is made of, by which a kernel's identity tells it from others.
    """

    def __init__(self, make: Callable[[], Any], described: object = None) -> None:
        self._make: Callable[[], Any] | None = make
        self._made: Any = None
        self.described = described

    def resolve(self) -> Any:
        """Return the real thing, the same one each time."""
        if self._make is not None:
            self._made = self._make()
            self._make = None
        return self._made


class Type(Deferred):
    """A type of compiled code; called with types, the signature of a function that returns it.

    Parameters
    ----------
    name : str
        As numba knows it.
    c_type : type, optional
        As ctypes knows it; None for void, and for what never leaves compiled code.
    make : callable, optional
        Makes numba's type; by default the one of that name.
    """

    def __init__(
        self, name: str, c_type: Any = None, make: Callable[[], Any] | None = None
    ) -> None:
        super().__init__(make or (lambda: getattr(importlib.import_module("numba"), name)), name)
        self.name = name
        self.c_type = c_type

    def __call__(self, *arguments: Any) -> Any:
        """Return a signature."""
        return Signature(self, arguments)


@dataclass(frozen=True)
class Signature:
    """What a compiled function takes and returns."""

    result: Type
    arguments: tuple[Type, ...]

    def __str__(self) -> str:
        return f"{self.result.name}({', '.join(each.name for each in self.arguments)})"

    def c_function(self, address: int) -> Any:
        """Return the function at an address, called by ctypes without the interpreter's lock."""
        arguments = [each.c_type for each in self.arguments]
        return ctypes.CFUNCTYPE(self.result.c_type, *arguments)(address)

    def resolve(self) -> Any:
        """Return numba's signature."""
        return self.result.resolve()(*(each.resolve() for each in self.arguments))


int32: Any = Type("int32", ctypes.c_int32)
int64: Any = Type("int64", ctypes.c_int64)
uint8: Any = Type("uint8", ctypes.c_uint8)
uint32: Any = Type("uint32", ctypes.c_uint32)
uint64: Any = Type("uint64", ctypes.c_uint64)
float32: Any = Type("float32", ctypes.c_float)
float64: Any = Type("float64", ctypes.c_double)
boolean: Any = Type("boolean", ctypes.c_bool)
void: Any = Type("void")
_NUMBERS = (int32, int64, uint8, uint32, uint64, float32, float64)
TYPES: dict[str, Type] = {each.name: each for each in (*_NUMBERS, boolean, void)}


def signature_of(signature: Signature | str) -> Signature:
    """Return a signature that may be told in words, such as "void(int64, float64)"."""
    if isinstance(signature, Signature):
        return signature
    result, _, arguments = signature.rstrip(")").partition("(")
    names = [name.strip() for name in arguments.split(",") if name.strip()]
    return Signature(TYPES[result], tuple(TYPES[name] for name in names))


class _Module:
    """A module that is imported once something of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self._name), name)


types: Any = _Module("numba.core.types")
cgutils: Any = _Module("numba.core.cgutils")
arrayobj: Any = _Module("numba.np.arrayobj")
"""For the bodies of intrinsics alone, which run when something is compiled."""


def intrinsic(function: Function) -> Any:
    """Make what writes a function's LLVM instructions itself; called by compiled code."""
    return Deferred(
        lambda: importlib.import_module("numba.extending").intrinsic(function), function
    )


@intrinsic
def carray(typing_context: Any, pointer: Any, shape: Any, dtype: Any) -> Any:
    """Return the array of a shape and type that lies at a pointer.

    As numba's own, but for the function that this compiles for each of them.
    """
    array = types.Array(dtype.dtype, shape.count, "C")

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return arrayobj.np_cfarray(context, builder, array(pointer, shape), arguments[:2])

    return array(pointer, shape, dtype), codegen


def external(symbol: str, signature: Signature | str) -> Any:
    """Return what compiled code calls by a symbol: a library's, or that of an entry."""
    told = signature_of(signature)
    return Deferred(lambda: types.ExternalFunction(symbol, told.resolve()), f"{symbol}: {told}")


def resolved(function: Function) -> Function:
    """Return a function as numba takes it: what it names of this module is the real thing."""
    assert isinstance(function, python_types.FunctionType)
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    globals_ = dict(function.__globals__)
    for name in names & globals_.keys():
        globals_[name] = _real(globals_[name])
    closure = function.__closure__ and tuple(
        python_types.CellType(_real(cell.cell_contents)) for cell in function.__closure__
    )
    same = python_types.FunctionType(
        function.__code__, globals_, function.__name__, function.__defaults__, closure
    )
    same.__qualname__ = function.__qualname__
    return same


def _real(value: Any) -> Any:
    return value.resolve() if isinstance(value, Deferred) else value


def _codes(code: python_types.CodeType) -> Iterator[python_types.CodeType]:
    """Yield a function's code, and that of those within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, python_types.CodeType):
            yield from _codes(constant)
