"""The original package's and notebook's parameters, in this program's words."""

from __future__ import annotations

from collections.abc import Mapping

from ronn_jack.errors import shown, unknown
from ronn_jack.original.translation import Translation

DEFAULTS: Mapping[str, object] = {
    "n_inputs": 1,
    "n_outputs": 1,
    "n_layers": 1,
    "n_channels": 1,
    "kernel_size": 3,
    "stride": 1,
    "activation": "ReLU",
    "dilation_growth": 2,
    "residual": False,
    "init": "normal",
    "film_dim": 2,
    "seed": 42,
}
"""Arguments of the original's ronnModel."""
NOTEBOOK = ("input_gain_dB", "max_duration", "strength")
"""Further sliders of the notebook."""

_SIZES = {
    "n_layers": "layers",
    "n_channels": "channels",
    "kernel_size": "kernel",
    "dilation_growth": "dilation",
}
_ACTIVATIONS = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "ELU": "elu",
    "RReLU": "rrelu",
    "SELU": "selu",
    "GELU": "gelu",
    "Softplus": "softplus",
    "Softshrink": "softshrink",
}
_INITIALISERS = {
    "normal": "normal",
    "uniform": "uniform_0.1",
    "xavier_uniform": "xavier_uniform",
    "xavier_normal": "xavier_normal",
    "kaiming_uniform": "kaiming_uniform",
    "orthongonal": "orthogonal",
}
"""With the original's spelling of orthogonal; its dirac always failed."""


def translate(settings: Mapping[str, object], out: Translation) -> None:
    """Put the settings of a package's network into `out`."""
    values = {**DEFAULTS, **settings}
    out.parameters.update(recipe="package", auto_level=True)
    for key, name in _SIZES.items():
        out.whole(key, values[key], name)
    for key, choices in (("activation", _ACTIVATIONS), ("init", _INITIALISERS)):
        choice = str(values[key])
        if choice in choices:
            out.parameters[key] = choices[choice]
        else:
            out.faults.append(unknown(key, choice, choices))
    _seed(values["seed"], out)
    if isinstance(values["residual"], (bool, int)):
        out.parameters["residual"] = bool(values["residual"])
    else:
        out.faults.append(f"residual = {shown(values['residual'])} is neither True nor False")
    if "input_gain_dB" in settings:
        out.number("input_gain_dB", settings["input_gain_dB"], "input_gain")
    if "strength" in settings:
        out.number("strength", settings["strength"], "mix", scale=0.01)
    if values["stride"] != 1:
        out.faults.append(
            f"stride = {shown(values['stride'])} makes the output shorter than the input; use 1"
        )
    if values["film_dim"] != 2:
        out.faults.append(
            f"film_dim = {shown(values['film_dim'])}: a preset has two (xy_x, xy_y); "
            "use NetworkSpec(film_dim=…) from Python"
        )
    _channels(settings, values, out)
    if out.parameters.get("activation") == "rrelu":
        out.notes.append(
            "the notebook drew RReLU's slope anew for every sample; here it is their mean, 11/48"
        )
    out.notes.append(
        "the notebook normalised the peak of its output; here auto_level matches the level"
    )
    left_out = [key for key in (*_SIZES, "activation", "init", "seed") if key not in settings]
    if left_out:
        out.notes.append(f"not given, so as the original's defaults: {', '.join(left_out)}")


def _seed(value: object, out: Translation) -> None:
    if isinstance(value, int) and not isinstance(value, bool):
        out.parameters["seed"] = value & 0xFFFFFFFF
        if value != out.parameters["seed"]:
            out.notes.append(
                f"seed {value} is {out.parameters['seed']} here: torch uses its low 32 bits only"
            )
    else:
        out.faults.append(f"seed = {shown(value)} is no whole number")


def _channels(
    settings: Mapping[str, object], values: Mapping[str, object], out: Translation
) -> None:
    """Tell with which inputs and outputs the network is the original's."""
    for key, name in (("n_inputs", "inputs"), ("n_outputs", "outputs")):
        value = values[key]
        if isinstance(value, int) and value in (1, 2):
            out.ports[name] = int(value)
        else:
            out.faults.append(f"{key} = {shown(value)} is out of range; use 1 or 2")
    if "n_inputs" not in settings and "n_outputs" in settings:
        out.ports["inputs"] = 2
        out.notes.append(
            "n_inputs was the file's channels: for a mono file, use --inputs 1 to get its network"
        )
    if out.ports != {"inputs": 2, "outputs": 2}:
        wanted = " ".join(f"--{name} {count}" for name, count in out.ports.items())
        out.notes.append(f"the seed means the original's network when run with {wanted}")
