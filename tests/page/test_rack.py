"""The view of equaliser and reverb: what is drawn is so, and what is dragged turns it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Set
from ronn_jack.hotswap.responses.room import room_of, samples_of
from ronn_jack.model.latent.equaliser import response
from ronn_jack.model.latent.playing import playing
from ronn_jack.parameters import PARAMETERS, Group
from ronn_jack.pictures.rack.decay import relief_of
from ronn_jack.pictures.rack.equaliser import HERTZ, words_on_the_plane
from tests.page.looker import Looker
from tests.support.jack_server import wait_for
from tests.support.played import RATE
from tests.support.recording import RecordingOrigin

pytestmark = pytest.mark.slow

ROOM = {"reverb": True, "reverb_x": -1.2, "reverb_y": 0.5}
CURVE = {"eq": True, "eq_x": 1.4, "eq_y": -0.8, "eq_z": 0.6}


def put(controller: Controller, **values) -> None:
    controller.apply([Set(name, value) for name, value in values.items()], RecordingOrigin())


def opened(looker: Looker) -> Looker:
    """Go to the view and wait until all is there."""
    looker.page.evaluate("""async () => {
        const names = ["see/pictures", "see/axes", "rack/handles"];
        const modules = await Promise.all(names.map((name) => import(`/page/${name}.js`)));
        window.rack = Object.assign({}, ...modules);
        location.hash = "rack";
    }""")
    looker.until("rack.equaliser.value && rack.room.value")
    return looker


def near(controller: Controller, name: str, value: float, tolerance: float) -> None:
    wait_for(
        lambda: abs(float(controller.value(name)) - value) <= tolerance,
        what=lambda: f"{name} near {value}, and it is {controller.value(name)}",
    )


def accent_rows(looker: Looker, label: str) -> dict:
    """Return the ends of what has the accent's colour in each column of a picture."""
    return looker.page.evaluate(
        """(label) => {
            const canvas = document.querySelector(`#view-rack canvas[aria-label^="${label}"]`);
            const { clientWidth: width, clientHeight: height } = canvas;
            const colour = getComputedStyle(document.documentElement).getPropertyValue("--accent");
            const accent = colour.match(/\\d+/g).slice(0, 3).map(Number);
            const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
            const near = (x, y) => {
                const [alpha, ...parts] = [3, 0, 1, 2].map((i) => pixels[4 * (y * width + x) + i]);
                return alpha > 200 && accent.every((part, i) => Math.abs(parts[i] - part) < 40);
            };
            const rows = Array.from({ length: width }, (_, x) => {
                const found = [];
                for (let y = 0; y < height; y += 1) if (near(x, y)) found.push(y);
                return [found[0] ?? -1, found.at(-1) ?? -1];
            });
            return { rows, box: rack.inside({ width, height }) };
        }""",
        label,
    )


def test_the_drawn_curve_is_the_response_of_the_filters(look, controller):
    put(controller, **CURVE)
    looker = opened(look(color_scheme="dark"))
    settings = playing(controller.values)
    expected = response(settings, HERTZ, RATE)
    np.testing.assert_allclose(
        looker.told("Array.from(rack.equaliser.value.curve)"), expected, atol=1e-4
    )
    looker.page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    drawn = accent_rows(looker, "Curve of the equaliser")
    box, reach = drawn["box"], looker.told("rack.reach.value")
    columns = np.arange(math.ceil(box["left"]) + 2, int(box["right"]) - 2)
    share = (columns + 0.5 - box["left"]) / (box["right"] - box["left"])
    levels = np.interp(share, np.linspace(0.0, 1.0, HERTZ.size), expected)
    rows = box["bottom"] + (levels + reach) / (2 * reach) * (box["top"] - box["bottom"])
    middle = np.array([sum(drawn["rows"][x]) / 2 for x in columns])
    assert np.abs(expected).max() > 2.0
    assert np.abs(middle - rows).max() < 2.5, "in pixels"


def test_the_drawn_decay_is_measured_on_the_very_response(look, controller):
    put(controller, **ROOM)
    looker = opened(look(viewport={"width": 1280, "height": 1600}, color_scheme="dark"))
    expected = relief_of(samples_of(room_of(controller.values), RATE), RATE)
    assert looker.told("rack.room.value.t60") == pytest.approx(expected.times.tolist())
    below = np.array(looker.told("Array.from(rack.room.value.below)"))
    np.testing.assert_allclose(-below / 2.0, expected.levels.ravel(), atol=0.26)
    looker.page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    drawn = accent_rows(looker, "Reverberation time")
    box, count = drawn["box"], expected.times.size
    top = 1.15 * expected.times.max()
    for octave, seconds in enumerate(expected.times):
        x = int(box["left"] + (octave + 0.5) * (box["right"] - box["left"]) / count)
        height = (box["bottom"] - drawn["rows"][x + 9][0]) / (box["bottom"] - box["top"])
        assert height * top == pytest.approx(seconds, abs=0.02 * top)


