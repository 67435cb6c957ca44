"""Every control turns its parameter, by whatever means it is turned."""

from __future__ import annotations

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Set
from ronn_jack.interfaces.web.limits import Limits
from ronn_jack.parameters import MAXIMUM_DRAWN_SEED, PARAMETERS, Value
from tests.page.conftest import serving
from tests.page.hands import plain, shown, turn
from tests.page.looker import Looker
from tests.support.jack_server import wait_for
from tests.support.recording import RecordingOrigin
from tests.support.trial_values import another

pytestmark = pytest.mark.slow


def becomes(controller: Controller, name: str, value: Value) -> None:
    wait_for(
        lambda: controller.value(name) == value,
        what=lambda: f"{name} = {value}, and it is {controller.value(name)}",
    )


def becoming(controller: Controller, name: str) -> float:
    """Return a parameter's value once it is not the default."""
    default = PARAMETERS[name].default
    wait_for(lambda: controller.value(name) != default, what=name)
    return float(controller.value(name))


def change(controller: Controller, name: str, value: Value) -> None:
    controller.apply([Set(name, value)], RecordingOrigin())


ONE_OF_EACH = {(row.kind, row.draw, row.group, row.curve): row for row in PARAMETERS.values()}
"""A parameter of each sort that has a control of its own."""


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([*ONE_OF_EACH.values()], id="one of each"),
        pytest.param([*PARAMETERS.values()], id="all", marks=pytest.mark.soak),
    ],
)
def test_a_parameter_has_a_control_that_turns_it_and_follows_others(looker, controller, rows):
    for row in rows:
        value = another(row)
        turn(looker, row, value)
        becomes(controller, row.name, value)
        assert shown(looker, row) == plain(row, value), row.name
        change(controller, row.name, row.default)
        wait_for(lambda row=row: shown(looker, row) == plain(row, row.default), what=row.name)
    assert looker.page.locator(".bubble.refusal").count() == 0


def test_a_drag_is_relative_and_fine_with_shift(looker, controller):
    mouse = looker.page.mouse
    x, y = looker.grab("input_gain")
    mouse.move(x, y - 50)
    becomes(controller, "input_gain", 12.0)
    looker.page.keyboard.down("Shift")
    mouse.move(x, y - 100)
    becomes(controller, "input_gain", 13.2)
    looker.page.keyboard.up("Shift")
    mouse.move(x, y - 5000)
    becomes(controller, "input_gain", 24.0)
    mouse.up()
    mouse.move(x, y)
    looker.grab("morph")
    mouse.up()
    looker.dial("input_gain").press("ArrowDown")
    becomes(controller, "input_gain", 23.52)
    assert controller.value("morph") == 0.0, "a touch moved it"


def test_a_held_knob_ignores_others_until_it_is_let_go(looker, controller):
    mouse = looker.page.mouse
    x, y = looker.grab("layers")
    mouse.move(x, y - 40)
    becomes(controller, "layers", 11)
    change(controller, "layers", 3)
    change(controller, "kernel", 9)
    looker.shows("kernel", "9 taps")  # told after it
    assert looker.dial("layers").get_attribute("aria-valuetext") == "11"
    mouse.up()
    looker.shows("layers", "3")
    assert controller.value("layers") == 3


def test_what_is_held_as_its_view_goes_is_let_go(looker, controller):
    play, node = (looker.page.get_by_role("tab", name=name) for name in ("Play", "See"))

    def grab_pad():
        box = looker.page.locator(".pad").bounding_box()
        looker.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        looker.page.mouse.down()

    for hold, name, value in (
        (lambda: looker.grab("layers"), "layers", 3),
        (grab_pad, "xy_x", 0.25),
        (lambda: looker.page.locator("#seed input").fill("77"), "seed", 5),
    ):
        hold()
        node.evaluate("tab => tab.click()")
        looker.page.wait_for_selector("#view-play", state="detached")
        change(controller, name, value)
        play.evaluate("tab => tab.click()")
        looker.page.mouse.up()
        row = PARAMETERS[name]
        wait_for(lambda row=row, value=value: shown(looker, row) == plain(row, value), what=name)


