"""An equaliser that follows its controls: what it is asked becomes its bands, as in the node."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ronn_jack.export.compiling import entry
from ronn_jack.model.latent.library import open_eq
from ronn_jack.model.latent.playing import makeup, playing
from ronn_jack.parameters import Value
from ronn_jack.parameters.rows.equaliser import EQ_MODE, MANUAL
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import linked
from ronn_jack.realtime.compiler.language import carray
from ronn_jack.realtime.compiler.memory import aligned_bytes, offset, record
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.stages.eq_loudness import find_makeup, loudness_memory, prepare_loudness
from ronn_jack.realtime.stages.eq_model import (
    ASKED,
    aim_bands,
    find_bands,
    flatten_bands,
    model_memory,
    scratch_bytes,
)
from ronn_jack.realtime.stages.equaliser import Curve
from ronn_jack.realtime.stages.moving_bands import VALUES

EQUALISING = np.dtype(
    [
        ("on", "i8"),
        ("equaliser", "i8"),  # address of the EQUALISER at its place
        ("model", "i8"),  # address of a MODEL, or 0 where the bands are set by hand
        ("scratch", "i8"),  # address of what it takes while it is asked
        ("half", "i8"),  # half of that, in bytes
        ("loudness", "i8"),  # address of a LOUDNESS, or 0 where it is not made up for
        ("asked", "f8", ASKED),
        ("row", "f8", VALUES),
        ("found_at", "f8"),  # sample rate in Hz that the make-up is for
    ],
    align=True,
)
ASKED_PLACE, ROW_PLACE = offset(EQUALISING, "asked"), offset(EQUALISING, "row")
_ON_PLACE = offset(EQUALISING, "on")
_MAKEUP = VALUES - 1


@entry("void(int64)")
def _aim(equalising: int) -> None:
    q = carray(pointer(equalising), (1,), EQUALISING)[0]
    if q.on == 0:
        flatten_bands(q.equaliser)
        return
    row = equalising + ROW_PLACE
    if q.model != 0:
        find_bands(q.model, equalising + ASKED_PLACE, q.scratch, q.half, row)
    if q.loudness != 0:
        q.row[_MAKEUP] = find_makeup(q.loudness, row)
    aim_bands(q.equaliser, row)


@entry("void(int64, float64)")
def _begin(equalising: int, rate: float) -> None:
    q = carray(pointer(equalising), (1,), EQUALISING)[0]
    if q.loudness == 0:
        return
    prepare_loudness(q.loudness, rate)
    if rate != q.found_at and q.on != 0:
        q.row[_MAKEUP] = find_makeup(q.loudness, equalising + ROW_PLACE)
        aim_bands(q.equaliser, equalising + ROW_PLACE)


aim_equaliser = linked(_aim)
"""[audio-thread] Let the equaliser of an EQUALISING glide where its controls are."""
begin_equaliser = linked(_begin)
"""[main-thread] Let it be as it is to be at a sample rate in Hz, before its controls are moved."""


def equalising_of(engine: Engine, values: Mapping[str, Value]) -> int:
    """[control-thread] Return the address of an EQUALISING for an engine that is aimed at values.

    It lies where the engine's own memory does, which has to stay.
    """
    fields, address = record(EQUALISING)
    q = fields[0]
    early = values["eq_position"] == "pre"
    chain = engine.chain_before if early else engine.chain
    q["on"], q["equaliser"] = True, chain.address_of(chain.stages[0])
    q["row"] = Curve(playing(values), makeup(values, engine.rate)).aim()
    q["found_at"] = engine.rate
    if values["eq_compensate"]:
        q["loudness"] = _kept(loudness_memory())
    if values[EQ_MODE] != MANUAL:
        decoder = open_eq(str(values["eq_model"])).decoder(
            int(values["eq_dims"]), str(values["eq_beta"])
        )
        words = None
        if values[EQ_MODE] == "words":
            origin = np.zeros(decoder.dims)
            first, second = str(values["eq_word_a"]), str(values["eq_word_b"])
            words = decoder.words.get(first, origin), decoder.words.get(second, origin)
        size = scratch_bytes(decoder)
        q["model"] = _kept(model_memory(decoder, words))
        q["scratch"], q["half"] = aligned_bytes(size).ctypes.data, size // 2
        asked = ("eq_x", "eq_y", "eq_z", "eq_extend", "eq_interpolate", "eq_strength")
        q["asked"] = [float(values[name]) for name in asked]
    return address


def _kept(content: bytes) -> int:
    memory = aligned_bytes(len(content))
    memory[:] = np.frombuffer(content, np.uint8)
    return int(memory.ctypes.data)
