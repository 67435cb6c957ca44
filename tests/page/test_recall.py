"""Undo, redo, A/B and snapshots on the page."""

from __future__ import annotations

import pytest

from tests.page.looker import Looker
from tests.support.jack_server import wait_for

pytestmark = pytest.mark.slow


def test_undo_and_redo_by_buttons_and_keys(looker: Looker, controller):
    assert looker.button("Undo").get_attribute("aria-disabled") == "true"
    looker.dial("layers").press("ArrowUp")
    looker.wait('[aria-label="Undo"][aria-disabled="false"]')
    looker.button("Undo").click()
    looker.shows("layers", "6")
    looker.wait('[aria-label="Redo"][aria-disabled="false"]')
    looker.button("Redo").click()
    looker.shows("layers", "7")
    looker.page.keyboard.press("Control+z")
    looker.shows("layers", "6")
    looker.page.keyboard.press("Control+Shift+Z")
    looker.shows("layers", "7")
    looker.dial("layers").press("Enter")
    looker.page.keyboard.press("Control+z")  # is the field's own
    looker.page.keyboard.press("Escape")
    assert controller.value("layers") == 7


def test_two_sounds_are_compared(looker: Looker):
    looker.button("A/B").click()
    looker.wait('[aria-label="A/B: now B"]')
    looker.dial("layers").press("ArrowUp")
    looker.shows("layers", "7")
    looker.button("A/B: now B").click()
    looker.shows("layers", "6")
    looker.wait('[aria-label="A/B: now A"]')


def test_snapshots_are_stored_and_recalled(looker: Looker, controller):
    looker.button("Store").click()
    looker.button("Store snapshot 3, empty").click()
    looker.wait('[aria-label="Recall snapshot 3"][aria-pressed="true"]')
    looker.dial("layers").press("ArrowUp")
    looker.shows("layers", "7")
    looker.button("Recall snapshot 3").click()
    looker.shows("layers", "6")
    looker.button("Recall snapshot 5, empty").click()
    bubble = looker.wait(".bubble.refusal")
    assert "5" in bubble.inner_text()
    row = looker.page.locator(".snapshots").bounding_box()
    assert 0 <= bubble.bounding_box()["y"] - row["y"] - row["height"] < 20


def test_a_long_press_stores(looker: Looker):
    box = looker.button("Recall snapshot 2, empty").bounding_box()
    looker.page.mouse.move(box["x"] + 20, box["y"] + 20)
    looker.page.mouse.down()
    looker.wait('[aria-label="Recall snapshot 2"][aria-pressed="true"]')
    looker.page.mouse.up()
    assert looker.page.locator(".bubble.refusal").count() == 0


def test_panic_is_shown_until_it_is_over(looker: Looker, node, controller):
    looker.button("Panic").click()
    wait_for(lambda: node.panics == [True], what="silence")
    node.statuses |= {"state": "silent"}
    looker.wait('[aria-label="Panic"][aria-pressed="true"]')