LATE = """
    const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
    Object.defineProperty(WebSocket.prototype, "onmessage", {
        set(take) { set.call(this, (event) => setTimeout(take, 60, event)); },
    });
"""
"""What the node says takes its time."""
WATCHED = """() => {
    const dial = document.querySelector("#input_gain [role=slider]");
    window.shown = [];
    new MutationObserver(() => shown.push(parseFloat(dial.getAttribute("aria-valuetext"))))
        .observe(dial, { attributeFilter: ["aria-valuetext"] });
}"""
SOON = "new Promise(done => setTimeout(() => done(shown), 250))"


def test_an_echo_that_is_late_moves_nothing_that_a_hand_has_let_go(browser, controller):
    limits = Limits(crossing_seconds=1000.0)  # each value is sent back
    with serving(controller, limits=limits) as server, Looker.opening(browser, server.url) as look:
        looker = look()
        looker.page.add_init_script(LATE)
        looker.page.reload()
        looker.wait(".view:not(.lost)")
        looker.page.evaluate(WATCHED)
        x, y = looker.grab("input_gain")
        for way in range(5, 55, 5):
            looker.page.mouse.move(x, y - way)
            becomes(controller, "input_gain", round(0.24 * way, 6))
        looker.page.mouse.up()
        shown = looker.page.evaluate(SOON)
        assert shown[-1] == 12.0
        assert shown == sorted(shown), "it went back"


def test_two_taps_reset(looker, controller):
    for name, far in (("layers", 9), ("morph", 0.5)):
        change(controller, name, far)
        looker.shows(name, str(far))
        looker.dial(name).dblclick()
        becomes(controller, name, PARAMETERS[name].default)


def test_a_finger_on_the_pad_turns_both(looker, controller):
    box = looker.page.locator(".pad").bounding_box()
    mouse = looker.page.mouse
    mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    mouse.down()
    assert abs(becoming(controller, "xy_x") + 0.5) < 0.02
    assert abs(becoming(controller, "xy_y") - 0.5) < 0.02
    change(controller, "xy_x", 0.125)
    mouse.move(box["x"] + box["width"] + 300, box["y"] - 300)
    becomes(controller, "xy_x", 1.0)
    becomes(controller, "xy_y", 1.0)
    mouse.up()
    change(controller, "xy_x", 0.25)
    looker.shows("xy_x", "0.25")
    looker.page.locator(".pad").dblclick()
    becomes(controller, "xy_x", 0.0)
    becomes(controller, "xy_y", 0.0)


def test_keys(looker, controller):
    dial = looker.dial("layers")
    for key, value in (
        ("ArrowUp", 7), ("Shift+ArrowLeft", 6), ("PageUp", 16), ("Home", 1), ("ArrowDown", 1),
        ("PageUp", 11), ("Delete", 6),
    ):  # fmt: skip
        dial.press(key)
        becomes(controller, "layers", value)
    dial.press("9")
    looker.page.keyboard.press("Enter")
    becomes(controller, "layers", 9)
    assert dial.evaluate("dial => dial === document.activeElement")
    dial.press("Enter")
    looker.page.keyboard.type("12")
    looker.page.keyboard.press("Escape")
    assert controller.value("layers") == 9
    decay = looker.dial("decay")
    for key, value in (("ArrowUp", 0.05), ("ArrowDown", 0.0)):
        decay.press(key)
        becomes(controller, "decay", value)


def test_the_wheel_turns_only_what_has_the_focus(looker, controller):
    box = looker.dial("layers").bounding_box()
    looker.page.mouse.move(box["x"] + 30, box["y"] + 30)
    looker.page.mouse.wheel(0, -120)
    looker.dial("kernel").press("ArrowUp")
    becomes(controller, "kernel", 4)
    assert controller.value("layers") == 6
    looker.dial("layers").focus()
    looker.page.mouse.wheel(0, -120)
    becomes(controller, "layers", 9)


