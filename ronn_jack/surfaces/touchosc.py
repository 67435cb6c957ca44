"""The layout for TouchOSC."""

from __future__ import annotations

from collections.abc import Sequence

from ronn_jack.parameters import Kind, Parameter
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
from ronn_jack.surfaces.tosc import (
    Colour,
    Control,
    layout,
    local,
    pressed,
    shown,
    turned,
)

WIDTH, HEIGHT = 1024.0, 768.0
_TAB_BAR = 40.0
_GAP = 4.0
_CAPTION = 20.0
_COLOURS = (
    Colour(0.93, 0.55, 0.15),
    Colour(0.2, 0.62, 0.86),
    Colour(0.55, 0.78, 0.25),
    Colour(0.6, 0.6, 0.65),
    Colour(0.75, 0.4, 0.8),
    Colour(0.85, 0.35, 0.4),
)
"""Of the pages in turn."""
_BLACK = Colour(0.08, 0.08, 0.09)
_MOST_CHOICES = 7
"""Buttons of a choice in a row."""
_SHOWN_CHARACTERS = 8
_LARGE_TEXT, _SMALL_TEXT = 24, 12
_HORIZONTAL = 1
_TOGGLE = 2
_LEFT, _RIGHT = 1, 3


def touchosc_layout(presets: Sequence[str]) -> bytes:
    """Return `ronn.tosc`.

    Parameters
    ----------
    presets : sequence of str
        Names that get a button.
    """
    whole = Frame(0.0, 0.0, WIDTH, HEIGHT)
    pager = Control("PAGER", "pager", whole, _BLACK)
    for number, page in enumerate(pages(presets)):
        pager.children.append(_page(page, _COLOURS[number % len(_COLOURS)]))
    return layout(Control("GROUP", "ronn", whole, _BLACK, {"name": "ronn"}, children=[pager]))


def _page(page: Page, colour: Colour) -> Control:
    height = HEIGHT - _TAB_BAR
    group = Control(
        "GROUP", page.title, Frame(0.0, _TAB_BAR, WIDTH, height), _BLACK,
        {"name": page.title, "tabLabel": page.title, "tabColorOff": _BLACK, "tabColorOn": colour},
    )  # fmt: skip
    for cell, share in page.placed():
        x, y = round(share.x * WIDTH), round(share.y * height)
        right = round((share.x + share.w) * WIDTH)
        bottom = round((share.y + share.h) * height)
        frame = Frame(x + _GAP, y + _GAP, right - x - 2 * _GAP, bottom - y - 2 * _GAP)
        group.children += _controls(cell, frame, colour)
    return group


def _controls(cell: Cell, frame: Frame, colour: Colour) -> list[Control]:
    match cell:
        case Slider():
            return _slider(cell, frame, colour)
        case Switch():
            return _switch(cell.parameter, frame, colour)
        case Choice():
            return _choice(cell.parameter, frame, colour)
        case Pad():
            return _pad(cell, frame, colour)
        case Button():
            return _button(cell, frame, colour)
        case Readout():
            return _readout(cell, frame, colour)


def _slider(cell: Slider, frame: Frame, colour: Colour) -> list[Control]:
    row = cell.parameter
    whole = row.kind is Kind.INT
    low, high = row.minimum, cell.maximum
    start = (row.to_number(row.default) - low) / (high - low)
    name, at, body = _split(frame)
    number = _label(f"{row.name} number", at, colour, _written(row.default), _RIGHT)
    number.properties["textLength"] = _SHOWN_CHARACTERS
    fader = Control(
        "FADER", row.name, body, colour,
        {"name": row.name, "orientation": _HORIZONTAL, "centered": cell.bipolar},
        {"x": start},
        [
            turned(f"/ronn/{row.name}", "x", low, high),
            local(number, "INTEGER" if whole else "FLOAT", low, high),
        ],
    )  # fmt: skip
    return [_label(f"{row.name} label", name, colour, label(row), _LEFT), number, fader]


