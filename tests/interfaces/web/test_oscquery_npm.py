"""npm's `oscquery` reads the tree and the host."""

from __future__ import annotations

from ronn_jack.parameters import PARAMETERS
from tests.support.npm_clients import needs_npm_clients, read_tree


@needs_npm_clients
def test_it_reads_every_address(server):
    host, methods = read_tree(server.port)
    assert host["oscPort"] == 9420
    for name, row in PARAMETERS.items():
        access, [argument] = methods[f"/ronn/{name}"]
        assert (access, argument["value"]) == (3, row.default)
        assert methods[f"/ronn/n/{name}"][1][0]["range"] == {"min": 0, "max": 1}
    assert methods["/ronn/reseed"][0] == 2
