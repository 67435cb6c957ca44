"""Register-tiled convolution: the inner loops. [any-thread]

A tile is some output rows by some vectors of frames; its sums stay in registers while the loop
runs over taps and input channels. docs/kernels.md draws it.

Their arguments are many since all that stays the same from tile to tile is kept in registers by the
loop around them (`tiles.tile_loop`), and their bodies are one piece since they emit one function.

A frame's sum starts from the bias and grows tap by tap from the oldest to the newest, channel by
channel within a tap, in every tile alike: so a result never depends on how blocks are cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ronn_jack.realtime.compiler.emitter import INT64, Emitter
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.compiler.language import intrinsic, types
from ronn_jack.realtime.kernels.layout import CHUNK, WORD

DENSE_ROWS = 12 if VECTOR.registers == 32 else 4
DEPTHWISE_ROWS = VECTOR.registers // 8
"""Most rows that one call computes: a tall tile loads least per multiply-add."""

Tile = Callable[[int, int, Any], None]
"""Emits one tile: rows, vectors, and bytes from the chunk's first frame to the tile's."""
Widths = Callable[[int], list[int]]
"""Returns how many vectors wide tiles of a height are, the narrower ones last."""


@intrinsic
def convolve_dense(
    typing_context: Any, rows: Any, taps: Any, kernel: Any, x: Any, x_stride: Any, inputs: Any,
    far: Any, weights: Any, bias: Any, lower: Any, y: Any, y_stride: Any, frames: Any,
) -> Any:  # fmt: skip
    """Compute some rows of a layer's output from all of its inputs.

    Reads and writes whole tiles: up to CHUNK frames, however few are asked for.

    Parameters
    ----------
    rows : int64
        1 to DENSE_ROWS.
    taps, kernel : int64
        Address of `kernel` int64: bytes from `x` to the first frame that each tap reads,
        oldest tap first.
    x, x_stride, inputs : int64
        Address of the input's first row, bytes from row to row, number of rows.
    far : int64
        Not 0 if the nearest cache can't hold what the taps read: each row is then asked for
        one tap ahead.
    weights : int64
        Address of float32 [shape=(kernel, inputs, rows)].
    bias : int64
        Address of float32 [shape=(rows,)].
    lower : float32
        The smallest output: 0 rectifies, -inf changes nothing.
    y, y_stride : int64
        Address of the output's first row, bytes from row to row.
    frames : int64
        1 to CHUNK.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, taps, kernel, x, x_stride, inputs, far, *others = arguments
        weights, bias, lower, y, y_stride, frames = others
        emit = Emitter(builder)

        def sum_up(sums: list[list[Any]], start: Any, ahead: bool) -> None:
            height, width = len(sums), len(sums[0])
            w = emit.variable(weights)
            with emit.repeat(kernel) as k:
                tap = emit.load_int64(emit.offset(taps, k, WORD))
                row = emit.variable(builder.add(builder.add(x, tap), start))
                step = _next_tap(emit, taps, kernel, k, tap) if ahead else None
                with emit.repeat(inputs):
                    if ahead:
                        emit.prefetch_row(builder.add(builder.load(row), step), width)
                    vectors = emit.load_row(builder.load(row), width)
                    for r in range(height):
                        factor = emit.load_float(emit.offset(builder.load(w), 4 * r))
                        accumulate(emit, sums[r], factor, vectors)
                    emit.advance(row, x_stride)
                    emit.advance(w, INT64(4 * height))

        def tile(height: int, width: int, start: Any) -> None:
            sums = start_sums(emit, bias, height, width)
            if asks_ahead(height, width):
                with builder.if_else(builder.icmp_signed("!=", far, INT64(0))) as (yes, no):
                    with yes:
                        sum_up(sums, start, ahead=True)
                    with no:
                        sum_up(sums, start, ahead=False)
            else:
                sum_up(sums, start, ahead=False)
            _finish(emit, sums, lower, builder.add(y, start), y_stride)

        cover(emit, rows, range(1, DENSE_ROWS + 1), tile_widths, frames, tile)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 9, types.float32, *[types.int64] * 3), codegen


