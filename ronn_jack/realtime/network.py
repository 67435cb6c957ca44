"""One kernel for every network: sizes are data, so no architecture compiles anything."""

from __future__ import annotations

from numba import float32, int64

from ronn_jack.realtime.activations import activate
from ronn_jack.realtime.compile import entry, native
from ronn_jack.realtime.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.vectors import load_float32, load_int64, store_float32, store_int64

MAX_BLOCK = 256

LAYERS, INPUTS, OUTPUTS = range(3)
HEADER = 8
(
    L_IN, L_OUT, L_GROUPS, L_KERNEL, L_DILATION, L_ACT, L_SLOPE, L_DELAY,
    L_WEIGHTS, L_SHIFT, L_ROWS, L_RING, L_POSITION, L_SCALE,
) = range(14)  # fmt: skip
LAYER = 16


@native("void(int64, int64, int64, int64, int64)")
def run_layer(network, index, target, stride, frames):
    """Run one layer over `frames` new frames at its ring's position."""
    d = network + 8 * (HEADER + LAYER * index)
    inputs = load_int64(d + 8 * L_IN)
    outputs = load_int64(d + 8 * L_OUT)
    groups = load_int64(d + 8 * L_GROUPS)
    kernel = load_int64(d + 8 * L_KERNEL)
    dilation = load_int64(d + 8 * L_DILATION)
    kind = load_int64(d + 8 * L_ACT)
    slope = load_float32(d + 8 * L_SLOPE)
    delay = load_int64(d + 8 * L_DELAY)
    ring = load_int64(d + 8 * L_RING)
    position = load_int64(d + 8 * L_POSITION)
    weights = network + load_int64(d + 8 * L_WEIGHTS)
    shift = network + load_int64(d + 8 * L_SHIFT)
    scale = network + load_int64(d + 8 * L_SCALE)
    rows = network + load_int64(d + 8 * L_ROWS)
    per_group = inputs // groups
    for o in range(outputs):
        group = o * groups // outputs
        for t in range(frames):
            total = float32(0)
            for k in range(kernel):
                at = (position + t - (kernel - 1 - k) * dilation) % ring
                for c in range(per_group):
                    x = load_float32(rows + 4 * ((group * per_group + c) * ring + at))
                    total = float32(
                        total + load_float32(weights + 4 * ((o * per_group + c) * kernel + k)) * x
                    )
            total = float32(total * load_float32(scale + 4 * o) + load_float32(shift + 4 * o))
            y = activate(kind, slope, total)
            if delay >= 0:
                at = (position + t - delay) % ring
                row = o if inputs > 1 else 0
                y = float32(y + load_float32(rows + 4 * (row * ring + at)))
            store_float32(target + 4 * (o * stride + t), y)
    store_int64(d + 8 * L_POSITION, (position + frames) % ring)


@native("void(int64, int64, int64, int64, int64)")
def feed_layer(network, index, source, stride, frames):
    """Write new input frames into a layer's ring."""
    d = network + 8 * (HEADER + LAYER * index)
    ring = load_int64(d + 8 * L_RING)
    position = load_int64(d + 8 * L_POSITION)
    rows = network + load_int64(d + 8 * L_ROWS)
    for c in range(load_int64(d + 8 * L_IN)):
        for t in range(frames):
            store_float32(
                rows + 4 * (c * ring + (position + t) % ring),
                load_float32(source + 4 * (c * stride + t)),
            )


@native("void(int64, int64, int64, int64, int64, int64)")
def process_network(network, inputs, input_stride, outputs, output_stride, frames):
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
    layers = load_int64(network + 8 * LAYERS)
    scratch = network + load_int64(network + 8 * 3)
    source = inputs
    stride = input_stride
    for index in range(layers):
        feed_layer(network, index, source, stride, frames)
        if index == layers - 1:
            run_layer(network, index, outputs, output_stride, frames)
        else:
            run_layer(network, index, scratch, MAX_BLOCK, frames)
        source = scratch
        stride = MAX_BLOCK


@entry("void(int64, int64, int64, int64, int64, int64)")
def process_signal(network, inputs, input_stride, outputs, output_stride, frames):
    """[any-thread] As `process_network` for any number of frames, denormals flushed."""
    mode = set_flush_to_zero()
    start = int64(0)
    while start < frames:
        block = min(MAX_BLOCK, frames - start)
        process_network(
            network, inputs + 4 * start, input_stride, outputs + 4 * start, output_stride, block
        )
        start += block
    restore_float_mode(mode)


@entry("void(int64)")
def settle(network):
    """[control-thread] Set every history to the response to endless zero input."""
    mode = set_flush_to_zero()
    scratch = network + load_int64(network + 8 * 3)
    for c in range(64):
        store_float32(scratch + 4 * c * MAX_BLOCK, float32(0))
    for index in range(load_int64(network + 8 * LAYERS)):
        d = network + 8 * (HEADER + LAYER * index)
        ring = load_int64(d + 8 * L_RING)
        rows = network + load_int64(d + 8 * L_ROWS)
        for c in range(load_int64(d + 8 * L_IN)):
            x = load_float32(scratch + 4 * c * MAX_BLOCK)
            for t in range(ring):
                store_float32(rows + 4 * (c * ring + t), x)
        store_int64(d + 8 * L_POSITION, 0)
        run_layer(network, index, scratch, MAX_BLOCK, 1)
        store_int64(d + 8 * L_POSITION, 0)
    restore_float_mode(mode)
