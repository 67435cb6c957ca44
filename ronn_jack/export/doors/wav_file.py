"""A linear network's impulse response as a WAV file, for convolvers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ronn_jack import __version__
from ronn_jack.audio_files.target import TargetFormat, written
from ronn_jack.errors import SpecError
from ronn_jack.export.doors.sound import Sound
from ronn_jack.model.weights import Float32

HELD = "input gain, drive, network, level and output gain; without the high-pass at 10 Hz"
"""What of a sound's path is in the response."""


def write_wav(sound: Sound, path: Path) -> None:
    """Write the response of a sound's network, with the gains before and after it.

    A channel of the file is the way from an input to an output: in_1 to all outputs first, then
    in_2 to all.

    Raises
    ------
    SpecError
        If the network is not linear.
    AudioFileError
        If the file can't be written.
    """
    response = impulse_response(sound) * np.float32(sound.gain_before * sound.gain_after)
    form = TargetFormat("WAV", "FLOAT")
    with written(path, form, round(sound.rate), len(response)) as writer:
        writer.software = f"ronn-jack {__version__}"
        writer.comment = f"{sound.text} ({HELD})"
        writer.write(response.T)


def impulse_response(sound: Sound) -> Float32:
    """Return the response of a linear network [shape=(inputs · outputs, frames), float32].

    What a network with biases puts out for silence is taken away, as the high-pass does.

    Raises
    ------
    SpecError
        If it is not linear.
    """
    network = sound.network
    if not network.is_linear:
        raise SpecError(
            f"activation = {sound.spec.activation} has no impulse response: set activation to "
            "linear, or layers to 1"
        )
    frames = sound.spec.receptive_field
    silence = np.zeros((sound.inputs, frames), np.float32)
    rest = network.process(silence)
    rows = []
    for channel in range(sound.inputs):
        impulse = silence.copy()
        impulse[channel, 0] = 1.0
        rows.append(network.process(impulse) - rest)
    return np.concatenate(rows)
