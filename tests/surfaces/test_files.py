"""The shipped surfaces are what the tables make, and hold every parameter and action."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import py2tosc
import pytest
from click.testing import CliRunner

from ronn_jack.cli import cli
from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import NODE, Set
from ronn_jack.files import shipped_folder
from ronn_jack.interfaces.osc.addresses import ENDPOINTS
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.parameters import ACTIONS, MAXIMUM_DRAWN_SEED, PARAMETERS, Curve, Kind, defaults
from ronn_jack.presets.store import PresetStore
from ronn_jack.surfaces.files import surface_files
from ronn_jack.surfaces.reaper import ADDRESS, reaper_aliases, reaper_jsfx, sliders
from tests.support.osc_client import OscClient, message
from tests.support.recording import RecordingNode

pytestmark = pytest.mark.slow

NAMES = PresetStore(user=Path("/nowhere")).names()
FILES = surface_files(NAMES)
NEEDS_NO_WORDS = {a.name for a in ACTIONS.values() if a.argument in ("", "amount", "pair")}
NUMBERED = {a.name for a in ACTIONS.values() if a.argument == "snapshot"}
BUTTONS = NEEDS_NO_WORDS | NUMBERED | {"audition"} | {"preset_load", "subscribe"}
TURNED = {name for name, row in PARAMETERS.items() if row.kind is not Kind.NAME}
RECALLING = {"undo", "redo", "setlist_next", "setlist_previous", "snapshot_load",
             "snapshot_next", "snapshot_previous", "breed",
             *(name for name in ACTIONS if name.startswith("audition"))}  # fmt: skip
NOTHING = re.compile(r"nothing|empty|no setlist|no snapshot|no candidate|keep more")
SUBSCRIBE = "/ronn/subscribe"

assert SUBSCRIBE in ENDPOINTS

Sent = tuple[str, list[object]]


def content(name: str, data: bytes) -> bytes:
    """Return what has to be the same: other builds of zlib pack the same in other bytes."""
    return zlib.decompress(data) if name.endswith(".tosc") else data


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_surface_is_up_to_date(name: str) -> None:
    shipped = (shipped_folder() / "surfaces" / name).read_bytes()
    assert content(name, shipped) == content(name, FILES[name]), "run `make docs`"


def test_the_shipped_aliases_of_reaper_are_up_to_date() -> None:
    shipped = shipped_folder() / "aliases" / "reaper.toml"
    assert shipped.read_text(encoding="utf-8") == reaper_aliases(), "run `make docs`"


def test_the_command_writes_them_all(tmp_path: Path) -> None:
    told = CliRunner().invoke(cli, ["surfaces", str(tmp_path / "new")])
    assert told.exit_code == 0
    assert told.output.splitlines() == [f"wrote {tmp_path / 'new' / name}" for name in FILES]
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(FILES)


def test_a_folder_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = CliRunner().invoke(cli, ["surfaces", str(tmp_path / "file")])
    assert "name another folder" in str(told.exception)


def touchosc() -> py2tosc.Document:
    return py2tosc.loads(FILES["ronn.tosc"])


def test_touchosc_finds_no_fault() -> None:
    document = touchosc()
    assert document.validate() == []
    # What the reader understood is all there is.
    assert document.dumps().encode() == content("ronn.tosc", FILES["ronn.tosc"])


def test_touchosc_has_the_pages_and_nothing_lies_outside_or_over_another() -> None:
    [pager] = touchosc().find_all(type="PAGER")
    assert [page.get("tabLabel") for page in pager.children][:3] == [
        "Architecture", "Play", "Presets",
    ]  # fmt: skip
    for page in pager.children:
        _, _, width, height = page.get("frame")
        touched = [c.get("frame") for c in page.children if str(c.control_type) != "LABEL"]
        for x, y, w, h in touched:
            assert x >= 0 <= y
            assert w >= 20 <= h
            assert x + w <= width
            assert y + h <= height
        for number, (x, y, w, h) in enumerate(touched):
            for x2, y2, w2, h2 in touched[:number]:
                assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


def touchosc_sends(end: int) -> Iterator[Sent]:
    """Yield what the layout's controls send at one end of their way, 0 or 1."""
    for control in touchosc().walk():
        for sent in (m for m in control.messages if isinstance(m, py2tosc.OscMessage)):
            if not sent.send:
                assert sent.receive
                continue
            [path] = sent.path
            arguments: list[object] = []
            for part in sent.arguments:
                if str(part.type) == "VALUE":
                    arguments.append((part.scale_min, part.scale_max)[end])
                else:
                    text = str(part.conversion) == "STRING"
                    arguments.append(part.value if text else float(part.value))
            yield path.value, arguments


def stage_widgets() -> Iterator[dict[str, object]]:
    root = json.loads(FILES["ronn-open-stage-control.json"])["content"]
    assert root["bypass"]
    for tab in root["tabs"]:
        yield from tab["widgets"]


