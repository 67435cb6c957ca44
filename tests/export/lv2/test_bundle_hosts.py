"""LV2 bundles as the command writes them, in other people's hosts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ronn_jack.export.sound import freeze
from ronn_jack.parameters import Value, defaults
from tests.export.clap.sounds import Reference, noise, preset
from tests.export.lv2.host import Library
from tests.export.lv2.plugins import Plugin
from tests.export.lv2.reference import FRAMES, expected_on, make_on
from tests.export.processors import skip_unless_here
from tests.support.jack_graph import around_node
from tests.support.jack_server import jack_server, wait_for
from tests.support.takes import hold_in_one

RATE = 48000
PRESETS = (
    "soft-tube", "warm-drive", "fuzz", "bass-grit", "crunch", "lead", "echoes", "slapback",
    "octave-up", "rotary", "warm-to-bright", "gated-echo",
)  # fmt: skip
BLOCKS = (32, 44, 64, 333, 1024)
BANK: dict[str, Value] = {"layers": 3, "activation": "tanh", "seed": 7}
EXPORT = [sys.executable, "-m", "ronn_jack", "export"]


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [each for each in programs if not shutil.which(each)]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} is not installed")


def export(folder: Path, name: str, cpu: str) -> Path:
    bundle = folder / f"{name}.lv2"
    command = [*EXPORT, bundle, "--lv2", "--preset", name, "--cpu", cpu]
    subprocess.run(command, check=True, timeout=280, capture_output=True)
    return bundle


def uri_of(bundle: Path) -> str:
    text = (bundle / "plugin.ttl").read_text()
    return text[text.index("<urn:") + 1 : text.index(">", text.index("<urn:"))]


def expected(name: str, x: np.ndarray) -> np.ndarray:
    return Reference(freeze({**defaults(), **preset(name)}), RATE).play(x, [])


def applied(bundle: Path, x: np.ndarray, folder: Path, *options: str) -> np.ndarray:
    """Return what lv2apply gives."""
    source, target = folder / "in.wav", folder / "out.wav"
    soundfile.write(source, x.T, RATE, "FLOAT")
    subprocess.run(
        ["lv2apply", "-i", source, "-o", target, *options, uri_of(bundle)],
        env={**os.environ, "LV2_PATH": str(bundle.parent)},
        check=True,
        timeout=100,
        capture_output=True,
    )
    return soundfile.read(target, dtype="float32", always_2d=True)[0].T


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three networks of `BANK`."""
    bundle = tmp_path_factory.mktemp("lv2") / "bank.lv2"
    changes = [f"--set={name}={value}" for name, value in BANK.items()]
    command = [*EXPORT, bundle, "--lv2", "--seeds", "3", "--cpu", "native", *changes]
    subprocess.run(command, check=True, timeout=280, capture_output=True)
    return bundle


@pytest.fixture(scope="module")
def soft_tube(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("lv2"), "soft-tube", "native")


