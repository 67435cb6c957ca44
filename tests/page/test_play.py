"""The page plays a node that runs on a real JACK server."""

from __future__ import annotations

import pytest

from tests.page.looker import Looker
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process
from tests.support.ports import own_port

pytestmark = pytest.mark.slow


def test_a_running_node_is_played_and_comes_back_after_a_restart(browser):
    # By what needs no network, as a busy machine might refuse one.
    port = str(own_port())
    options = ("--http-port", port, "--set", "input_gain=0")
    with jack_server("page") as server, node_process(server.name, *options) as node:
        assert node.http_port() == int(port)
        with Looker.opening(browser, f"http://127.0.0.1:{port}") as look:
            looker = look()
            looker.dial("input_gain").press("PageUp")
            wait_for(
                lambda: node.osc.ask("/ronn/input_gain") == pytest.approx([4.8]),
                what="the knob's value",
            )
            looker.page.locator("#freeze_mode select").select_option("loop")
            wait_for(lambda: node.osc.ask("/ronn/freeze_mode") == ["loop"], what="the menu's")
            node.osc.send("/ronn/mix", 0.25)
            looker.shows("mix", "0.25")
            looker.button("Panic").click()
            looker.wait('[aria-label="Panic"][aria-pressed="true"]')
            looker.wait('[role=meter][aria-label="Load"]:not([aria-valuenow="0.000"])')
            assert node.end() == 0
            looker.wait(".view.lost")
            with node_process(server.name, *options) as again:
                looker.wait(".view:not(.lost)")
                looker.shows("input_gain", "0 dB")
                looker.dial("input_gain").press("PageDown")
                wait_for(
                    lambda: again.osc.ask("/ronn/input_gain") == pytest.approx([-4.8]),
                    what="the knob's",
                )
            looker.faults.clear()  # the browser's, of connections that nobody took