def stage_sends(end: int) -> Iterator[Sent]:
    side = ("min", "max")[end]
    for widget in stage_widgets():
        address = widget.get("address")
        if widget["type"] == "fader":
            yield str(address), [widget["range"][side]]  # type: ignore[index]
        elif widget["type"] == "switch":
            values = widget["values"]["values"]  # type: ignore[index]
            yield str(address), [values[-end]]
        elif widget["type"] == "button":
            if "default" in widget:
                yield str(address), [end]
            else:
                yield str(address), [widget["on"]] if "on" in widget else []


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("sends", [touchosc_sends, stage_sends])
def test_all_that_a_surface_sends_is_taken(sends, end: int) -> None:  # type: ignore[no-untyped-def]
    told = list(sends(end))
    assert {address for address, _ in told} == {f"/ronn/{n}" for n in {*TURNED, *BUTTONS}}
    controller = Controller(RecordingNode(), PresetStore(user=Path("/nowhere")))
    with OscServer(controller, port=0) as server, OscClient(server.port) as client:
        for address, arguments in told:
            if address == SUBSCRIBE:
                continue
            # Some values can't be had together.
            start = {**defaults(), "kernel": 1, "dilation": 1}
            controller.apply([Set(name, value) for name, value in start.items()], NODE)
            answers = client.answers(message(address, *arguments))
            if address.removeprefix("/ronn/") in RECALLING:
                # A new node has nothing to recall.
                answers = [each for each in answers if not NOTHING.search(str(each[1][1]))]
            assert answers == []
            row = PARAMETERS.get(address.removeprefix("/ronn/"))
            if row is not None and row.kind is not Kind.ENUM:
                most = min(row.maximum, MAXIMUM_DRAWN_SEED)
                value = row.from_number((row.minimum, most)[end])
                assert controller.value(row.name) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("widget", [w for w in stage_widgets() if w["type"] == "fader"])
def test_open_stage_control_rounds_nothing_away(widget: dict[str, object]) -> None:
    row = PARAMETERS[str(widget["id"])]
    assert widget["decimals"] == (0 if row.kind is Kind.INT else 4)
    assert widget["typeTags"] == ("i" if row.kind is Kind.INT else "f")
    assert widget.get("logScale", False) == (row.curve is Curve.EXPONENTIAL)


def test_open_stage_control_shows_only_what_a_node_tells() -> None:
    session = json.loads(FILES["ronn-open-stage-control.json"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", session["version"])
    shown = {w["address"] for w in stage_widgets() if w["type"] == "text" and "address" in w}
    assert shown
    assert shown <= ENDPOINTS.keys()


REAPER_FLAGS = re.compile(r"[nfbtrsi]/\S*")
REAPER_WORDS = {
    "DEVICE_TRACK_COUNT": r"\d+", "DEVICE_SEND_COUNT": r"\d+", "DEVICE_RECEIVE_COUNT": r"\d+",
    "DEVICE_FX_COUNT": r"\d+", "DEVICE_FX_PARAM_COUNT": r"\d+",
    "DEVICE_FX_INST_PARAM_COUNT": r"\d+", "DEVICE_ROTARY_CENTER": r"-?\d*\.?\d*",
    "REAPER_TRACK_FOLLOWS": "REAPER|DEVICE", "DEVICE_TRACK_FOLLOWS": "DEVICE|LAST_TOUCHED",
    "DEVICE_TRACK_BANK_FOLLOWS": "DEVICE|MIXER", "DEVICE_FX_FOLLOWS": "DEVICE|LAST_TOUCHED|FOCUSED",
}  # fmt: skip
"""Of the settings that Default.ReaperOSC documents, what each may be."""


def reaper_lines(text: str) -> dict[str, list[str]]:
    """Read a pattern file as Reaper does: an action and its patterns, # begins a comment line."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            key, *patterns = line.split()
            found[key] = patterns
            if key in REAPER_WORDS:
                [word] = patterns
                assert re.fullmatch(REAPER_WORDS[key], word), line
            else:
                assert key == "FX_PARAM_VALUE", line
                assert all(REAPER_FLAGS.fullmatch(p) and len(p) <= 512 for p in patterns), line
    return found


def test_reaper_can_read_its_patterns() -> None:
    found = reaper_lines(FILES["Ronn.ReaperOSC"].decode())
    [pattern] = found["FX_PARAM_VALUE"]
    # Reaper tells values of tracks that aren't selected only by patterns with three wildcards.
    assert pattern.count("@") == 3
    assert pattern == "n" + "/".join("@" if p in "1{}" and p else p for p in ADDRESS.split("/"))
    assert found["DEVICE_FX_PARAM_COUNT"] == [str(len(PARAMETERS))]


SLIDER = re.compile(r"slider(\d+):(-?[\d.]+)<(-?[\d.]+),(-?[\d.]+),([\d.]+)(?:\{(.*)\})?>(\S.*)")


def test_the_jsfx_has_a_slider_for_each_parameter() -> None:
    lines = reaper_jsfx().splitlines()
    assert lines[0].startswith("desc:")
    matches = [SLIDER.fullmatch(line) for line in lines if line.startswith("slider")]
    assert [int(m[1]) for m in matches if m] == list(range(1, len(PARAMETERS) + 1))
    assert {slider.parameter.name for slider in sliders()} == set(PARAMETERS)
    for match, slider in zip(matches, sliders(), strict=True):
        assert match
        row = slider.parameter
        assert row.from_number(float(match[2])) == row.default
        assert float(match[3]) == row.minimum
        assert float(match[4]) == min(row.maximum, MAXIMUM_DRAWN_SEED)
        assert float(match[5]) > 0.0
        if row.kind is Kind.ENUM:
            assert match[6] == ",".join(row.choices)


def test_sliders_keep_their_numbers() -> None:
    # Automation that was recorded is kept by these.
    names = [slider.parameter.name for slider in sliders()]
    assert names[:27] == [
        "layers", "kernel", "channels", "dilation", "activation", "init", "bias", "depthwise",
        "residual", "seed", "recipe", "input_gain", "output_gain", "link", "mix", "auto_level",
        "bypass", "xy", "xy_x", "xy_y", "seed_b", "morph", "drift_rate", "drift_depth", "freeze",
        "fade_ms", "budget",
    ]  # fmt: skip