@needs("sord_validate")
@pytest.mark.parametrize("name", ["soft_tube", "bank"])
def test_what_tells_of_it_is_valid(name: str, request: pytest.FixtureRequest) -> None:
    bundle: Path = request.getfixturevalue(name)
    schemas = [*Path("/usr/lib/lv2").rglob("*.ttl"), *Path("/usr/lib/lv2").rglob("*.owl")]
    if not schemas:
        pytest.skip("the LV2 specifications are not installed (lv2-dev)")
    result = subprocess.run(
        ["sord_validate", *schemas, *bundle.glob("*.ttl")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Found 0 errors" in result.stdout + result.stderr


@needs("lv2info")
def test_a_bank_has_a_preset_for_each_seed_and_wants_a_worker(bank: Path) -> None:
    info = subprocess.run(
        ["lv2info", uri_of(bank)], env={**os.environ, "LV2_PATH": f"{bank.parent}:/usr/lib/lv2"},
        capture_output=True, text=True, check=True, timeout=100,
    ).stdout  # fmt: skip
    for seed in (7, 8, 9):
        assert f"bank {seed}" in info
    assert "http://lv2plug.in/ns/ext/worker#schedule" in info
    assert "http://lv2plug.in/ns/ext/worker#interface" in info
    assert "--seeds 3" in (bank / "README.md").read_text()


@needs("lv2apply")
@pytest.mark.parametrize("number", [0, 2])
def test_lv2apply_plays_each_network_of_a_bank(bank: Path, number: int, tmp_path: Path) -> None:
    x = noise(3000)
    sound = freeze({**defaults(), **BANK, "seed": 7 + number})
    y = applied(bank, x, tmp_path, "-c", "seed", str(number))
    assert np.array_equal(y, Reference(sound, RATE).play(x, []))


def test_it_says_what_it_is_and_how_to_make_it_again(soft_tube: Path) -> None:
    assert {path.name for path in soft_tube.iterdir()} == {
        "soft-tube.so", "manifest.ttl", "plugin.ttl", "presets.ttl", "README.md",
    }  # fmt: skip
    readme = (soft_tube / "README.md").read_text()
    assert "ronn-jack export soft-tube.lv2 --lv2 --preset ronn:1:" in readme
    assert uri_of(soft_tube) in readme
    assert "dB, found on pink noise at -18 dBFS" in readme


@pytest.mark.slow
@pytest.mark.parametrize("form", ["lv2", "clap"])
def test_a_sound_of_the_default_size_is_small(form: str, tmp_path: Path) -> None:
    """With kernels for v3 and for v4."""
    made = tmp_path / f"default.{form}"
    subprocess.run([*EXPORT, made, f"--{form}"], check=True, timeout=280, capture_output=True)
    files = made.iterdir() if made.is_dir() else [made]
    assert sum(path.stat().st_size for path in files) < 250_000


@needs("lv2apply")
def test_lv2apply_equals_the_engine(soft_tube: Path, tmp_path: Path) -> None:
    x = noise(9000)
    assert np.array_equal(applied(soft_tube, x, tmp_path), expected("soft-tube", x))


@pytest.fixture(scope="module", params=["v3", "v4"])
def presets_on(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all presets for a kind of processor, and what each has to give."""
    skip_unless_here(request.param)
    folder = tmp_path_factory.mktemp("lv2")
    make_on(request.param, PRESETS, folder, RATE)
    return folder


@needs("lv2apply")
@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_it_equals_the_engine_on_every_processor(
    presets_on: Path, name: str, tmp_path: Path
) -> None:
    bundle, x = presets_on / f"{name}.lv2", noise(FRAMES)
    right = expected_on(name, presets_on)
    assert np.array_equal(applied(bundle, x, tmp_path), right)
    sound = freeze({**defaults(), **preset(name)})
    plugin = Plugin(sound, bundle, Library(next(bundle.glob("*.so"))))
    for block in BLOCKS:
        with plugin.instance(RATE) as instance:
            assert np.array_equal(instance.play(x, block), right)


@needs("jalv", "jackd")
@pytest.mark.slow
@pytest.mark.parametrize("period", [64, 333, 1024])
def test_jalv_in_jack_equals_the_engine(soft_tube: Path, period: int) -> None:
    x = noise(9000)
    environment = {**os.environ, "LV2_PATH": str(soft_tube.parent)}

    def take() -> tuple[np.ndarray, bool]:
        with jack_server(f"jalv-{period}", RATE, period) as server:
            # Its client is called as a node is, and its ports are the plugin's.
            jalv = subprocess.Popen(
                ["jalv", "-i", "-x", "-n", "ronn", uri_of(soft_tube)],
                env={**environment, "JACK_DEFAULT_SERVER": server.name},
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                return through_jack(server.name, x)
            finally:
                jalv.terminate()
                jalv.wait(10)

    def hold(heard: np.ndarray) -> None:
        wet, straight = heard[:2], heard[2:, : x.shape[1]]
        assert np.array_equal(straight, x), "the graph has lost a cycle"
        # jalv hands on what it got a period before.
        late = np.flatnonzero(np.abs(wet).max(axis=0))[0]
        assert late in (0, period)
        y = wet[:, late : late + x.shape[1]]
        # It plays before it is connected, and pairs of frames lie on numbers of frames since then.
        played = (np.pad(x, ((0, 0), (n, 0))) for n in (0, period))
        right = (Reference(sound, RATE).play(each, [])[:, -x.shape[1] :] for each in played)
        assert any(np.array_equal(y, each) for each in right)

    sound = freeze({**defaults(), **preset("soft-tube")})
    hold_in_one(take, hold, 3)


def through_jack(server: str, x: np.ndarray) -> tuple[np.ndarray, bool]:
    """Play to a client, after silence.

    Returns
    -------
    heard : ndarray [shape=(4, frames), float32]
        What the client gave and what it was given, from the frame on in which that began.
    disturbed : bool
        Whether xruns were counted.
    """
    from ronn_jack.drivers.jack_tape import jack

    asking = jack.Client("asking", no_start_server=True, servername=server)
    xruns: list[float] = []
    asking.set_xrun_callback(xruns.append)
    lead = 24_000
    played = np.pad(x, ((0, 0), (lead, 0)))
    with asking:
        wait_for(lambda: asking.get_ports("ronn:out_2"), 30, "jalv's ports")
        with around_node(server, played, played.shape[1] + lead) as (player, recorder):
            recorder.record()
            player.roll()
            recorder.wait()
            begin = np.flatnonzero(recorder.audio[2])[0]
            return recorder.audio[:, begin:].copy(), bool(xruns)
