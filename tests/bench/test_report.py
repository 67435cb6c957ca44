"""Reports as JSON, as tables and as pictures."""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest

from ronn_jack.bench.plot import plot
from ronn_jack.bench.report import Report, from_json
from ronn_jack.bench.tables import tables
from tests.bench.reports import whole_report

pytestmark = pytest.mark.slow


def test_json_says_everything_and_nothing_else():
    document = whole_report().to_json()
    assert from_json(document) == whole_report()
    speed = json.loads(document)["speed"]
    assert speed["rows"][0]["network"] == "A"
    assert speed["rows"][0]["block_us"] == 1.54
    assert speed["rows"][2]["torch_us"] == 175000.0


def test_a_part_that_was_not_measured_is_null():
    found = json.loads(Report(whole_report().machine).to_json())
    assert found["machine"]["cores"] == 2
    assert [
        found[part]
        for part in (
            "speed",
            "start",
            "cost",
            "stress",
            "live",
            "crowd",
            "page",
            "feel",
            "stages",
            "plugin",
            "direct",
        )
    ] == [None] * 11


def test_a_document_with_a_wrong_type_is_not_read():
    document = json.loads(whole_report().to_json())
    document["speed"]["rows"][0]["period"] = "sixty-four"
    with pytest.raises(msgspec.ValidationError, match=r"speed\.rows\[0\]\.period"):
        from_json(json.dumps(document))


def row_with(text, *cells):
    """Return whether one line of a text has all the cells, in order."""
    return any(
        all(cell in line for cell in cells)
        and [line.index(cell) for cell in cells] == sorted(line.index(cell) for cell in cells)
        for line in text.splitlines()
    )


def test_tables_show_every_part():
    text = tables(whole_report(), 120)
    assert "Abacus 9, 2 cores, vectors of 512 bits" in text
    assert "117.0 GFLOP/s" in text
    assert row_with(text, "A relu", "64", "1.54", "67.9", "58.1", "865.8", "90 µs (58 ×)")
    assert row_with(text, "C tanh", "64", "100000 µs (2000 ×)", "175000 µs (3500 ×)")
    assert "0.14 ms" in text
    assert "21.5 s" in text
    assert "256 MiB" in text
    assert row_with(text, "B tanh", "64", "24.69", "22.22", "+11.1")
    assert "200 random networks that fit 16 frames: median error 5.1 %, 95th percentile" in text
    assert "16.3 %, signed median +2.1 %, 3 misjudged" in text
    assert row_with(text, "compiled", "99.87 %", "20", "44", "55")
    assert row_with(text, "interpreter", "12.34 %", "5546")
    assert row_with(text, "A", "128", "off", "4.2", "7.7", "8.8", "60", "0")
    assert row_with(text, "A", "128", "off", "5.5", "9.9", "21.0", "66")
    assert row_with(text, "D", "64", "on", "44.4", "77.7", "88.8", "20", "2")
    assert row_with(text, "D", "64", "on", "0.0", "2000")
    assert "19 of 20 subscribers" in text and "1999 messages" in text
    assert "1233 of 1234 questions" in text and "p99 7.7 ms" in text
    assert row_with(text, "one calm sender", "1.1 %", "12.1 %", "13.1 %", "4")
    assert row_with(text, "20 subscribers", "1.2 %", "12.2 %", "13.2 %", "5")
    assert row_with(text, "10 floods", "1.3 %", "12.3 %", "13.3 %", "6")
    assert "2 of 3 goals met, played on guitar, mine.wav" in text
    assert row_with(text, "mix: off the way", "0.7 LU", "≤ 1.0 LU", "met", "hall, piano")
    assert row_with(text, "search: new sounds", "4", "≥ 15", "MISSED", "guitar")
    assert row_with(text, "decay: off the exponential", "3.7e-07", "≤ 1.0e-05", "met", "dense")
    assert row_with(text, "reverb: 4 s, mean", "4.32 µs", "≤ 8 µs", "met")
    assert row_with(text, "B relu", "64", "21.61", "17.22", "1.255")
    drawn = "2 of 27 random networks multiply less; at"
    assert f"{drawn} 64 frames 1.089 times as fast (0.981 to 1.197), 1 slower by 1 %" in text
    assert f"{drawn} 256 frames 1.099 times as fast (0.999 to 1.199), 0 slower by 1 %" in text
    assert "0.981: narrow" in text and "0.999: narrow" not in text
    assert "without realtime scheduling" in text


def test_tables_fit_their_width_and_are_plain():
    text = tables(whole_report(), 120)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 120
    assert all(character == "\n" or character.isprintable() for character in text)


def test_there_is_no_torch_column_without_torch():
    report = whole_report()
    rows = [replace(row, torch_us=None) for row in report.speed.rows]
    report = replace(report, speed=replace(report.speed, rows=rows))
    assert "torch" not in tables(report, 120)


@pytest.mark.parametrize(
    "part",
    [
        *("speed", "start", "cost", "stress", "live", "crowd", "page", "feel", "stages", "plugin"),
        "direct",
    ],
)
def test_each_part_can_be_shown_alone(part):
    whole = whole_report()
    report = replace(Report(whole.machine), **{part: getattr(whole, part)})
    shown = tables(report, 120)
    assert shown.startswith("Abacus 9")
    assert len(shown.splitlines()) > 3


def test_a_picture_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "bench.svg"
    plot(whole_report(), path)
    drawn = path.read_text()
    assert drawn.count('id="axes_') == 4