def test_a_dragged_band_turns_frequency_and_gain_and_takes_over(look, controller):
    put(controller, **CURVE)
    page = opened(look(viewport={"width": 1280, "height": 1600})).page
    before = playing(controller.values)
    box = page.locator(".handles").bounding_box()
    handle = page.locator('[data-band="mid2"]').bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.up()
    assert controller.value("eq_mode") == "latent", "a touch moves nothing"
    page.mouse.down()
    page.mouse.move(x + box["width"] / 6, y - box["height"] / 4, steps=4)
    near(controller, "eq_mid2_gain", before.gains[2] + 6.0, 0.2)
    hertz = before.frequencies[2] * 10.0**0.5
    near(controller, "eq_mid2_freq", hertz, 0.03 * hertz)
    assert controller.value("eq_mode") == "manual"
    assert controller.value("eq_mid1_gain") == pytest.approx(before.gains[1])
    page.keyboard.down("Shift")
    q = float(controller.value("eq_mid2_q"))
    page.mouse.move(x + box["width"] / 6, y - box["height"] / 4 - 60, steps=4)
    near(controller, "eq_mid2_q", 2.0 * q, 0.05 * q)
    near(controller, "eq_mid2_gain", before.gains[2] + 6.0, 0.2)
    page.keyboard.up("Shift")
    page.mouse.up()
    page.mouse.wheel(0, 400)
    near(controller, "eq_mid2_q", q, 0.05 * q)
    page.keyboard.press("ArrowUp")
    near(controller, "eq_mid2_gain", before.gains[2] + 6.5, 0.2)
    page.keyboard.press("PageUp")
    near(controller, "eq_mid2_q", 2.0 ** (1 / 12) * q, 0.05 * q)
    page.keyboard.press("Delete")
    near(controller, "eq_mid2_gain", 0.0, 0.0)


def test_two_fingers_turn_q(look, controller):
    put(controller, eq=True, eq_mode="manual", eq_mid2_gain=6.0)
    window = {"viewport": {"width": 360, "height": 900}, "has_touch": True, "is_mobile": True}
    page = opened(look(**window)).page
    page.locator('[data-band="mid2"]').scroll_into_view_if_needed()
    handle = page.locator('[data-band="mid2"]').bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    send("touchStart", (x, y))
    send("touchStart", (x, y), (x + 30, y))
    send("touchMove", (x, y), (x + 60, y))
    near(controller, "eq_mid2_q", 0.355, 0.01)
    send("touchEnd")
    assert controller.value("eq_mid2_gain") == 6.0


def test_the_plane_moves_the_point_and_a_tap_on_a_word_goes_there(look, controller):
    put(controller, eq=True)
    page = opened(look(viewport={"width": 1280, "height": 1600})).page
    box = page.locator(".plane").first.bounding_box()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    page.mouse.down()
    near(controller, "eq_x", 1.0, 0.03)
    near(controller, "eq_y", 1.0, 0.03)
    page.mouse.up()
    x, y, z = words_on_the_plane(controller.values)["muddy"]
    page.mouse.click(
        box["x"] + (x + 2.0) / 4.0 * box["width"] + 5, box["y"] + (2.0 - y) / 4.0 * box["height"]
    )
    for name, value in (("eq_x", x), ("eq_y", y), ("eq_z", z)):
        near(controller, name, value, 1e-6)


def test_between_two_words_a_finger_goes_on_their_line(look, controller):
    put(controller, eq=True, eq_mode="words", eq_word_a="dark", eq_word_b="air")
    page = opened(look(viewport={"width": 1280, "height": 1600})).page
    places = words_on_the_plane(controller.values)
    (ax, ay, _), (bx, by, _) = places["dark"], places["air"]
    box = page.locator(".plane").first.bounding_box()
    for share in (0.25, 0.75):
        x, y = ax + share * (bx - ax), ay + share * (by - ay)
        page.mouse.move(
            box["x"] + (x + 2.0) / 4.0 * box["width"], box["y"] + (2.0 - y) / 4.0 * box["height"]
        )
        page.mouse.down()
        near(controller, "eq_interpolate", share, 0.02)
        page.mouse.up()
    assert controller.value("eq_mode") == "words"


def test_the_room_s_plane_moves_it_and_its_picture_follows(look, controller):
    looker = opened(look(viewport={"width": 1280, "height": 1600}))
    seconds = looker.told("rack.room.value.seconds")
    box = looker.page.locator(".plane").nth(1).bounding_box()
    looker.page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.5 * box["height"])
    looker.page.mouse.down()
    near(controller, "reverb_x", -1.6, 0.03)
    looker.page.mouse.up()
    looker.until(f"rack.room.value.seconds < {seconds / 2}")


def test_each_parameter_stands_in_one_view_and_those_of_the_stages_in_the_rack(look):
    looker = look()
    in_rack = {
        name for name, row in PARAMETERS.items() if row.group in (Group.EQUALISER, Group.REVERB)
    }
    in_strip = {"mix", "bypass"}
    found = {}
    for view in ("play", "rack"):
        looker.go_to(view)
        cells = looker.page.locator(".cell").evaluate_all("all => all.map((each) => each.id)")
        assert len(cells) == len(set(cells))
        found[view] = set(cells) - in_strip
    assert found["rack"] == in_rack
    assert found["play"] == PARAMETERS.keys() - in_rack - in_strip
