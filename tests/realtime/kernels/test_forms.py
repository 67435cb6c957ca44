"""Each form of layers is a module behind one registry, which nobody goes around."""

from __future__ import annotations

import ast
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import ronn_jack
from ronn_jack.model.spec import Layer, NetworkSpec
from ronn_jack.realtime.compiler.host import VECTOR
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.convolution import DENSE_ROWS
from ronn_jack.realtime.kernels.forms import registry
from ronn_jack.realtime.kernels.forms.form import Form, Words
from ronn_jack.realtime.kernels.forms.minimal import MINIMAL
from ronn_jack.realtime.kernels.forms.minimal_halves import MINIMAL_HALVES
from ronn_jack.realtime.kernels.forms.registry import FORMS, direct_alone, form_of, shape
from ronn_jack.realtime.kernels.minimal_filtering import PAIR_HEIGHTS
from ronn_jack.realtime.kernels.minimal_halves import HALF_HEIGHTS

PACKAGE = Path(ronn_jack.__file__).parent
HOME = "ronn_jack.realtime.kernels.forms"


def some_layers() -> list[Layer]:
    return [
        spec.layer(i)
        for channels, kernel, depthwise in product((1, 8, 33), (1, 3, 64), (False, True))
        for dilation in (2, 16)
        for spec in [
            NetworkSpec(
                layers=4,
                channels=channels,
                kernel=kernel,
                depthwise=depthwise,
                outputs=1,
                dilation=dilation,
            )
        ]
        for i in range(spec.layers)
    ]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: type(form).__name__)
def test_every_form_computes_some_layer(form: Form) -> None:
    if form in (MINIMAL, MINIMAL_HALVES) and VECTOR.lanes < 16:
        pytest.skip("on this host tiles are too low for it")
    assert form in {form_of(shape(layer)) for layer in some_layers()}


@pytest.mark.parametrize("modulated", [False, True])
def test_weights_are_as_many_as_the_tiles_read(modulated: bool) -> None:
    for layer in some_layers():
        words = shape(layer, modulated)
        weight = np.zeros((layer.outputs, layer.inputs // layer.groups, layer.kernel), np.float32)
        terms = words[layout.OUTER] * words[layout.INNER]
        assert form_of(words).pack(weight, words).size == words[layout.ROWS] * terms
        assert words[layout.ROWS] * terms >= weight.size


def test_where_fewer_multiplications_pay_fewer_are_done() -> None:
    for channels, kernel, dilation, fewer in (
        (12, 3, 16, True),
        (16, 3, 1, True),
        (64, 9, 16, True),
        (40, 20, 2, True),
        (64, 2, 1, False),
        (8, 3, 1, False),
        (11, 3, 1, False),
        (20, 5, 1, False),
        (64, 65, 4096, False),
        (64, 3, 32, True),
        (8, 9, 32, False),
        (8, 9, 64, True),
        (8, 3, 64, False),
        (16, 12, 64, True),
        (12, 5, 64, False),
        (32, 9, 64, False),
        (32, 9, 32, True),
        (16, 3, 2032, True),
        (16, 3, 2064, False),
        (64, 3, 20, False),
        (64, 3, 3, False),
        (64, 21, 2, True),
        (64, 22, 1, True),
        (64, 24, 1, False),
        (16, 90, 1, False),
    ):
        layer = Layer(channels, channels, 1, kernel, dilation, "relu", 0.2, None)
        words = shape(layer)
        if fewer and VECTOR.lanes == 16:
            # Three taps take as many weights as four, each of which serves two frames.
            groups, left = divmod(kernel, 3)
            assert words[layout.OUTER] == 4 * groups + 2 * left
        elif VECTOR.lanes == 16:
            assert words[layout.OUTER] * words[layout.INNER] == kernel * channels


def test_where_forms_are_left_out_others_compute_the_layer_until_they_are_back() -> None:
    chosen = [form_of(shape(layer)) for layer in some_layers()]
    with direct_alone():
        assert all(form_of(shape(layer)).direct for layer in some_layers())
    assert [form_of(shape(layer)) for layer in some_layers()] == chosen
    assert not all(form.direct for form in chosen)


def test_pairs_are_left_to_networks_whose_weights_stay_near() -> None:
    for layers, fewer in ((4, True), (12, True), (13, False), (24, False)):
        layer = NetworkSpec(layers=layers, channels=64, kernel=12, dilation=1).layer(1)
        assert form_of(shape(layer)).direct == (not fewer or VECTOR.registers < 32)
    apart = NetworkSpec(layers=24, channels=64, kernel=6, dilation=1, stretch=32.0).layer(1)
    assert form_of(shape(apart)).direct == (VECTOR.lanes < 16)


def test_halves_beside_long_histories_are_left_to_the_shortest() -> None:
    for layers, dilations in ((6, [64, 512]), (7, [64])):
        spec = NetworkSpec(layers=layers, channels=16, kernel=3, dilation=8)
        found = [spec.dilation_of(i) for i in range(layers) if is_halved(spec, i)]
        assert found == (dilations if VECTOR.lanes == 16 else [])


def is_halved(spec: NetworkSpec, index: int) -> bool:
    return type(form_of(shape(spec.layer(index)))).__name__ == "MinimalHalves"


@pytest.mark.parametrize("dilation", [1, 64])
@pytest.mark.parametrize("kernel", [3, 4])
def test_tiles_have_only_heights_that_there_are(kernel: int, dilation: int) -> None:
    heights = {"Minimal": PAIR_HEIGHTS, "MinimalHalves": HALF_HEIGHTS}
    for rows in range(1, 65):
        words = shape(Layer(64, rows, 1, kernel, dilation, "relu", 0.2, 0))
        there = heights.get(type(form_of(words)).__name__, range(1, DENSE_ROWS + 1))
        assert set(tile_heights(words)) <= set(there)


def tile_heights(words: Words) -> list[int]:
    rows, tiles = words[layout.ROWS], words[layout.TILES]
    return [rows // tiles + (i < rows % tiles) for i in range(tiles)]


def test_halves_of_pairs_have_as_many_rows_at_first_frames_as_at_second() -> None:
    for rows in range(12, 65):
        words = shape(Layer(rows, rows, 1, 3, 64, "relu", 0.2, None))
        if type(form_of(words)).__name__ != "MinimalHalves":
            continue
        heights = tile_heights(words)
        firsts, seconds = sum(heights[::2]), sum(heights[1::2])
        # A first frame takes three multiplications, a second one.
        costs = 3 * firsts + seconds, firsts + 3 * seconds
        assert max(costs) <= 1.1 * sum(costs) / 2


def test_own_words_are_within_a_form_s_room() -> None:
    for layer in some_layers():
        words = shape(layer) | {layout.SOURCE_STRIDE: 64}
        form = form_of(words)
        own = set(form.memory(words, lambda count: 0))
        assert form.places <= own <= set(range(layout.OWN, layout.LAYER_WORDS))


def test_no_module_but_the_registry_knows_which_forms_there_are() -> None:
    modules = {path.stem for path in Path(registry.__file__).parent.glob("*.py")}
    forms = {f"{HOME}.{name}" for name in modules - {"__init__", "form", "registry"}}
    assert len(forms) == len(FORMS)
    laid_out_in_compiled_code = ("stretching.py", "own_memory.py")
    for path in PACKAGE.rglob("*.py"):
        if path.parent == Path(registry.__file__).parent or path.name in laid_out_in_compiled_code:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                named = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
                assert not named & forms, f"{path.name} goes around the registry"
