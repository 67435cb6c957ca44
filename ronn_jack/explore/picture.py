"""What is to be seen of a candidate: a few values that travel as one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ronn_jack.control.exploring.search import Verdict
from ronn_jack.explore.character import Character
from ronn_jack.parameters import Value


def picture_of(
    values: Mapping[str, Value], character: Character | None, verdict: Verdict | None
) -> Sequence[Value]:
    """Return a candidate's picture.

    Returns
    -------
    sequence
        What it is in words; its seed; 1 if it is liked, else 0; and once it is described: tail and
        crest factor in dB, brightness in octaves, pitch 0 to 1, then its mean spectrum in BANDS mel
        bands and its level over time in STEPS, both in dB against the loudest.
    """
    told: list[Value] = [_words(values), int(values["seed"]), int(verdict is Verdict.LIKED)]
    if character is None or character.spectrum is None or character.course is None:
        return told
    spectrum = character.spectrum - character.spectrum.max()
    numbers = (character.tail_db, character.crest_db, character.brightness, character.pitch)
    return [*told, *(round(float(n), 3) for n in (*numbers, *spectrum, *character.course))]


def _words(values: Mapping[str, Value]) -> str:
    layers, kernel, channels = (int(values[name]) for name in ("layers", "kernel", "channels"))
    return f"{values['activation']} · {layers} × {kernel} taps · {channels} channels"
