"""OSC 1.0 address patterns."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronn_jack.interfaces.osc.pattern import compile_pattern, is_pattern


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("/ronn/xy_?", ["/ronn/xy_x", "/ronn/xy_y"], ["/ronn/xy", "/ronn/xy_", "/ronn/xy_xx"]),
        ("/ronn/*_gain", ["/ronn/input_gain", "/ronn/_gain"], ["/ronn/n/input_gain"]),
        ("/*/mix", ["/ronn/mix", "//mix"], ["/ronn/n/mix"]),
        ("/ronn/?/mix", ["/ronn/n/mix"], ["/ronn//mix", "/ronn/mix"]),
        ("/a/[b-d]", ["/a/b", "/a/c", "/a/d"], ["/a/a", "/a/e", "/a/bc", "/a/"]),
        ("/a/[!b-d]", ["/a/a", "/a/e", "/a/!"], ["/a/c", "/a//"]),
        ("/a/[xyz]", ["/a/x", "/a/z"], ["/a/w"]),
        ("/a/[a-]", ["/a/a", "/a/-"], ["/a/b"]),
        ("/a/{seed,seed_b}", ["/a/seed", "/a/seed_b"], ["/a/seed_", "/a/{seed,seed_b}"]),
        ("/a/{s,se}ed", ["/a/sed", "/a/seed"], ["/a/s"]),
        ("/a/*", ["/a/", "/a/b"], ["/a/b/c", "/a"]),
        ("/a/**b*", ["/a/b", "/a/xbx"], ["/a/x", "/a/b/"]),
        ("/a.b", ["/a.b"], ["/axb"]),
    ],
)
def test_patterns(pattern, matching, others):
    matches = compile_pattern(pattern)
    assert [address for address in matching if not matches(address)] == []
    assert [address for address in others if matches(address)] == []


@pytest.mark.parametrize("pattern", ["/a/[bc", "/a/{b,c"])
def test_an_open_bracket_is_refused(pattern):
    with pytest.raises(ValueError, match="not closed"):
        compile_pattern(pattern)


def test_plain_addresses_are_no_patterns():
    assert not is_pattern("/ronn/n/xy_x")
    assert all(is_pattern("/ronn/" + character) for character in "?*[]{}")


def test_no_pattern_takes_exponential_time():
    # A backtracking matcher would need about 10^11 steps.
    assert not compile_pattern("/" + "*a" * 100 + "b")("/" + "a" * 200)


@given(st.text("ab/?*", max_size=12), st.text("ab/", max_size=12))
def test_stars_and_question_marks_agree_with_regular_expressions(pattern, address):
    expression = "".join({"?": "[^/]", "*": "[^/]*"}.get(c, c) for c in pattern)
    assert compile_pattern(pattern)(address) == bool(re.fullmatch(expression, address))
