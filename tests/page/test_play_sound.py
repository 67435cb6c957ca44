"""Every control of the page changes what a running node gives, and follows OSC and MIDI."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.parameters import PARAMETERS, Parameter, Value
from tests.page.hands import plain, shown, turn
from tests.page.looker import Looker
from tests.realtime.engine_driver import noise
from tests.support.jack_graph import MidiSender, around_node
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import NodeProcess, node_process
from tests.support.ports import own_port
from tests.support.trial_values import another

pytestmark = pytest.mark.soak
RATE = 48000
FRAMES = RATE // 4
BASE: Mapping[str, Value] = {
    "layers": 3, "kernel": 5, "channels": 4, "activation": "tanh", "mix": 0.9, "auto_level": False,
}  # fmt: skip


def _boost(name: str) -> Mapping[str, Value]:
    """Return what lets an equaliser's band be heard, for a parameter of it that is not its gain."""
    gain = f"{'_'.join(name.split('_')[:2])}_gain"
    return {} if name == gain else {gain: 6.0}


CONTEXT: Mapping[str, Mapping[str, Value]] = {
    "xy": {"xy_x": 0.75}, "xy_x": {"xy": True}, "xy_y": {"xy": True}, "seed_b": {"morph": 0.5},
    "rate": {"dilation": 9}, "tempo": {"sync": "1/16"}, "drift_rate": {"drift_depth": 0.75},
    "drift_depth": {"drift_rate": 5.0}, "decay": {"dilation": 9},
    **{name: {"reverb": True} for name in PARAMETERS if name.startswith("reverb_")},
    "eq": {"eq_x": 1.5},
    **{name: {"eq": True, "eq_x": 1.5} for name in (
        "eq_position", "eq_mode", "eq_model", "eq_extend", "eq_beta", "eq_strength",
        "eq_compensate",
    )},
    **{name: {"eq": True} for name in ("eq_x", "eq_y", "eq_z")},
    "eq_dims": {"eq": True, "eq_z": 1.5},
    **{name: {"eq": True, "eq_mode": "words", "eq_interpolate": 0.5} for name in (
        "eq_word_a", "eq_word_b",
    )},
    "eq_interpolate": {"eq": True, "eq_mode": "words"},
    **{name: {"eq": True, "eq_mode": "manual"} | _boost(name)
       for name, row in PARAMETERS.items() if row.follows == "eq_mode"},
}  # fmt: skip
"""What has to be turned already so that a parameter is heard."""
VALUES: Mapping[str, Value] = {"gate": -20.0, "recipe": "package", "decay": 0.05}
"""Where any other value does not do."""
NOT_HEARD = {"link", "freeze_mode", "fade_ms", "budget"}
"""They say what later changes do."""
CONTROLLERS = {20 + place: name for place, name in enumerate((
    "layers", "kernel", "channels", "dilation", "activation", "init", "mix", "output_gain",
))}  # fmt: skip
QUIET = 0.05
"""Below the gate's highest threshold."""
LEAST_CHANGE = 1e-3


@pytest.fixture(scope="module")
def node() -> Iterator[tuple[NodeProcess, str]]:
    options = [word for name, value in BASE.items() for word in ("--set", f"{name}={value}")]
    with (
        jack_server("sounds", RATE, 256) as server,
        node_process(server.name, "--http-port", str(own_port()), *options) as node,
    ):
        node.settle()
        yield node, server.name


@pytest.fixture
def looker(browser: Any, node: tuple[NodeProcess, str]) -> Iterator[Looker]:
    with Looker.opening(browser, f"http://127.0.0.1:{node[0].http_port()}") as look:
        yield look()


def base(name: str) -> Value:
    return BASE.get(name, PARAMETERS[name].default)


def heard(server: str) -> NDArray[np.float32]:
    x = QUIET * noise(FRAMES)
    with around_node(server, x, FRAMES + RATE // 2) as (player, recorder):
        recorder.record()
        player.roll()
        recorder.wait()
        return recorder.aligned()[:, :FRAMES]


def change(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    frames = min(before.shape[1], after.shape[1])
    return float(np.std(after[:, :frames] - before[:, :frames]) / np.std(before))


def shows(looker: Looker, row: Parameter, value: Value) -> None:
    wait_for(lambda: shown(looker, row) == plain(row, value), what=f"{row.name} on the page")


def test_without_a_change_the_same_is_heard(node):
    _, server = node
    assert any(change(heard(server), heard(server)) < LEAST_CHANGE / 10 for _ in range(5))


@pytest.mark.parametrize("name", [name for name in PARAMETERS if name not in NOT_HEARD])
def test_a_control_changes_the_sound_and_follows_osc(node, looker, name: str):
    running, server = node
    row, value = PARAMETERS[name], VALUES.get(name)
    context = CONTEXT.get(name, {})
    if value is None:
        value = another(row) if another(row) != base(name) else row.default
    for each, needed in context.items():
        running.osc.send(f"/ronn/{each}", needed)
        shows(looker, PARAMETERS[each], needed)
    running.settle()
    before = heard(server)
    try:
        turn(looker, row, value)
        wait_for(lambda: change(before, heard(server)) > LEAST_CHANGE, 30.0, "another sound")
        assert looker.page.locator(".bubble.refusal").count() == 0
    finally:
        for each in (name, *context):
            running.osc.send(f"/ronn/{each}", base(each))
    for each in (name, *context):
        shows(looker, PARAMETERS[each], base(each))


def test_the_page_follows_midi(node, looker):
    running, server = node
    with contextlib.closing(MidiSender(server)) as keys:
        keys.connect("ronn:midi_in")
        for number, name in CONTROLLERS.items():
            row = PARAMETERS[name]
            before = running.osc.ask(f"/ronn/{name}")

            def moves(name=name, number=number, before=before) -> bool:
                keys.send(bytes([0xB0, number, 20]))
                return running.osc.ask(f"/ronn/{name}") != before

            wait_for(moves, what=f"{name} by MIDI")
            [value] = running.osc.ask(f"/ronn/{name}")
            shows(looker, row, row.parse(value))
            running.osc.send(f"/ronn/{name}", base(name))
            shows(looker, row, base(name))
