"""A parameter that is added to the table alone is there everywhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
ROWS = """
from ronn_jack.parameters.kinds import Draw
from ronn_jack.parameters.rows import row

ROWS += (
    row.number("made_rebuild", "Made A", 0.25, 16.0, 1.0, "", "made up", group=Group.NETWORK,
               effect=Effect.REBUILD, draw=Draw.RATIO, curve=Curve.EXPONENTIAL),
    row.number("made_expressive", "Made B", -1.0, 1.0, 0.0, "", "made up", group=Group.EXPRESSION,
               effect=Effect.EXPRESSIVE),
    row.integer("made_continuous", "Made C", 0, 9, 3, "dB", "made up", group=Group.LEVELS,
                effect=Effect.CONTINUOUS),
    row.choice("made_setting", "Made D", ["one", "two"], "one", "made up", **_NODE),
)
"""
EFFECTS = ("rebuild", "expressive", "continuous", "setting")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(
        ROOT / "ronn_jack", copy / "ronn_jack", ignore=shutil.ignore_patterns("__pycache__")
    )
    (copy / "configs").symlink_to(ROOT / "configs")
    with (copy / "ronn_jack/parameters/rows/node.py").open("a", encoding="utf-8") as rows:
        rows.write(ROWS)
    told = subprocess.run(
        [sys.executable, "-m", "tests.support.made_up", *(f"made_{e}" for e in EFFECTS)],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    whole = json.loads(told.stdout)
    assert Path(whole["package"]).is_relative_to(copy)
    return whole["seen"]


@pytest.mark.parametrize("effect", EFFECTS)
def test_it_is_seen_in_cli_osc_presets_midi_and_docs(found: dict[str, Any], effect: str) -> None:
    name = f"made_{effect}"
    seen = found[name]
    value = seen["value"]
    assert f"  {name}" in seen["help"]
    assert seen["set"] == value
    assert {*seen["surfaces"]} == {
        "ronn.tosc", "ronn-open-stage-control.json", "ronn.jsfx", "reaper.toml"
    }  # fmt: skip
    (address, answer), (error, [at_fault, reason]) = seen["answers"]
    assert (address, answer) == (f"/ronn/{name}", [value])
    assert (error, at_fault) == ("/ronn/error", f"/ronn/{name}")
    assert "out of range" in reason
    # Once there and once back.
    assert seen["rebuilds"] == (2 if effect == "rebuild" else 0)
    assert len(seen["controls"]) == (0 if effect == "rebuild" else 2)
    assert seen["preset"] == (None if effect == "setting" else value)
    assert seen["bindings"] == 1
    assert seen["page"]
    assert seen["manual"]
    assert seen["drawn"] == (effect == "rebuild")
    [line] = [line for line in seen["reference"].splitlines() if f"/ronn/{name}`" in line]
    told = "continuous" if effect == "expressive" else effect
    assert f"| {told} | made up |" in line
