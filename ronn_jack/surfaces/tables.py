"""Tables in Markdown."""

from __future__ import annotations

from ronn_jack.parameters import Effect, Kind, Parameter


def table(rows: list[list[str]]) -> str:
    """Return a table whose first row is its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def shown_default(row: Parameter) -> str:
    """Return a parameter's default as people write it."""
    return ("on" if row.default else "off") if row.kind is Kind.BOOL else str(row.default)


def shown_effect(row: Parameter) -> str:
    """Return what moving a parameter does, as far as it matters to who moves it."""
    # How a value glides, in the engine or in the network itself, doesn't.
    told = Effect.CONTINUOUS if row.effect is Effect.EXPRESSIVE else row.effect
    return str(told.value)
