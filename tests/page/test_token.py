"""A page on another machine is let in by the token, which nobody sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.web.invitation import invitation
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


def test_the_address_is_taken_by_the_page_that_asks_for_it(browser: Any, server: WebServer):
    page = browser.new_page()
    page.goto(server.url)
    page.wait_for_selector(".gone form")
    page.goto(f"{server.url}/#token={TOKEN}")  # the same page, which is not loaded anew
    page.wait_for_selector(".view:not(.lost)")
    assert page.url == f"{server.url}/"
    page.close()


def test_a_token_of_any_characters_is_read_as_it_was_meant(browser: Any, server: WebServer):
    reading = """async (words) => {
        const { takeToken, theToken } = await import("/page/token.js");
        if (words) takeToken(words);
        return theToken();
    }"""

    def read(part: str, words: str = "") -> str:
        page = browser.new_page()
        page.goto(f"{server.url}/page/token.js{part}")  # nothing else runs there
        token: str = page.evaluate(reading, words)
        page.close()
        return token

    token = "50% off/#ä"
    address = invitation("192.0.2.2", 9421, token)
    assert read(address[address.index("#") :]) == token
    assert read("#token=50%zz") == "50%zz", "which somebody has written by hand"
    for words, meant in ((address, token), (token, token), ("x/#token=50%zz", "50%zz")):
        assert read("", words) == meant


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
