"""The files for Reaper: a JSFX with a slider for each parameter, and how Reaper tells them by OSC.

Reaper automates the sliders and sends each as `/ronn/reaper/1/1/NUMBER` with its place, 0–1; the
table of aliases leads that to the parameter.
"""

from __future__ import annotations

import math

from ronn_jack.parameters import PARAMETERS, Curve, Kind
from ronn_jack.surfaces.pages import Slider, label

ADDRESS = "/ronn/reaper/1/1/{}"
"""Of a slider's value, by its number from 1 on: of the first track's first effect."""

_NUMBERED = (
    "layers", "kernel", "channels", "dilation", "activation", "init", "bias", "depthwise",
    "residual", "seed", "recipe", "input_gain", "output_gain", "link", "mix", "auto_level",
    "bypass", "xy", "xy_x", "xy_y", "seed_b", "morph", "drift_rate", "drift_depth", "freeze",
    "fade_ms", "budget",
)  # fmt: skip
"""The sliders in the order of their numbers. Reaper keeps automation by the number, so that a
parameter keeps the one it had: new ones follow, to be added here when they are released."""

_PATTERNS = """\
# Reaper's OSC pattern configuration for ronn-jack: put it into the folder OSC of Reaper's resource
# path. It sends the sliders of JS: Ronn, the first effect of the first track, to the node.

DEVICE_TRACK_COUNT 1
DEVICE_SEND_COUNT 1
DEVICE_RECEIVE_COUNT 1
DEVICE_FX_COUNT 1
DEVICE_FX_PARAM_COUNT {count}
DEVICE_FX_INST_PARAM_COUNT 1

REAPER_TRACK_FOLLOWS REAPER
DEVICE_TRACK_FOLLOWS DEVICE
DEVICE_TRACK_BANK_FOLLOWS DEVICE
DEVICE_FX_FOLLOWS DEVICE
DEVICE_ROTARY_CENTER 0

FX_PARAM_VALUE n{address}
"""
_JSFX = """\
desc:Ronn
// One slider for each parameter of ronn-jack, to be automated: Ronn.ReaperOSC sends them to it.
// The sound passes unchanged.
{sliders}
"""
_ALIASES = """\
# The sliders of Ronn.jsfx as Reaper sends them by Ronn.ReaperOSC. Generated with them.
version = 1
name = "Reaper"
"""
_FINEST = 1e-4
"""Of a slider's range."""


def sliders() -> list[Slider]:
    """Return the parameters' sliders in the order of their numbers."""
    rows = [PARAMETERS[name] for name in _NUMBERED if name in PARAMETERS]
    rows += [row for name, row in PARAMETERS.items() if name not in _NUMBERED]
    return [Slider(row) for row in rows]


def reaper_osc() -> str:
    """Return `Ronn.ReaperOSC`."""
    address = ADDRESS.replace("1", "@").format("@")
    return _PATTERNS.format(count=len(sliders()), address=address)


def reaper_jsfx() -> str:
    """Return `ronn.jsfx`."""
    lines = [_slider(number, slider) for number, slider in enumerate(sliders(), 1)]
    return _JSFX.format(sliders="\n".join(lines))


def reaper_aliases() -> str:
    """Return `configs/aliases/reaper.toml`."""
    return _ALIASES + "".join(_alias(number, slider) for number, slider in enumerate(sliders(), 1))


def _alias(number: int, slider: Slider) -> str:
    row = slider.parameter
    lines = [
        "",
        "[[alias]]",
        f'address = "{ADDRESS.format(number)}"',
        f'parameter = "{row.name}"',
    ]
    if slider.maximum != row.maximum:
        lines.append(f"maximum = {slider.maximum}")
    if row.curve is not Curve.LINEAR:
        lines.append('curve = "linear"')
    return "\n".join([*lines, ""])


def _slider(number: int, slider: Slider) -> str:
    row = slider.parameter
    low, high = row.minimum, slider.maximum
    if row.kind in (Kind.FLOAT, Kind.NAME):
        step = f"{10.0 ** math.floor(math.log10((high - low) * _FINEST)):f}".rstrip("0")
    else:
        names = {Kind.ENUM: row.choices, Kind.BOOL: ("off", "on")}.get(row.kind, ())
        step = f"1{{{','.join(names)}}}" if names else "1"
    start = row.to_number(row.default)
    return f"slider{number}:{start:.10g}<{low:.10g},{high:.10g},{step}>{label(row)}"
