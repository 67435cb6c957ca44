"""What the page makes of a parameter's row is what the node makes of it."""

from __future__ import annotations

import pytest

from ronn_jack.parameters import PARAMETERS, Draw, Kind
from tests.page.looker import Looker

pytestmark = pytest.mark.slow
PLACES = [place / 40 for place in range(41)]
NUMBERS = {
    name: row for name, row in PARAMETERS.items() if row.kind in (Kind.INT, Kind.FLOAT)
}  # fmt: skip


def ask(looker: Looker, body: str, *arguments: object) -> object:
    """Return what JavaScript returns that knows the table's module as `t`."""
    script = f"""async (arguments_) => {{
        const t = await import("./page/table.js");
        return (({body}))(...arguments_);
    }}"""
    return looker.page.evaluate(script, list(arguments))


def test_places_and_values(looker):
    told = ask(
        looker,
        """(names, places) => names.map((name) => {
            const row = t.PARAMETERS.get(name);
            const values = places.map((place) => t.valueAt(row, place));
            return [values, values.map((value) => t.placeOf(row, value))];
        })""",
        list(NUMBERS),
        PLACES,
    )
    for row, (values, places) in zip(NUMBERS.values(), told, strict=True):
        # Halves are rounded another way, which is as good.
        step = 1 if row.kind is Kind.INT else 0
        assert values == pytest.approx([row.denormalise(p) for p in PLACES], 1e-3, step), row.name
        assert places == pytest.approx([row.normalise(v) for v in values], abs=1e-9), row.name
        assert all(row.parse(value) == value for value in values), row.name


def test_every_step_leads_on_and_back(looker):
    walked = ask(
        looker,
        """(names) => names.map((name) => {
            const row = t.PARAMETERS.get(name);
            const walk = (value, by) => {
                const seen = [value];
                for (let next; (next = t.stepped(row, value, by)) !== value; value = next) {
                    if (seen.push(next) > 1000) break;
                }
                return seen;
            };
            return [walk(row.minimum, 1), walk(row.maximum, -1)];
        })""",
        [name for name, row in NUMBERS.items() if row.draw is not Draw.SEED],
    )
    rows = [row for row in NUMBERS.values() if row.draw is not Draw.SEED]
    for row, (up, down) in zip(rows, walked, strict=True):
        assert up[-1] == down[0] == row.maximum, row.name
        assert down[-1] == up[0] == row.minimum, row.name
        assert max(len(up), len(down)) <= 201
        assert all(row.parse(value) == value for value in up + down)


def test_typed_words(looker):
    typed = [
        ("layers", " 9 ", 9), ("kernel", "9 taps", 9), ("input_gain", "−3,5 dB", -3.5),
        ("input_gain", "+3", 3), ("decay", "off", 0), ("decay", "Off", 0), ("mix", "1e-1", 0.1),
        ("layers", "nine", "nine"), ("layers", "", ""), ("layers", "Infinity", "Infinity"),
    ]  # fmt: skip
    script = "(typed) => typed.map(([name, text]) => t.typed(t.PARAMETERS.get(name), text))"
    assert ask(looker, script, typed) == [value for _, _, value in typed]
