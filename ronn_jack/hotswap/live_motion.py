"""Keeps the network that sounds where the expressive parameters are."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping

from ronn_jack.hotswap.priming import PreparedVoice
from ronn_jack.model.expression import AT_REST, Expression
from ronn_jack.parameters import Value

MOVING_COST = 2.5
"""Most that moving weights multiply a network's time by: two sets are heard and one is made."""


class LiveMotion:
    """Aims the running voice; parameters may move on one thread while voices come on another.

    Parameters
    ----------
    due : callable
        Told, on the thread that moves parameters, that `let_move` is to be called.
    """

    def __init__(self, due: Callable[[], None]) -> None:
        self._due = due
        self._lock = threading.Lock()
        self._expression = AT_REST
        self._prepared: PreparedVoice | None = None

    def expression(self, seed_b: int) -> Expression:
        """[any-thread] Return where the parameters are, for a network with this `seed_b`."""
        return self._expression.for_seed_b(seed_b)

    def aim(self, values: Mapping[str, Value]) -> None:
        """[any-thread] Let the running network follow those of `values` that are expressive."""
        with self._lock:
            moved = self._expression.moved_to(values)
            if moved is self._expression:
                return
            self._expression = moved
            self._follow_expression()
        if self.is_due:
            self._due()

    def follow(self, prepared: PreparedVoice | None) -> None:
        """Move this voice from now on, or none."""
        with self._lock:
            self._prepared = prepared
            self._follow_expression()

    @property
    def is_due(self) -> bool:
        """[any-thread] Whether the running voice's weights are to move and can't yet."""
        prepared = self._prepared
        return (
            prepared is not None
            and prepared.voice.network.can_move
            and not prepared.voice.moves
            and self._expression.moves_weights
        )

    def let_move(self) -> None:
        """Give the running voice the weights to move between; on the thread that makes voices."""
        prepared = self._prepared
        assert prepared is not None
        # Starting from rest, so that it glides away from how it sounds now.
        resting = dataclasses.replace(prepared.expression, morph=0.0, drift_depth=0.0)
        prepared.voice.let_move(resting)
        with self._lock:
            prepared.expression = resting
            prepared.block_seconds *= MOVING_COST
            self._follow_expression()

    def _follow_expression(self) -> None:
        prepared = self._prepared
        if prepared is None:
            return
        before = prepared.expression
        now = self._expression.for_seed_b(before.seed_b)
        prepared.expression = now
        if now != before:
            prepared.voice.follow(now)
