"""Depthwise convolution that sums up frames to come while a history is at hand. [any-thread]

Where taps are far apart, reading them takes longer than multiplying: every tap of every channel
lies elsewhere. So of three frames a dilation apart, the first reads them for all three: for itself,
and, with as many taps as have been heard, for the two to come, which it leaves behind for them:

    first:   y(n) = b + w0 x(n-3) + w1 x(n-2) + w2 x(n-1) + w3 x(n)
             kept:  b + w0 x(n-2) + w1 x(n-1) + w2 x(n)  and  b + w0 x(n-1) + w1 x(n)
    second:  y(n+1) = the one that was kept + w3 x(n+1)
    third:   y(n+2) = the other + w2 x(n+1) + w3 x(n+2)

A sum grows from the oldest tap to the newest in every way, so it has the same bits. Frames that
are a dilation apart lie side by side: a vector of frames, then what came a dilation later, and so
on, in a ring of `ring_slots` vectors. So a channel's taps are one stretch of memory. What is kept
lies where the frames will come that it is for, in place of ones that nothing reads any more, not
even where sums are computed whole at every time.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.emitter import INT64, Emitter
from ronn_jack.realtime.compiler.language import intrinsic, types
from ronn_jack.realtime.kernels.convolution import cover_frames, start_sums

AHEAD = 3
"""Frames, a dilation apart, that are summed up at once; layers have as many taps at least."""
_SPARE = AHEAD - 2
WIDTHS = [4, 2, 1]
"""Vectors of a tile, of which each has AHEAD sums."""


def ring_slots(kernel: int) -> int:
    """Return how many vectors a ring of frames a dilation apart has."""
    return kernel + _SPARE


ring_slots_of = native("int64(int64)")(ring_slots)
"""The same in compiled code."""


@intrinsic
def convolve_ahead(
    typing_context: Any, rows: Any, kernel: Any, slot: Any, x: Any, x_stride: Any, history: Any,
    history_stride: Any, weights: Any, bias: Any, lower: Any, y: Any, y_stride: Any, skipped: Any,
    end: Any, keeps: Any,
) -> Any:  # fmt: skip
    """Compute some rows from their history, and begin sums of frames to come.

    Parameters
    ----------
    rows : int64
        Any number.
    kernel, slot : int64
        Taps, and which vector of a ring the newest frames belong into.
    x, x_stride : int64
        Address of the first input row's first frame, bytes from row to row.
    history, history_stride : int64
        Address of the first row's rings for these frames, bytes from row to row.
    weights : int64
        Address of float32 [shape=(kernel, rows)].
    bias : int64
        Address of float32 [shape=(rows,)].
    lower : float32
        The smallest output: 0 rectifies, -inf changes nothing.
    y, y_stride : int64
        Address of the output's first row, bytes from row to row.
    skipped, end : int64
        Frames that are not written before those that are, and where these end. Addresses are
        those of the first of all.
    keeps : int64
        Not 0 if the sums of frames to come are kept.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, kernel, slot, x, x_stride, history, history_stride, *others = arguments
        weights, bias, lower, y, y_stride, skipped, end, keeps = others
        emit = Emitter(builder)
        vector = 4 * emit.lanes
        size = _ring_bytes(emit, kernel)
        newest = builder.mul(slot, INT64(vector))
        floor = emit.splat(lower)
        to_next_tap = builder.mul(rows, INT64(4))
        kept = builder.icmp_signed("!=", keeps, INT64(0))

        def following(place: Any) -> Any:
            place = builder.add(place, INT64(vector))
            return builder.select(builder.icmp_signed("==", place, size), INT64(0), place)

        def row(r: Any) -> None:
            w = emit.offset(weights, r, 4)
            inputs = builder.add(x, builder.mul(r, x_stride))
            outputs = builder.add(y, builder.mul(r, y_stride))
            vectors = builder.add(history, builder.mul(r, history_stride))
            start = emit.offset(bias, r, 4)

            def tile(height: int, width: int, at: Any) -> None:
                rings = _rings(emit, vectors, at, size, width)
                sums = [start_sums(emit, start, 1, width)[0] for _ in range(AHEAD)]
                # Of the sums, each lags the one before it by a tap.
                factors = [emit.variable(emit.constant(0.0)) for _ in range(AHEAD)]
                weight = emit.variable(w)
                later = [following(newest)]
                for _ in range(AHEAD - 2):
                    later.append(following(later[-1]))
                places = [later[_SPARE]]
                for _ in range(AHEAD - 2):
                    places.append(following(places[-1]))

                def add_tap(loaded: list[Any], begun: int) -> None:
                    for before, factor in pairwise(reversed(factors)):
                        builder.store(builder.load(factor), before)
                    builder.store(emit.load_float(builder.load(weight)), factors[0])
                    emit.advance(weight, to_next_tap)
                    for factor, totals in list(zip(factors, sums, strict=True))[:begun]:
                        for total, a in zip(totals, loaded, strict=True):
                            _add(emit, total, builder.load(factor), a)

                for begun, place in enumerate(places, start=1):
                    add_tap([emit.load(builder.add(ring, place)) for ring in rings], begun)
                inner = emit.variable(places[-1])
                with emit.repeat(builder.sub(kernel, INT64(AHEAD))):
                    builder.store(following(builder.load(inner)), inner)
                    place = builder.load(inner)
                    add_tap([emit.load(builder.add(ring, place)) for ring in rings], AHEAD)
                fresh = emit.load_row(builder.add(inputs, at), width)
                add_tap(fresh, AHEAD)

                def write(store: Callable[[int, Any, Any], None]) -> None:
                    for v in range(width):
                        store(v, fresh[v], builder.add(rings[v], newest))
                        out = emit.maximum(floor, builder.load(sums[0][v]))
                        store(v, out, emit.offset(builder.add(outputs, at), vector * v))
                    with builder.if_then(kept):
                        for place, totals in zip(later, sums[1:], strict=True):
                            for v, total in enumerate(totals):
                                store(v, builder.load(total), builder.add(rings[v], place))

                _write_within(emit, at, width, skipped, end, write)

            cover_frames(emit, 1, WIDTHS, end, tile)

        with emit.repeat(rows) as r:
            row(r)
        return context.get_dummy_value()

    integer = types.int64
    return types.void(*[integer] * 9, types.float32, *[integer] * 5), codegen


