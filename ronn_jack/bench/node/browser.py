"""How soon the page is seen, and how many pictures a second it shows, in this machine's browser."""

from __future__ import annotations

import contextlib
import shutil
import statistics
from typing import NamedTuple

from ronn_jack.bench.own_process import Progress

_LOADS, _QUICK_LOADS = 5, 1
_SECONDS, _QUICK_SECONDS = 10.0, 1.0
_PAINTED = """() => new Promise((done) => new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries())
        if (name === "first-contentful-paint") done(startTime);
}).observe({ type: "paint", buffered: true }))"""
_SHOWN = """async (seconds) => {
    const { frames } = await import("./page/see/pictures.js");
    const before = frames.value, begin = performance.now();
    await new Promise((done) => setTimeout(done, 1000 * seconds));
    return (frames.value - before) / (performance.now() - begin) * 1000;
}"""


class BrowserFigures(NamedTuple):
    """What a browser without a window, which draws by software, makes of the page.

    Attributes
    ----------
    first_paint_ms : float
        From the request to the first thing that is seen; median of some loads.
    shown_per_second : float
        Frames of live pictures.
    """

    first_paint_ms: float
    shown_per_second: float


def measure_browser(port: int, quick: bool, progress: Progress) -> BrowserFigures | None:
    """Look at the page of a node; None where there is no Playwright or no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return None
    with contextlib.suppress(ImportError):
        from playwright.sync_api import sync_playwright

        progress("a browser")
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=arguments)
            painted = []
            for _ in range(_QUICK_LOADS if quick else _LOADS):
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.goto(f"http://127.0.0.1:{port}/")
                painted.append(page.evaluate(_PAINTED))
                page.wait_for_selector(".view:not(.lost)")
                page.close()
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(f"http://127.0.0.1:{port}/#see")
            page.get_by_role("tab", name="See").click()
            page.wait_for_selector("#view-see canvas")
            shown = page.evaluate(_SHOWN, _QUICK_SECONDS if quick else _SECONDS)
            browser.close()
        return BrowserFigures(statistics.median(painted), shown)
    return None
