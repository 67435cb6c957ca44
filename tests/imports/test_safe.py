"""Of the SAFE project's settings only the word and the numbers are taken."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ronn_jack.errors import ModelError
from ronn_jack.imports.safe import is_safe, read_safe
from tests.support.safe_csv import safe_csv, safe_row


def test_settings_and_words_are_read_and_bells_sorted() -> None:
    rows = [safe_row("Warm", bells=((1.0, 900.0, 0.5), (2.0, 400.0, 1.0), (3.0, 3000.0, 2.0)))] * 30
    rows += [safe_row("brighter sound")] * 30 + [safe_row("seldom")]
    content = safe_csv(rows)
    assert is_safe(content[:4096])
    found = read_safe(content)
    assert found.words == ["warm"] * 30 + ["bright"] * 30 + [""]
    np.testing.assert_array_equal(found.frequencies[0, 1:4], [400.0, 900.0, 3000.0])
    np.testing.assert_array_equal(found.gains[0, 1:4], [2.0, 1.0, 3.0])
    np.testing.assert_array_equal(found.qs[0, 1:4], [1.0, 0.5, 2.0])


def test_no_address_or_person_is_kept() -> None:
    rows = [safe_row("warm", address="203.0.113.7", person="Jane of Leeds")] * 50
    found = dataclasses.asdict(read_safe(safe_csv(rows)))
    text = "".join(map(str, found.values()))
    assert "203.0" not in text
    assert "Jane" not in text


def test_rows_at_fault_are_left_out_and_too_few_refused() -> None:
    rows = [safe_row("warm")] * 50
    strange = [
        b"",
        b"a,b,c\n",
        safe_row("warm", low_gain=99.0),
        safe_row("warm", low_gain=float("nan")),
    ]
    assert len(read_safe(safe_csv([*rows, *strange])).words) == 50
    with pytest.raises(ModelError, match="has 3 settings of an equaliser; 40 are needed"):
        read_safe(safe_csv(rows[:3]))
    with pytest.raises(ModelError, match="more than 20000"):
        read_safe(safe_csv([rows[0]] * 20_001))


def test_another_table_is_none() -> None:
    assert not is_safe(b"a,b,c\n1,2,3\n")
    assert not is_safe(b",".join([b"x"] * 25))
    assert not is_safe(b"<?xml version='1.0'?>")
