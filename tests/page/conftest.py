"""A browser that looks at the page of a node that plays nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.dispatcher import Dispatcher
from ronn_jack.interfaces.osc.learning import Learning
from ronn_jack.interfaces.web.limits import Limits
from ronn_jack.interfaces.web.page import Page
from ronn_jack.interfaces.web.server import WebServer
from ronn_jack.pictures.live import LivePictures
from tests.page.looker import Looker
from tests.support.played import Played
from tests.support.recording import MemoryStore, RecordingNode

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Debian's Chromium, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium (.ci/test-packages)")
    with playwright.sync_playwright() as driver:
        # Root has no sandbox, and containers have little in /dev/shm.
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def node() -> RecordingNode:
    node = RecordingNode()
    node.statuses |= {"state": "running", "level_in": -20.0, "level_out": -12.0}
    return node


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(fuzz={"layers": 3}, drone={"layers": 4}, drizzle={"layers": 5})


@pytest.fixture
def controller(node: RecordingNode, store: MemoryStore) -> Controller:
    return Controller(node, store)


@pytest.fixture
def played() -> Played:
    """What is played, for those who look at it."""
    return Played()


@pytest.fixture
def server(controller: Controller, played: Played) -> Iterator[WebServer]:
    # At the lowest priority pictures have a 70th of a busy processor.
    with (
        LivePictures(controller, played, niceness=0) as pictures,
        serving(controller, 0, pictures) as server,
    ):
        yield server


def serving(
    controller: Controller,
    port: int = 0,
    pictures: LivePictures | None = None,
    learning: Learning | None = None,
    page: Page | None = None,
    limits: Limits | None = None,
) -> WebServer:
    """Return a server that serves."""
    dispatcher = Dispatcher(controller, learning=learning)
    server = WebServer(
        controller,
        dispatcher.handle,
        port=port,
        forget=dispatcher.gone,
        pictures=pictures,
        page=page,
        limits=limits,
    )
    server.listen()
    server.start(9420)
    return server


@pytest.fixture
def look(browser: Any, server: WebServer) -> Iterator[Callable[..., Looker]]:
    """Open the page, with Playwright's settings of a window; at the end nothing may have failed."""
    with Looker.opening(browser, server.url) as opened:
        yield opened


@pytest.fixture
def looker(look: Callable[..., Looker]) -> Looker:
    return look()