@intrinsic
def convolve_depthwise(
    typing_context: Any, rows: Any, taps: Any, kernel: Any, x: Any, x_stride: Any, inputs: Any,
    far: Any, weights: Any, bias: Any, lower: Any, y: Any, y_stride: Any, frames: Any,
) -> Any:  # fmt: skip
    """Compute some rows of a layer's output, each from the input row of its own number.

    Parameters
    ----------
    rows : int64
        1 to DEPTHWISE_ROWS.
    weights : int64
        Address of float32 [shape=(kernel, rows)].

    The others are those of `convolve_dense`; `inputs` and `far` don't matter.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, taps, kernel, x, x_stride, _, _, *others = arguments
        weights, bias, lower, y, y_stride, frames = others
        emit = Emitter(builder)

        def tile(height: int, width: int, start: Any) -> None:
            sums = start_sums(emit, bias, height, width)
            w = emit.variable(weights)
            with emit.repeat(kernel) as k:
                tap = emit.load_int64(emit.offset(taps, k, WORD))
                row = builder.add(builder.add(x, tap), start)
                for r in range(height):
                    factor = emit.load_float(emit.offset(builder.load(w), 4 * r))
                    accumulate(emit, sums[r], factor, emit.load_row(row, width))
                    row = builder.add(row, x_stride)
                emit.advance(w, INT64(4 * height))
            _finish(emit, sums, lower, builder.add(y, start), y_stride)

        cover(emit, rows, range(1, DEPTHWISE_ROWS + 1), tile_widths, frames, tile)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 9, types.float32, *[types.int64] * 3), codegen


def asks_ahead(height: int, width: int) -> bool:
    """Return whether a dense tile asks for what the next tap reads, if that is far.

    Lower tiles load so much that asking ahead costs them more than it spares.
    """
    return 2 * height > DENSE_ROWS and width > 1


def _next_tap(emit: Emitter, taps: Any, kernel: Any, k: Any, tap: Any) -> Any:
    """Return the bytes from a tap to the next; after the last comes the first, of another tile."""
    builder = emit.builder
    following = builder.add(k, INT64(1))
    last = builder.icmp_signed("==", following, kernel)
    address = emit.offset(taps, builder.select(last, INT64(0), following), WORD)
    return builder.sub(emit.load_int64(address), tap)


def start_sums(emit: Emitter, bias: Any, height: int, width: int) -> list[list[Any]]:
    """Return registers for a tile's sums [shape=(height, width)], set to the rows' biases."""
    return [
        [emit.variable(emit.load_float(emit.offset(bias, 4 * r))) for _ in range(width)]
        for r in range(height)
    ]


def accumulate(emit: Emitter, sums: list[Any], factor: Any, vectors: list[Any]) -> None:
    for total, vector in zip(sums, vectors, strict=True):
        before = emit.builder.load(total)
        emit.builder.store(emit.multiply_add(factor, vector, before), total)


def _finish(emit: Emitter, sums: list[list[Any]], lower: Any, y: Any, y_stride: Any) -> None:
    floor = emit.splat(lower)
    for row in sums:
        for v, total in enumerate(row):
            out = emit.maximum(floor, emit.builder.load(total))
            emit.store(out, emit.offset(y, 4 * emit.lanes * v))
        y = emit.builder.add(y, y_stride)


def tallest_tile(rows: int) -> int:
    """Return the most rows of a dense tile in a layer of so many.

    Where registers are many, 13 to 18 rows make three tiles of 4 vectors, which do more at once
    than two tiles of 2.
    """
    half = DENSE_ROWS // 2
    return half if VECTOR.registers == 32 and DENSE_ROWS < rows <= 3 * half else DENSE_ROWS


def cover(
    emit: Emitter, rows: Any, heights: Iterable[int], widths: Widths, frames: Any, tile: Tile
) -> None:
    """Emit a tile loop for each possible number of rows, and the choice between them."""
    builder = emit.builder
    done = builder.append_basic_block("covered")
    choice = builder.switch(rows, done)
    for height in heights:
        block = builder.append_basic_block(f"rows{height}")
        choice.add_case(INT64(height), block)
        with builder.goto_block(block):
            cover_frames(emit, height, widths(height), frames, tile)
            builder.branch(done)
    builder.position_at_end(done)


def cover_frames(emit: Emitter, height: int, widths: list[int], frames: Any, tile: Tile) -> None:
    """Emit a loop over the chunk for each width; a narrower one ends what a wider one began."""
    builder = emit.builder
    at = emit.variable(INT64(0))
    for width, narrower in zip(widths, [*widths[1:], 0], strict=True):

        def more(least: int = narrower * emit.lanes) -> Any:
            return builder.icmp_signed(">", builder.sub(frames, builder.load(at)), INT64(least))

        with emit.repeat_while(more):
            tile(height, width, builder.mul(builder.load(at), INT64(4)))
            emit.advance(at, INT64(width * emit.lanes))


def tile_widths(height: int) -> list[int]:
    """Return how many vectors wide tiles of a height are; the narrower ones end a chunk.

    As wide as the registers hold the sums, a row of inputs and a weight, and CHUNK divides.
    """
    held = VECTOR.registers
    widths = [w for w in (4, 2, 1) if height * w + w + 1 <= held and w * VECTOR.lanes <= CHUNK]
    return widths or [1]
