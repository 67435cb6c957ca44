"""What is to be seen of some parameters from outside; prints it as JSON.

Run with the names as arguments: `python -m tests.support.made_up NAME…`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import zlib
from pathlib import Path
from random import Random

from click.testing import CliRunner

import ronn_jack
from ronn_jack.cli import cli
from ronn_jack.commands.options import sound
from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Set
from ronn_jack.control.randomize import randomized
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.midimap.profile_file import read_profile
from ronn_jack.parameters import PARAMETERS, defaults
from ronn_jack.presets.store import PresetStore
from ronn_jack.surfaces.documents import parameter_page
from ronn_jack.surfaces.files import surface_files
from ronn_jack.surfaces.manual import manual_page
from ronn_jack.surfaces.reaper import reaper_aliases
from ronn_jack.surfaces.reference import osc_reference
from tests.support.osc_client import OscClient, message
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin

SURFACES = {
    name: zlib.decompress(content) if name.endswith(".tosc") else content
    for name, content in surface_files([]).items()
}


def seen(name: str, folder: Path) -> dict[str, object]:
    row = PARAMETERS[name]
    value = row.denormalise(1.0)
    node = RecordingNode()
    controller = Controller(node, MemoryStore())
    with OscServer(controller, port=0) as server, OscClient(server.port) as client:
        client.answers(message(f"/ronn/n/{name}", 1.0))
        answers = client.answers(message(f"/ronn/{name}"), message(f"/ronn/{name}", 1e9))
    controller.apply([Set(name, row.default)], RecordingOrigin())
    store = PresetStore(user=folder)
    store.save(name, {**defaults(), name: value})
    profile = folder / "midi.toml"
    profile.write_text(
        f'version = 1\n[[binding]]\nmessage = "cc"\nnumber = 7\nparameter = "{name}"\n'
    )
    drawn = randomized(defaults(), 1.0, Random(1), lambda _: True)
    return {
        "value": value,
        "help": CliRunner().invoke(cli, ["render", "--help"]).output,
        "set": sound(None, (f"{name}={value}",))[name],
        "answers": answers,
        "rebuilds": len(node.rebuilds),
        "controls": node.controls,
        "preset": dict(store.load(name).values).get(name),
        "bindings": len(read_profile(profile).bindings),
        "drawn": drawn[name] != row.default,
        "reference": osc_reference(),
        "page": f"| `{name}` | {row.label} |" in parameter_page(),
        "manual": f".B {name}" in manual_page(cli),
        "surfaces": [
            surface
            for surface, content in {**SURFACES, "reaper.toml": reaper_aliases().encode()}.items()
            if name.encode() in content or row.label.encode() in content
        ],
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        found = {name: seen(name, Path(folder)) for name in sys.argv[1:]}
    sys.stdout.write(json.dumps({"package": ronn_jack.__file__, "seen": found}))
