"""npm's `oscquery`, where it is installed, reads the tree and the host."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ronn_jack.parameters import PARAMETERS

NODE = shutil.which("node")
FOLDER = Path(os.environ.get("RONN_NODE_MODULES", Path(__file__).parents[3] / "node_modules"))
SCRIPT = """
const { DiscoveredService } = require("oscquery/dist/lib/osc_query_discovery");
const service = new DiscoveredService("127.0.0.1", Number(process.argv[1]));
service.update().then(() => {
  const methods = service.flat().map((each) => [each.full_path, each.access, each.arguments]);
  console.log(JSON.stringify({ host: service.hostInfo, methods }));
});
"""


@pytest.mark.skipif(
    NODE is None or not (FOLDER / "oscquery").is_dir(),
    reason="needs node, and `npm install --no-save oscquery` here or in $RONN_NODE_MODULES",
)
def test_it_reads_every_address(server):
    run = subprocess.run(
        [NODE, "-e", SCRIPT, str(server.port)],
        capture_output=True,
        check=True,
        timeout=60,
        env={**os.environ, "NODE_PATH": str(FOLDER)},
    )
    said = json.loads(run.stdout)
    assert said["host"]["oscPort"] == 9420
    methods = {path: (access, arguments) for path, access, arguments in said["methods"]}
    for name, row in PARAMETERS.items():
        access, [argument] = methods[f"/ronn/{name}"]
        assert (access, argument["value"]) == (3, row.default)
        assert methods[f"/ronn/n/{name}"][1][0]["range"] == {"min": 0, "max": 1}
    assert methods["/ronn/reseed"][0] == 2
