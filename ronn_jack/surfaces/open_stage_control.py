"""The session for Open Stage Control."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ronn_jack.parameters import Curve, Kind, Parameter
from ronn_jack.surfaces.pages import (
    Button,
    Cell,
    Choice,
    Frame,
    Pad,
    Page,
    Readout,
    Slider,
    Switch,
    label,
    pages,
)

VERSION = "1.29.2"
"""Of the program whose properties these are: with an older one it would convert the session."""
RENEW_SECONDS = 20
"""How often feedback is asked for again."""

_HEAD = 0.3
"""Share of a cell that its caption takes."""
_DECIMALS = 4
_MOST_CHOICES = 7
_MOST_STEPS = 200
_SUBSCRIBE = (
    "send('/ronn/subscribe')\n"
    f"setInterval('renew', () => send('/ronn/subscribe'), {RENEW_SECONDS * 1000})"
)

Widget = dict[str, Any]


def open_stage_control_session(presets: Sequence[str]) -> str:
    """Return `ronn-open-stage-control.json`.

    Parameters
    ----------
    presets : sequence of str
        Names that get a button.
    """
    root = {
        "type": "root",
        "id": "root",
        "bypass": True,
        "onCreate": _SUBSCRIBE,
        "tabs": [_tab(page) for page in pages(presets)],
    }
    session = {
        "createdWith": "Open Stage Control",
        "version": VERSION,
        "type": "session",
        "content": root,
    }
    return json.dumps(session, ensure_ascii=False, indent=1) + "\n"


def _tab(page: Page) -> Widget:
    widgets = [widget for cell, frame in page.placed() for widget in _widgets(cell, frame)]
    return {"type": "tab", "id": page.title, "label": page.title, "widgets": widgets}


def _widgets(cell: Cell, frame: Frame) -> list[Widget]:
    match cell:
        case Slider():
            return _slider(cell, frame)
        case Switch():
            row = cell.parameter
            return [
                _widget(
                    "button", row.name, frame, address=f"/ronn/{row.name}", label=label(row),
                    typeTags="i", default=int(bool(row.default)),
                )
            ]  # fmt: skip
        case Choice():
            return _choice(cell.parameter, frame)
        case Pad():
            return _pad(cell, frame)
        case Button():
            return [_button(cell, frame)]
        case Readout():
            return _readout(cell, frame)


def _slider(cell: Slider, frame: Frame) -> list[Widget]:
    row = cell.parameter
    head, body = _split(frame)
    left, right = (
        head._replace(w=head.w * 0.6),
        head._replace(x=head.x + head.w * 0.6, w=head.w * 0.4),
    )
    shared = _number(row)
    fader = _widget(
        "fader", row.name, body, horizontal=True, range={"min": row.minimum, "max": cell.maximum},
        **shared,
    )  # fmt: skip
    if row.kind is Kind.INT and cell.maximum - row.minimum <= _MOST_STEPS:
        fader["steps"] = cell.maximum - row.minimum + 1
    if row.curve is Curve.EXPONENTIAL:
        fader["logScale"] = True
    if cell.bipolar:
        fader["origin"] = 0
    # Two widgets of one id are one control: a number can be typed where a fader is too coarse.
    return [
        _caption(row.name, label(row), left),
        _widget("input", row.name, right, numeric=True, **shared),
        fader,
    ]


def _number(row: Parameter) -> Widget:
    whole = row.kind is Kind.INT
    return {
        "address": f"/ronn/{row.name}",
        "typeTags": "i" if whole else "f",
        "decimals": 0 if whole else _DECIMALS,
        "default": row.default,
    }


def _choice(row: Parameter, frame: Frame) -> list[Widget]:
    head, body = _split(frame, _HEAD / 2 if len(row.choices) > _MOST_CHOICES else _HEAD)
    lines = -(-len(row.choices) // _MOST_CHOICES)
    switch = _widget(
        "switch", row.name, body, address=f"/ronn/{row.name}", typeTags="s", layout="grid",
        gridTemplate=-(-len(row.choices) // lines), default=row.default,
        values={"labels": list(row.choices), "values": list(row.choices)},
    )  # fmt: skip
    return [_caption(row.name, label(row), head), switch]


def _pad(cell: Pad, frame: Frame) -> list[Widget]:
    """Return a pad above the two faders that it moves, as each parameter has its own address."""
    x, y = cell.x, cell.y
    key = f"{x.name} {y.name}"
    pad_frame = frame._replace(h=frame.h * 0.7)
    pad = _widget(
        "xy", key, pad_frame, snap=True, bypass=True, decimals=_DECIMALS,
        rangeX={"min": x.minimum, "max": x.maximum}, rangeY={"min": y.minimum, "max": y.maximum},
        default=[x.default, y.default],
        onValue=f"set('{x.name}', value[0])\nset('{y.name}', value[1])",
    )  # fmt: skip
    # A fader that moves takes the pad with it, without the pad's own script.
    points = (f"[value, get('{y.name}')]", f"[get('{x.name}'), value]")
    widgets = [pad]
    for number, (row, point) in enumerate(zip((x, y), points, strict=True)):
        left = frame.x + number * frame.w / 2
        place = Frame(left, frame.y + pad_frame.h, frame.w / 2, frame.h * 0.3)
        caption, typed, fader = _slider(Slider(row), place)
        fader["onValue"] = f"set('{key}', {point}, {{send: false, script: false}})"
        widgets += [caption, typed, fader]
    return widgets


def _button(cell: Button, frame: Frame) -> Widget:
    key = f"{cell.address} {'' if cell.argument is None else cell.argument}".strip()
    widget = _widget("button", key, frame, address=cell.address, label=cell.label)
    if cell.argument is None:
        return {**widget, "mode": "momentary"}
    tags = "s" if isinstance(cell.argument, str) else "f"
    return {**widget, "mode": "tap", "on": cell.argument, "typeTags": tags}


def _readout(cell: Readout, frame: Frame) -> list[Widget]:
    head, body = _split(frame)
    # Of several arguments the first says it.
    first = "if (Array.isArray(value)) set('this', value[0], {send: false})"
    text = _widget(
        "text",
        cell.address,
        body,
        address=cell.address,
        decimals=_DECIMALS,
        default="–",
        onValue=first,
    )
    return [_caption(cell.address, cell.label, head), text]


def _caption(key: str, text: str, frame: Frame) -> Widget:
    return _widget("text", f"{key} label", frame, default=text, align="left", bypass=True)


def _widget(kind: str, key: str, frame: Frame, **properties: Any) -> Widget:
    names = ("left", "top", "width", "height")
    place = {name: f"{share * 100:.4g}%" for name, share in zip(names, frame, strict=True)}
    return {"type": kind, "id": key, **place, **properties}


def _split(frame: Frame, head: float = _HEAD) -> tuple[Frame, Frame]:
    height = frame.h * head
    return frame._replace(h=height), frame._replace(y=frame.y + height, h=frame.h - height)
