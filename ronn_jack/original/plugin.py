"""The original plugin's parameters, in this program's words.

Its menus have more items than their parameters have values, so that most items play something
else than they say. A parameter's value is what was played; an item is what was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ronn_jack.errors import shown, unknown
from ronn_jack.original.translation import Translation
from ronn_jack.units import as_number


@dataclass(frozen=True)
class Range:
    """A parameter of the plugin."""

    low: int
    high: int
    default: int


RANGES: Mapping[str, Range] = {
    "layers": Range(1, 24, 6),
    "kernel": Range(1, 64, 3),
    "channels": Range(1, 64, 8),
    "inputGain": Range(-24, 24, 0),
    "outputGain": Range(-24, 24, 0),
    "useBias": Range(0, 1, 0),
    "activation": Range(1, 10, 1),
    "dilation": Range(1, 4, 1),
    "initType": Range(1, 6, 1),
    "seed": Range(0, 1024, 42),
    "linkGain": Range(0, 1, 0),
    "depthwise": Range(0, 1, 0),
}

_NAMES = {
    "layers": "layers",
    "kernel": "kernel",
    "channels": "channels",
    "inputGain": "input_gain",
    "outputGain": "output_gain",
    "useBias": "bias",
    "dilation": "dilation",
    "seed": "seed",
    "linkGain": "link",
    "depthwise": "depthwise",
}
_MENUS = {
    "activation": {
        "Linear": "linear",
        "LeakyReLU": "leaky_relu",
        "Tanh": "tanh",
        "Sigmoid": "sigmoid",
        "ReLU": "relu",
        "ELU": "elu",
        "SELU": "selu",
        "GELU": "gelu",
        "RReLU": "rrelu",
        "Softplus": "softplus",
        "Softshrink": "softshrink",
        "Sine": "sine",
        "Sine x 30": "sine30",
    },
    "initType": {
        "Normal": "normal",
        "Uniform (-0.25, 0.25)": "uniform_0.25",
        "Uniform (-1.00, 1.00)": "uniform_1",
        "Xavier (Normal)": "xavier_normal",
        "Xavier (Uniform)": "xavier_uniform",
        "Kaiming (Normal)": "kaiming_normal",
        "Kaiming (Uniform)": "kaiming_uniform",
    },
}
"""Each menu's items, in the order of the numbers by which the plugin's network knew them."""


def translate(settings: Mapping[str, object], out: Translation, as_heard: bool) -> None:
    """Put the settings of a plugin into `out`.

    Parameters
    ----------
    as_heard : bool
        Whether a menu's entry means what the plugin played, rather than what the menu said.
    """
    out.parameters.update(recipe="plugin", auto_level=False)
    out.ports.update(inputs=2, outputs=2)
    for key, limits in RANGES.items():
        raw = settings.get(key, limits.default)
        if key in _MENUS:
            _menu(key, raw, out, as_heard)
            continue
        number = _within(key, raw, out)
        if number is None:
            continue
        if "Gain" in key and key != "linkGain":
            out.parameters[_NAMES[key]] = number
        elif limits.high == 1:
            out.parameters[_NAMES[key]] = number >= 0.5
        else:
            out.parameters[_NAMES[key]] = round(number)
    _tell_what_differs(out)


def _menu(key: str, raw: object, out: Translation, as_heard: bool) -> None:
    """Take a menu's entry, given as the parameter's value or as the text of the item."""
    menu, limits = _MENUS[key], RANGES[key]
    labels, values = list(menu), list(menu.values())
    items, steps = len(labels) - 1, limits.high - limits.low
    # How JUCE ties a menu to a parameter: both are spread evenly over 0 … 1.
    if isinstance(raw, str) and raw in menu:
        item = labels.index(raw)
        value = round(limits.low + steps * item / items)
    else:
        if isinstance(raw, str) and not raw[:1].isdigit():
            out.faults.append(unknown(key, raw, labels))
            return
        number = _within(key, raw, out)
        if number is None:
            return
        value = round(number)
        item = round((value - limits.low) / steps * items)
    played, said = values[value], values[item]
    name = "init" if key == "initType" else key
    out.parameters[name] = played if as_heard else said
    if played != said:
        out.notes.append(
            f"{name}: the plugin's menu said '{labels[item]}', but it played '{labels[value]}'; "
            f"the preset has what was {'played' if as_heard else 'said'}"
        )


def _within(key: str, raw: object, out: Translation) -> float | None:
    """Return a value that the plugin could have stored, or note the fault."""
    limits = RANGES[key]
    number = as_number(raw)
    if number is not None and limits.low <= number <= limits.high:
        return float(number)
    out.faults.append(
        f"{key} = {shown(raw)} is out of range; the plugin has {limits.low} to {limits.high}"
    )
    return None


def _tell_what_differs(out: Translation) -> None:
    taken = out.parameters
    kernel, dilation = taken.get("kernel", 1), taken.get("dilation", 1)
    late = int(kernel) * (int(dilation) - 1)
    if late:
        out.notes.append(
            f"the plugin played {late} frames late; here nothing is, which is heard only where "
            "wet and dry were mixed"
        )
    if taken.get("bias"):
        out.notes.append(
            "the plugin's biases were no function of its seed; here they are, so they differ"
        )
    if taken.get("input_gain") or taken.get("output_gain"):
        out.notes.append("the plugin applied its gains only once its window had been opened")
    out.notes.append("on a mono track, use --inputs 1: the plugin played another network there")
