"""Photograph the page as it plays the demo's riff, into docs/: `make screenshots`.

It needs Chromium, Playwright and a JACK that can be started.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from ronn_jack.app import POLL_SECONDS, App
from ronn_jack.commands.options import chosen
from ronn_jack.control.operations import Act, Set
from ronn_jack.control.scene import beginning
from ronn_jack.drivers.jack_server import DummyServer
from ronn_jack.loudness.phrase import pluck_phrase
from ronn_jack.parameters import CANDIDATES
from ronn_jack.settings import load_settings

DOCS = Path(__file__).resolve().parent
WINDOWS = {
    "page": {"viewport": {"width": 1440, "height": 860}, "color_scheme": "dark"},
    "page-light": {"viewport": {"width": 1440, "height": 860}, "color_scheme": "light"},
    "page-phone": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "dark",
        "has_touch": True,
        "is_mobile": True,
    },
    "see": {"viewport": {"width": 1440, "height": 2050}, "color_scheme": "dark"},
    "rack": {"viewport": {"width": 1440, "height": 1500}, "color_scheme": "dark"},
    "see-phone": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "light",
        "has_touch": True,
        "is_mobile": True,
    },
}
VIEWS = {"page": "play", "see": "see", "rack": "rack"}
"""What is looked at, by the first word of a picture's name."""
PRESET = "cathedral"
PLAYED = [
    *(Act("snapshot_save", number) for number in (1, 2, 3)), Act("snapshot_load", 2),
    Set("seed", 1971), Set("mix", 0.6), Set("drift_rate", 0.4),
    Set("eq", True), Set("eq_x", 0.7), Set("eq_y", 1.1), Set("eq_strength", 1.5),
    Set("reverb", True), Set("reverb_x", 0.5),
]  # fmt: skip
_RIFF_SECONDS = {"play": 1.5, "see": 10.5, "rack": 1.5}
"""What is played before the shutter: something for meters and spectrogram to show."""


class Hand:
    """Who turns what is turned before the pictures are taken."""

    name = "photographer"

    def refuse(self, subject: str, reason: str) -> None:
        """Refusals would be in the picture."""
        raise AssertionError(f"{subject}: {reason}")


def main() -> None:
    """Start a node with a riff on a server of its own, and take every picture."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(DummyServer(f"ronn-screenshots-{os.getpid()}", 48000, 1024))
        settings = load_settings({"server": server.name, "osc_port": 0, "http_port": 0})
        app = App(replace(settings, bind="127.0.0.1"), beginning(*chosen(PRESET, ())))
        stack.callback(app.stop)
        app.start()
        # Its compiled code needs libjack.
        from ronn_jack.drivers.jack_tape import Player

        player = Player(server.name, pluck_phrase(48000), "riff", loop=True)
        stack.callback(player.close)
        for number in (1, 2):
            player.connect(f"out_{number}", f"ronn:in_{number}")
        player.roll()
        for operation in PLAYED:
            app.controller.apply([operation], Hand())
            _play(app, 0.1)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, window in WINDOWS.items():
            _photograph(app, browser, name, window)
        _photograph_candidates(app, browser)
        _photograph_stage(app, browser)
        browser.close()


def _photograph(app: App, browser: Browser, name: str, window: dict[str, object]) -> None:
    page: Page = browser.new_page(**window)  # type: ignore[arg-type]
    view = VIEWS[name.partition("-")[0]]
    page.goto(f"http://127.0.0.1:{app.http_port}/#{view}")
    page.wait_for_selector(".view:not(.lost)")
    _play(app, _RIFF_SECONDS[view])
    page.screenshot(path=DOCS / f"{name}.png")
    page.close()


def _photograph_candidates(app: App, browser: Browser) -> None:
    """Photograph the view to explore once all candidates are found, which takes a minute or two."""
    page = browser.new_page(**WINDOWS["page"])  # type: ignore[arg-type]
    page.goto(f"http://127.0.0.1:{app.http_port}/#explore")
    for place in (1, 2):
        _find(app, page, CANDIDATES // 2)
        page.click(f'.tile-face[data-place="{place}"]')
        _play(app, 1.0)
    _find(app, page, CANDIDATES)
    page.get_by_role("button", name="Like it: candidate 5", exact=True).click()
    page.get_by_role("switch", name="Audition").click()
    page.hover('.tile-face[data-place="3"] svg')
    _play(app, 0.4)
    page.screenshot(path=DOCS / "page-explore.png")
    page.close()


def _find(app: App, page: Page, candidates: int) -> None:
    while page.locator(".tiles .tile-face").count() < candidates:
        _play(app, 0.5)


def _photograph_stage(app: App, browser: Browser) -> None:
    """Photograph the view for the floor, as a tablet there shows it."""
    page = browser.new_page(viewport={"width": 1024, "height": 700}, color_scheme="dark")
    page.goto(f"http://127.0.0.1:{app.http_port}/#stage")
    page.wait_for_selector(".view:not(.lost)")
    _play(app, _RIFF_SECONDS["play"])
    page.screenshot(path=DOCS / "page-stage.png")
    page.close()


def _play(app: App, seconds: float) -> None:
    """Let the node run, as its program does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end or not app.controller.ready:
        app.poll()
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    main()
