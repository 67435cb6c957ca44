"""Import of what users of the original have, literally as they have it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronn_jack.errors import PresetError
from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.original import parse_original, read_original
from ronn_jack.parameters import PARAMETERS
from tests.model import golden
from tests.original.samples import NOTEBOOK_CELL, STATE

NOTEBOOK_SOUND = {
    "recipe": "package",
    "layers": 4,
    "channels": 32,
    "kernel": 21,
    "dilation": 20,
    "activation": "elu",
    "init": "xavier_uniform",
    "seed": 25,
    "residual": False,
}


def sound(source: str | dict, as_heard: bool = True) -> dict:
    text = source if isinstance(source, str) else json.dumps(source)
    return parse_original(text.encode(), as_heard).parameters


def refusal(source: str | bytes | dict) -> str:
    text = json.dumps(source) if isinstance(source, dict) else source
    with pytest.raises(PresetError) as caught:
        parse_original(text if isinstance(text, bytes) else text.encode())
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 500
    return message


@pytest.mark.parametrize("name", golden.names("python"))
@pytest.mark.parametrize("written", [json.dumps, repr, "params = {}".format])
def test_a_golden_dictionary_gives_its_weights(name: str, written) -> None:
    file = golden.load(name)
    params = dict(file.meta["params"])
    if params["film_dim"] != 2 or (params["residual"] and params["n_outputs"] != 2):
        assert "from Python" in refusal(written(params))
        return
    imported = parse_original(written(params).encode())
    taken = {key: value for key, value in imported.parameters.items() if key in NOTEBOOK_SOUND}
    spec = NetworkSpec(inputs=params["n_inputs"], outputs=params["n_outputs"], **taken)
    for i, weight in enumerate(draw(spec).weights):
        np.testing.assert_allclose(weight, file.arrays[f"w:blocks.{i}.conv.weight"], atol=2e-6)
    mono = params["n_inputs"] == 1 or params["n_outputs"] == 1
    assert any("--inputs" in note for note in imported.notes) == mono


@pytest.mark.parametrize("name", golden.names("plugin"))
def test_a_golden_state_gives_its_network(name: str) -> None:
    file = golden.load(name)
    params = file.meta["params"]
    index = list(PARAMETERS["activation"].choices).index(file.spec.activation)
    values = {
        "layers": params["layers"],
        "kernel": params["kernel"],
        "channels": params["channels"],
        "dilation": params["dilation"],
        "initType": params["init"],
        "activation": index,
        "seed": params["seed"],
        "depthwise": int(params["depthwise"]),
    }
    state = "".join(f'<PARAM id="{key}" value="{value}.0"/>' for key, value in values.items())
    text = f"<ronn>{state}</ronn>"
    if not (1 <= index <= 10 and params["init"] >= 1):
        assert "is out of range" in refusal(text)
        return
    taken = sound(text)
    for field in ("layers", "kernel", "channels", "dilation", "activation", "init", "seed"):
        assert taken[field] == getattr(file.spec, field)
    assert taken["depthwise"] is params["depthwise"]
    assert taken["recipe"] == "plugin"


def test_the_notebooks_cell() -> None:
    imported = parse_original(NOTEBOOK_CELL.encode())
    assert imported.parameters == NOTEBOOK_SOUND | {"input_gain": 3.0, "auto_level": True}
    assert any("mono file" in note for note in imported.notes)
    assert not any("not given" in note for note in imported.notes)
    assert imported.description == (
        "the original package's seed 25: 4 layers, 32 channels, kernel 21, dilation 20, elu"
    )


def test_the_notebook(tmp_path: Path) -> None:
    lines = NOTEBOOK_CELL.splitlines(keepends=True)
    cells = [
        {"cell_type": "markdown", "source": ["# **ronn**"]},
        {"cell_type": "code", "source": ["!pip install torchaudio\n"]},
        {"cell_type": "code", "source": ['audio_sample = "Guitar"\n']},
        {"cell_type": "code", "source": lines, "outputs": [{"data": "x" * 300_000}]},
        {"cell_type": "code", "source": "strength = 25 #@param\nx_crop_norm = x_crop / 2"},
    ]
    path = tmp_path / "ronn.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}))
    taken = read_original(path).parameters
    assert taken == NOTEBOOK_SOUND | {"input_gain": 3.0, "mix": 0.25, "auto_level": True}


def test_a_large_notebook_is_read_as_far_as_it_matters(tmp_path: Path) -> None:
    other = {"cell_type": "code", "source": "x = (1 + 2) * 3  # of no matter\n" * 30}
    data = {"cell_type": "code", "source": f"sound = '{'x' * 10**6}'"}
    cell = {"cell_type": "code", "source": NOTEBOOK_CELL.replace("= 21", "= size")}
    named = {"cell_type": "code", "source": "size = 21"}
    path = tmp_path / "ronn.ipynb"
    path.write_text(json.dumps({"cells": [named, data, *[other] * 10_000, cell]}))
    assert path.stat().st_size > 10_000_000
    begin = time.process_time()
    assert read_original(path).parameters["kernel"] == 21
    assert time.process_time() - begin < 5.0


def test_what_a_dictionary_leaves_out_is_as_the_packages_defaults() -> None:
    imported = parse_original(b'{"n_layers": 3, "seed": -1}')
    taken = imported.parameters
    assert (taken["kernel"], taken["activation"], taken["init"]) == (3, "relu", "normal")
    assert taken["seed"] == 2**32 - 1
    assert any("low 32 bits" in note for note in imported.notes)
    assert any("n_channels" in note and "defaults" in note for note in imported.notes)


def test_a_state_as_xml() -> None:
    imported = parse_original(STATE.encode())
    assert imported.parameters == {
        "recipe": "plugin",
        "layers": 5,
        "kernel": 9,
        "channels": 12,
        "dilation": 2,
        "activation": "tanh",
        "init": "xavier_normal",
        "bias": False,
        "depthwise": True,
        "seed": 42,
        "link": False,
        "input_gain": pytest.approx(6.4, abs=1e-5),
        "output_gain": -3.0,
        "auto_level": False,
    }
    assert any("9 frames late" in note for note in imported.notes)


def test_a_state_as_juce_and_hosts_store_it() -> None:
    binary = b"VC2!" + len(STATE).to_bytes(4, "little") + STATE.encode() + b"\0"
    for content in (binary, b"VST3\1\0\xff\xfe" + binary + b"\xff\0List"):
        assert parse_original(content).parameters == sound(STATE)


@pytest.mark.parametrize(
    "value, heard, labelled",
    [
        (1, "leaky_relu", "linear"),
        (2, "tanh", "leaky_relu"),
        (4, "relu", "relu"),
        (6, "selu", "gelu"),
        (9, "softplus", "sine"),
        (10, "softshrink", "sine30"),
    ],
)
def test_a_stored_activation_is_what_was_played_unless_what_was_said_is_asked_for(
    value: int, heard: str, labelled: str
) -> None:
    state = f'<ronn><PARAM id="activation" value="{value}.0"/></ronn>'
    assert sound(state)["activation"] == heard
    assert sound(state, as_heard=False)["activation"] == labelled
    notes = parse_original(state.encode()).notes
    assert any("menu said" in note for note in notes if "activation" in note) == (heard != labelled)


@pytest.mark.parametrize(
    "label, heard, labelled",
    [
        ("Linear", "leaky_relu", "linear"),
        ("LeakyReLU", "tanh", "leaky_relu"),
        ("Sigmoid", "sigmoid", "sigmoid"),
        ("GELU", "selu", "gelu"),
        ("Sine x 30", "softshrink", "sine30"),
    ],
)
def test_a_label_read_off_the_menu(label: str, heard: str, labelled: str) -> None:
    written = {"layers": 4, "channels": 8, "activation": label}
    assert sound(written)["activation"] == heard
    assert sound(written, as_heard=False)["activation"] == labelled


@pytest.mark.parametrize(
    "written, said",
    [
        ({"n_layers": 2, "kernal_size": 3}, "did you mean 'kernel_size'?"),
        ({"n_layers": 2, "zzz": 3}, "known: activation, dilation_growth, film_dim, init,"),
        ({"n_layers": 2, "activation": "LeakyRelu"}, "did you mean 'LeakyReLU'?"),
        ({"n_layers": 2, "init": "orthogonal"}, "did you mean 'orthongonal'?"),
        ({"n_layers": 2, "init": ["normal"]}, "unknown init"),
        ({"n_layers": 0}, "n_layers: layers = 0 is out of range; use 1 to 24"),
        ({"n_layers": 2.5}, "n_layers = 2.5 is no whole number"),
        ({"n_layers": "4"}, "n_layers = '4' is no whole number"),
        ({"n_layers": 2, "seed": None}, "seed = None is no whole number"),
        ({"n_layers": 2, "stride": 2}, "stride = 2"),
        ({"n_layers": 2, "film_dim": 3}, "film_dim = 3"),
        ({"n_layers": 2, "n_inputs": 3}, "n_inputs = 3 is out of range; use 1 or 2"),
        ({"n_layers": 2, "residual": "no"}, "residual = 'no'"),
        ({"n_layers": 2, "input_gain_dB": float("nan")}, "not finite"),
        ({"n_layers": 24, "dilation_growth": 20}, "receptive field"),
        ({"n_layers": 3, "n_channels": 8, "n_outputs": 2, "residual": True}, "can't add"),
        ({"n_layers": 3, "n_channels": 4, "residual": True}, "4 outputs"),
        ({"layers": 3, "kernel": 65}, "kernel = 65 is out of range; the plugin has 1 to 64"),
        ({"layers": 3, "kernel": 5, "activation": "Sinus"}, "did you mean 'Sine'?"),
        ({"n_layers": 3, "a\nb": 1}, "no parameter"),
        ({"n_layers": 3, "init": "x" * 10**6}, "no parameter"),
        ({"tempo": 120}, "holds no parameter of the original's"),
    ],
)
def test_what_cannot_be_expressed_is_said_in_a_line(written: dict, said: str) -> None:
    assert said in refusal(written)


def test_all_faults_are_told_at_once() -> None:
    message = refusal({"n_layers": 99, "seed": 1.5, "sed": 3})
    assert "n_layers" in message
    assert "seed = 1.5" in message
    assert "did you mean 'seed'?" in message


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "holds no parameter"),
        (b"\xff\xfe\x00", "is no text"),
        (b"[1, 2]", "no dictionary"),
        (b"<ronn><PARAM id='layers'", "is no XML"),
        (b"<ronn><PARAM id='layers'/></ronn>", "without value"),
        (b"<ronn/>", "holds no parameter"),
        (b"<r><PARAM id='seed' value='1'/><PARAM id='seed' value='2'/></r>", "twice"),
        (b"<r><PARAM id='layrs' value='1'/><PARAM id='seed' value='2'/></r>", "'layers'?"),
        (b"<r><PARAM id='seed' value='nan'/></r>", "out of range"),
        (b"<r><PARAM id='seed' value='1e999'/></r>", "out of range"),
        (b"(" * 10_000, "is no XML, JSON"),
        (b"[" * 100_000, "is no XML, JSON"),
        (b"{'n_layers': " + b"9" * 5000 + b"}", "a number has too many digits"),
        (b'{"n_layers": ' + b"9" * 5000 + b"}", "a number has too many digits"),
        (b"n_layers = 0x" + b"f" * 5000, "the value of 'n_layers'"),
        (b"<r><PARAM id='layers' value='" + b"9" * 5000 + b"'/></r>", "the value of 'layers'"),
        (b"<r>" + b" " * 300_000 + b"</r>", "longer than"),
        (b"n_layers = __import__('os').getpid()", "holds no parameter"),
    ],
)
def test_rubbish_is_answered_in_a_line(content: bytes, said: str) -> None:
    assert said in refusal(content)


@given(st.data())
def test_a_damaged_file_is_read_or_refused_in_a_line(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from([STATE, NOTEBOOK_CELL, '{"n_layers": 3}'])).encode()
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, min(len(content), start + 8)))
    damaged = content[:start] + data.draw(st.binary(max_size=8)) + content[stop:]
    try:
        parse_original(damaged)
    except PresetError as error:
        assert "\n" not in str(error)


def test_no_entity_is_expanded() -> None:
    bomb = """<?xml version="1.0"?>
    <!DOCTYPE r [<!ENTITY a "9"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
    <r><PARAM id="layers" value="&b;"/></r>"""
    assert "document type" in refusal(bomb)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match=r"gone\.xml: no such file"):
        read_original(tmp_path / "gone.xml")
