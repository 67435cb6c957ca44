"""The parameters that move a running network: its point, morph and drift."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ronn_jack.model.times import drift_hertz
from ronn_jack.parameters import Value, defaults


@dataclass(frozen=True)
class Expression:
    """Where those parameters are, each in a field of its name, and the seed that morph leads to."""

    seed_b: int
    xy_x: float
    xy_y: float
    morph: float
    drift_rate: float
    drift_depth: float

    @classmethod
    def of(cls, values: Mapping[str, Value]) -> Expression:
        """Return what a full set of parameter values asks for."""
        moved = {name: float(values[name]) for name in cls._moving()}
        moved["drift_rate"] = drift_hertz(values)
        return cls(seed_b=int(values["seed_b"]), **moved)

    def moved_to(self, values: Mapping[str, Value]) -> Expression:
        """Return the same with those of `values` that are expressive."""
        moved: dict[str, Any] = {n: float(values[n]) for n in self._moving() if n in values}
        return dataclasses.replace(self, **moved) if moved else self

    def for_seed_b(self, seed_b: int) -> Expression:
        """Return the same on the way to another seed."""
        return dataclasses.replace(self, seed_b=seed_b)

    @classmethod
    def _moving(cls) -> Iterator[str]:
        return (field.name for field in dataclasses.fields(cls) if field.name != "seed_b")

    @property
    def moves_weights(self) -> bool:
        """Whether the weights are, or may come to be, others than the seed's."""
        return self.morph > 0.0 or self.drift_depth > 0.0

    @property
    def point(self) -> tuple[float, float]:
        """The point that conditions the network, where it is conditioned."""
        return self.xy_x, self.xy_y


AT_REST = Expression.of(defaults())
