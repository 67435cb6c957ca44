"""The screen that the live view shows, laid out for any size of terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from ronn_jack.interfaces.terminal.snapshot import (
    Snapshot,
    callback_words,
    change_words,
    control_words,
    network_words,
    reach_words,
    xrun_words,
)

FLOOR_DB = -60.0
"""Level at which a meter is empty."""
LINES_WITHOUT_HEIGHT = 10
"""Lines of events where the screen's height is not given."""

_LEAST_ROOM = 4
"""Lines kept for events on a low screen."""
_LEAST_BESIDE = 40
"""Columns that are kept beside a picture, which is left out where there are fewer."""
_GAP = 2
_LABEL = 9
_FIGURE = 12
_LEAST_BAR = 6
_ZONES = ((-12.0, "green"), (-3.0, "yellow"), (math.inf, "red"))
"""Colours of a level meter, up to a level in dBFS."""
_STATE_STYLES = {"running": "green", "building": "yellow"}


class Screen:
    """Everything there is to see, for rich to render.

    Parameters
    ----------
    snapshot : Snapshot or None
        None before there is one.
    events : sequence of (str, str)
        Time and text of what happened, oldest first.
    height : int or None
        Lines to fill at most; None for as many as it takes, with LINES_WITHOUT_HEIGHT of events.
    keys : str
        The keys that can be pressed, in a line; empty if none can.
    """

    def __init__(
        self,
        snapshot: Snapshot | None,
        events: Sequence[tuple[str, str]],
        height: int | None = None,
        keys: str = "",
    ) -> None:
        self._snapshot = snapshot
        self._events = events
        self._height = height
        self._keys = keys

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, height = options.max_width, self._height
        code = self._code(width)
        beside = width - len(code[0]) - _GAP if code else width
        lines = [] if self._snapshot is None else list(_node_lines(self._snapshot, console, beside))
        if self._keys:
            lines.append(Text.assemble(("keys".ljust(_LABEL), "dim"), self._keys))
        if code:
            lines = _side_by_side(lines, code, beside)
        if height is None:
            room = LINES_WITHOUT_HEIGHT
        else:
            room = max(height - len(lines) - 1, min(_LEAST_ROOM, height // 3))
            lines = lines[: height - room - 1]
        lines.append(Text("─" * width, "dim"))
        for line in [*lines, *self._event_lines(console, width, room)]:
            line.truncate(width, overflow="ellipsis")
            yield line

    def _code(self, width: int) -> tuple[str, ...]:
        """Return the picture of the page's address, where there is room for it beside the rest."""
        code = self._snapshot.code if self._snapshot is not None else ()
        if not code or not self._height or width < len(code[0]) + _LEAST_BESIDE:
            return ()
        return code if len(code) < self._height - min(_LEAST_ROOM, self._height // 3) else ()

    def _event_lines(self, console: Console, width: int, room: int) -> list[Text]:
        """Return the newest events, on as many lines as there is room for."""
        lines: list[Text] = []
        for time, text in reversed(self._events):
            if len(lines) >= room:
                break
            style = "yellow" if text.startswith("warning: ") else ""
            lines = [*_labelled(time, text, console, width, style), *lines]
        return lines[-room:] if room else []


def _side_by_side(lines: list[Text], code: Sequence[str], width: int) -> list[Text]:
    """Return lines with a picture at their right."""
    both = [*lines, *(Text() for _ in range(len(code) - len(lines)))]
    for line in both:
        line.truncate(width, overflow="ellipsis", pad=True)
    for line, row in zip(both, code, strict=False):
        line.append(" " * _GAP).append(row, "black on white")
    return both


def _node_lines(snapshot: Snapshot, console: Console, width: int) -> Iterator[Text]:
    state = str(snapshot.status["state"])
    title = Text(snapshot.name, "bold")
    title.append(f" {state}", _STATE_STYLES.get(state, "red"))
    server = Text(snapshot.server, "dim")
    gap = width - title.cell_len - server.cell_len
    if gap > 0:
        yield Text.assemble(title, " " * gap, server)
    else:
        yield title
        yield server
    yield _level_line("in", snapshot.number("level_in"), width)
    yield _level_line("out", snapshot.number("level_out"), width)
    yield _load_line(snapshot.number("load"), width)
    yield from _labelled("callback", callback_words(snapshot), console, width)
    yield from _labelled("xruns", xrun_words(snapshot), console, width)
    yield from _labelled("network", network_words(snapshot), console, width)
    yield from _labelled("", reach_words(snapshot), console, width)
    yield from _labelled("change", change_words(snapshot), console, width)
    yield from _labelled("controls", control_words(snapshot), console, width)
    yield from _labelled("osc", snapshot.osc, console, width)
    if snapshot.page:
        yield from _labelled("page", snapshot.page, console, width)


def _level_line(label: str, level: float, width: int) -> Text:
    level = FLOOR_DB if math.isnan(level) else level
    cells = _bar_cells(width)
    filled = _cells(cells, 1.0 - level / FLOOR_DB)
    bar = Text()
    begin = 0
    for top, style in _ZONES:
        end = min(filled, _cells(cells, 1.0 - top / FLOOR_DB))
        bar.append("━" * (end - begin), style)
        begin = max(begin, end)
    figure = f"{level:.1f} dBFS" if level > FLOOR_DB else "silent"
    return _meter_line(label, bar, cells, figure)


def _load_line(load: float, width: int) -> Text:
    cells = _bar_cells(width)
    style = "green" if load < 0.5 else "yellow" if load < 0.8 else "red"
    return _meter_line("load", Text("━" * _cells(cells, load), style), cells, f"{load:.0%}")


def _meter_line(label: str, bar: Text, cells: int, figure: str) -> Text:
    rest = "─" * (cells - len(bar))
    return Text.assemble((label.ljust(_LABEL), "dim"), bar, (rest, "dim"), figure.rjust(_FIGURE))


def _labelled(
    label: str, words: str, console: Console, width: int, style: str = ""
) -> Iterator[Text]:
    """Yield words beside a label, on as many lines as they need."""
    for i, line in enumerate(Text(words, style).wrap(console, max(1, width - _LABEL))):
        line.rstrip()
        yield Text.assemble(((label if i == 0 else "").ljust(_LABEL), "dim"), line)


def _bar_cells(width: int) -> int:
    cells = width - _LABEL - _FIGURE
    return cells if cells >= _LEAST_BAR else 0


def _cells(cells: int, share: float) -> int:
    """Return how many of `cells` a share fills, 0–1 as it may go beyond."""
    return round(cells * min(1.0, max(0.0, share)))
