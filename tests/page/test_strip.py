"""Meters: levels, their peaks, loudness, and the load."""

from __future__ import annotations

import pytest

from tests.page.looker import Looker

pytestmark = pytest.mark.slow


def meter(label: str, words: str) -> str:
    return f'[role=meter][aria-label="{label}"][aria-valuetext="{words}"]'


def go_on(looker: Looker, milliseconds: int) -> None:
    """Let time go by for the page, where it stands still from then on."""
    looker.page.evaluate(
        "by => { const now = performance.now() + by; performance.now = () => now; }", milliseconds
    )


def test_a_peak_is_held_a_while_and_the_loudness_stands_beside_it(looker: Looker, node):
    go_on(looker, 0)
    node.statuses |= {"level_in": -3.5, "loudness": -14.25}
    looker.wait(meter("In", "−3.5 dBFS"))
    go_on(looker, 1000)
    node.statuses |= {"level_in": -30.0, "level_out": -200.0, "loudness": -200.0}
    looker.wait('[aria-label="In"][aria-valuenow="0.500"]')
    looker.wait(meter("In", "−3.5 dBFS"))
    share = looker.page.locator('[aria-label="In"] .meter-peak').evaluate(
        "peak => parseFloat(peak.style.left) / 100"
    )
    assert share == pytest.approx(1 - 3.5 / 60)
    go_on(looker, 5000)
    node.statuses |= {"level_in": -36.0, "level_out": -199.0}
    looker.wait(meter("In", "−36.0 dBFS"))
    looker.wait(meter("Out", "−∞ dBFS · −∞ LUFS"))
    node.statuses |= {"level_out": -18.0, "loudness": -14.25}
    looker.wait(meter("Out", "−18.0 dBFS · −14.3 LUFS"))


def test_the_load_has_a_line_where_networks_are_refused(looker: Looker, node):
    looker.wait(meter("Load", "25 %"))
    line = looker.page.locator(".meter-line").evaluate("line => line.style.left")
    assert line == "70%"
    node.statuses |= {"load": 0.9, "xruns": 1}
    looker.wait(meter("Load", "90 % · 1 xrun"))
    assert looker.page.locator('[aria-label="Load"] .hot').count() == 1
