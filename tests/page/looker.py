"""Somebody who looks at the page and turns what is there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

_PATIENCE_MS = 60_000
_VIOLATIONS = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    console.error(`policy: ${violatedDirective} ${blockedURI}`));
"""


class Looker:
    """A page in a window of its own.

    Attributes
    ----------
    page : Page
        Playwright's.
    faults : list of str
        What the browser has complained of: errors, and violations of the page's policy.
    """

    def __init__(self, browser: Any, url: str, **window: Any) -> None:
        self.faults: list[str] = []
        self.page = browser.new_page(**{"viewport": {"width": 1280, "height": 800}, **window})
        self.page.set_default_timeout(_PATIENCE_MS)
        self.page.add_init_script(_VIOLATIONS)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(url)
        self.wait(".view:not(.lost)")

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    @classmethod
    @contextlib.contextmanager
    def opening(cls, browser: Any, url: str) -> Iterator[Callable[..., Looker]]:
        """Return what opens the page, which must have had no fault in the end."""
        lookers: list[Looker] = []

        def look(**window: Any) -> Looker:
            lookers.append(cls(browser, url, **window))
            return lookers[-1]

        yield look
        faults = [fault for looker in lookers for fault in looker.faults]
        for looker in lookers:
            looker.page.close()
        assert faults == [], faults

    def wait(self, selector: str) -> Any:
        """Wait for an element and return it."""
        return self.page.wait_for_selector(selector)

    def until(self, condition: str) -> None:
        """Wait until a condition holds in the page."""
        self.page.wait_for_function(f"() => Boolean({condition})")

    def told(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        return self.page.evaluate(f"() => {expression}")

    def each_view(self) -> Iterator[str]:
        """Go from view to view; yield the name of each."""
        tabs = self.page.get_by_role("tab")
        for tab in tabs.all():
            tab.click()
            name = tab.get_attribute("id").removeprefix("tab-")
            self.wait(f"#view-{name}")
            yield name

    def go_to(self, view: str) -> None:
        """Go to a view, unless it is there."""
        if not self.page.locator(f"#view-{view}").count():
            self.page.locator(f"#tab-{view}").click()
            self.wait(f"#view-{view}")

    def dial(self, name: str) -> Any:
        """Return what is turned of a number."""
        return self.page.locator(f"#{name} [role=slider]")

    def shows(self, name: str, words: str) -> None:
        """Wait until a number is shown in words."""
        self.wait(f'#{name} [role=slider][aria-valuetext="{words}"]')

    def grab(self, name: str) -> tuple[float, float]:
        """Press a dial in its middle; return where that is."""
        box = self.dial(name).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        return x, y

    def button(self, name: str) -> Any:
        """Return the button of a name."""
        return self.page.get_by_role("button", name=name, exact=True)
