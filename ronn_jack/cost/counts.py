"""What the kernels do for a block: how often each kind of work, counted without running them.

Counts follow the kernels' own plan (`registry.shape`, `convolution.tile_widths`), so what a host's
kernels do in another way is counted in another way. What only one form of layers does, it counts
itself.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter

from ronn_jack.cost.caches import Caches, caches
from ronn_jack.cost.parts import FRAME, Part, Ring
from ronn_jack.cost.rereading import count_rereading, crossed
from ronn_jack.model.protocol import Model
from ronn_jack.model.spec import Layer, NetworkSpec
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.activations import ACTIVATION_IDS
from ronn_jack.realtime.kernels.forms.form import Form, Words, longest_copied, whole_chunks
from ronn_jack.realtime.kernels.forms.registry import chosen_among, kind, shape
from ronn_jack.realtime.kernels.image import SMALL_BYTES
from ronn_jack.realtime.kernels.layout import CHUNK, MAX_BLOCK
from ronn_jack.realtime.stages.stage import Stage

_CHAIN = 8
"""Multiply-adds that can start until the sum of the first is ready: 4 cycles, 2 in each."""

(
    _STEP,  # up to MAX_BLOCK frames
    _CHANNEL,  # a channel of the network's input or output, in a step
    _LAYER,  # a layer, in a step
    _CHUNK,  # a layer's chunk of frames
    _TAP,  # finding where a tap reads in a ring, in a chunk
    _PASS,  # a tile's run over some vectors of frames
    _SUM,  # starting a vector of sums, and storing it
    _LOOP,  # the inner loop of a pass
    _DENSE,  # a multiply-add of vectors, or the time of one, in a dense tile
    _DEPTHWISE,  # the same in a depthwise tile
    _COPY,  # copying a vector
    _CHANGE,  # adding to a vector, or scaling it
    _TRANSFORM,  # transforming a vector of pairs of an input row for three taps
    _PRODUCT,  # finding where a transposed layer's row of products belongs
    _ROW,  # activating a chunk's row
    _NEAR,  # reading a line again that the first cache has lost
    _FAR,  # reading a line again that the second has lost, by distance
    _AGAIN,  # reading a line for another tile of the layer when the second may have lost it
    _MEMORY,  # reading lines that no cache holds, many at once
    _WAIT,  # waiting for such lines, which nothing asked for ahead
    _FILTER,  # a frame of a second-order recursive filter of two channels
    _EQUALISER,  # a frame of the equaliser while all its bands move
    _REVERB,  # a frame of the reverb but for the products of the longest partitions
    _PARTITION,  # a frame's products in one of those
) = range(24)

_ACTIVATIONS = [name for name in ACTIVATION_IDS if name != "linear"]
KINDS = [
    "step", "channel", "layer", "chunk", "tap", "pass", "sum", "loop", "dense", "depthwise",
    "copy", "change", "transform", "product", "row", "near", "far", "again", "memory", "wait",
    "filter", "equaliser", "reverb", "partition",
    *_ACTIVATIONS,  # activating a vector
]  # fmt: skip
"""Names of the kinds of work, in the order of `count_work`'s result."""
_FREE = {"init", "bias", "seed", "film", "film_dim", "decay", "rate"}
"""Of what makes a network, all that takes no work: film does where there is any."""
_sizes = attrgetter(*(field.name for field in fields(NetworkSpec) if field.name not in _FREE))
_KIND = {kind: number for number, kind in enumerate(KINDS)}
_ACTIVATION_KIND = {ACTIVATION_IDS[name]: KINDS.index(name) for name in _ACTIVATIONS}


@functools.singledispatch
def count_work(
    subject: Model | Stage, block: int, cached_by: Caches | None = None
) -> Sequence[float]:
    """Return how much of each of KINDS a network or a stage takes for a block of so many frames.

    Parameters
    ----------
    cached_by : Caches, optional
        Those of the core that it runs on; None is this machine's.
    """
    raise NotImplementedError(f"nothing counts the work of model {type(subject).__name__}")


