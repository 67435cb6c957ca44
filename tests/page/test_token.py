"""A page on another machine is let in by the token, which nobody sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.web.server import WebServer
from tests.interfaces.web.strangers import TOKEN, for_strangers
from tests.page.looker import Looker
from tests.support.jack_server import wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def server(controller: Controller) -> Iterator[WebServer]:
    with for_strangers(controller) as server:
        yield server


def test_the_address_with_the_token_opens_the_page(browser: Any, server: WebServer, controller):
    with Looker.opening(browser, f"{server.url}/#token={TOKEN}") as look:
        looker = look()
        assert looker.page.url == f"{server.url}/", "it is out of sight"
        looker.dial("layers").press("ArrowUp")
        wait_for(lambda: controller.value("layers") == 7, what="a knob")
        looker.page.reload()
        looker.wait(".view:not(.lost)")
        looker.shows("layers", "7")
        assert looker.page.locator(".bubble.refusal").count() == 0


def test_without_it_the_page_asks_for_it_and_shows_nothing(browser: Any, server: WebServer):
    page = browser.new_page()
    page.goto(server.url)
    page.wait_for_selector(".view.lost .state")
    field = page.get_by_role("textbox", name="The node lets this page in")
    field.wait_for()
    field.fill("a wrong one")
    page.keyboard.press("Enter")
    page.wait_for_selector(".gone:not(:has(form))")
    field.wait_for()
    field.fill(f"http://192.0.2.2:9421/#token={TOKEN}")
    page.keyboard.press("Enter")
    page.wait_for_selector(".view:not(.lost)")
    page.close()
