"""The equaliser as a page draws it: its curve, that of each band alone, and the plane of words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ronn_jack.model.latent.equaliser import curves, response
from ronn_jack.model.latent.library import open_eq
from ronn_jack.model.latent.playing import makeup, playing
from ronn_jack.parameters import Value
from ronn_jack.pictures.packet import packed

POINTS = 241
HERTZ = np.geomspace(20.0, 20_000.0, POINTS)
"""Where the curves are known."""
_AXES = 3


def equaliser_packet(key: str, values: Mapping[str, Value], rate: float) -> bytes:
    """Return the equaliser that values ask for, whether or not it is on.

    Parameters
    ----------
    key : str
        Names the packet.
    values : mapping
        Accepted values of all parameters.
    rate : float
        Sample rate in Hz.
    """
    settings = playing(values)
    count = len(settings.gains)
    corners, qs = (np.tile(each, (count, 1)) for each in (settings.frequencies, settings.qs))
    alone = curves(np.diag(settings.gains), corners, qs, HERTZ, rate)
    facts = {
        "key": key,
        "makeup": makeup(values, rate),
        "gains": settings.gains,
        "frequencies": settings.frequencies,
        "words": words_on_the_plane(values),
    }
    arrays = {
        "curve": response(settings, HERTZ, rate).astype(np.float32),
        "bands": alone.astype(np.float32),
    }
    return packed("equaliser", facts, arrays)


def words_on_the_plane(values: Mapping[str, Value]) -> Mapping[str, list[float]]:
    """Return where eq_x, eq_y and eq_z have to be for each word."""
    model = open_eq(str(values["eq_model"]))
    words = model.words(int(values["eq_dims"]), str(values["eq_beta"]))
    scale = 0.5 if values["eq_extend"] else 1.0
    return {
        word: [*(scale * point).tolist(), *[0.0] * (_AXES - point.size)]
        for word, point in words.items()
    }