def test_what_can_t_be_is_refused_where_it_was_asked_for(looker, controller):
    looker.dial("layers").press("9")
    looker.page.keyboard.type("9")
    looker.page.keyboard.press("Enter")
    bubble = looker.wait(".bubble.refusal")
    assert bubble.get_attribute("role") == "alert"
    assert "layers = 99 is out of range; use 1 to 24" in bubble.inner_text()
    assert looker.page.locator("#layers.refused").count() == 1
    looker.shows("layers", "6")
    above, below = looker.page.locator("#layers").bounding_box(), bubble.bounding_box()
    assert 0 <= below["y"] - above["y"] - above["height"] < 20
    looker.dial("layers").press("ArrowUp")
    looker.page.wait_for_selector(".bubble.refusal", state="detached")
    becomes(controller, "layers", 7)


def test_a_name_that_is_not_there_is_refused_and_goes_back(looker, controller):
    row = PARAMETERS["reverb_model"]
    turn(looker, row, "nowhere")
    assert "unknown reverb_model" in looker.wait(".bubble.refusal").inner_text()
    wait_for(lambda: shown(looker, row) == "ours", what="the name before")
    assert controller.value("reverb_model") == "ours"


def test_a_network_that_is_too_long_is_refused_and_the_knob_goes_back(looker, controller):
    change(controller, "dilation", 5)
    looker.shows("dilation", "5")
    looker.dial("layers").press("End")
    assert "lower" in looker.wait(".bubble.refusal").inner_text()
    looker.shows("layers", "6")
    assert controller.value("layers") == 6


def test_words_say_what_a_control_means(looker):
    looker.dial("kernel").focus()
    looker.page.keyboard.press("Tab")
    looker.page.keyboard.press("Shift+Tab")
    hint = looker.wait(".bubble.hint").inner_text()
    assert hint == "length of each convolution. 1 to 128 taps. Default 3."
    looker.page.keyboard.press("Escape")
    looker.page.wait_for_selector(".bubble.hint", state="detached")
    looker.page.locator("#decay-label").click()
    assert "60 dB" in looker.wait(".bubble.hint").inner_text()


def test_what_is_locked_is_not_drawn(looker, controller):
    looker.button("Lock…").click()
    looker.button("Lock Layers").click()
    looker.wait('[aria-label="Lock Layers"][aria-pressed="true"]')
    assert looker.page.get_by_role("button", name="Lock Mix").count() == 0
    looker.button("Lock…").click()
    looker.wait("#layers-label .icon")
    assert controller.status()["locks"] == "layers"
    for _ in range(5):
        before = controller.value("seed")
        looker.button("Randomize").click()
        wait_for(lambda before=before: controller.value("seed") != before, what="another sound")
        assert controller.value("layers") == 6


def test_seeds_are_drawn_and_walked_through(looker, controller):
    for label, name in (("Seed", "seed"), ("Seed B", "seed_b")):
        before = controller.value(name)
        looker.button(f"{label}: next").click()
        becomes(controller, name, before + 1)
        looker.button(f"{label}: previous").click()
        becomes(controller, name, before)
        looker.button(f"{label}: draw another").click()
        wait_for(lambda name=name, before=before: controller.value(name) != before, what=name)
        assert 0 <= controller.value(name) <= MAXIMUM_DRAWN_SEED
        wait_for(
            lambda name=name: shown(looker, PARAMETERS[name]) == str(controller.value(name)),
            what="the seed drawn",
        )


def test_a_name_that_is_not_there_is_refused_in_its_place(looker, controller):
    row = PARAMETERS["reverb_model"]
    turn(looker, row, "gone")
    looker.page.wait_for_selector(".bubble.refusal")
    assert "unknown reverb_model 'gone'" in looker.page.locator(".bubble.refusal").inner_text()
    wait_for(lambda: shown(looker, row) == "ours", what="ours")
    assert controller.value(row.name) == "ours"
