"""The view to look, at a network that is turned and at a chord that goes on."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ronn_jack.control.operations import Set
from ronn_jack.model.architecture import network_spec
from ronn_jack.pictures.live import FRAME_SECONDS
from ronn_jack.pictures.signals import STEPS_PER_DB
from ronn_jack.pictures.spectrum import FLOOR_DB, spectrum
from tests.page.looker import Looker
from tests.support.jack_server import wait_for
from tests.support.played import RATE, Played
from tests.support.recording import RecordingOrigin

pytestmark = pytest.mark.slow

AXE = Path(sys.prefix, "npm", "node_modules", "axe-core", "axe.min.js")
WINDOWS = {
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
    "screen": {"viewport": {"width": 1920, "height": 1080}, "color_scheme": "light"},
}


def opened(looker: Looker) -> Looker:
    """Go to the view and wait until all is there."""
    looker.page.evaluate("""async () => {
        const names = ["pictures", "structure", "axes"];
        const modules = await Promise.all(names.map((name) => import(`/page/see/${name}.js`)));
        window.see = Object.assign({}, ...modules);
        location.hash = "see";
    }""")
    looker.until("see.live.value?.activity && see.weights.value")
    return looker


def test_what_is_drawn_is_the_network_that_is_turned_to(look, controller):
    looker = opened(look())
    looker.until("see.responses.value")
    for values in (
        {"layers": 9, "kernel": 15, "channels": 6, "depthwise": True},
        {"layers": 4, "kernel": 2, "dilation": 20, "residual": True, "depthwise": False},
    ):
        controller.apply([Set(name, value) for name, value in values.items()], RecordingOrigin())
        spec = network_spec(controller.values, rate=RATE)
        frames = spec.receptive_field
        looker.wait(f'#view-see .field[data-frames="{frames}"]')
        words = looker.page.locator(".field").inner_text()
        assert f"{frames} frames" in words
        assert f"{frames / RATE * 1e3:.3g} ms" in words
        layers = [spec.layer(i) for i in range(spec.layers)]
        drawn = looker.told("see.tapsOf(see.layers.value, 1)")
        assert [row[-1] for row in drawn][-1] == frames - 1
        assert drawn[1] == [tap * layers[-1].dilation for tap in range(spec.kernel)]
        shapes = looker.told("see.layers.value.map((l) => [l.outputs, l.inputs / l.groups])")
        assert shapes == [list(shape[:2]) for shape in spec.weight_shapes]
    looker.page.locator(".layer-choice select").select_option("2")
    looker.until("see.weights.value?.layer === 2")
    assert looker.told("see.weights.value.shape") == list(spec.weight_shape(2))


def test_the_drawn_spectrum_is_the_transform_of_what_was_played(look, played):
    looker = opened(look(viewport={"width": 1280, "height": 2000}))
    page = looker.page
    # The very frame that is on the screen: no other comes between.
    drawn = page.evaluate("""async () => {
        const { live, inside } = window.see;
        const canvas = document.querySelector("[aria-labelledby=see-spectrum] canvas");
        const { clientWidth: width, clientHeight: height } = canvas;
        const colour = getComputedStyle(document.documentElement).getPropertyValue("--accent");
        const accent = colour.match(/\\d+/g).slice(0, 3).map(Number);
        await new Promise((resolve) => {
            const end = live.subscribe(() => setTimeout(() => { end(); resolve(); }));
        });
        const { position, spectrum_out } = live.peek();
        const box = inside({ width, height });
        const tops = [];
        const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
        for (let x = Math.ceil(box.left) + 2; x < box.right - 2; x += 1) {
            let y = 0;
            const near = (y) => accent.every(
                (part, i) => Math.abs(pixels[4 * (y * width + x) + i] - part) < 40
                    && pixels[4 * (y * width + x) + 3] > 150);
            while (y < height && !near(y)) y += 1;
            tops.push(y);
        }
        return { position, levels: Array.from(spectrum_out), tops, box };
    }""")
    heard = np.tanh(3.0 * played.signal(drawn["position"], 8192))
    expected = spectrum(heard, RATE)
    levels = np.array(drawn["levels"]) / STEPS_PER_DB + FLOOR_DB
    np.testing.assert_allclose(levels, expected, atol=0.6 / STEPS_PER_DB)
    box, tops = drawn["box"], drawn["tops"]
    db_a_pixel = 100.0 / (box["bottom"] - box["top"])
    for hertz in played.HERTZ:
        middle = (box["right"] - box["left"]) * np.log(hertz / 20) / np.log(1000)
        top = min(tops[int(middle) - 8 : int(middle) + 6])
        assert -(top - box["top"]) * db_a_pixel == pytest.approx(
            20 * np.log10(np.abs(0.15 * 3.0)), abs=6.0
        )


def test_who_wants_no_motion_gets_few_frames_and_who_looks_elsewhere_none(look, played):
    looker = opened(look())
    looker.page.emulate_media(reduced_motion="reduce")
    # One each half a second, beside one that was asked for before and one that ends the time.
    shown, seconds = looker.told("""new Promise((resolve) => {
        const [frames, begin] = [see.frames.value, performance.now()];
        const end = () => resolve([see.frames.value - frames, (performance.now() - begin) / 1e3]);
        setTimeout(end, 600);
    })""")
    assert shown <= 2 * seconds + 2
    looker.page.emulate_media(reduced_motion="no-preference")
    looker.page.get_by_role("tab", name="Play").click()
    looker.shows("layers", "6")
    wait_for(lambda: rests(played), what="the end of looking")
    opened(looker)


def rests(played: Played) -> bool:
    """Say whether nobody looks at what is played."""
    looks = played.looks
    time.sleep(5 * FRAME_SECONDS)
    return played.looks == looks


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (.ci/test-packages)")
@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_it_fits_any_window_and_everybody_can_use_it(look, window):
    page = opened(look(**window)).page
    width = window["viewport"]["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = (
        page.locator("#view-see")
        .locator("canvas, select, section")
        .evaluate_all(
            """all => all.map((each) => {
            const { left, right, height } = each.getBoundingClientRect();
            return [each.ariaLabel ?? each.id, left, right, height];
        })"""
        )
    )
    assert len(boxes) > 20
    assert [box for box in boxes if box[1] < 0 or box[2] > width or box[3] < 44] == []
    page.evaluate(AXE.read_text())
    found = page.evaluate("""axe.run("#view-see", { resultTypes: ["violations"] })""")
    assert [(each["id"], [n["html"] for n in each["nodes"]]) for each in found["violations"]] == []
    assert len(found["passes"]) > 5, "it has looked at nothing"
