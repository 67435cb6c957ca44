"""`ronn-jack export` writes a sound in one form, or says in a line why not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

from ronn_jack.commands import exporting
from ronn_jack.commands.banks import kept_of
from ronn_jack.control.controller import Controller
from ronn_jack.control.exploring.search import Search
from ronn_jack.control.operations import Set
from ronn_jack.explore.pool import Pool
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.parameters import Value, defaults
from ronn_jack.parameters.share import read_shared, share
from tests.export.clap.sounds import opened
from tests.support.command_line import Refused, Ronn
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin


@pytest.mark.parametrize("form", ["json", "wav", "onnx", "nam"])
def test_a_sound_is_written_in_every_form(ronn: Ronn, tmp_path: Path, form: str) -> None:
    if form == "onnx":
        pytest.importorskip("onnx")
    path = tmp_path / f"sound.{form}"
    path.write_text("an older one")
    text = share({**defaults(), "activation": "linear", "reverb": True})
    result = ronn("export", path, f"--{form}", "--preset", text)
    assert (result.code, result.err) == (0, "")
    wrote, note = result.out.splitlines()
    assert wrote == f"wrote {path}"
    assert note.startswith("note: ") and note.endswith("; left out: the reverb")
    assert b"an older one" not in path.read_bytes()
    assert [each.name for each in tmp_path.iterdir() if "sound" in each.name] == [path.name]


def test_channels_and_rate_can_be_asked_for(ronn: Ronn, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    options = ("--inputs", 1, "--outputs", 1, "--rate", 96000, "--set", "rate=48000")
    assert ronn("export", path, "--json", *options).code == 0
    found = json.loads(path.read_text())
    assert (found["inputs"], found["outputs"], found["sample_rate"]) == (1, 1, 96000.0)
    assert [layer["dilation"] for layer in found["layers"]] == [2, 4, 8, 16, 32, 64]


def test_a_file_may_be_called_as_no_plugin_may(ronn: Ronn, tmp_path: Path) -> None:
    path = tmp_path / f"{'long' * 20}.json"
    result = ronn("export", path, "--json")
    assert (result.code, result.err) == (0, "")
    assert path.exists()


@pytest.fixture
def pool() -> Pool:
    return Pool()


@pytest.fixture
def node(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pool: Pool
) -> Iterator[tuple[Controller, int]]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    controller = Controller(RecordingNode(), MemoryStore(), search=Search(finder=pool))
    with OscServer(controller, port=0) as server:
        yield controller, server.port


def test_the_sound_of_a_running_node_is_written(
    ronn: Ronn, tmp_path: Path, node: tuple[Controller, int]
) -> None:
    controller, port = node
    controller.apply([Set("layers", 4), Set("sync", "1/4"), Set("tempo", 90.0)], RecordingOrigin())
    path = tmp_path / "a.json"
    result = ronn("export", path, "--json", "--from-node", "--port", port, "--set", "dilation=9")
    assert (result.code, result.err) == (0, "")
    found = json.loads(path.read_text())
    values = read_shared(found["sound"])
    assert (values["layers"], values["sync"]) == (4, "1/4")
    # A quarter of a beat at 90 BPM.
    assert found["layers"][-1]["dilation"] == 8000


@pytest.mark.slow
def test_a_plugin_is_installed_where_hosts_look(
    ronn: Ronn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", platformdirs.user_cache_dir())
    monkeypatch.setenv("HOME", str(tmp_path))
    options = ("--clap", "--install", "--cpu", "native", "--name", "Mine")
    result = ronn("export", "mine", *options, "--set", "activation=tanh")
    assert (result.code, result.err) == (0, "")
    wrote, level, processor = result.out.splitlines()
    assert wrote == f"wrote {tmp_path / '.clap' / 'mine.clap'}"
    assert "dB, found on pink noise at -18 dBFS" in level
    assert processor == "note: for processors like this machine's"
    library = opened(tmp_path / ".clap" / "mine.clap")
    assert library.initialised
    assert library.descriptor.name == b"Mine"


SNAPSHOTS = """
version = 1
[parameters]
layers = 3
[snapshots.1]
layers = 3
[snapshots.4]
layers = 4
reverb = {reverb}
"""


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is compiled before a fault is told."""
    monkeypatch.setattr(exporting, "compile_ahead", lambda: pytest.fail("it compiles first"))


