"""OSC over TCP: the two framings, and connections of all kinds."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronn_jack.control.controller import Controller
from ronn_jack.errors import MachineError
from ronn_jack.interfaces.osc.access import LEASE_SECONDS
from ronn_jack.interfaces.osc.codec import Message, decode
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.interfaces.osc.tcp import (
    LARGEST_PACKET,
    MOST_CONNECTIONS,
    Connections,
    FramingError,
    SizeFraming,
    SlipFraming,
    framing_of,
)
from ronn_jack.parameters import PARAMETERS
from tests.support.jack_server import wait_for
from tests.support.osc_client import ANSWER_SECONDS, OscClient, elements, message
from tests.support.ports import own_port
from tests.support.recording import MemoryStore, RecordingNode

MIX = message("/ronn/mix", 0.5)
FRAMINGS = {"size": SizeFraming, "slip": SlipFraming}


def split(framing: SizeFraming | SlipFraming, stream: bytes, sizes: list[int]) -> list[bytes]:
    """Return the packets of a stream that comes in pieces of these sizes, and then the rest."""
    packets = []
    for size in sizes:
        piece, stream = stream[:size], stream[size:]
        packets += framing.split(piece)
    return packets + framing.split(stream)


class TestFraming:
    @pytest.mark.parametrize(
        ("framing", "stream", "packets"),
        [
            (SizeFraming(), b"\0\0\0\x10" + MIX[:16] + b"\0\0", [MIX[:16]]),
            (SizeFraming(), b"\0\0\0\0\0\0\0\4/a\0\0", [b"", b"/a\0\0"]),
            (SlipFraming(), b"\xc0/a\0\0\xc0\xc0/b\0\0\xc0", [b"/a\0\0", b"/b\0\0"]),
            (SlipFraming(), b"/a\0\0\xc0/b\0\0\xc0/c", [b"/a\0\0", b"/b\0\0"]),
            (SlipFraming(), b"\xc0\xdb\xdc\xdb\xdd\xdb\xdc\xc0", [b"\xc0\xdb\xc0"]),
        ],
    )
    def test_literal_bytes(self, framing, stream, packets) -> None:
        assert framing.split(stream) == packets

    @pytest.mark.parametrize("kind", FRAMINGS.values())
    @given(
        packets=st.lists(st.binary(min_size=1, max_size=40) | st.just(b"\xc0\xdb\xdc\xdd\xc0")),
        sizes=st.lists(st.integers(0, 30)),
    )
    def test_what_is_framed_comes_out_however_it_is_cut(self, kind, packets, sizes) -> None:
        stream = b"".join(map(kind().frame, packets))
        assert split(kind(), stream, sizes) == packets

    @pytest.mark.parametrize("kind", FRAMINGS.values())
    @given(stream=st.binary(max_size=300), sizes=st.lists(st.integers(0, 60)))
    def test_any_stream_is_split_or_refused_in_words(self, kind, stream, sizes) -> None:
        try:
            packets = split(kind(), stream, sizes)
        except FramingError as error:
            assert str(error)
        else:
            assert all(len(packet) <= len(stream) for packet in packets)

    @pytest.mark.parametrize(
        ("framing", "stream", "hint"),
        [
            (SizeFraming(), b"GET / HTTP/1.1\r\n", "1195725856 bytes"),
            (SizeFraming(), b"\xff\xff\xff\xff", "-1 bytes"),
            (SizeFraming(), struct.pack(">i", LARGEST_PACKET + 1), "use up to 65536"),
            (SlipFraming(), b"\xc0" + b"/" * (2 * LARGEST_PACKET + 1), "too long"),
            (SlipFraming(), b"\xc0\xdb/\xc0", "0xDC nor 0xDD"),
            (SlipFraming(), b"\xc0\xdb\xc0", "0xDC nor 0xDD"),
        ],
    )
    def test_what_breaks_the_rules_is_refused(self, framing, stream, hint) -> None:
        with pytest.raises(FramingError, match=hint):
            framing.split(stream)

    def test_no_python_runs_for_each_escape(self) -> None:
        packet = b"\xc0\xdb" * (LARGEST_PACKET // 2)
        stream = SlipFraming().frame(packet)
        steps = []

        def trace(*step: object) -> Any:
            steps.append(step)
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            packets = SlipFraming().split(stream)
        finally:
            sys.settrace(before)
        assert packets == [packet]
        assert len(steps) < 100, "others wait for it"

    @pytest.mark.parametrize(
        ("beginning", "kind"),
        [
            (b"\0\0\0\x10/ronn", SizeFraming),
            (b"\xc0/ronn", SlipFraming),
            (b"/ronn", SlipFraming),
            (b"#bundle", SlipFraming),
        ],
    )
    def test_a_stream_shows_its_framing(self, beginning, kind) -> None:
        assert type(framing_of(beginning)) is kind


class Stream:
    """A client that is connected by TCP."""

    def __init__(self, port: int, kind: type[SizeFraming | SlipFraming] = SizeFraming) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        self.framing = kind()
        self.unread: list[bytes] = []

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()

    def send(self, *packets: bytes) -> None:
        self.socket.sendall(b"".join(map(self.framing.frame, packets)))

    def receive(self) -> Message:
        while not self.unread:
            received = self.socket.recv(65536)
            if not received:
                raise EOFError
            self.unread += [e for p in self.framing.split(received) for e in elements(p)]
        [item] = decode(self.unread.pop(0))
        assert isinstance(item, Message)
        return item

    def is_over(self) -> bool:
        """Read until the other side closes; what comes before it is not looked at."""
        with contextlib.suppress(ConnectionError):
            while self.socket.recv(65536):
                pass
        return True


@pytest.fixture
def controller() -> Controller:
    return Controller(RecordingNode(), MemoryStore(fuzz={"layers": 3}))


@pytest.fixture
def server(controller: Controller) -> Iterator[OscServer]:
    with OscServer(controller, port=0) as server:
        yield server


@pytest.mark.parametrize("kind", FRAMINGS.values(), ids=FRAMINGS)
class TestConnections:
    def test_values_go_in_and_come_out(self, server, controller, kind) -> None:
        with Stream(server.port, kind) as stream:
            stream.send(MIX, message("/ronn/mix"), message("/ronn/layers", 99))
            assert stream.receive() == Message("/ronn/mix", (0.5,))
            assert stream.receive().arguments[0] == "/ronn/layers"
        assert controller.value("mix") == 0.5

    def test_packets_that_come_byte_by_byte(self, server, kind) -> None:
        with Stream(server.port, kind) as stream:
            stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in stream.framing.frame(MIX) + stream.framing.frame(message("/ronn/mix")):
                stream.socket.send(bytes([byte]))
            assert stream.receive() == Message("/ronn/mix", (0.5,))

    def test_however_many_come_at_once_each_is_answered(self, server, kind) -> None:
        with Stream(server.port, kind) as stream:
            sending = threading.Thread(target=stream.send, args=[message("/ronn/seed")] * 5000)
            sending.start()
            assert all(stream.receive().address == "/ronn/seed" for _ in range(5000))
            sending.join()

    def test_a_connection_subscribes_itself(self, server, controller, kind) -> None:
        with Stream(server.port, kind) as stream, OscClient(server.port) as other:
            stream.send(message("/ronn/subscribe"))
            told = {stream.receive().address for _ in range(len(PARAMETERS))}
            assert told == {f"/ronn/{name}" for name in PARAMETERS}
            stream.send(message("/ronn/mix", 0.25))
            other.send("/ronn/layers", 9)
            heard = [stream.receive()]
            while heard[-1] != Message("/ronn/layers", (9,)):
                heard.append(stream.receive())
            assert not any(each.address == "/ronn/mix" for each in heard)
        # With the connection the subscription ends.
        wait_for(lambda: len(server.subscribers) == 0)


def test_udp_and_tcp_have_one_number(server) -> None:
    with OscClient(server.port) as client, Stream(server.port) as stream:
        stream.send(MIX, message("/ronn/ping"))
        assert stream.receive().address == "/ronn/pong"
        assert client.answers(message("/ronn/mix")) == [("/ronn/mix", [0.5])]


def test_a_number_that_is_taken_for_tcp_alone_is_told(controller) -> None:
    port = own_port()  # which nobody has for UDP either
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(MachineError, match=rf"TCP\) port {port} is taken.*--osc-port"):
            OscServer(controller, port=port).start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", port))


@pytest.mark.parametrize(
    "stream",
    [
        b"GET /ronn HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\xff" * 100,
        b"\xc0\xdb\xdb\xc0",
    ],
    ids=["HTTP", "TLS", "ones", "escapes"],
)
def test_what_is_no_osc_is_cut_off_and_hurts_nobody(server, stream) -> None:
    with Stream(server.port) as rubbish, Stream(server.port) as other:
        rubbish.socket.sendall(stream)
        assert rubbish.is_over()
        other.send(message("/ronn/mix"))
        assert other.receive() == Message("/ronn/mix", (1.0,))


def test_who_does_not_read_is_cut_off_and_not_waited_for(server) -> None:
    with Stream(server.port) as slow, Stream(server.port) as other:
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.socket.settimeout(1.0)
        questions = slow.framing.frame(message("/ronn/{?,??,???,????,?????,*}*")) * 200
        with pytest.raises((ConnectionError, TimeoutError)):
            while True:
                slow.socket.sendall(questions)
                other.send(message("/ronn/mix"))
                assert other.receive().address == "/ronn/mix"


def test_a_connection_too_many_is_closed_and_a_closed_one_makes_room(server, caplog) -> None:
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(Stream(server.port)) for _ in range(MOST_CONNECTIONS)]
        for stream in streams:
            stream.send(message("/ronn/mix"))
            stream.receive()
        for _ in range(5):
            with Stream(server.port) as late:
                assert late.is_over()
        assert len(caplog.records) == 1, "they are told of once"
        streams[0].socket.close()
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            with Stream(server.port) as late, contextlib.suppress(EOFError, ConnectionError):
                late.send(message("/ronn/mix"))
                assert late.receive().address == "/ronn/mix"
                return
        pytest.fail("there is no room")


def test_who_says_nothing_keeps_nobody_out(server) -> None:
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(Stream(server.port)) for _ in range(MOST_CONNECTIONS)]
        for _ in range(2):
            late = stack.enter_context(Stream(server.port))
            late.send(message("/ronn/mix"))
            assert late.receive() == Message("/ronn/mix", (1.0,))
        assert silent[0].is_over() and silent[1].is_over(), "the oldest had to go"
        silent[2].send(message("/ronn/mix"))
        assert silent[2].receive() == Message("/ronn/mix", (1.0,))


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="not of this system")
def test_who_has_gone_without_a_word_is_noticed_within_a_lease() -> None:
    taken: list[socket.socket] = []

    class Watched(selectors.SelectSelector):
        def register(self, fileobj, events, data=None):
            taken.append(fileobj)
            return super().register(fileobj, events, data)

    with socket.create_server(("127.0.0.1", 0)) as listening, Watched() as selector:
        nothing: Any = lambda *_: None  # noqa: E731
        connections = Connections(listening, selector, nothing, nothing, nothing, nothing)
        with socket.create_connection(listening.getsockname()):
            connections.accept()
            assert taken[-1].getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            idle, between, times, unread = (
                taken[-1].getsockopt(socket.IPPROTO_TCP, option)
                for option in (
                    socket.TCP_KEEPIDLE,
                    socket.TCP_KEEPINTVL,
                    socket.TCP_KEEPCNT,
                    socket.TCP_USER_TIMEOUT,
                )
            )
        connections.close()
    assert idle + between * times <= LEASE_SECONDS
    assert unread == LEASE_SECONDS * 1000


def test_closing_ends_the_connections_and_frees_the_port(controller) -> None:
    with OscServer(controller, port=0) as server:
        stream = Stream(server.port)
        stream.send(message("/ronn/mix"))
        stream.receive()
    assert stream.is_over()
    stream.socket.close()
    with OscServer(controller, port=server.port):
        pass


@pytest.mark.parametrize(
    "streams", [60, pytest.param(20_000, marks=[pytest.mark.fuzz, pytest.mark.timeout(1800)])]
)
def test_a_storm_of_broken_streams_hurts_nobody(server, streams, caplog) -> None:
    random = Random(7)
    for number in range(streams):
        kind = random.choice(list(FRAMINGS.values()))
        with Stream(server.port, kind) as stream:
            packets = [MIX, message("/ronn/subscribe"), random.randbytes(random.randrange(60))]
            content = bytearray(b"".join(stream.framing.frame(p) for p in packets * 3))
            for _ in range(random.choice((0, 1, 5))):
                content[random.randrange(len(content))] = random.randrange(256)
            with contextlib.suppress(ConnectionError):
                stream.socket.sendall(content[: random.randrange(len(content) + 1)])
        if number % 10 == 0:
            with OscClient(server.port) as client:
                assert client.answers(message("/ronn/layers")) == [("/ronn/layers", [6])]
    assert "Traceback" not in caplog.text
