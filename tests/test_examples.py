"""What stands in examples/ runs as it stands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ronn_jack.loudness.phrase import pluck_phrase
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process

EXAMPLES = Path(__file__).parents[1] / "examples"
TRIED = {"osc_surface.py", "render_folder.py", "midi_sweep.py", "network.ipynb"}


def run(name: str, *arguments: object, words: str = "", **environment: str) -> str:
    result = subprocess.run(
        [sys.executable, EXAMPLES / name, *map(str, arguments)],
        input=words,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=EXAMPLES.parent,
        env={**os.environ, **environment},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_every_example_is_tried_and_listed() -> None:
    found = {path.name for path in EXAMPLES.iterdir() if path.suffix in (".py", ".ipynb")}
    assert found == TRIED
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"({name})" in listed for name in TRIED)


@pytest.mark.slow
def test_the_osc_surface_and_the_midi_sweep_turn_a_node() -> None:
    with jack_server("examples") as server, node_process(server.name) as node:
        said = run("osc_surface.py", node.osc.port, words="mix 0.25\nmix\n\n")
        assert "/ronn/mix 0.25" in said
        assert "/ronn/pong ronn" in said
        seed = node.osc.ask("/ronn/seed")
        run("midi_sweep.py", 26, 0.5, JACK_DEFAULT_SERVER=server.name)
        wait_for(lambda: node.osc.ask("/ronn/seed") != seed, what="the reseed")
        assert node.osc.ask("/ronn/mix") == [0.0]


def test_a_folder_is_rendered(tmp_path: Path) -> None:
    sounds = tmp_path / "in"
    sounds.mkdir()
    for name in ("one", "two"):
        soundfile.write(sounds / f"{name}.wav", pluck_phrase(48000.0)[:, :48000].T, 48000)
    (sounds / "notes.txt").write_text("no sound")
    said = run("render_folder.py", sounds, tmp_path / "out", "crunch")
    assert len(said.splitlines()) == 2
    sound, rate = soundfile.read(tmp_path / "out" / "two.wav")
    assert rate == 48000
    assert np.max(np.abs(sound)) > 0.01


def test_the_notebook_s_cells_run() -> None:
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot

    notebook = json.loads((EXAMPLES / "network.ipynb").read_text(encoding="utf-8"))
    names: dict[str, object] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    assert len(matplotlib.pyplot.get_fignums()) == 2
    matplotlib.pyplot.close("all")
