"""A node goes on where it was left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ronn_jack.commands.options import FIRST_PRESET
from ronn_jack.parameters import defaults
from ronn_jack.parameters.share import share
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process


@pytest.mark.slow
def test_a_node_goes_on_where_it_was_left(tmp_path: Path) -> None:
    homes = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("DATA", "STATE")}
    environment = {**os.environ, **homes}
    kept = tmp_path / "state" / "ronn_jack" / "left.toml"
    with jack_server("restore") as server:

        def node(*arguments: str):
            return node_process(server.name, "-n", "left", *arguments, environment=environment)

        begin = share({**defaults(), "layers": 2, "mix": 0.25})
        with node(begin, "--restore") as first:
            assert first.osc.ask("/ronn/layers") == [2]
            first.osc.send("/ronn/snapshot_save", 3)
            first.osc.send("/ronn/kernel", 5)
            assert first.osc.ask("/ronn/kernel") == [5]
            assert first.end() == 0
        with node("--restore", "--set", "channels=3") as second:
            asked = ("layers", "kernel", "mix", "channels")
            assert [second.osc.ask(f"/ronn/{name}") for name in asked] == [[2], [5], [0.25], [3]]
            assert second.osc.ask("/ronn/status/snapshots") == ["3"]
            second.osc.send("/ronn/seed", 99)
            wait_for(lambda: "\nseed = 99\n" in kept.read_text(), what="the state to be kept")
            second.end()
        with node("--restore") as third:
            assert third.osc.ask("/ronn/seed") == [99]
            third.end()
        kept.write_text("rubbish")
        with node("--restore") as fourth:
            assert fourth.osc.ask("/ronn/preset") == [FIRST_PRESET, 0]
            said = "".join(fourth.said())
            assert "nothing is restored" in said and "is no TOML" in said
