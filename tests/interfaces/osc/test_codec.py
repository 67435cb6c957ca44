"""OSC datagrams, byte by byte."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage

from ronn_jack.interfaces.osc.codec import (
    IMMEDIATELY,
    MAXIMUM_ADDRESS_BYTES,
    MAXIMUM_DEPTH,
    MAXIMUM_TEXT_BYTES,
    Fault,
    Message,
    decode,
    decode_timed,
    encode,
)
from ronn_jack.interfaces.osc.codec import bundle as encode_bundle

BUNDLE = b"#bundle\0\0\0\0\0\0\0\0\1"
MIX_HALF = b"/ronn/mix\0\0\0,f\0\0\x3f\0\0\0"
LAYERS_NINE = b"/ronn/layers\0\0\0\0,i\0\0\0\0\0\x09"


def bundle(*elements: bytes) -> bytes:
    return BUNDLE + b"".join(struct.pack(">i", len(e)) + e for e in elements)


@pytest.mark.parametrize(
    ("datagram", "address", "arguments"),
    [
        (MIX_HALF, "/ronn/mix", (0.5,)),
        (LAYERS_NINE, "/ronn/layers", (9,)),
        (b"/ronn/reseed\0\0\0\0,\0\0\0", "/ronn/reseed", ()),
        (b"/ronn/reseed\0\0\0\0", "/ronn/reseed", ()),
        (b"/a\0\0,h\0\0\0\0\0\0\xff\xff\xff\xff", "/a", (4294967295,)),
        (b"/a\0\0,i\0\0\xff\xff\xff\xff", "/a", (-1,)),
        (b"/a\0\0,d\0\0\x3f\xd0\0\0\0\0\0\0", "/a", (0.25,)),
        (b"/a\0\0,s\0\0tanh\0\0\0\0", "/a", ("tanh",)),
        (b"/a\0\0,s\0\0\0\0\0\0", "/a", ("",)),
        (b"/a\0\0,S\0\0tanh\0\0\0\0", "/a", ("tanh",)),
        (b"/a\0\0,T\0\0", "/a", (True,)),
        (b"/a\0\0,F\0\0", "/a", (False,)),
        (b"/a\0\0,N\0\0", "/a", (None,)),
        (b"/a\0\0,I\0\0", "/a", (None,)),
        (b"/a\0\0,if\0\0\0\0\1\x3f\x80\0\0", "/a", (1, 1.0)),
    ],
)
def test_a_message(datagram, address, arguments):
    [message] = decode(datagram)
    assert message == Message(address, arguments)
    assert list(map(type, message.arguments)) == list(map(type, arguments))


@pytest.mark.parametrize(
    ("datagram", "address", "hint"),
    [
        (b"", "", "empty"),
        (b"/ronn/mix\0\0", "", "multiple of 4"),
        (b"hello\0\0\0", "", "starts with '/'"),
        (b"\0\0\0\0", "", "starts with '/'"),
        (b"/ron", "", "without its end"),
        (b"/\xff\xfe\0", "", "UTF-8"),
        (b"/" + b"a" * MAXIMUM_ADDRESS_BYTES + b"\0" * 4, "", "too long"),
        (b"/a\0\0i\0\0\0\0\0\0\1", "/a", "','"),
        (b"/a\0\0,iii", "/a", "without its end"),
        (MIX_HALF[:-4], "/ronn/mix", "no room"),
        (b"/a\0\0,h\0\0\0\0\0\1", "/a", "no room"),
        (b"/a\0\0,d\0\0\0\0\0\1", "/a", "no room"),
        (b"/a\0\0,s\0\0tanh", "/a", "without its end"),
        (b"/a\0\0,s\0\0\xff\xff\0\0", "/a", "UTF-8"),
        (b"/a\0\0,s\0\0" + b"a" * (MAXIMUM_TEXT_BYTES + 1) + b"\0\0\0", "/a", "too long"),
        (b"/a\0\0,b\0\0\0\0\0\1\xff\0\0\0", "/a", "'b' has no meaning"),
        (b"/a\0\0,[i]\0\0\0\0\0\0\0\1", "/a", "'[' has no meaning"),
        (MIX_HALF + b"\0\0\0\0", "/ronn/mix", "4 bytes beyond"),
        (b"#bundle\0", "", "shorter than its header"),
        (b"#bundle\0\0\0\0\0", "", "shorter than its header"),
        (BUNDLE + b"\0\0\0\0", "", "element of 0 bytes"),
        (BUNDLE + b"\xff\xff\xff\xfc" + MIX_HALF, "", "element of -4 bytes"),
        (BUNDLE + b"\x7f\xff\xff\xfc" + MIX_HALF, "", "element of 2147483644 bytes"),
        (BUNDLE + b"\0\0\0\3" + MIX_HALF, "", "element of 3 bytes"),
        (bundle(MIX_HALF)[:-4], "", "element of 20 bytes in the 16 left"),
        (bundle(MIX_HALF, b"#bundle\0"), "", "shorter than its header"),
    ],
)
def test_a_faulty_packet_says_what_is_wrong_and_does_nothing(datagram, address, hint):
    [fault] = decode(datagram)
    assert isinstance(fault, Fault)
    assert fault.address == address
    assert hint in fault.reason


def test_nested_bundles_come_flat_and_in_order():
    inner = bundle(LAYERS_NINE, bundle(), bundle(b"/b\0\0,\0\0\0"))
    items = decode(bundle(b"/a\0\0,\0\0\0", inner, MIX_HALF))
    assert [item.address for item in items] == ["/a", "/ronn/layers", "/b", "/ronn/mix"]


def test_a_faulty_message_in_a_sound_bundle_leaves_the_others():
    assert decode(bundle(MIX_HALF, b"/a\0\0,q\0\0", LAYERS_NINE)) == [
        Message("/ronn/mix", (0.5,)),
        Fault("/a", "type tag 'q' has no meaning here; use i f s h d T F"),
        Message("/ronn/layers", (9,)),
    ]


def test_bundles_nest_only_so_deep():
    datagram = MIX_HALF
    for _ in range(MAXIMUM_DEPTH):
        datagram = bundle(datagram)
    assert decode(datagram) == [Message("/ronn/mix", (0.5,))]
    [fault] = decode(bundle(datagram))
    assert "nested deeper" in fault.reason
    while len(datagram) < 65000:
        datagram = bundle(datagram)
    assert decode(datagram) == [fault]


def at(time_tag: int, *elements: bytes) -> bytes:
    return b"#bundle\0" + struct.pack(">Q", time_tag) + bundle(*elements)[16:]


def test_messages_have_the_time_of_their_bundle_or_the_later_one_around_it():
    datagram = at(50, MIX_HALF, at(70, MIX_HALF, at(1, MIX_HALF)), at(30, MIX_HALF), MIX_HALF)
    assert [time_tag for time_tag, _ in decode_timed(datagram)] == [50, 70, 70, 50, 50]
    assert decode_timed(MIX_HALF) == [(IMMEDIATELY, Message("/ronn/mix", (0.5,)))]
    assert decode_timed(at(0, MIX_HALF))[0][0] == IMMEDIATELY
    assert decode_timed(at(2**64 - 1, MIX_HALF))[0][0] == 2**64 - 1


def test_a_bundle_is_sent_as_it_is_read():
    assert encode_bundle([MIX_HALF, LAYERS_NINE]) == bundle(MIX_HALF, LAYERS_NINE)


@pytest.mark.parametrize(
    ("value", "tail"),
    [
        (9, b",i\0\0\0\0\0\x09"),
        (2**31 - 1, b",i\0\0\x7f\xff\xff\xff"),
        (2**31, b",h\0\0\0\0\0\0\x80\0\0\0"),
        (0.5, b",f\0\0\x3f\0\0\0"),
        (True, b",i\0\0\0\0\0\1"),
        (False, b",i\0\0\0\0\0\0"),
        ("relu", b",s\0\0relu\0\0\0\0"),
    ],
)
def test_what_is_sent(value, tail):
    assert encode("/a", [value]) == b"/a\0\0" + tail


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40),
    st.lists(
        st.integers(-(2**31), 2**63 - 1)
        | st.floats(width=32, allow_nan=False)
        | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40),
        max_size=6,
    ),
)
def test_what_is_sent_reads_back(tail, arguments):
    assert decode(encode("/" + tail, arguments)) == [Message("/" + tail, tuple(arguments))]


@given(st.binary(max_size=120) | st.builds(lambda b: BUNDLE + b, st.binary(max_size=120)))
def test_any_bytes_are_taken(datagram):
    assert all(isinstance(item, Message | Fault) for item in decode(datagram))


@given(st.data())
def test_where_both_understand_a_packet_python_osc_agrees(data):
    tags = data.draw(st.text("ifhdsTFN", max_size=4))
    body = data.draw(st.binary(max_size=48))
    head = b"/a\0\0" + ("," + tags).encode()
    datagram = head + b"\0" * (4 - len(head) % 4) + body + b"\0" * (-len(body) % 4)
    [item] = decode(datagram)
    if isinstance(item, Message):
        # repr, as not-a-number is not equal to itself.
        assert repr(list(item.arguments)) == repr(OscMessage(datagram).params)
