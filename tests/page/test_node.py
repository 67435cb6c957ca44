"""The page and the node stay in step, over a connection that may end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Set
from ronn_jack.interfaces.web.page import Page
from ronn_jack.interfaces.web.server import WebServer
from tests.page.conftest import serving
from tests.page.looker import Looker
from tests.support.jack_server import wait_for
from tests.support.recording import RecordingOrigin

pytestmark = pytest.mark.slow


def test_two_pages_are_in_step(look: Callable[..., Looker], controller: Controller):
    one, other = look(), look()
    x, y = one.grab("layers")
    one.page.mouse.move(x, y - 40)
    one.page.mouse.up()
    other.shows("layers", "11")
    other.dial("layers").press("ArrowUp")
    one.shows("layers", "12")
    assert controller.value("layers") == 12
    other.page.locator("#bypass").get_by_role("switch").click()
    one.wait('#bypass [role=switch][aria-checked="true"]')


def test_many_moves_of_one_frame_are_one_message(looker, controller, node):
    before = len(node.controls)
    looker.page.evaluate(
        """async () => {
            const { set } = await import("./page/node.js");
            for (let step = 0; step <= 1000; step++) set("mix", step / 2000);
        }"""
    )
    # Not the controller's value, which changes a moment before the node is told.
    wait_for(
        lambda: node.controls[before:] and node.controls[-1]["mix"] == 0.5, what="the last value"
    )
    assert len(node.controls) - before == 1


def test_a_page_that_is_hidden_stays_so_until_it_is_asked_for(look, server):
    one, other = look(), look()
    wait_for(lambda: server.pages == 2, what="the pages")
    server.hide_pages()
    for looker in (one, other):
        assert "session has hidden this page" in looker.wait(".gone").inner_text()
    wait_for(lambda: server.pages == 0, what="the end of both")
    one.button("Show it again").click()
    one.wait(".view:not(.lost)")
    assert server.pages == 1
    assert other.page.locator(".view.lost").count() == 1


def test_a_page_that_lost_its_node_dims_and_comes_back(
    browser: Any, controller: Controller, server: WebServer
):
    with Looker.opening(browser, server.url) as look:
        looker = look()
        server.close()
        lost = looker.wait(".view.lost")
        assert lost.evaluate("view => view.inert")
        assert "does not answer" in looker.wait(".gone").inner_text()
        controller.apply([Set("layers", 9)], RecordingOrigin())
        with serving(controller, server.port):
            looker.wait(".view:not(.lost)")
            looker.shows("layers", "9")
            looker.dial("layers").press("ArrowUp")
            wait_for(lambda: controller.value("layers") == 10, what="a knob turned again")
        # That nobody answered is told by the browser too.
        assert all("WebSocket" in fault for fault in looker.faults)
        looker.faults.clear()


def test_a_page_of_another_build_is_read_anew(
    browser: Any, controller: Controller, server: WebServer
):
    with Looker.opening(browser, server.url) as look:
        looker = look()
        looker.page.evaluate("document.documentElement.dataset.before = 1")
        server.close()
        looker.wait(".view.lost")
        with serving(controller, server.port, page=Page("another")):
            looker.wait("html:not([data-before]) .view:not(.lost)")
        looker.faults.clear()


def test_a_connection_that_says_nothing_more_is_given_up(looker: Looker):
    looker.page.evaluate(
        """() => {
            const { now } = Date;
            WebSocket.prototype.send = () => {}; // lost on the way, as by a cable that was pulled
            Date.now = () => now() + 60_000;
        }"""
    )
    looker.wait(".view.lost")


def test_refusals_go_to_the_page_that_asked(look: Callable[..., Looker]):
    one, other = look(), look()
    one.page.keyboard.press("Control+z")
    one.wait(".bubble.refusal")
    other.dial("layers").press("ArrowUp")
    one.shows("layers", "7")
    assert other.page.locator(".bubble.refusal").count() == 0


def test_meters_are_not_told_to_a_page_that_nobody_sees(looker: Looker, node):
    looker.wait('[role=meter][aria-label="Out"][aria-valuetext^="−12.0 dBFS"]')
    hide = """hidden => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    looker.page.evaluate(hide, True)
    looker.dial("layers").press("ArrowUp")
    node.statuses |= {"level_out": -6.0, "xruns": 3}
    looker.wait('[role=meter][aria-label="Load"][aria-valuetext$="3 xruns"]')
    assert looker.page.locator('[aria-valuetext^="−12.0 dBFS"]').count() == 1
    looker.page.evaluate(hide, False)
    looker.wait('[role=meter][aria-label="Out"][aria-valuetext^="−6.0 dBFS"]')
