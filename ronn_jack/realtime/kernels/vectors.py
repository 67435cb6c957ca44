"""Memory by address for compiled code: single values, and rows of float32. [any-thread]

Addresses are int64 and multiples of 4 bytes. A row operation touches exactly its frames.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ronn_jack.realtime.compiler.emitter import FLOAT, INT64, Emitter
from ronn_jack.realtime.compiler.language import intrinsic, types

MIXED = 4
"""Rows that `mix_rows` sums."""


@intrinsic
def load_int64(typing_context: Any, address: Any) -> Any:
    """Return the int64 at an address."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[0], INT64.as_pointer()))

    return types.int64(types.int64), codegen


@intrinsic
def store_int64(typing_context: Any, address: Any, value: Any) -> Any:
    """Write an int64 to an address."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[1], builder.inttoptr(arguments[0], INT64.as_pointer()))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@intrinsic
def load_float32(typing_context: Any, address: Any) -> Any:
    """Return the float32 at an address."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[0], FLOAT.as_pointer()))

    return types.float32(types.int64), codegen


@intrinsic
def copy_frames(typing_context: Any, target: Any, source: Any, frames: Any) -> Any:
    """Copy a row; source and target may not overlap, except where the target lies lower."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, source, frames = arguments
        emit = Emitter(builder)

        def step(lane: Emitter, at: Any) -> None:
            lane.store(lane.load(builder.add(source, at)), builder.add(target, at))

        _every_frame(emit, frames, step)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), codegen


@intrinsic
def copy_rows(
    typing_context: Any, target: Any, target_stride: Any, source: Any, source_stride: Any,
    rows: Any, frames: Any,
) -> Any:  # fmt: skip
    """Copy some frames of several rows; strides in bytes."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, target_stride, source, source_stride, rows, frames = arguments
        emit = Emitter(builder)

        # A column of vectors at a time: rows are many and short.
        def step(lane: Emitter, at: Any) -> None:
            into = emit.variable(builder.add(target, at))
            out_of = emit.variable(builder.add(source, at))
            with emit.repeat(rows):
                lane.store(lane.load(builder.load(out_of)), builder.load(into))
                emit.advance(into, target_stride)
                emit.advance(out_of, source_stride)

        _every_frame(emit, frames, step)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 6), codegen


@intrinsic
def add_frames(typing_context: Any, target: Any, source: Any, frames: Any) -> Any:
    """Add a row to another."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, source, frames = arguments
        emit = Emitter(builder)

        def step(lane: Emitter, at: Any) -> None:
            into = builder.add(target, at)
            lane.store(lane.add(lane.load(into), lane.load(builder.add(source, at))), into)

        _every_frame(emit, frames, step)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), codegen


@intrinsic
def add_scaled_frames(
    typing_context: Any, target: Any, source: Any, scale: Any, frames: Any
) -> Any:
    """Add a row, multiplied, to another."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, source, scale, frames = arguments
        emit = Emitter(builder)

        def step(lane: Emitter, at: Any) -> None:
            into = builder.add(target, at)
            x = lane.load(builder.add(source, at))
            lane.store(lane.multiply_add(x, lane.splat(scale), lane.load(into)), into)

        _every_frame(emit, frames, step)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.float32, types.int64), codegen


@intrinsic
def scale_frames(typing_context: Any, target: Any, scale: Any, shift: Any, frames: Any) -> Any:
    """Replace a row by row · scale + shift."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, scale, shift, frames = arguments
        emit = Emitter(builder)

        def step(lane: Emitter, at: Any) -> None:
            into = builder.add(target, at)
            product = lane.multiply_add(lane.load(into), lane.splat(scale), lane.splat(shift))
            lane.store(product, into)

        _every_frame(emit, frames, step)
        return context.get_dummy_value()

    return types.void(types.int64, types.float32, types.float32, types.int64), codegen


@intrinsic
def glide_frames(
    typing_context: Any, target: Any, scale: Any, scale_slope: Any, shift: Any, shift_slope: Any,
    first: Any, frames: Any,
) -> Any:  # fmt: skip
    """Replace a row by row · scale + shift, both of which move by their slope with each frame.

    Parameters
    ----------
    first : int64
        Slopes that the first frame has behind it.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, scale, scale_slope, shift, shift_slope, first, frames = arguments
        emit = Emitter(builder)

        def step(lane: Emitter, at: Any) -> None:
            into = builder.add(target, at)
            passed = _passed(lane, first, at)
            factor = lane.multiply_add(lane.splat(scale_slope), passed, lane.splat(scale))
            summand = lane.multiply_add(lane.splat(shift_slope), passed, lane.splat(shift))
            lane.store(lane.multiply_add(lane.load(into), factor, summand), into)

        _every_frame(emit, frames, step)
        return context.get_dummy_value()

    return types.void(types.int64, *[types.float32] * 4, types.int64, types.int64), codegen


