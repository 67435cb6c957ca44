"""What the equaliser plays by the values of all parameters, and how its bands show it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from ronn_jack.model.latent.equaliser import (
    BANDS,
    FLAT,
    Band,
    EqModel,
    EqSettings,
    Five,
    loudness_loss,
)
from ronn_jack.model.latent.library import open_eq
from ronn_jack.parameters import PARAMETERS, Group, Value
from ronn_jack.parameters.rows.equaliser import EQ_MODE, MANUAL

EQUALISER = frozenset(n for n, row in PARAMETERS.items() if row.group is Group.EQUALISER)
"""Names of the parameters that the equaliser is told by."""

_DECODED = tuple(n for n in PARAMETERS if n in EQUALISER and not PARAMETERS[n].follows)
"""Those that the bands follow."""
_REMEMBERED = 64
"""Points that need not be decoded again: somebody sweeps, and somebody undoes."""


def playing(values: Mapping[str, Value]) -> EqSettings:
    """Return what the five bands do, whether or not the equaliser is on.

    Parameters
    ----------
    values : mapping
        Accepted values of all parameters.
    """
    return _by_hand(values) if values[EQ_MODE] == MANUAL else _decoded(*_asked(values))


def makeup(values: Mapping[str, Value], rate: float) -> float:
    """Return the gain in dB that makes up for the loudness which the bands take, if asked for."""
    return loudness_loss(playing(values), rate) if values["eq_compensate"] else 0.0


def in_words(values: Mapping[str, Value], rate: float) -> str:
    """Return what plays as people read it: "post: low +3.0 dB at 150 Hz; …"."""
    settings, parts = playing(values), []
    for band, gain, frequency, q in zip(
        BANDS, settings.gains, settings.frequencies, settings.qs, strict=True
    ):
        if gain:
            narrow = f", Q {q:.2g}" if band.form == "bell" else ""
            parts.append(f"{band.name} {gain:+.1f} dB at {frequency:.0f} Hz{narrow}")
    if values["eq_compensate"]:
        parts.append(f"{makeup(values, rate):+.1f} dB to hold the loudness")
    return f"{values['eq_position']}: {'; '.join(parts) or 'flat'}"


def with_bands(values: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return values whose bands are what is playing: where they are set by hand, the same."""
    if values[EQ_MODE] == MANUAL:
        return values
    bands = _bands(*_asked(values))
    return values if bands.items() <= values.items() else {**values, **bands}


def _asked(values: Mapping[str, Value]) -> tuple[EqModel, tuple[Value, ...]]:
    """Return the model that is asked, and what it is asked."""
    return open_eq(str(values["eq_model"])), tuple([values[name] for name in _DECODED])


@functools.lru_cache(_REMEMBERED)
def _decoded(model: EqModel, point: tuple[Value, ...]) -> EqSettings:
    settings = model.at(dict(zip(_DECODED, point, strict=True)))
    # Where a band without gain lies is of no account: it is shown where it lies by default.
    return settings if any(settings.gains) else FLAT


@functools.lru_cache(_REMEMBERED)
def _bands(model: EqModel, point: tuple[Value, ...]) -> Mapping[str, Value]:
    settings = _decoded(model, point)
    told: dict[str, Value] = {}
    for band, gain, frequency, q in zip(
        BANDS, settings.gains, settings.frequencies, settings.qs, strict=True
    ):
        # Added to zero so that a negative strength writes no -0.
        told |= {f"eq_{band.name}": True, f"eq_{band.name}_gain": 0.0 + gain}
        told[f"eq_{band.name}_freq"] = frequency
        if band.form == "bell":
            told[f"eq_{band.name}_q"] = q
    return told


def _by_hand(values: Mapping[str, Value]) -> EqSettings:
    def value(band: Band, end: str) -> float:
        return float(values[f"eq_{band.name}_{end}"])

    return EqSettings(
        _five(value(band, "gain") if values[f"eq_{band.name}"] else 0.0 for band in BANDS),
        _five(value(band, "freq") for band in BANDS),
        _five(value(band, "q") if band.form == "bell" else band.q for band in BANDS),
    )


def _five(values: Iterable[float]) -> Five:
    low, mid1, mid2, mid3, high = values
    return low, mid1, mid2, mid3, high
