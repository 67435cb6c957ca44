"""The page's address for other machines, in words and as a picture."""

from __future__ import annotations

import itertools

import segno

from ronn_jack.interfaces.web.invitation import code_lines, invitation


def test_an_address_has_the_token_where_no_server_sees_it():
    assert invitation("192.0.2.7", 9421, "abc") == "http://192.0.2.7:9421/#token=abc"
    assert invitation("fd00::2", 9421, "abc") == "http://[fd00::2]:9421/#token=abc"
    anywhere = invitation("0.0.0.0", 9421, "abc")
    assert "0.0.0.0" not in anywhere
    assert anywhere.endswith(":9421/#token=abc")


def test_a_token_of_any_characters_is_one_address():
    address = invitation("192.0.2.7", 9421, "50% off/#ä")
    assert address == "http://192.0.2.7:9421/#token=50%25%20off%2F%23%C3%A4"


def test_a_picture_has_every_module_of_the_code_with_its_border():
    text = "http://192.168.178.123:9421/#token=abcdefghijklmnop"
    lines = code_lines(text)
    halves = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    rows = itertools.chain.from_iterable(
        zip(*(halves[c] for c in line), strict=True) for line in lines
    )
    drawn = [list(row) for row in rows]
    code = segno.make_qr(text, error="l")
    meant = [[int(bool(module)) for module in row] for row in code.matrix_iter(border=2)]
    assert drawn[: len(meant)] == meant
    assert not any(map(any, drawn[len(meant) :]))
    assert len(lines) <= 17, "it fits beside what there is to see on a terminal of 24 lines"
