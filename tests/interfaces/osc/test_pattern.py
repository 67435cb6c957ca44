"""OSC 1.0 address patterns."""

from __future__ import annotations

import re
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronn_jack.interfaces.osc.pattern import Addresses, is_pattern


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
    assert Addresses(matching + others).matching(pattern) == matching


@pytest.mark.parametrize("pattern", ["/a/[bc", "/a/{b,c"])
def test_an_open_bracket_is_refused(pattern):
    with pytest.raises(ValueError, match="not closed"):
        Addresses(["/a/b"]).matching(pattern)


def test_plain_addresses_are_no_patterns():
    assert not is_pattern("/ronn/n/xy_x")
    assert all(is_pattern("/ronn/" + character) for character in "?*[]{}")


@pytest.mark.parametrize(
    "pattern", ["/" + "*" * 240, "/" + "*a" * 120, "/" + "{,a}" * 60, "/[" + "!-~" * 80 + "]"]
)
def test_no_pattern_takes_long(pattern):
    # A matcher that follows the places one by one needs 50 ms here, one that backtracks for ever.
    addresses = Addresses(["/" + "a" * 40 + str(i) for i in range(100)])
    addresses.matching(pattern + "b")
    assert min(timeit.repeat(lambda: addresses.matching(pattern + "b"), number=1)) < 0.005


TEXTS = st.text("ab/?*", max_size=12)


@given(
    st.lists(
        TEXTS
        | st.text("abc-!", max_size=5).map(lambda inside: f"[{inside}]")
        | st.lists(st.text("ab/", max_size=3)).map(lambda words: "{" + ",".join(words) + "}"),
        max_size=4,
    ),
    st.lists(st.text("abc-!/", max_size=8), unique=True, max_size=4),
)
def test_patterns_agree_with_regular_expressions(parts, addresses):
    expression = re.compile("".join(map(as_expression, parts)))
    expected = [address for address in addresses if expression.fullmatch(address)]
    assert Addresses(addresses).matching("".join(parts)) == expected


def as_expression(part):
    if part.startswith("{"):
        return "(?:" + part[1:-1].replace(",", "|") + ")"
    if not part.startswith("["):
        return "".join({"?": "[^/]", "*": "[^/]*"}.get(c, c) for c in part)
    inside = part[1:-1].removeprefix("!")
    ranges = re.findall("(?s)(.)-(.)|(.)", inside)
    accepted = {c for a, b, one in ranges for c in "abc-!" if (a or one) <= c <= (b or one)}
    if part.startswith("[!"):
        accepted = set("abc-!") - accepted
    return "[" + "".join(map(re.escape, accepted)) + "]" if accepted else "(?!)"