@count_work.register
def _(stage: Stage, block: int, cached_by: Caches | None = None) -> Sequence[float]:
    amounts = stage.work()
    return [block * amounts.get(kind, 0.0) for kind in KINDS]


@count_work.register
def _(spec: NetworkSpec, block: int, cached_by: Caches | None = None) -> Sequence[float]:
    shape = _Shape(_sizes(spec), spec.film is not None, spec)
    return _count_network(shape, block, chosen_among(), cached_by or caches())


@dataclass(frozen=True)
class _Shape:
    """What the work of a network depends on, and one such network."""

    sizes: tuple[object, ...]
    modulated: bool
    spec: NetworkSpec = field(compare=False)


@functools.lru_cache(maxsize=256)
def _count_network(
    shape: _Shape, block: int, among: frozenset[Form], cached_by: Caches
) -> Sequence[float]:
    """Return a network's work: counted once, as a node asks at every message about the same few.

    Parameters
    ----------
    among : set of Form
        Those that its layers are chosen from.
    """
    spec = shape.spec
    parts = _parts(spec)
    steps, rest = divmod(block, MAX_BLOCK)
    work = [0.0] * len(KINDS)
    if steps:
        _add_step(work, spec, parts, MAX_BLOCK, cached_by)
        work = [steps * amount for amount in work]
    if rest:
        _add_step(work, spec, parts, rest, cached_by)
    return tuple(work)


def _parts(spec: NetworkSpec) -> list[Part]:
    """Return the layers, those that follow one another and are alike together."""
    modulated = spec.film is not None
    last = spec.layers - 1
    parts = [Part(shape(spec.layer(0), modulated), 0, 1)]
    if last > 1:
        inner = replace(spec.layer(1), frame_gain=1.0)
        even = spec.kernel == 1 or spec.dilation == 1
        kinds = [
            _inner_kind(inner, spec.dilation_of(index), modulated, chosen_among())
            for index in range(1, 2 if even else last)
        ]
        starts = [i for i, (own, _) in enumerate(kinds) if i == 0 or own != kinds[i - 1][0]]
        for i, end in zip(starts, [*starts[1:], last - 1], strict=True):
            parts.append(Part(kinds[i][1], 1 + i, end - i))
    if last > 0:
        parts.append(Part(shape(spec.layer(last), modulated), last, 1))
    return parts


@functools.lru_cache(maxsize=1024)
def _inner_kind(
    layer: Layer, dilation: int, modulated: bool, among: frozenset[Form]
) -> tuple[tuple[int, int], Words]:
    """Return what tells a layer of a dilation from others, and its words."""
    layer = replace(layer, dilation=dilation)
    return kind(layer), shape(layer, modulated)


def _add_step(
    work: list[float], spec: NetworkSpec, parts: list[Part], frames: int, cached_by: Caches
) -> None:
    """Add what is done for up to MAX_BLOCK frames."""
    chunks = whole_chunks(frames)
    work[_STEP] += 1.0
    work[_CHANNEL] += spec.inputs + spec.outputs
    work[_LAYER] += spec.layers
    work[_CHUNK] += spec.layers * sum(times for _, times in chunks)
    for part in parts:
        _add_rows(work, part, frames, spec.film is not None)
    _add_histories(work, spec, parts, frames, cached_by)