@intrinsic
def complete_ahead(
    typing_context: Any, rows: Any, kernel: Any, slot: Any, missing: Any, x: Any, x_stride: Any,
    history: Any, history_stride: Any, weights: Any, lower: Any, y: Any, y_stride: Any,
    skipped: Any, end: Any,
) -> Any:  # fmt: skip
    """Complete sums that `convolve_ahead` kept.

    Parameters
    ----------
    missing : int64
        Taps that a sum lacks, 1 to AHEAD - 1.

    The others are those of `convolve_ahead`.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, kernel, slot, missing, x, x_stride, history, history_stride, *others = arguments
        weights, lower, y, y_stride, skipped, end = others
        emit = Emitter(builder)
        vector = 4 * emit.lanes
        size = _ring_bytes(emit, kernel)
        newest = builder.mul(slot, INT64(vector))
        floor = emit.splat(lower)
        heard = builder.sub(missing, INT64(1))
        to_next_tap = builder.mul(rows, INT64(4))

        def back(count: Any) -> Any:
            """Return the place of a time before."""
            place = builder.sub(newest, builder.mul(count, INT64(vector)))
            wrapped = builder.icmp_signed("<", place, INT64(0))
            return builder.select(wrapped, builder.add(place, size), place)

        with emit.repeat(rows) as r:
            begun = builder.mul(builder.sub(kernel, missing), rows)
            w = emit.offset(weights, builder.add(begun, r), 4)
            inputs = builder.add(x, builder.mul(r, x_stride))
            outputs = builder.add(y, builder.mul(r, y_stride))
            vectors = builder.add(history, builder.mul(r, history_stride))

            def tile(height: int, width: int, at: Any) -> None:
                rings = _rings(emit, vectors, at, size, width)
                own = [builder.add(ring, newest) for ring in rings]
                sums = [emit.variable(emit.load(place)) for place in own]
                with emit.repeat(heard) as k:
                    place = back(builder.sub(heard, k))
                    factor = emit.load_float(builder.add(w, builder.mul(k, to_next_tap)))
                    for ring, total in zip(rings, sums, strict=True):
                        _add(emit, total, factor, emit.load(builder.add(ring, place)))
                fresh = emit.load_row(builder.add(inputs, at), width)
                factor = emit.load_float(builder.add(w, builder.mul(heard, to_next_tap)))
                for a, total in zip(fresh, sums, strict=True):
                    _add(emit, total, factor, a)

                def write(store: Callable[[int, Any, Any], None]) -> None:
                    for v, total in enumerate(sums):
                        store(v, fresh[v], own[v])
                        out = emit.maximum(floor, builder.load(total))
                        store(v, out, emit.offset(builder.add(outputs, at), vector * v))

                _write_within(emit, at, width, skipped, end, write)

            cover_frames(emit, 1, WIDTHS, end, tile)
        return context.get_dummy_value()

    integer = types.int64
    return types.void(*[integer] * 9, types.float32, *[integer] * 4), codegen


def _ring_bytes(emit: Emitter, kernel: Any) -> Any:
    slots = emit.builder.add(kernel, INT64(_SPARE))
    return emit.builder.mul(slots, INT64(4 * emit.lanes))


def _rings(emit: Emitter, history: Any, at: Any, size: Any, width: int) -> list[Any]:
    """Return the addresses of the rings of some vectors of frames."""
    builder = emit.builder
    first = builder.udiv(at, INT64(4 * emit.lanes))
    return [
        builder.add(history, builder.mul(builder.add(first, INT64(v)), size)) for v in range(width)
    ]


def _add(emit: Emitter, total: Any, factor: Any, vector: Any) -> None:
    before = emit.builder.load(total)
    emit.builder.store(emit.multiply_add(factor, vector, before), total)


def _write_within(
    emit: Emitter,
    at: Any,
    width: int,
    skipped: Any,
    end: Any,
    write: Callable[[Callable[[int, Any, Any], None]], None],
) -> None:
    """Emit what stores vectors: whole ones, or of those at either end the lanes in between."""
    builder = emit.builder
    first = builder.udiv(at, INT64(4))
    behind = builder.add(first, INT64(width * emit.lanes))
    whole = builder.and_(
        builder.icmp_signed(">=", first, skipped), builder.icmp_signed("<=", behind, end)
    )
    with builder.if_else(whole) as (yes, no):
        with yes:
            write(lambda v, vector, address: emit.store(vector, address))
        with no:
            masks = [
                emit.lanes_within(
                    builder.sub(skipped, builder.add(first, INT64(v * emit.lanes))),
                    builder.sub(end, builder.add(first, INT64(v * emit.lanes))),
                )
                for v in range(width)
            ]
            write(lambda v, vector, address: emit.store_lanes(vector, address, masks[v]))
