"""The page plays a node that runs on a real JACK server."""

from __future__ import annotations

import pytest

from ronn_jack.interfaces.ports import free_port
from tests.page.looker import Looker
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process

pytestmark = pytest.mark.slow


def test_a_running_node_is_played_and_comes_back_after_a_restart(browser):
    port = str(free_port())
    with jack_server("page") as server, node_process(server.name, "--http-port", port) as node:
        assert node.http_port() == int(port)
        with Looker.opening(browser, f"http://127.0.0.1:{port}") as look:
            looker = look()
            looker.dial("layers").press("ArrowUp")
            wait_for(lambda: node.osc.ask("/ronn/layers") == [7], what="the knob's value")
            looker.page.locator("#activation select").select_option("tanh")
            wait_for(lambda: node.osc.ask("/ronn/activation") == ["tanh"], what="the menu's")
            node.osc.send("/ronn/mix", 0.25)
            looker.shows("mix", "0.25")
            node.osc.send("/ronn/preset_load", "cathedral")
            looker.wait('[aria-label^="Preset: cathedral. "]')
            looker.button("Panic").click()
            looker.wait('[aria-label="Panic"][aria-pressed="true"]')
            looker.wait('[role=meter][aria-label="Load"]')
            assert node.end() == 0
            looker.wait(".view.lost")
            with node_process(server.name, "--http-port", port) as again:
                looker.wait(".view:not(.lost)")
                looker.shows("layers", "6")
                looker.dial("layers").press("ArrowDown")
                wait_for(lambda: again.osc.ask("/ronn/layers") == [5], what="the knob's value")
            looker.faults.clear()  # the browser's, of connections that nobody took
