"""OSC messages of the page are those of other programs, bit for bit."""

from __future__ import annotations

import pytest

from ronn_jack.interfaces.osc.codec import Message, decode, encode
from tests.page.looker import Looker

pytestmark = pytest.mark.slow
MESSAGES = [
    ("/a", []),
    ("/ab", [1]),
    ("/abc", [-(2**31) + 1, 2**31 - 1]),
    ("/abcd", [2**31, 2**32 - 1, 2**40]),
    ("/ronn/mix", [0.1, -1.5]),
    ("/ronn/preset_save", ["", "abc", "abcd", "schön – 音"]),
    ("/ronn/bypass", [True, False]),
]


def test_what_the_page_sends_is_read_and_the_other_way_round(looker: Looker):
    for address, values in MESSAGES:
        packet, again = looker.page.evaluate(
            """async ([address, values, packet]) => {
                const { decode, encode } = await import("./page/osc.js");
                return [[...encode(address, ...values)], decode(new Uint8Array(packet).buffer)];
            }""",
            [address, values, list(encode(address, values, flags=True))],
        )
        [message] = decode(bytes(packet))
        assert isinstance(message, Message)
        assert (message.address, list(message.arguments)) == (address, values)
        assert again["address"] == address
        assert again["values"] == pytest.approx(values)
