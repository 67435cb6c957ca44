"""Presets on the page."""

from __future__ import annotations

import pytest

from tests.page.looker import Looker
from tests.support.jack_server import wait_for

pytestmark = pytest.mark.slow


def names(looker: Looker) -> list[str]:
    return looker.page.locator(".names .name").all_inner_texts()


def test_a_preset_is_searched_and_loaded(looker: Looker, controller):
    looker.page.locator(".preset-name").click()
    search = looker.page.get_by_role("searchbox")
    assert search.evaluate("field => field === document.activeElement")
    assert names(looker) == ["fuzz", "drone", "drizzle"]
    search.fill("DR")
    assert names(looker) == ["drone", "drizzle"]
    search.fill("nothing")
    assert "No preset" in looker.wait(".none").inner_text()
    search.fill("dr z")
    search.press("Enter")
    looker.wait('[aria-label^="Preset: drizzle. "]')
    looker.shows("layers", "5")
    assert looker.page.get_by_role("dialog").count() == 0
    looker.dial("layers").press("ArrowUp")
    looker.wait('[aria-label^="Preset: drizzle, edited"]')


def test_presets_are_found_by_tag_and_by_what_they_say(looker: Looker, store):
    store.notes |= {
        "fuzz": ("Torn speakers", ["guitar", "distortion"]),
        "drone": ("A bowed floor", ["synth"]),
        "drizzle": ("Rain on strings", ["guitar", "echo"]),
    }
    looker.page.locator(".preset-name").click()
    looker.wait('.tag:text-is("guitar")')
    tags = looker.page.locator(".tag")
    assert tags.all_inner_texts() == ["guitar", "distortion", "echo", "synth"]
    looker.button("guitar").click()
    assert names(looker) == ["fuzz", "drizzle"]
    looker.button("echo").click()
    assert names(looker) == ["drizzle"]
    looker.button("echo").click()
    search = looker.page.get_by_role("searchbox")
    search.fill("torn")
    assert names(looker) == ["fuzz"]
    looker.button("guitar").click()
    search.fill("synth floor")
    assert names(looker) == ["drone"]
    assert looker.page.locator(".names .description").all_inner_texts() == ["A bowed floor"]


def test_the_neighbours(looker: Looker):
    looker.button("Next preset").click()
    looker.wait('[aria-label^="Preset: fuzz"]')
    looker.button("Next preset").click()
    looker.wait('[aria-label^="Preset: drone"]')
    looker.button("Previous preset").click()
    looker.wait('[aria-label^="Preset: fuzz"]')


def test_a_sound_is_saved_and_told_to_all(looker: Looker, store):
    looker.dial("layers").press("ArrowUp")
    looker.button("Save").click()
    field = looker.page.get_by_role("textbox", name="Name")
    field.fill("fuzz")
    looker.wait('dialog button[type="submit"]:text-is("Replace")')
    field.fill("mine")
    field.press("Enter")
    looker.wait('[aria-label^="Preset: mine. "]')
    wait_for(lambda: store.presets["mine"]["layers"] == 7, what="the preset")
    looker.page.locator(".preset-name").click()
    looker.wait('.names .name:text-is("mine")')
    looker.page.keyboard.press("Escape")
    looker.page.wait_for_selector("dialog", state="detached")


def test_a_name_that_can_t_be_is_refused_at_the_button(looker: Looker):
    looker.button("Save").click()
    looker.page.get_by_role("textbox", name="Name").fill("a/b")
    looker.page.keyboard.press("Enter")
    assert "has a '/'" in looker.wait(".bubble.refusal").inner_text()