def _add_rows(work: list[float], part: Part, frames: int, modulated: bool) -> None:
    """Add all that does not depend on where a layer's history lies."""
    words, number, form = part.words, part.number, part.form
    count = sum(times for _, times in whole_chunks(frames))
    vectors = sum(width * times for width, times in whole_chunks(frames))
    changes = modulated + (words[layout.RESIDUAL] >= 0)
    for name, amount in form.count(words, frames).items():
        work[_KIND[name]] += number * amount
    work[_SUM] += number * part.rows * vectors
    work[_CHANGE] += number * part.outputs * vectors * changes
    activation = _ACTIVATION_KIND.get(words[layout.ACTIVATION])
    if activation is not None:
        work[activation] += number * part.outputs * vectors
        work[_ROW] += number * part.outputs * count

    height, taller = divmod(part.rows, part.tiles)
    passes = dense = aligned = crossing = 0.0
    for tile_height, alike in ((height, part.tiles - taller), (height + 1, taller)):
        if alike == 0:
            continue
        for width, times in form.chunks(words, frames):
            length = _passes(form, tile_height, width)
            passes += alike * times * length[0]
            dense += alike * times * length[1]
            aligned += alike * times * length[2]
            crossing += alike * times * length[3]
    work[_PASS] += number * passes
    part.passes = passes
    if form.shares_inputs:
        work[_DENSE] += number * part.terms * dense
    else:
        part.aligned, part.crossing = aligned, crossing


@functools.cache
def _passes(form: Form, height: int, vectors: int) -> tuple[int, float, int, int]:
    """Return how many passes a tile takes over a chunk, and how long a term takes in all of them.

    Lengths are in multiply-adds that could start meanwhile, as many as loads: of a dense tile, of
    a depthwise one, and what comes to the latter where each load touches two cache lines.
    """
    passes = aligned = crossing = 0
    dense = 0.0
    left = vectors
    widths = form.widths(height)
    for width, narrower in zip(widths, [*widths[1:], 0], strict=True):
        while left > narrower:
            passes += 1
            dense += max(_CHAIN / form.ways, height * width, height + 2 * width / form.ways)
            aligned += max(_CHAIN, height + height * width)
            crossing += height * width
            left -= width
    return passes, dense, aligned, crossing


def _add_histories(
    work: list[float], spec: NetworkSpec, parts: list[Part], frames: int, sizes: Caches
) -> None:
    """Add what depends on where a layer's history lies: copied rows, rings and the caches."""
    copied = 0.0
    busy = 0
    rings = []
    for part, number, dilation in _in_order(spec, parts):
        past = part.form.past(spec.kernel, dilation)
        in_ring = past > longest_copied(part.inputs)
        loops = part.form.loops(part.words, in_ring)
        work[_LOOP] += number * part.passes * loops
        if not part.form.shares_inputs:
            passing = part.aligned + (crossed(dilation) * part.crossing if past else 0.0)
            work[_DEPTHWISE] += number * spec.kernel * passing
        if in_ring or not part.form.keeps_inputs:
            rings.append(Ring(part, number, dilation, past, frames))
        if not part.form.keeps_inputs:
            busy += FRAME * part.inputs * CHUNK
        elif in_ring:
            work[_TAP] += number * spec.kernel * -(-frames // CHUNK)
            busy = SMALL_BYTES + 1
        else:
            vectors = _vectors(past)
            copied += number * part.inputs * vectors
            busy += number * part.frame * (vectors * VECTOR.lanes + CHUNK)
    # Rows of their own have their history moved once, shared ones out and in again.
    copied *= 1 if busy <= SMALL_BYTES else 2
    for name, amount in count_rereading(parts, rings, copied, frames, sizes).items():
        work[_KIND[name]] += amount


def _in_order(spec: NetworkSpec, parts: list[Part]) -> list[tuple[Part, int, int]]:
    """Return (part, number, dilation) of the layers from first to last, equal ones as one."""
    if spec.kernel == 1 or spec.dilation == 1:
        return [(part, part.number, spec.dilation_of(0)) for part in parts]
    return [
        (part, 1, spec.dilation_of(index))
        for part in parts
        for index in range(part.first, part.first + part.number)
    ]


def _vectors(frames: int) -> int:
    return -(-frames // VECTOR.lanes)
