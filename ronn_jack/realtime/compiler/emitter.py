"""Vector arithmetic as LLVM instructions, for the bodies of the kernels' intrinsics.

One formula, written once with these methods, serves every vector width.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

from ronn_jack.realtime.compiler.host import VECTOR, Vector
from ronn_jack.realtime.compiler.language import cgutils
from ronn_jack.realtime.compiler.memory import CACHE_LINE

INT64 = ir.IntType(64)
FLOAT = ir.FloatType()
_INT32 = ir.IntType(32)


class Emitter:
    """Emits instructions at a builder's position.

    Values are LLVM values: vectors of `lanes` float32, or int64 for addresses and counts.
    """

    def __init__(self, builder: Any, vector: Vector = VECTOR) -> None:
        self.builder = builder
        self.lanes = vector.lanes
        self.vector = vector
        self.type = ir.VectorType(FLOAT, vector.lanes)
        self._integers = ir.VectorType(_INT32, vector.lanes)
        self._suffix = f"v{vector.lanes}f32"

    def of_lanes(self, lanes: int) -> Emitter:
        """Return an emitter of narrower vectors."""
        return Emitter(self.builder, dataclasses.replace(self.vector, lanes=lanes))

    # Memory, by int64 address.

    def load(self, address: Any) -> Any:
        """Load a vector from any multiple of 4 bytes."""
        return self.builder.load(self._pointer(address, self.type), align=4)

    def load_row(self, address: Any, count: int) -> list[Any]:
        """Load consecutive vectors."""
        return [self.load(self.offset(address, 4 * self.lanes * v)) for v in range(count)]

    def prefetch_row(self, address: Any, count: int) -> None:
        """Ask the caches for consecutive vectors; any address will do."""
        pointer = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer, _INT32, _INT32, _INT32])
        function = cgutils.get_or_insert_function(self.builder.module, kind, "llvm.prefetch.p0")
        read, nearest, data = _INT32(0), _INT32(3), _INT32(1)
        for line in range(0, 4 * self.lanes * count, CACHE_LINE):
            target = self.builder.inttoptr(self.offset(address, line), pointer)
            self.builder.call(function, [target, read, nearest, data])

    def store(self, vector: Any, address: Any) -> None:
        """Store a vector at any multiple of 4 bytes."""
        self.builder.store(vector, self._pointer(address, self.type), align=4)

    def store_lanes(self, vector: Any, address: Any, mask: Any) -> None:
        """Store the lanes of a mask, as `lanes_within` returns it, and touch nothing else."""
        pointer = self._pointer(address, self.type)
        arguments = [vector, pointer, _INT32(4), mask]
        kind = ir.FunctionType(ir.VoidType(), [value.type for value in arguments])
        name = f"llvm.masked.store.{self._suffix}.p0"
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        self.builder.call(function, arguments)

    def lanes_within(self, first: Any, end: Any) -> Any:
        """Return which lanes have numbers from `first` to before `end`, two int64."""
        numbers = self.lane_numbers()
        return self.builder.and_(
            self.builder.icmp_signed(">=", numbers, self.splat_integer(first)),
            self.builder.icmp_signed("<", numbers, self.splat_integer(end)),
        )

    def load_float(self, address: Any) -> Any:
        """Load one float32 into all lanes."""
        return self.splat(self.builder.load(self._pointer(address, FLOAT)))

    def load_int64(self, address: Any) -> Any:
        """Load one int64."""
        return self.builder.load(self._pointer(address, INT64))

    def offset(self, address: Any, count: Any, size: int = 1) -> Any:
        """Return address + count · size; `count` is an int64 value or an int."""
        builder = self.builder
        if isinstance(count, int):
            return builder.add(address, INT64(count * size))
        return builder.add(address, builder.mul(count, INT64(size)))

    def vectors(self, frames: Any) -> Any:
        """Return how many vectors cover so many frames."""
        up = self.builder.add(frames, INT64(self.lanes - 1))
        return self.builder.udiv(up, INT64(self.lanes))

    def _pointer(self, address: Any, target: Any) -> Any:
        return self.builder.inttoptr(address, target.as_pointer())

    # Control flow.

    @contextmanager
    def repeat(self, count: Any) -> Iterator[Any]:
        """Loop `count` times; yields the index."""
        with cgutils.for_range(self.builder, count, intp=INT64) as loop:
            yield loop.index

    @contextmanager
    def repeat_while(self, condition: Any) -> Iterator[None]:
        """Loop while `condition()`, which emits a test, holds."""
        builder = self.builder
        test = builder.append_basic_block("test")
        body = builder.append_basic_block("body")
        done = builder.append_basic_block("done")
        builder.branch(test)
        with builder.goto_block(test):
            builder.cbranch(condition(), body, done)
        with builder.goto_block(body):
            yield
            builder.branch(test)
        builder.position_at_end(done)

    def variable(self, initial: Any) -> Any:
        """Return a pointer to a variable that becomes a register."""
        pointer = cgutils.alloca_once(self.builder, initial.type)
        self.builder.store(initial, pointer)
        return pointer

    def advance(self, variable: Any, step: Any) -> None:
        """Add an int64 to a variable."""
        self.builder.store(self.builder.add(self.builder.load(variable), step), variable)

    # Arithmetic.

    def splat(self, scalar: Any) -> Any:
        """Copy a float32 value into all lanes."""
        builder = self.builder
        one = builder.insert_element(ir.Constant(self.type, ir.Undefined), scalar, _INT32(0))
        zeros = ir.Constant(self._integers, [0] * self.lanes)
        return builder.shuffle_vector(one, ir.Constant(self.type, ir.Undefined), zeros)

    def constant(self, value: float) -> Any:
        """Return a constant, rounded to float32, in all lanes."""
        return ir.Constant(self.type, [ir.Constant(FLOAT, value)] * self.lanes)

    def places(self) -> Any:
        """Return the number of each lane, from 0, as float32."""
        return ir.Constant(self.type, [ir.Constant(FLOAT, float(i)) for i in range(self.lanes)])

    def integers(self, value: int) -> Any:
        """Return an int32 constant in all lanes."""
        return ir.Constant(self._integers, [value] * self.lanes)

    def lane_numbers(self) -> Any:
        """Return the number of each lane, from 0, as int32."""
        return ir.Constant(self._integers, list(range(self.lanes)))

    def splat_integer(self, value: Any) -> Any:
        """Copy an int64 value as int32 into all lanes."""
        undefined = ir.Constant(self._integers, ir.Undefined)
        one = self.builder.insert_element(undefined, self.builder.trunc(value, _INT32), _INT32(0))
        zeros = ir.Constant(self._integers, [0] * self.lanes)
        return self.builder.shuffle_vector(one, undefined, zeros)

    def pick(self, a: Any, b: Any, numbers: Any) -> Any:
        """Return lanes of `a`, then of `b`, by their int32 numbers."""
        builder = self.builder
        if self.lanes == 16:
            kind = ir.FunctionType(self.type, [self.type, self._integers, self.type])
            permute = cgutils.get_or_insert_function(
                builder.module, kind, "llvm.x86.avx512.vpermi2var.ps.512"
            )
            return builder.call(permute, [a, numbers, b])
        if self.lanes == 8:
            kind = ir.FunctionType(self.type, [self.type, self._integers])
            permute = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.avx2.permps")
            own = builder.icmp_unsigned("<", numbers, self.integers(self.lanes))
            return builder.select(
                own, builder.call(permute, [a, numbers]), builder.call(permute, [b, numbers])
            )
        result = ir.Constant(self.type, ir.Undefined)
        for lane in range(self.lanes):
            number = builder.extract_element(numbers, _INT32(lane))
            own = builder.icmp_unsigned("<", number, _INT32(self.lanes))
            place = builder.urem(number, _INT32(self.lanes))
            value = builder.select(
                own, builder.extract_element(a, place), builder.extract_element(b, place)
            )
            result = builder.insert_element(result, value, _INT32(lane))
        return result

    def add(self, a: Any, b: Any) -> Any:
        """Return a + b."""
        return self.builder.fadd(a, b)

    def subtract(self, a: Any, b: Any) -> Any:
        """Return a - b."""
        return self.builder.fsub(a, b)

    def multiply(self, a: Any, b: Any) -> Any:
        """Return a · b."""
        return self.builder.fmul(a, b)

    def multiply_add(self, a: Any, b: Any, c: Any) -> Any:
        """Return a · b + c, rounded once where the host can."""
        if self.vector.fused:
            return self._call("llvm.fma", [a, b, c])
        return self.builder.fadd(self.builder.fmul(a, b), c)

    def polynomial(self, x: Any, coefficients: list[float]) -> Any:
        """Return the polynomial with these coefficients, highest power first."""
        result = self.constant(coefficients[0])
        for coefficient in coefficients[1:]:
            result = self.multiply_add(result, x, self.constant(coefficient))
        return result

    def maximum(self, a: Any, b: Any) -> Any:
        """Return the larger; `b` where either is not a number."""
        return self.builder.select(self.builder.fcmp_ordered(">", a, b), a, b)

    def minimum(self, a: Any, b: Any) -> Any:
        """Return the smaller; `b` where either is not a number."""
        return self.builder.select(self.builder.fcmp_ordered("<", a, b), a, b)

    def clamp(self, x: Any, low: float, high: float) -> Any:
        """Return x limited to a range; not-a-number stays."""
        return self.maximum(self.constant(low), self.minimum(self.constant(high), x))

    def where_positive(self, x: Any, positive: Any, other: Any) -> Any:
        """Return `positive` where x > 0, else `other`."""
        return self.builder.select(
            self.builder.fcmp_ordered(">", x, self.constant(0.0)), positive, other
        )

    def divide(self, a: Any, b: Any) -> Any:
        """Return a / b for b well inside float32's range, within 2 ulp."""
        if self.lanes != 16:
            return self.builder.fdiv(a, b)
        # Half the time of the divider: 14 bits from a table, doubled by one Newton step.
        mask = ir.IntType(16)
        kind = ir.FunctionType(self.type, [self.type, self.type, mask])
        table = cgutils.get_or_insert_function(
            self.builder.module, kind, "llvm.x86.avx512.rcp14.ps.512"
        )
        r = self.builder.call(table, [b, self.constant(0.0), mask(0xFFFF)])
        error = self.multiply_add(self.builder.fneg(b), r, self.constant(1.0))
        return self.multiply(a, self.multiply_add(error, r, r))

    def square_root(self, x: Any) -> Any:
        """Return the root of x."""
        return self._call("llvm.sqrt", [x])

    def absolute(self, x: Any) -> Any:
        """Return |x|."""
        return self._call("llvm.fabs", [x])

    # Bits.

    def bits(self, x: Any) -> Any:
        """Return the lanes' bits as int32."""
        return self.builder.bitcast(x, self._integers)

    def floats(self, bits: Any) -> Any:
        """Return int32 bits as float32 lanes."""
        return self.builder.bitcast(bits, self.type)

    def _call(self, name: str, arguments: list[Any]) -> Any:
        kind = ir.FunctionType(self.type, [self.type] * len(arguments))
        function = cgutils.get_or_insert_function(
            self.builder.module, kind, f"{name}.{self._suffix}"
        )
        return self.builder.call(function, arguments)
