"""One kernel for every network: sizes are data, so no architecture compiles anything."""

from __future__ import annotations

from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.compiler.language import float32, int64
from ronn_jack.realtime.kernels.forms.registry import settle_form
from ronn_jack.realtime.kernels.input_rows import (
    close_source,
    fill_source,
    frame_address,
    mirror,
    open_source,
)
from ronn_jack.realtime.kernels.layers import run_layer
from ronn_jack.realtime.kernels.layout import (
    CHUNK,
    FINAL,
    FINAL_STRIDE,
    FRAME,
    GLIDED,
    HEADER_WORDS,
    LAYER_WORDS,
    LAYERS,
    LEVELS,
    MAX_BLOCK,
    MOVED,
    OUTPUTS,
    ROWS_IN,
    SLOPES,
    SOURCE_STRIDE,
    STEP,
    WORD,
)
from ronn_jack.realtime.kernels.vectors import copy_frames, fill_frames, load_int64, store_int64


@native("int64(int64, int64)")
def layer_words(network: int, index: int) -> int:
    """[any-thread] Return the address of a layer's words."""
    return network + WORD * (HEADER_WORDS + LAYER_WORDS * index)


@native("void(int64, int64, int64, int64, int64, int64)")
def process_network(
    network: int, inputs: int, input_stride: int, outputs: int, output_stride: int, frames: int
) -> None:
    """[audio-thread] Run a network over its next frames.

    Parameters
    ----------
    network : int64
        Address of a `NetworkImage`.
    inputs, outputs : int64
        Addresses of planar float32 rows.
    input_stride, output_stride : int64
        Frames from one row to the next.
    frames : int64
        1 to MAX_BLOCK.
    """
    step = load_int64(network + WORD * STEP)
    number = load_int64(network + WORD * FRAME)
    for start in range(0, frames, step):
        count = min(step, frames - start)
        _process_step(
            network, inputs + 4 * start, input_stride, outputs + 4 * start, output_stride, count,
            start, number + start,
        )  # fmt: skip
    store_int64(network + WORD * FRAME, number + frames)


@native("void(int64, int64, int64, int64, int64, int64, int64, int64)")
def _process_step(
    network: int,
    inputs: int,
    input_stride: int,
    outputs: int,
    output_stride: int,
    frames: int,
    done: int,
    number: int,
) -> None:
    """Run the layers over a part of a block, of which `done` frames are behind it."""
    layer = layer_words(network, int64(0))
    _feed(layer, inputs, input_stride, frames)
    final = load_int64(network + WORD * FINAL)
    final_stride = load_int64(network + WORD * FINAL_STRIDE)
    layers = load_int64(network + WORD * LAYERS)
    slopes = load_int64(network + WORD * SLOPES)
    glided = load_int64(network + WORD * GLIDED)
    if glided >= 0:
        glided += done
    moved = load_int64(network + WORD * MOVED)
    if moved >= 0:
        moved += done
    for index in range(layers):
        open_source(layer)
        following = layer + WORD * LAYER_WORDS if index + 1 < layers else int64(0)
        run_layer(layer, following, final, final_stride, frames, moved, glided, slopes, number)
        if following != 0:
            mirror(following, frames)
        close_source(layer, frames)
        layer = following
    for row in range(load_int64(network + WORD * OUTPUTS)):
        copy_frames(outputs + 4 * row * output_stride, final + row * final_stride, frames)


@native("void(int64, int64, int64, int64)")
def _feed(layer: int, inputs: int, input_stride: int, frames: int) -> None:
    """Write a block of input into the first layer's rows."""
    stride = load_int64(layer + WORD * SOURCE_STRIDE)
    for ahead in range(0, frames, CHUNK):
        count = min(CHUNK, frames - ahead)
        at = frame_address(layer, ahead)
        for row in range(load_int64(layer + WORD * ROWS_IN)):
            copy_frames(at + row * stride, inputs + 4 * (row * input_stride + ahead), count)
    mirror(layer, frames)


@entry("void(int64, int64, int64, int64, int64, int64)")
def process_signal(
    network: int, inputs: int, input_stride: int, outputs: int, output_stride: int, frames: int
) -> None:
    """[any-thread] As `process_network`, for any number of frames and with denormals flushed."""
    mode = set_flush_to_zero()
    for start in range(0, frames, MAX_BLOCK):
        count = min(MAX_BLOCK, frames - start)
        process_network(
            network, inputs + 4 * start, input_stride, outputs + 4 * start, output_stride, count
        )
    restore_float_mode(mode)


@native("void(int64)")
def rest_network(network: int) -> None:
    """[control-thread] Make every history the network's response to endless zero input.

    Each layer's history is filled with the constant that the kernel itself computes for it, so
    that silence running on changes no bit.
    """
    mode = set_flush_to_zero()
    store_int64(network + WORD * FRAME, int64(0))
    levels = load_int64(network + WORD * LEVELS)
    layers = load_int64(network + WORD * LAYERS)
    layer = layer_words(network, int64(0))
    for row in range(load_int64(layer + WORD * ROWS_IN)):
        fill_frames(levels + 4 * CHUNK * row, float32(0), int64(1))
    for _ in range(layers):
        fill_source(layer, levels)
        # Twice: what a form keeps besides is known only once the layer has run.
        for _ in range(2):
            run_layer(
                layer, int64(0), levels, int64(4 * CHUNK), int64(1),
                int64(-1), int64(-1), load_int64(network + WORD * SLOPES), int64(-1),
            )  # fmt: skip
            settle_form(layer)
        layer += WORD * LAYER_WORDS
    restore_float_mode(mode)


@entry("void(int64)")
def settle(network: int) -> None:
    """[control-thread] As `rest_network`."""
    rest_network(network)