@intrinsic
def blend_frames(
    typing_context: Any, target: Any, other: Any, first: Any, slope: Any, frames: Any
) -> Any:
    """Move a row towards another: by `first` slopes in its first frame, then one more in each."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, other, first, slope, frames = arguments
        emit = Emitter(builder)

        def step(lane: Emitter, at: Any) -> None:
            into = builder.add(target, at)
            share = lane.multiply(_passed(lane, first, at), lane.splat(slope))
            before = lane.load(into)
            distance = lane.subtract(lane.load(builder.add(other, at)), before)
            lane.store(lane.multiply_add(distance, share, before), into)

        _every_frame(emit, frames, step)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3, types.float32, types.int64), codegen


@intrinsic
def fade_frames(
    typing_context: Any, target: Any, other: Any, first: Any, length: Any, correlation: Any,
    frames: Any,
) -> Any:  # fmt: skip
    """Let a row fade in while another one leaves, as loud as rows of a correlation stay together.

    The curve and its first two derivatives are continuous, so no octave but the fade's own hears
    it. Of its `length`, `first` frames have passed in the row's first frame. `correlation` is a
    float32 from 0 to 1.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, other, first, length, correlation, frames = arguments
        emit = Emitter(builder)
        slope = builder.fdiv(FLOAT(1.0), builder.sitofp(length, FLOAT))
        apart = builder.fmul(FLOAT(-2.0), builder.fsub(FLOAT(1.0), correlation))

        def step(lane: Emitter, at: Any) -> None:
            into = builder.add(target, at)
            one = lane.constant(1.0)
            u = lane.multiply(_passed(lane, first, at), lane.splat(slope))
            u = lane.minimum(u, one)
            share = lane.polynomial(u, [6.0, -15.0, 10.0, 0.0, 0.0, 0.0])
            rest = lane.subtract(one, share)
            power = lane.multiply_add(lane.splat(apart), lane.multiply(share, rest), one)
            leaving = lane.load(builder.add(other, at))
            distance = lane.subtract(lane.load(into), leaving)
            mixture = lane.multiply_add(distance, share, leaving)
            lane.store(lane.builder.fdiv(mixture, lane.square_root(power)), into)

        _every_frame(emit, frames, step)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 4, types.float32, types.int64), codegen


@intrinsic
def mix_rows(
    typing_context: Any, target: Any, sources: Any, stride: Any, shares: Any, count: Any
) -> Any:
    """Write a weighted sum of MIXED rows.

    Parameters
    ----------
    sources, stride : int64
        Address of the first row, bytes from row to row.
    shares : int64
        Address of float32 [shape=(MIXED,)]. With shares of 0 and one of 1, the result is
        that row to the bit.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, sources, stride, shares, count = arguments
        emit = Emitter(builder)
        factors = [
            builder.load(builder.inttoptr(emit.offset(shares, 4 * i), FLOAT.as_pointer()))
            for i in range(MIXED)
        ]
        rows = [sources]
        for _ in range(MIXED - 1):
            rows.append(builder.add(rows[-1], stride))

        def step(lane: Emitter, at: Any) -> None:
            total = lane.constant(0.0)
            for row, factor in zip(rows, factors, strict=True):
                source = lane.load(builder.add(row, at))
                total = lane.multiply_add(lane.splat(factor), source, total)
            lane.store(total, builder.add(target, at))

        _every_frame(emit, count, step)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 5), codegen


@intrinsic
def take_frames(typing_context: Any, target: Any, source: Any, shift: Any, frames: Any) -> Any:
    """Move a row out, adding a constant, and leave zeros."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, source, shift, frames = arguments
        emit = Emitter(builder)

        def step(lane: Emitter, at: Any) -> None:
            out_of = builder.add(source, at)
            lane.store(lane.add(lane.load(out_of), lane.splat(shift)), builder.add(target, at))
            lane.store(lane.constant(0.0), out_of)

        _every_frame(emit, frames, step)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.float32, types.int64), codegen


@intrinsic
def fill_frames(typing_context: Any, target: Any, value: Any, frames: Any) -> Any:
    """Set a row to one value."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, value, frames = arguments
        emit = Emitter(builder)

        def step(lane: Emitter, at: Any) -> None:
            lane.store(lane.splat(value), builder.add(target, at))

        _every_frame(emit, frames, step)
        return context.get_dummy_value()

    return types.void(types.int64, types.float32, types.int64), codegen


def _passed(lane: Emitter, first: Any, at: Any) -> Any:
    """Return `first` plus each lane's place in the row, as float32."""
    frame = lane.builder.add(first, lane.builder.udiv(at, INT64(4)))
    return lane.add(lane.splat(lane.builder.sitofp(frame, FLOAT)), lane.places())


def _every_frame(emit: Emitter, frames: Any, step: Callable[[Emitter, Any], None]) -> None:
    """Emit `step(emitter, bytes from the first frame)` for wide vectors, then narrower ones."""
    builder = emit.builder
    at = emit.variable(INT64(0))
    for lanes in sorted({emit.lanes, 4, 1}, reverse=True):
        lane = emit.of_lanes(lanes)

        def more(lanes: int = lane.lanes) -> Any:
            return builder.icmp_signed("<=", builder.add(builder.load(at), INT64(lanes)), frames)

        with emit.repeat_while(more):
            step(lane, builder.mul(builder.load(at), INT64(4)))
            emit.advance(at, INT64(lane.lanes))
