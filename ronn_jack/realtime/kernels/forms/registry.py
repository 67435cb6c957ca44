"""All forms of layers, and the compiled choice between them.

A new form is a module of its own and an entry here. A layer's words hold its form's number, so the
kernel stays one for all networks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce
from typing import Any

from ronn_jack.model.spec import Layer
from ronn_jack.realtime.compiler.compile import inlined
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.kernels.forms.dense import DENSE
from ronn_jack.realtime.kernels.forms.depthwise import DEPTHWISE
from ronn_jack.realtime.kernels.forms.depthwise_ahead import DEPTHWISE_AHEAD
from ronn_jack.realtime.kernels.forms.form import Form, Words
from ronn_jack.realtime.kernels.forms.minimal import MINIMAL
from ronn_jack.realtime.kernels.forms.minimal_halves import MINIMAL_HALVES
from ronn_jack.realtime.kernels.forms.transposed import TRANSPOSED
from ronn_jack.realtime.kernels.layout import FORM, WORD
from ronn_jack.realtime.kernels.vectors import load_int64

FORMS: tuple[Form, ...] = (
    TRANSPOSED,
    DEPTHWISE_AHEAD,
    DEPTHWISE,
    MINIMAL,
    MINIMAL_HALVES,
    DENSE,
)
"""The first that suits a layer computes it."""

_among: ContextVar[frozenset[Form]] = ContextVar("_among", default=frozenset(FORMS))


@contextmanager
def direct_alone() -> Iterator[None]:
    """Let none but direct forms be chosen, on this thread."""
    token = _among.set(frozenset(form for form in FORMS if form.direct))
    try:
        yield
    finally:
        _among.reset(token)


def chosen_among() -> frozenset[Form]:
    """[control-thread] Return the forms that can be chosen on this thread."""
    return _among.get()


def form_of(words: Words) -> Form:
    """[control-thread] Return the form of a layer."""
    return FORMS[words[layout.FORM]]


def kind(layer: Layer) -> tuple[int, int]:
    """[control-thread] Return what tells layers apart that cost more than where they read."""
    number = _number(layer)
    return number, FORMS[number].kind(layer)


def shape(layer: Layer, modulated: bool = False) -> Words:
    """[control-thread] Return the words of a layer that need no place; RING is its history there.

    Parameters
    ----------
    modulated : bool
        Whether something comes between the convolution and the activation.
    """
    number = _number(layer)
    return {layout.FORM: number} | FORMS[number].shape(layer, modulated)


def _number(layer: Layer) -> int:
    among = _among.get()
    return next(i for i, form in enumerate(FORMS) if form in among and form.suits(layer))


def _run_or(otherwise: Any, form: int) -> Any:
    run = FORMS[form].run

    @inlined
    def run_chosen(
        layer: int,
        following: int,
        target: int,
        target_stride: int,
        frames: int,
        moved: int,
        glided: int,
        slopes: int,
        number: int,
    ) -> None:
        if load_int64(layer + WORD * FORM) == form:
            run(layer, following, target, target_stride, frames, moved, glided, slopes, number)
        else:
            otherwise(
                layer, following, target, target_stride, frames, moved, glided, slopes, number
            )

    return run_chosen


def _settle_or(otherwise: Any, form: int) -> Any:
    settle = FORMS[form].settle

    @inlined
    def settle_chosen(layer: int) -> None:
        if load_int64(layer + WORD * FORM) == form:
            settle(layer)
        else:
            otherwise(layer)

    return settle_chosen


_LAST = len(FORMS) - 1
run_form = reduce(_run_or, range(_LAST), FORMS[_LAST].run)
"""[audio-thread] Compute a layer's output for one block."""
settle_form = reduce(_settle_or, range(_LAST), FORMS[_LAST].settle)
"""[control-thread] Settle what a layer keeps besides its input's history."""
