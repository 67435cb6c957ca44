"""Whatever a file holds, reading it gives what it says or an error in words."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ronn_jack.errors import RonnError
from ronn_jack.files import shipped_folder
from ronn_jack.interfaces.osc.aliases.alias_file import read_aliases
from ronn_jack.midimap.profile_file import ProfileStore, read_profile
from ronn_jack.original import read_original
from ronn_jack.parameters import defaults
from ronn_jack.presets.preset import read_preset
from ronn_jack.presets.store import PresetStore
from ronn_jack.settings import load_settings
from tests.original.samples import NOTEBOOK_CELL, STATE
from tests.support.damage import MOST_CHARACTERS, VALUES
from tests.support.midi_profile import PROFILE

pytestmark = pytest.mark.slow

SHIPPED = {
    "preset": shipped_folder() / "presets" / "cathedral.toml",
    "profile": shipped_folder() / "midi" / "nanokontrol2.toml",
    "config": shipped_folder() / "default.toml",
    "aliases": shipped_folder() / "aliases" / "touchosc.toml",
}
CELL = {"cell_type": "code", "source": [NOTEBOOK_CELL]}
NOTEBOOK = json.dumps({"cells": [CELL]})
ORIGINALS = {
    "state": STATE,
    "binary": "VC2!\x01\x01\x01\x01" + STATE + "\0",
    "cell": NOTEBOOK_CELL,
    "json": '{"n_layers": 3, "strength": 50, "seed": 7, "residual": false}',
    "python": "{'layers': 3, 'kernel': 9, 'inputGain': 2.5, 'activation': 'Sine'}",
    "notebook": NOTEBOOK,
}
READERS: dict[str, Callable[[Path], object]] = {
    "preset": read_preset,
    "profile": read_profile,
    "config": lambda path: load_settings(user_file=path),
    "original": read_original,
    "aliases": read_aliases,
}
CONTENTS = [
    *((kind, path.read_text(encoding="utf-8")) for kind, path in SHIPPED.items()),
    ("profile", PROFILE),
    *(("original", text) for text in ORIGINALS.values()),
]

PIECES = st.sampled_from(
    [*VALUES, "\ufeff", "\0", "\r", "\x1b[2J", "=", '"', "[[binding]]\n", "<", "é"]
)


def read(kind: str, path: Path) -> str:
    """Return the error in words, "" if there is none; anything else is raised."""
    try:
        READERS[kind](path)
    except RonnError as error:
        return str(error)
    return ""


def check(kind: str, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    message = read(kind, path)
    assert len(message) < MOST_CHARACTERS
    assert "\n" not in message


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_no_value_is_beyond_words(tmp_path: Path, value: str) -> None:
    for key in ("index", "description", "version"):
        check("preset", tmp_path / "a.toml", f"version = 1\n{key} = {value}\n".encode())
    for key in ("layers", "mix", "bias", "activation", "seed", "strange"):
        check("preset", tmp_path / "a.toml", f"[parameters]\n{key} = {value}\n".encode())
    for key in ("ports", "name", "binding"):
        check("profile", tmp_path / "a.toml", f"version = 1\n{key} = {value}\n".encode())
    for key in ("channel", "bits", "takeover", "motor"):
        text = f"version = 1\n[defaults]\n{key} = {value}\n"
        check("profile", tmp_path / "a.toml", text.encode())
    for key in ("number", "preset", "parameter", "threshold", "action = 'randomize'\nargument",
                "bits", "relative", "bank", "motor", "parameter = 'mix'\ndetents",
                "parameter = 'mix'\ntakeover", "action = 'reseed'\ngesture",
                "parameter = 'mix'\nminimum", "parameter = 'seed'\nvalue"):  # fmt: skip
        text = f"version = 1\n[[binding]]\nmessage = 'cc'\n{key} = {value}\n"
        check("profile", tmp_path / "a.toml", text.encode())
    for key in ("ignore", "name", "alias"):
        check("aliases", tmp_path / "a.toml", f"version = 1\n{key} = {value}\n".encode())
    for key in ("parameter", "position", "leading", "from", "parameter = 'mix'\nmaximum",
                "action = 'randomize'\nargument", "parameter = 'seed'\nvalue"):  # fmt: skip
        text = f"version = 1\n[[alias]]\naddress = '/x'\n{key} = {value}\n"
        check("aliases", tmp_path / "a.toml", text.encode())
    for key in ("inputs", "osc_port", "osc_aliases", "name", "connect", "bind"):
        check("config", tmp_path / "a.toml", f"version = 1\n{key} = {value}\n".encode())
    for key in ("n_layers", "strength", "seed", "stride", "n_inputs", "film_dim", "residual",
                "init", "input_gain_dB", "strange", "layers"):  # fmt: skip
        for text in (f'{{"n_channels": 2, "{key}": {value}}}', f"n_channels = 2\n{key} = {value}"):
            check("original", tmp_path / "a.toml", text.encode())
            check("original", tmp_path / "a.toml", json.dumps(
                {"cells": [{"cell_type": "code", "source": text}]}).encode())  # fmt: skip
        check("original", tmp_path / "a", f'<r><PARAM id="seed" value="{value}"/></r>'.encode())


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(CONTENTS), st.data())
def test_damage_is_told_in_words(
    tmp_path: Path, content: tuple[str, str], data: st.DataObject
) -> None:
    kind, text = content
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(start, min(len(text), start + 40)))
        text = text[:start] + data.draw(PIECES | st.text(max_size=3)) + text[stop:]
    check(kind, tmp_path / "a.toml", text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("kind", SHIPPED)
def test_a_byte_order_mark_is_no_fault(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SHIPPED[kind].read_bytes())
    assert read(kind, path) == ""


@pytest.mark.parametrize("name", ORIGINALS)
def test_an_original_with_a_byte_order_mark(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbf" + ORIGINALS[name].encode())
    assert read("original", path) == ""


@pytest.mark.parametrize("kind", READERS)
def test_a_pipe_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "pipe.toml"
    os.mkfifo(path)
    assert "is no regular file" in read(kind, path)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("preset", "".join(f"key_{number} = 1\n" for number in range(15_000))),
        ("preset", "[parameters]\n" + "".join(f"layer_{number} = 1\n" for number in range(14_000))),
        ("preset", "a." * 100_000 + "a = 1"),
        ("preset", "x = " + "[" * 200_000),
        ("preset", '"' + "layers" * 40_000 + '" = 1'),
        ("profile", "version = 1\n" + "[[binding]]\nparameter = 'layrs'\n" * 7000),
        ("profile", "ports = '(?P<" + "x" * 200_000 + "'"),
        ("aliases", "version = 1\n" + "[[alias]]\nparameter = 'layrs'\n" * 7000),
        ("config", "".join(f"osc_port{number} = 1\n" for number in range(12_000))),
        ("original", json.dumps({f"n_layers{number}": 1 for number in range(200_000)})),
        ("original", json.dumps({"cells": [CELL] * 10_000})),
        ("original", json.dumps({"n_layers": 2, "init": "x" * 10_000_000})),
        ("original", "<r>" + '<PARAM id="x" value="1"/>' * 10_000 + "</r>"),
    ],
    ids=range(13),
)  # fmt: skip
def test_much_to_refuse_takes_little_time_and_few_words(
    tmp_path: Path, kind: str, text: str
) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text)
    begin = time.process_time()
    message = read(kind, path)
    assert time.process_time() - begin < 5.0
    assert 0 < len(message) < MOST_CHARACTERS


def test_one_bad_preset_hinders_no_other(tmp_path: Path) -> None:
    store = PresetStore(tmp_path / "none", tmp_path)
    for name, content in (
        ("bad", b"version = 1\n[parameters]\nlayers = 0x" + b"f" * 5000),
        ("bytes", b"\xff\xfe\x00"),
        ("deep", b"x = " + b"[" * 10_000),
        ("good", b"version = 1\n[parameters]\nlayers = 4\n"),
    ):
        (tmp_path / f"{name}.toml").write_bytes(content)
    assert store.names() == ["bad", "bytes", "deep", "good"]
    assert store.load(3).values["layers"] == 4
    with pytest.raises(RonnError, match="a number of thousands of digits"):
        store.load("bad")
    store.save("new", defaults())
    assert store.load("new").name == "new"


def test_one_bad_profile_hinders_no_other(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("version = 0x" + "f" * 5000)
    store = ProfileStore(user=tmp_path)
    with contextlib.suppress(RonnError):
        store.load("bad")
    assert "nanokontrol2" in [profile.name for profile in store.readable()]
