"""Tables in Markdown."""

from __future__ import annotations

from ronn_jack.parameters import Kind, Parameter


def table(rows: list[list[str]]) -> str:
    """Return a table whose first row is its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def shown_default(row: Parameter) -> str:
    """Return a parameter's default as people write it."""
    return ("on" if row.default else "off") if row.kind is Kind.BOOL else str(row.default)
