"""A network's architecture and numbers as JSON, by their names."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ronn_jack import __version__
from ronn_jack.export.doors.frozen import FrozenLayer
from ronn_jack.export.doors.sound import Sound

FORMAT = "ronn_jack network"
VERSION = 1


def json_file(sound: Sound) -> str:
    """Return the text of a file that holds a sound's network.

    Every number is written so that it reads back as the same float32.
    """
    head = {
        "format": FORMAT,
        "version": VERSION,
        "made_by": f"ronn-jack {__version__}",
        "sound": sound.text,
        "sample_rate": sound.rate,
        "inputs": sound.inputs,
        "outputs": sound.network.layers[-1].layer.outputs,
        "receptive_field_frames": sound.spec.receptive_field,
        "parameters": sound.spec.parameter_count,
        "path": sound.path,
        "left_out": sound.left_out,
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    layers = ",\n".join(f"    {json.dumps(dict(_said(layer)))}" for layer in sound.network.layers)
    return "\n".join(["{", *lines, '  "layers": [', layers, "  ]", "}", ""])


def _said(frozen: FrozenLayer) -> Iterator[tuple[str, object]]:
    """Yield what a file says of a layer."""
    layer = frozen.layer
    for name in ("inputs", "outputs", "groups", "kernel", "dilation", "activation", "slope"):
        yield name, getattr(layer, name)
    yield "residual_delay", layer.residual_delay
    yield "residual_gain", layer.residual_gain
    for name in ("weight", "bias", "scale", "shift"):
        numbers = getattr(frozen, name)
        yield name, None if numbers is None else numbers.tolist()
