"""The page as a whole: in any window, for any hand and eye."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.jack_server import wait_for

pytestmark = pytest.mark.slow

AXE = Path(sys.prefix, "npm", "node_modules", "axe-core", "axe.min.js")
SMALLEST_TARGET = 44
WINDOWS = {
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
    "tablet": {"viewport": {"width": 820, "height": 1180}, "has_touch": True},
    "screen": {"viewport": {"width": 1920, "height": 1080}},
}
TARGETS = "button, input, select, [role=slider], [role=switch]"


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_everything_is_in_sight_and_large_enough_to_be_touched(look, window):
    looker = look(**window)
    for view in looker.each_view():
        check_sizes(looker.page, window["viewport"]["width"], view)


def check_sizes(page, width, view):
    assert page.evaluate("document.documentElement.scrollWidth") <= width, view
    boxes = page.locator(TARGETS).evaluate_all(
        """all => all.filter((each) => each.checkVisibility()).map((each) => {
            const { left, right, width, height } = each.getBoundingClientRect();
            return [each.ariaLabel ?? each.id ?? each.className, left, right, width, height];
        })"""
    )
    assert len(boxes) > (60 if view == "play" else 10)
    assert [box for box in boxes if box[1] < 0 or box[2] > width] == [], view
    small = [b for b in boxes if min(b[3:]) < SMALLEST_TARGET - 0.5]
    assert small == [], view
    cut = page.locator(".readout, .button, .meter-words").evaluate_all(
        """all => all.filter((each) => each.scrollWidth > each.clientWidth + 1)
            .map((each) => each.textContent)"""
    )
    assert cut == [], f"words that are cut off in {view}"


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (.ci/test-packages)")
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_nothing_serious(look, scheme):
    looker = look(color_scheme=scheme)
    looker.page.keyboard.press("Control+z")
    looker.wait(".bubble.refusal")
    looker.page.evaluate(AXE.read_text())
    looker.page.locator(".preset-name").click()
    check_with_axe(looker, "presets")
    looker.page.keyboard.press("Escape")
    for view in looker.each_view():
        check_with_axe(looker, view)


def check_with_axe(looker, what):
    found = looker.page.evaluate("""axe.run({ resultTypes: ["violations"] })""")
    serious = [
        (finding["id"], finding["help"], [node["html"] for node in finding["nodes"]])
        for finding in found["violations"]
        if finding["impact"] in ("serious", "critical")
    ]
    assert serious == [], what
    assert len(found["passes"]) > 10, f"it has looked at nothing in {what}"


def test_a_violation_of_the_policy_is_seen(look):
    looker = look()
    with looker.page.expect_console_message(lambda said: "policy: script-src" in said.text):
        looker.page.evaluate("""() => {
            const script = document.createElement("script");
            script.textContent = "window.owned = true";
            document.body.append(script);
        }""")
    assert any("policy: script-src" in fault for fault in looker.faults)
    assert looker.page.evaluate("window.owned") is None
    looker.faults.clear()


def test_touch_turns_and_resets(look, controller):
    page = look(**WINDOWS["phone"]).page
    box = page.locator("#layers [role=slider]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
        )

    send("touchStart", (x, y))
    for up in range(10, 50, 10):
        send("touchMove", (x, y - up))
    send("touchEnd")
    page.wait_for_selector('#layers [aria-valuetext="11"]')
    assert page.evaluate("scrollY") == 0

    def reset() -> int:
        # Again, as on a busy machine too much time may go by between the two.
        for _ in range(2):
            page.touchscreen.tap(x, y)
        return page.locator('#layers [aria-valuetext="6"]').count()

    wait_for(reset, what="two taps that follow each other")


def test_nothing_moves_the_layout(look):
    looker = look(viewport={"width": 1280, "height": 1600})  # so that nothing is scrolled to
    places = """() => [...document.querySelectorAll(".cell, .meter, header > *")].map((each) => {
        const { x, y, width, height } = each.getBoundingClientRect();
        return [each.id, x, y, width, height].join(" ");
    })"""
    before = looker.page.evaluate(places)
    for name in ("layers", "kernel", "rate", "decay", "gate", "input_gain", "fade_ms"):
        looker.dial(name).press("End")
    looker.page.keyboard.press("Control+Shift+Z")
    looker.wait(".bubble.refusal")
    looker.dial("kernel").press("Enter")
    assert looker.page.evaluate(places) == before


def test_dark_and_light(look):
    looker = look(color_scheme="light")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = looker.page.evaluate(ground)
    looker.button("Make the page dark").click()
    dark = looker.page.evaluate(ground)
    assert dark != light
    looker.page.reload()
    looker.wait(".view:not(.lost)")
    assert looker.page.evaluate(ground) == dark


def test_who_wants_no_motion_gets_none(look):
    page = look(reduced_motion="reduce").page
    moving = page.evaluate(
        """[...document.querySelectorAll("*")].filter((each) => {
            const { transitionDuration } = getComputedStyle(each);
            return parseFloat(transitionDuration) > 0;
        }).length"""
    )
    assert moving == 0


def test_everything_is_reached_and_done_by_keys_alone(look, controller):
    looker = look(viewport={"width": 1280, "height": 1600})
    keys = looker.page.keyboard
    for view in looker.each_view():
        missing = looker.page.evaluate(
            """targets => {
                document.activeElement.blur();
                const missing = new Set([...document.querySelectorAll(targets)].filter(
                    (each) => each.checkVisibility() && each.tabIndex >= 0));
                document.addEventListener("focusin", ({ target }) => missing.delete(target));
                window.missing = missing;
                return missing.size;
            }""",
            TARGETS,
        )
        for _ in range(missing + 10):  # and whatever else can have the focus
            keys.press("Tab")
        names = looker.page.evaluate("[...missing].map((each) => each.outerHTML.slice(0, 80))")
        assert names == [], view
    looker.page.get_by_role("tab", name="Play").focus()
    keys.press("Home")
    looker.wait("#view-play")
    tab_to(looker, ".preset-name")
    keys.press("Enter")
    keys.type("drone")
    keys.press("Enter")
    looker.wait('[aria-label^="Preset: drone. "]')
    tab_to(looker, "#kernel [role=slider]")
    keys.press("ArrowUp")
    keys.press("Enter")
    keys.type("17")
    keys.press("Enter")
    looker.shows("kernel", "17 taps")
    tab_to(looker, "#bias [role=switch]")
    keys.press("Space")
    looker.wait('#bias [aria-checked="true"]')
    tab_to(looker, "#activation select")
    keys.press("t")
    wait_for(lambda: controller.value("activation") == "tanh", what="the menu's value")
    tab_to(looker, '[aria-label="Undo"]')
    keys.press("Enter")
    wait_for(lambda: controller.value("activation") == "relu", what="undo")


def tab_to(looker, selector):
    for _ in range(150):
        if looker.page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        looker.page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached")