def _switch(row: Parameter, frame: Frame, colour: Colour) -> list[Control]:
    button = Control(
        "BUTTON", row.name, frame, colour,
        {"name": row.name, "buttonType": _TOGGLE},
        {"x": row.to_number(row.default) * 1.0},
        [turned(f"/ronn/{row.name}", "x", 0.0, 1.0)],
    )  # fmt: skip
    return [button, _label(f"{row.name} label", frame, colour, label(row))]


def _choice(row: Parameter, frame: Frame, colour: Colour) -> list[Control]:
    name, at, body = _split(frame)
    now = _label(f"{row.name} now", at, colour, str(row.default), _RIGHT)
    now.messages.append(shown(f"/ronn/{row.name}"))
    controls = [_label(f"{row.name} label", name, colour, label(row), _LEFT), now]
    lines = -(-len(row.choices) // _MOST_CHOICES)
    columns = -(-len(row.choices) // lines)
    for number, word in enumerate(row.choices):
        place = _cell(body, number % columns, columns, number // columns, lines)
        controls += _pressed(f"{row.name} {word}", word, f"/ronn/{row.name}", word, place, colour)
    return controls


def _pad(cell: Pad, frame: Frame, colour: Colour) -> list[Control]:
    left, right, body = _split(frame, 0.5)
    axes = (("x", cell.x), ("y", cell.y))
    pad = Control(
        "XY", f"{cell.x.name} {cell.y.name}", body, colour,
        {"name": f"{cell.x.name} {cell.y.name}"},
        {axis: row.normalise(row.default) for axis, row in axes},
        [
            turned(f"/ronn/{row.name}", axis, row.minimum, row.maximum)
            for axis, row in axes
        ],
    )  # fmt: skip
    return [
        _label(f"{cell.x.name} label", left, colour, f"→ {label(cell.x)}", _LEFT),
        _label(f"{cell.y.name} label", right, colour, f"↑ {label(cell.y)}", _RIGHT),
        pad,
    ]


def _button(cell: Button, frame: Frame, colour: Colour) -> list[Control]:
    key = f"{cell.address} {'' if cell.argument is None else cell.argument}"
    return _pressed(key, cell.label, cell.address, cell.argument, frame, colour)


def _pressed(
    key: str, text: str, address: str, argument: float | str | None, frame: Frame, colour: Colour
) -> list[Control]:
    """Return a button that sends one message when it goes down, and its caption."""
    message = pressed(address, argument)
    button = Control("BUTTON", key, frame, colour, {"name": key.strip()}, messages=[message])
    return [button, _label(f"{key} label", frame, colour, text)]


def _readout(cell: Readout, frame: Frame, colour: Colour) -> list[Control]:
    name, _, body = _split(frame, 1.0)
    text = _label(cell.address, body, colour, "")
    text.properties |= {"background": True, "outline": True, "textSize": _LARGE_TEXT}
    text.messages.append(shown(cell.address))
    return [_label(f"{cell.address} label", name, colour, cell.label, _LEFT), text]


def _label(key: str, frame: Frame, colour: Colour, text: str, side: int | None = None) -> Control:
    properties = {} if side is None else {"textAlignH": side, "textSize": _SMALL_TEXT}
    return Control("LABEL", key, frame, colour, {**properties}, {"text": text})


def _split(frame: Frame, share: float = 0.65) -> tuple[Frame, Frame, Frame]:
    """Return the caption's place, which takes a share of the first line, its rest, and the rest."""
    width = round(frame.w * share)
    caption = frame._replace(w=width, h=_CAPTION)
    beside = Frame(frame.x + width, frame.y, frame.w - width, _CAPTION)
    return caption, beside, frame._replace(y=frame.y + _CAPTION, h=frame.h - _CAPTION)


def _cell(frame: Frame, column: int, columns: int, line: int, lines: int) -> Frame:
    left, right = (round(frame.w * c / columns) for c in (column, column + 1))
    top, bottom = (round(frame.h * n / lines) for n in (line, line + 1))
    gap = _GAP / 2
    return Frame(
        frame.x + left + gap, frame.y + top + gap, right - left - _GAP, bottom - top - _GAP
    )


def _written(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
