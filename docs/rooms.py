"""Draw the rooms of the source and their imports, read without running it."""

from __future__ import annotations

import ast
from html import escape
from itertools import pairwise
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "ronn_jack"
FOUNDATION = {
    "acoustics", "action_fields", "closing", "errors", "files", "folders", "parameters", "process",
    "settings",
    "units",
}  # fmt: skip
"""What everything may stand on."""
DOOR = {"__main__", "cli", "commands"}
WIDTH, HEIGHT, LANE, GAP_X, GAP_Y, MARGIN = 150, 46, 8, 26, 48, 16


def room_of(module: str) -> str:
    """Return the room of a module, given its name within the package."""
    first, _, rest = module.partition(".")
    if first in ("", "network"):
        return "Python API"
    if first in FOUNDATION:
        return "foundation"
    if rest or (PACKAGE / first).is_dir():
        return first
    return "command line" if module in DOOR else "program"


def imports() -> dict[str, set[str]]:
    """Return which rooms each room imports from."""
    paths = {name_of(path): path for path in PACKAGE.rglob("*.py")}
    found: dict[str, set[str]] = {room_of(name): set() for name in paths}
    for name, path in paths.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ronn_jack"):
                for alias in node.names:
                    inside = f"{node.module}.{alias.name}".split(".")[1:]
                    while ".".join(inside) not in paths:
                        inside.pop()
                    found[room_of(name)].add(room_of(".".join(inside)))
    # What the package shows to the outside is no part of what its own modules stand on.
    return {room: needs - {room, "Python API"} for room, needs in found.items()}


def name_of(path: Path) -> str:
    """Return a module's name within the package; "" is the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def floors(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the rooms from the lowest floor up: each stands on lower floors alone.

    Raises
    ------
    ValueError
        If rooms import each other in a circle.
    """
    left, done, result = dict(graph), set[str](), list[list[str]]()
    while left:
        floor = sorted(room for room, needs in left.items() if needs <= done)
        if not floor:
            raise ValueError(f"imports in a circle among {sorted(left)}")
        result.append(floor)
        done.update(floor)
        left = {room: needs for room, needs in left.items() if room not in done}
    return result


def hung(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the rooms from the highest row down, each just below the lowest that imports it."""
    row: dict[str, int] = {}
    for room in (room for floor in reversed(floors(graph)) for room in floor):
        row[room] = max((row[other] + 1 for other in row if room in graph[other]), default=0)
    return [sorted(room for room in row if row[room] == i) for i in range(max(row.values()) + 1)]


def drawn(graph: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Return the arrows that no way through other rooms stands for."""
    below: dict[str, set[str]] = {}
    for floor in floors(graph):
        for room in floor:
            below[room] = graph[room].union(*(below[need] for need in graph[room]))
    return [
        (room, need)
        for room, needs in sorted(graph.items())
        for need in sorted(needs)
        if not any(need in below[other] for other in needs - {need})
    ]


def drawing() -> str:
    """Return the rooms as an SVG picture: an arrow says «imports», and all lead down."""
    graph = imports()
    rows = [list[str](row) for row in hung(graph)]
    row_of = {room: index for index, row in enumerate(rows) for room in row}
    ways = []
    for room, need in drawn(graph):
        # An arrow keeps a lane of its own in the rows that it passes.
        passed = range(row_of[room] + 1, row_of[need])
        lanes = [f"{room}>{need}>{index}" for index in passed]
        for index, lane in zip(passed, lanes, strict=True):
            rows[index].append(lane)
        ways.append([room, *lanes, need])
    places = _places(rows, ways)
    full = MARGIN + max(x + _width(name) / 2 for name, (x, _) in places.items())
    tall = 2 * MARGIN + len(rows) * (HEIGHT + GAP_Y) - GAP_Y
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full:g} {tall}" '
        f'width="{full:g}" height="{tall}" font-family="sans-serif" font-size="14">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#667"/></marker></defs>',
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for way in ways:
        x, y = places[way[0]]
        path = [f"M{x:g} {y + HEIGHT:g}"]
        for name in way[1:]:
            (x1, y1), (x, y) = (x, y + HEIGHT), places[name]
            bend = GAP_Y / 2
            path.append(f"C{x1:g} {y1 + bend:g} {x:g} {y - bend:g} {x:g} {y - 1:g}")
            path.append(f"V{y + HEIGHT:g}" if name is not way[-1] else "")
        lines.append(
            f'<path d="{"".join(path)}" fill="none" stroke="#889" marker-end="url(#tip)"/>'
        )
    modules = [room_of(name_of(path)) for path in PACKAGE.rglob("*.py") if path.stem[0] != "_"]
    for room in sorted(row_of):
        x, y = places[room]
        lines += [
            f'<rect x="{x - WIDTH / 2:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6" '
            'fill="#eef2f8" stroke="#456"/>',
            f'<text x="{x:g}" y="{y + 20:g}" text-anchor="middle" font-weight="bold">'
            f"{escape(room)}</text>",
            f'<text x="{x:g}" y="{y + 37:g}" text-anchor="middle" font-size="11" '
            f'fill="#556">{_counted(modules.count(room))}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def _places(rows: list[list[str]], ways: list[list[str]]) -> dict[str, tuple[float, float]]:
    """Return the middle of each room's and lane's upper edge, near what leads there."""
    above: dict[str, list[str]] = {}
    for way in ways:
        for upper, lower in pairwise(way):
            above.setdefault(lower, []).append(upper)
    widths = [sum(_width(name) + GAP_X for name in row) - GAP_X for row in rows]
    places: dict[str, tuple[float, float]] = {}
    for index, (row, width) in enumerate(zip(rows, widths, strict=True)):

        def middle(name: str) -> float:
            leading = [places[upper][0] for upper in above.get(name, ())]
            return sum(leading) / len(leading) if leading else 0.0

        x = MARGIN + (max(widths) - width) / 2
        for name in sorted(row, key=middle):
            places[name] = (x + _width(name) / 2, MARGIN + index * (HEIGHT + GAP_Y))
            x += _width(name) + GAP_X
    return places


def _width(name: str) -> int:
    return LANE if ">" in name else WIDTH


def _counted(number: int) -> str:
    return "1 module" if number == 1 else f"{number} modules"
