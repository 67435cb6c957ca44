"""The view for the floor, by foot and by pedals that send keys."""

from __future__ import annotations

import pytest

from ronn_jack.control.controller import Controller
from tests.page.looker import Looker
from tests.support.jack_server import wait_for

pytestmark = pytest.mark.slow
READ_AT_ARMS_LENGTH = 40
"""Pixels of letters, of a screen that is read from where one stands."""


@pytest.fixture
def stage(looker: Looker) -> Looker:
    looker.page.get_by_role("tab", name="Stage").click()
    looker.wait(".stage")
    return looker


def plays(stage: Looker, controller: Controller, name: str) -> None:
    stage.wait(f'.stage-words:text-is("{name}")')
    assert controller.preset == name


def test_presets_are_walked_through_and_chosen(stage: Looker, controller: Controller):
    stage.wait('.stage-words:text-is("no preset")')
    stage.button("Next preset").click()
    plays(stage, controller, "fuzz")
    stage.wait('.stage-place:text-is("1 of 3")')
    for key, name in (
        ("PageDown", "drone"), ("ArrowRight", "drizzle"),
        ("ArrowLeft", "drone"), ("PageUp", "fuzz"),
    ):  # fmt: skip
        stage.page.keyboard.press(key)
        plays(stage, controller, name)
    stage.page.locator(".stage-name").click()
    stage.button("drizzle").click()
    plays(stage, controller, "drizzle")


def test_a_pedal_that_is_held_acts_once(stage: Looker, controller: Controller):
    keyboard = stage.page.keyboard
    stage.button("Next preset").click()
    plays(stage, controller, "fuzz")
    for _ in range(2):
        keyboard.down("PageDown")
    keyboard.up("PageDown")
    keyboard.press("ArrowRight")
    plays(stage, controller, "drizzle")


def test_snapshots_are_recalled_and_never_stored(stage: Looker, controller: Controller, look):
    other = look()
    other.button("Store").click()
    other.button("Store snapshot 2, empty").click()
    other.dial("layers").press("ArrowUp")
    other.shows("layers", "7")
    stage.button("Recall snapshot 2").click()
    other.shows("layers", "6")
    stage.wait('[aria-label="Recall snapshot 2"][aria-pressed="true"]')
    other.dial("layers").press("ArrowUp")
    other.shows("layers", "7")
    stage.page.keyboard.press("5")  # is empty
    stage.page.keyboard.press("2")
    other.shows("layers", "6")
    assert controller.status()["snapshots"] == "2"
    assert stage.page.locator(".bubble.refusal").count() == 0


def test_a_slider_keeps_its_keys(stage: Looker, controller: Controller):
    stage.dial("mix").press("PageDown")
    wait_for(lambda: controller.value("mix") == 0.9, what="mix")
    assert controller.preset is None


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800), (1024, 600)])
def test_it_is_read_at_arm_s_length_and_needs_no_scrolling(look, width, height):
    looker = look(viewport={"width": width, "height": height})
    looker.page.get_by_role("tab", name="Stage").click()
    looker.wait(".stage")
    for large in (".stage .snapshot", ".stage-presets > .button"):
        boxes = [each.bounding_box() for each in looker.page.locator(large).all()]
        assert min(min(box["width"], box["height"]) for box in boxes) >= 64
    assert looker.page.evaluate("document.documentElement.scrollHeight") <= height
    letters = "each => parseFloat(getComputedStyle(each).fontSize)"
    assert looker.page.locator(".stage .snapshot").first.evaluate(letters) >= READ_AT_ARMS_LENGTH
