"""Candidates on the page: heard by pointing at them, left, kept, judged and bred."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.exploring.search import Search, Verdict
from ronn_jack.explore.pool import Pool
from tests.page.looker import Looker
from tests.support.candidates import TERMS, candidate, pool_with
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process
from tests.support.ports import own_port
from tests.support.recording import MemoryStore, RecordingNode

pytestmark = pytest.mark.slow

AXE = Path(sys.prefix, "npm", "node_modules", "axe-core", "axe.min.js")
SMALLEST_TARGET = 44


@pytest.fixture
def pool() -> Pool:
    sounds = [{"layers": 7 + place, "seed": place} for place in range(1, 6)]
    return pool_with(*sounds)


@pytest.fixture
def controller(node: RecordingNode, store: MemoryStore, pool: Pool) -> Controller:
    return Controller(node, store, search=Search(finder=pool))


@pytest.fixture
def explorer(look) -> Looker:
    return opened(look())


def opened(looker: Looker) -> Looker:
    """Go to the view."""
    looker.page.get_by_role("tab", name="Explore").click()
    looker.wait(".tile-face")
    return looker


def face(place: int) -> str:
    return f'.tile-face[data-place="{place}"]'


def audition(looker: Looker) -> None:
    looker.page.get_by_role("switch", name="Audition").click()


def becomes(controller: Controller, layers: int) -> None:
    wait_for(lambda: controller.value("layers") == layers, what=f"{layers} layers")


CROSSED = """face => {
    const say = (kind) => face.closest(".tile").dispatchEvent(
        new PointerEvent(kind, { pointerType: "mouse", movementX: 9, bubbles: true }));
    say("pointermove");
    say("pointerleave");
}"""
"""A mouse goes over it in no time."""


def steps(controller: Controller) -> object:
    return controller.status()["undo_steps"]


def fits(looker: Looker, width: int) -> None:
    """Let all be in sight, large enough to be touched and not cut off, and axe find nothing."""
    page = looker.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = page.locator(".explore button").evaluate_all(
        """all => all.map((each) => {
            const { left, right, width, height } = each.getBoundingClientRect();
            return [each.ariaLabel ?? each.textContent, left, right, width, height];
        })"""
    )
    assert len(boxes) > 20
    assert [b for b in boxes if b[1] < 0 or b[2] > width or min(b[3:]) < SMALLEST_TARGET] == []
    cut = page.locator(".tile-head, .tile-numbers, .explore .button").evaluate_all(
        """all => all.filter((each) => each.scrollWidth > each.clientWidth + 1)
            .map((each) => each.textContent)"""
    )
    assert cut == []
    if AXE.exists():  # .ci/test-packages
        page.evaluate(AXE.read_text())
        found = page.evaluate("""axe.run({ resultTypes: ["violations"] })""")
        assert [
            (finding["id"], [node["html"] for node in finding["nodes"]])
            for finding in found["violations"]
            if finding["impact"] in ("serious", "critical")
        ] == []


def test_to_point_at_one_is_to_hear_it_and_to_leave_it_to_go_back(explorer, controller, node):
    page = explorer.page
    page.hover(face(1))
    audition(explorer)
    for place in (1, 2, 3):
        page.locator(face(place)).evaluate(CROSSED)
    page.hover(face(1))
    becomes(controller, 8)
    explorer.wait(f"{face(1)}[aria-current=true]")
    # Not the controller's value, which changes a moment before the node is asked.
    wait_for(lambda: node.rebuilds and node.last_change.values["layers"] == 8, what="a request")
    assert len(node.rebuilds) == 1
    page.hover(face(2))
    becomes(controller, 9)
    page.hover("h1")
    becomes(controller, 6)
    page.hover(face(2))
    becomes(controller, 9)
    page.keyboard.press("Escape")
    becomes(controller, 6)
    assert steps(controller) == 0
    page.hover(face(3))
    becomes(controller, 10)
    page.click(face(3))
    wait_for(lambda: steps(controller) == 1, what="a step")
    page.hover("h1")
    explorer.wait(face(25))
    audition(explorer)  # which is off now
    page.hover(face(2))
    explorer.button("Undo").click()
    becomes(controller, 6)


def test_by_keys_alone(explorer, controller):
    page = explorer.page
    audition(explorer)
    page.keyboard.press("Tab")  # Back, which is off, but can be found
    while not page.evaluate("document.activeElement.matches('.tile-face')"):
        page.keyboard.press("Tab")
    becomes(controller, 8)
    page.keyboard.press("ArrowRight")
    becomes(controller, 9)
    page.set_viewport_size({"width": 500, "height": 600})
    page.keyboard.press("End")
    becomes(controller, 12)
    box = page.locator(face(4)).bounding_box()
    page.keyboard.press("Home")
    becomes(controller, 8)
    page.mouse.move(box["x"] + 50, box["y"] + box["height"] - 10)
    page.keyboard.press("End")
    page.wait_for_selector(".tile:nth-child(4):hover", state="attached")
    becomes(controller, 12)
    page.wait_for_timeout(400)
    assert controller.value("layers") == 12, "what was scrolled to the mouse is heard"
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    explorer.wait('[aria-label="Like it: candidate 1"][aria-pressed=true]')
    becomes(controller, 8)
    page.locator(".audition-switch").focus()
    becomes(controller, 6)
    page.keyboard.press("Tab")
    page.locator(face(1)).focus()
    page.keyboard.press("Enter")
    explorer.wait(face(25))
    assert (steps(controller), controller.value("layers")) == (1, 8)


def test_to_go_elsewhere_or_to_close_the_page_is_to_leave_it(explorer, look, controller):
    page = explorer.page
    other = opened(look())
    audition(explorer)
    for leave in (
        lambda: page.get_by_role("tab", name="Play").click(),
        lambda: other.button("Back").click(),
        page.close,
    ):
        page.hover(face(4))
        becomes(controller, 11)
        other.wait(f"{face(4)}[aria-current=true]")
        leave()
        becomes(controller, 6)
        other.wait(f"{face(4)}:not([aria-current])")
        if not page.is_closed():
            page.mouse.move(1, 1)
            page.get_by_role("tab", name="Explore").click()
            explorer.wait(face(4))
    assert steps(controller) == 0


def test_a_finger_hears_by_a_tap_and_keeps_by_another(look, controller):
    window = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
    looker = opened(look(**window, has_touch=True, is_mobile=True))
    looker.page.get_by_role("switch", name="Audition").tap()
    for place in (1, 2):
        looker.page.tap(face(place))
        becomes(controller, 7 + place)
    looker.wait(f"{face(2)}[aria-current=true]")
    assert steps(controller) == 0
    looker.page.tap(face(2))
    looker.wait(face(25))
    assert (steps(controller), controller.value("layers")) == (1, 9)
    looker.page.tap(face(1))
    becomes(controller, 8)
    looker.wait(f"{face(1)}[aria-current=true]")
    fits(looker, 360)
    looker.button("Back").tap()
    becomes(controller, 9)


def test_judged_and_bred_with_two_pages_in_step_and_nothing_moved(explorer, look, pool):
    other = opened(look(viewport={"width": 1920, "height": 1080}, color_scheme="light"))
    places = """() => [...document.querySelectorAll(".tile:not(.small)")].map((each) => {
        const { x, y, width, height } = each.getBoundingClientRect();
        return [x, y, width, height].join(" ");
    })"""
    before = explorer.page.evaluate(places)
    assert len(before) == 24
    explorer.button("Like it: candidate 1").click()
    other.wait('[aria-label="Like it: candidate 1"][aria-pressed=true]')
    explorer.button("Dislike it: candidate 2").click()
    other.page.wait_for_selector(face(2), state="detached")
    for place in (3, 4):
        explorer.page.click(face(place))
        other.wait(face(22 + place))
    for place in (25, 26):
        other.button(f"Breed sound {place}").click()
    fits(other, 1920)
    other.button("Breed").click()
    explorer.page.wait_for_selector(face(1), state="detached")
    assert len(pool.aim.parents) == 2
    assert explorer.page.locator(".tile.small").count() == 2
    explorer.wait('.explore-state:has-text("between two")')
    assert explorer.page.evaluate(places) == before
    explorer.button("Near").click()
    other.wait('button[aria-pressed=true]:has-text("Near")')
    assert (pool.aim.amount, pool.aim.parents) == (0.15, ())
    explorer.page.evaluate("""async () => (await import("./page/node.js")).act("audition", 5)""")
    assert "candidate 5 is empty" in explorer.wait(".bubble.refusal").inner_text()


def test_a_click_keeps_what_is_heard_though_another_has_its_place(explorer, controller, pool):
    explorer.page.hover(face(1))
    audition(explorer)
    explorer.page.hover(face(1))
    becomes(controller, 8)
    explorer.wait(f"{face(1)}[aria-current=true]")
    pool.judge(1, Verdict.DISLIKED)
    assert pool.offer(TERMS, candidate({"layers": 3, "seed": 9}, 120.0))
    explorer.page.click(face(1))
    explorer.wait(face(25))
    assert controller.value("layers") == 8
    assert pool.candidate(1)["layers"] == 3
    explorer.page.mouse.move(1, 1)
    explorer.page.click(face(1))
    explorer.wait(face(26))
    assert controller.value("layers") == 3


@pytest.mark.soak
def test_what_a_running_node_has_found_is_heard_and_left(browser):
    port = str(own_port())
    with jack_server("explore") as server, node_process(server.name, "--http-port", port) as node:
        node.http_port()
        with Looker.opening(browser, f"http://127.0.0.1:{port}") as look:
            looker = look()
            looker.page.set_default_timeout(120_000)
            opened(looker)
            audition(looker)
            before = node.osc.ask("/ronn/share")
            place = int(looker.wait(".tiles .tile-face").get_attribute("data-place"))
            looker.page.hover(face(place))
            looker.wait(f"{face(place)}[aria-current=true]")
            assert node.osc.ask("/ronn/status/audition") == [place]
            assert node.osc.ask("/ronn/share") != before
            looker.page.hover("h1")
            wait_for(lambda: node.osc.ask("/ronn/share") == before, what="the sound before")
            looker.page.click(face(place))
            looker.wait(face(25))
            assert node.osc.ask("/ronn/status/undo_steps") == [1]
            assert node.osc.ask("/ronn/status/overloads") == [0]