@pytest.mark.usefixtures("at_once")
def test_snapshots_that_no_bank_can_hold_are_refused(refused: Refused, tmp_path: Path) -> None:
    preset = tmp_path / "mine.toml"
    arguments = (tmp_path / "a.lv2", "--lv2", "--snapshots", "--preset", preset)
    preset.write_text(SNAPSHOTS.format(reverb="true"))
    said = refused(2, "export", *arguments)
    assert "snapshot 1 and snapshot 4 differ in reverb, which a plugin has once" in said
    preset.write_text("version = 1\n[parameters]\nlayers = 3\n")
    assert "has fewer than 2 snapshots: name a preset" in refused(2, "export", *arguments)
    said = refused(2, "export", *arguments, "--seeds", 2)
    assert "--seeds and --snapshots are given" in said
    said = refused(2, "export", tmp_path / "a.json", "--json", "--snapshots")
    assert "--snapshots means nothing with --json" in said


def kept(pool: Pool, *sounds: dict[str, Value]) -> None:
    """Let sounds be kept."""
    for place, values in enumerate(sounds, 1):
        pool.keep(place, {**defaults(), **values})


def test_the_sounds_that_a_node_has_kept_are_those_of_a_bank(
    node: tuple[Controller, int], pool: Pool
) -> None:
    controller, port = node
    controller.apply([Set("sync", "1/4"), Set("tempo", 90.0)], RecordingOrigin())
    # The ninth takes the place of the first.
    kept(pool, *({"seed": seed, "layers": 3, "reverb": seed % 2 > 0} for seed in range(9)))
    sounds = kept_of({"host": None, "port": port, "tcp": False}, ("mix=0.5",))
    assert list(sounds) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [each["seed"] for each in sounds.values()] == [8, 1, 2, 3, 4, 5, 6, 7]
    assert sounds[2] == {
        **defaults(), "seed": 1, "layers": 3, "reverb": True, "mix": 0.5, "tempo": 90.0,
        "rate": 48000,
    }  # fmt: skip


