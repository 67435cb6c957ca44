"""npm's `osc` and `oscquery`, where .ci/test-packages could install them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_SECONDS = 60.0

SCRIPTS = Path(__file__).parent / "npm"
_MODULES = Path(sys.prefix) / "npm" / "node_modules"
_PATH = os.pathsep.join((os.environ.get("PATH", ""), str(Path(sys.prefix) / "bin")))
_NODE = shutil.which("node", path=_PATH)

needs_npm_clients = pytest.mark.skipif(
    _NODE is None or not (_MODULES.parent / "complete").exists(),
    reason="npm's osc and oscquery are not installed (.ci/test-packages)",
)


def node_script(name: str, *arguments: object) -> subprocess.Popen[str]:
    """Start one of SCRIPTS; what it says is to be read from its stdout."""
    assert _NODE is not None
    return subprocess.Popen(
        [_NODE, SCRIPTS / name, *map(str, arguments)],
        env={**os.environ, "NODE_PATH": str(_MODULES)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_tree(port: int) -> tuple[dict[str, Any], dict[str, tuple[int, list[Any]]]]:
    """Return what `oscquery` reads at a port: the host, and access and arguments by path."""
    process = node_script("read.js", port)
    output, _ = process.communicate(timeout=_SECONDS)
    assert process.returncode == 0, output
    said = json.loads(output)
    return said["host"], {path: (access, told) for path, access, told in said["methods"]}
