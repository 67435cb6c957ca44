"""The format of TouchOSC's layouts: a tree of controls as XML, compressed by zlib.

Written after what TouchOSC 1.5 itself writes: keys in alphabetical order, text in CDATA, and all on
one line.
"""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.sax.saxutils import escape

from ronn_jack.surfaces.pages import Frame

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "ronn_jack")
_BEST = 9


class Colour(NamedTuple):
    """Red, green, blue and opacity, 0–1."""

    r: float
    g: float
    b: float
    a: float = 1.0


Property = bool | int | float | str | Colour | Frame

WHITE = Colour(1.0, 1.0, 1.0)
_DARK = Colour(0.0, 0.0, 0.0, 0.25)
_COMMON: Mapping[str, Property] = {
    "background": True, "cornerRadius": 4.0, "grabFocus": True, "interactive": True,
    "locked": False, "orientation": 0, "outline": True, "outlineStyle": 1, "pointerPriority": 0,
    "shape": 1, "visible": True,
}  # fmt: skip
_MOVED: Mapping[str, Property] = {
    "cursor": True, "cursorDisplay": 0, "gridColor": _DARK, "response": 0, "responseFactor": 100,
}  # fmt: skip
_CONTAINER: Mapping[str, Property] = {
    "background": False, "grabFocus": False, "outline": False, "outlineStyle": 0,
}  # fmt: skip
_BY_KIND: Mapping[str, Mapping[str, Property]] = {
    "BUTTON": {"buttonType": 0, "press": True, "release": True, "valuePosition": False},
    "FADER": {**_MOVED, "bar": True, "barDisplay": 0, "grid": True, "gridSteps": 13},
    "GROUP": {**_CONTAINER, "interactive": False},
    "LABEL": {
        "background": False, "font": 0, "interactive": False, "outline": False, "textAlignH": 2,
        "textAlignV": 2, "textClip": True, "textColor": WHITE, "textLength": 0, "textSize": 14,
    },
    "PAGER": {
        **_CONTAINER, "tabLabels": True, "tabbar": True, "tabbarDoubleTap": False,
        "tabbarSize": 40, "textSizeOff": 16, "textSizeOn": 16,
    },
    "XY": {
        **_MOVED, "gridStepsX": 10, "gridStepsY": 10, "gridX": True, "gridY": True, "lines": True,
        "linesDisplay": 0, "lockX": False, "lockY": False,
    },
}  # fmt: skip
_VALUES: Mapping[str, Mapping[str, bool | float | str]] = {
    "BUTTON": {"x": 0.0, "touch": False},
    "FADER": {"x": 0.0, "touch": False},
    "GROUP": {"touch": False},
    "LABEL": {"text": "", "touch": False},
    "PAGER": {"page": 0.0, "touch": False},
    "XY": {"x": 0.0, "y": 0.0, "touch": False},
}


