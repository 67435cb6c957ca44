"""The tabs of the page's views, by hand, by keys and by address."""

from __future__ import annotations

import pytest

from tests.page.looker import Looker

pytestmark = pytest.mark.slow


@pytest.fixture
def two(look) -> Looker:
    """A page that has one more view than it comes with."""
    looker = look()
    looker.page.evaluate(
        """async () => {
            const { VIEWS } = await import("./page/views.js");
            VIEWS.push({ name: "more", label: "More", View: () => "More to see" });
            location.hash = "more";
        }"""
    )
    looker.wait("#view-more")
    return looker


def test_a_tab_is_chosen_by_hand(two: Looker):
    assert two.page.locator("[role=tabpanel]").inner_text() == "More to see"
    two.page.get_by_role("tab", name="Play").click()
    two.shows("layers", "6")
    assert two.page.locator("#view-more").count() == 0
    two.page.go_back()
    two.wait("#view-more")


def test_a_tab_is_chosen_by_keys(two: Looker):
    more, play = (two.page.get_by_role("tab", name=name) for name in ("More", "Play"))
    more.focus()
    for key, view in (
        ("ArrowRight", "play"), ("ArrowLeft", "more"), ("Home", "play"), ("End", "more"),
        ("ArrowRight", "play"),
    ):  # fmt: skip
        two.page.keyboard.press(key)
        two.wait(f"#view-{view}")
        assert two.page.evaluate("document.activeElement.id") == f"tab-{view}"
    assert play.get_attribute("aria-selected") == "true"
    assert play.get_attribute("aria-controls") == "view-play"
    assert more.get_attribute("tabindex") == "-1"


def test_an_address_opens_its_view_and_an_unknown_one_the_first(look):
    looker = look()
    for address, view in (("#play", "play"), ("#nothing", "play"), ("", "play")):
        looker.page.goto(looker.page.url.partition("#")[0] + address)
        looker.wait(f"#view-{view}")