@pytest.mark.usefixtures("at_once")
def test_kept_sounds_that_no_bank_can_hold_are_refused(
    refused: Refused, tmp_path: Path, node: tuple[Controller, int], pool: Pool
) -> None:
    bank = ("export", tmp_path / "a.lv2", "--lv2", "--kept")
    from_node = (*bank, "--from-node", "--port", node[1])
    assert "--kept means the sounds that a node has kept: add --from-node" in refused(2, *bank)
    kept(pool, {})
    assert "has kept fewer than 2 sounds: keep sounds on its page" in refused(2, *from_node)
    kept(pool, {"seed": 7, "reverb": True})
    said = refused(2, *from_node)
    assert "kept 1 and kept 2 differ in reverb, which a plugin has once" in said
    said = refused(2, *from_node, "--seeds", 2)
    assert "--seeds and --kept are given: leave all but one of them out" in said
    said = refused(2, *from_node, "--snapshots")
    assert "--snapshots and --kept are given" in said


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("install", [False, True])
def test_another_s_lv2_plugin_stays(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, install: bool
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / ".lv2" / "amp.lv2"
    path.mkdir(parents=True)
    (path / "manifest.ttl").write_text("<quiet.ttl> lv2:appliesTo <urn:ronn-jack:lv2:0123> .")
    arguments = ("amp", "--lv2", "--install") if install else (path, "--lv2")
    said = refused(2, "export", *arguments)
    assert f"{path} is there and no LV2 bundle of ours: give another name" in said
    assert [each.name for each in path.iterdir()] == ["manifest.ttl"]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("install", [False, True])
def test_another_s_clap_plugin_stays(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, install: bool
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / ".clap" / "amp.clap"
    path.parent.mkdir()
    path.write_bytes(b"\x7fELF com.example.amp")
    arguments = ("amp", "--clap", "--install") if install else (path, "--clap")
    said = refused(2, "export", *arguments)
    assert f"{path} is there and no CLAP plugin of ours: give another name" in said
    assert path.read_bytes() == b"\x7fELF com.example.amp"


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("code", "arguments", "said"),
    [
        (2, ("a.json",), "no form is given: add one of --json"),
        (2, ("a.json", "--json", "--wav"), "--json and --wav are given: leave all but one"),
        (2, ("a.txt", "--json"), "OUT is 'a.txt': end the name in .json for --json"),
        (2, ("a.json", "--json", "--set", "layers=99"), "layers"),
        (2, ("a.json", "--json", "--preset", "ronn:1:00000001:"), "checksum"),
        (2, ("a.json", "--json", "--port", "9420"), "--port says where a node is: add --from-node"),
        (2, ("a.json", "--json", "--from-node", "--preset", "fuzz"), "leave one of them out"),
        (1, ("a.json", "--json", "--from-node", "--port", "1"), "nobody listens there"),
        (1, ("no/a.json", "--json"), "there is no folder"),
        (2, ("a.json", "--json", "--rate", "7999"), "8000"),
        (2, ("a.json", "--json", "--install"), "--install means nothing with --json: leave it out"),
        (2, ("a.json", "--json", "--cpu", "v3"), "--cpu means nothing with --json"),
        (2, ("a.json", "--json", "--seeds", "4"), "--seeds means nothing with --json"),
        (2, ("a.clap", "--clap", "--seeds", "65"), "65"),
        (2, ("a.clap", "--clap", "--rate", "48000"), "--rate means nothing with --clap"),
        (
            2,
            ("a.clap", "--clap", "--cpu", "v9"),
            "'v9' is not one of 'native', 'v2', 'v3', 'v4', 'a",
        ),
        (2, ("a.lv2", "--lv2", "--os", "macos"), "--lv2 is for linux alone: use --clap with --os"),
        (2, ("a.json", "--json", "--os", "macos"), "--os means nothing with --json"),
        (
            2,
            ("a.clap", "--clap", "--os", "windows", "--cpu", "aarch64"),
            "--cpu aarch64 is not for windows: use one of v2, v3, v4",
        ),
        (2, ("a.clap", "--clap", "--os", "macos", "--cpu", "native"), "v2, v3, v4, aarch64"),
        (2, ("a", "--clap", "--os", "macos", "--install"), "--install is for this system: leave"),
        (2, ("a.clap", "--clap", "--install"), "with --install it is a name alone"),
        (2, ("a.clap", "--clap", "--name", "a\nb"), "is no name: use 1 to 64 characters"),
        (2, ("a.so", "--clap"), "OUT is 'a.so': end the name in .clap for --clap"),
    ],
)
def test_what_can_t_be_written_is_refused(
    refused: Refused, tmp_path: Path, code: int, arguments: tuple[str, ...], said: str
) -> None:
    name, *rest = arguments
    assert said in refused(code, "export", tmp_path / name, *rest)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a.wav", "--wav"), "activation = relu has no impulse response: set activation"),
        (("a.nam", "--nam", "--inputs", "2"), "not 2 and 1: leave --inputs"),
        (("a.nam", "--nam", "--set", "activation=gelu"), "no activation = gelu: use"),
        (("a.json", "--json", "--set", "network=off"), "network = off leaves nothing"),
    ],
)
def test_a_sound_that_a_form_can_t_hold_is_refused(
    refused: Refused, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    name, *rest = arguments
    assert said in refused(2, "export", tmp_path / name, *rest)
    assert not (tmp_path / name).exists()


@pytest.mark.usefixtures("at_once")
def test_without_zig_it_is_said_how_to_get_it(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ziglang", None)
    said = refused(1, "export", tmp_path / "a.clap", "--clap", "--os", "windows")
    assert "--os windows needs ziglang: install it with pip install 'ronn-jack[cross]'" in said
    assert not (tmp_path / "a.clap").exists()


@pytest.mark.usefixtures("at_once")
def test_without_the_library_onnx_it_is_said_how_to_get_it(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.delitem(sys.modules, "ronn_jack.export.doors.onnx_file", raising=False)
    said = refused(1, "export", tmp_path / "a.onnx", "--onnx")
    assert "--onnx needs onnx: install it with pip install 'ronn-jack[onnx]'" in said