@dataclass
class Control:
    """One control; a child's frame is relative to its parent's.

    Attributes
    ----------
    key : str
        Names it within the layout: what it is, however often the layout is made.
    properties, values : dict
        What differs from the defaults of its kind.
    messages : list of str
        As `turned`, `pressed`, `shown` and `local` return them.
    """

    kind: str
    key: str
    frame: Frame
    colour: Colour
    properties: dict[str, Property] = field(default_factory=dict)
    values: dict[str, bool | float | str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    children: list[Control] = field(default_factory=list)

    @property
    def identity(self) -> str:
        """The control's id in the file."""
        return str(uuid.uuid5(_NAMESPACE, self.key))


def layout(root: Control) -> bytes:
    """Return the file of a layout."""
    text = f"<?xml version='1.0' encoding='UTF-8'?><lexml version='6'>{_node(root, True)}</lexml>"
    return zlib.compress(text.encode(), _BEST)


def turned(address: str, value: str, low: float, high: float) -> str:
    """Return the message by which one of a control's values goes out, and comes back.

    Parameters
    ----------
    value : str
        x or y.
    low, high : float
        What it is worth at its ends.
    """
    argument = _partial("VALUE", "FLOAT", value, low, high)
    return _osc(address, argument, _trigger(value, "ANY"), sends=True, receives=True)


def pressed(address: str, argument: float | str | None) -> str:
    """Return the message that a button sends when it goes down."""
    told = "" if argument is None else _constant(argument)
    return _osc(address, told, _trigger("x", "RISE"), sends=True, receives=False)


def shown(address: str) -> str:
    """Return the message that a label heeds: its text is the first argument."""
    argument = _partial("VALUE", "STRING", "text")
    return _osc(address, argument, _trigger("text", "ANY"), sends=False, receives=True)


def local(label: Control, conversion: str, low: float, high: float) -> str:
    """Return what keeps a label at a control's value, as INTEGER or FLOAT."""
    return (
        f"<local><enabled>1</enabled>{_trigger('x', 'ANY')}<type>VALUE</type>"
        f"<conversion>{conversion}</conversion><value><![CDATA[x]]></value>{_scale(low, high)}"
        f"<dstType>VALUE</dstType><dstVar><![CDATA[text]]></dstVar>"
        f"<dstID><![CDATA[{label.identity}]]></dstID></local>"
    )


def _constant(value: float | str) -> str:
    if isinstance(value, str):
        return _partial("CONSTANT", "STRING", value)
    return _partial("CONSTANT", "FLOAT", _number(value))


def _osc(address: str, argument: str, trigger: str, sends: bool, receives: bool) -> str:
    path = _partial("CONSTANT", "STRING", address)
    return (
        f"<osc><enabled>1</enabled><send>{sends:d}</send><receive>{receives:d}</receive>"
        "<feedback>0</feedback>"
        f"<noDuplicates>0</noDuplicates><connections>1111111111</connections>{trigger}"
        f"<path>{path}</path><arguments>{argument}</arguments></osc>"
    )


def _trigger(value: str, edge: str) -> str:
    return (
        f"<triggers><trigger><var><![CDATA[{value}]]></var><condition>{edge}</condition>"
        "</trigger></triggers>"
    )


def _partial(kind: str, conversion: str, value: str, low: float = 0.0, high: float = 1.0) -> str:
    return (
        f"<partial><type>{kind}</type><conversion>{conversion}</conversion>"
        f"<value><![CDATA[{value}]]></value>{_scale(low, high)}</partial>"
    )


def _scale(low: float, high: float) -> str:
    return f"<scaleMin>{_number(low)}</scaleMin><scaleMax>{_number(high)}</scaleMax>"


def _node(control: Control, root: bool = False) -> str:
    properties = {
        **_COMMON, **_BY_KIND[control.kind], "frame": control.frame, "color": control.colour,
        **control.properties,
    }  # fmt: skip
    values = {**_VALUES[control.kind], **control.values}
    parts = [
        f"<node ID='{control.identity}' type='{control.kind}'>{'<includes></includes>' * root}",
        _wrapped("properties", (_property(key, properties[key]) for key in sorted(properties))),
        _wrapped("values", (_value(key, value) for key, value in values.items())),
        _wrapped("messages", control.messages),
        _wrapped("children", map(_node, control.children)),
        "</node>",
    ]
    return "".join(parts)


def _wrapped(tag: str, parts: Iterator[str] | list[str]) -> str:
    text = "".join(parts)
    return f"<{tag}>{text}</{tag}>" if text else ""


def _property(key: str, value: Property) -> str:
    if isinstance(value, Colour | Frame):
        kind = "c" if isinstance(value, Colour) else "r"
        pairs = zip(value._fields, value, strict=True)
        text = "".join(f"<{name}>{_number(part)}</{name}>" for name, part in pairs)
    elif isinstance(value, str):
        kind, text = "s", f"<![CDATA[{value}]]>"
    else:
        # A bool is an int too, and has to be asked for first.
        kind = {bool: "b", int: "i", float: "f"}[type(value)]
        text = _number(value)
    return f"<property type='{kind}'><key><![CDATA[{key}]]></key><value>{text}</value></property>"


def _value(key: str, value: bool | float | str) -> str:
    text = str(value).lower() if isinstance(value, bool) else value
    text = _number(text) if isinstance(text, float) else escape(str(text))
    return (
        f"<value><key><![CDATA[{key}]]></key><locked>0</locked>"
        "<lockedDefaultCurrent>0</lockedDefaultCurrent>"
        f"<default><![CDATA[{text}]]></default><defaultPull>0</defaultPull></value>"
    )


def _number(value: float) -> str:
    """Return a number as TouchOSC writes it: without a fraction where there is none."""
    return f"{value:.10g}" if value != int(value) else str(int(value))
