"""The HTTP server over real sockets."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
import urllib.request
from random import Random

import pytest
from websockets.exceptions import InvalidState

from ronn_jack.control.controller import Controller
from ronn_jack.errors import MachineError
from ronn_jack.interfaces.web.connections import WebSocketConnection
from ronn_jack.interfaces.web.limits import Limits
from ronn_jack.interfaces.web.server import WebServer
from tests.interfaces.web.clients import Http, WebListener, ended
from tests.interfaces.web.conftest import OSC_PORT
from tests.support.jack_server import wait_for

QUESTION = b"GET /ronn/mix?VALUE HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST_QUESTION = QUESTION[:-2] + b"Connection: close\r\n\r\n"
ANSWER = {"VALUE": [1.0]}


class TestQuestions:
    def test_get_and_head(self, http):
        assert http.read("/ronn/mix?VALUE") == ANSWER
        status, headers, body = http.ask("/ronn/mix?VALUE")
        assert (status, body) == (200, b'{"VALUE":[1.0]}')
        assert http.ask("/ronn/mix?VALUE", "HEAD") == (200, headers, b"")
        assert int(headers["content-length"]) == len(body)
        assert headers["cache-control"] == "no-store"

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
    def test_nothing_else_may_be_done(self, http, method):
        status, headers, _ = http.ask("/ronn/mix", method)
        assert status == 405
        assert set(headers["allow"].split(", ")) == {"get", "head"}

    def test_what_is_not_there(self, http):
        assert http.ask("/ronn/colour")[::2] == (404, b"there is no /ronn/colour\n")
        assert http.ask("/ronn/mix?COLOUR")[0] == 400
        assert http.ask("/ronn/reseed?VALUE")[::2] == (204, b"")
        assert http.ask("/ronn/%6dix?TYPE")[2] == b'{"TYPE":"f"}'
        assert http.ask("http://evil.example/ronn/mix")[0] == 404

    def test_the_host_is_the_one_that_was_asked(self, http):
        info = http.read("/?HOST_INFO")
        assert info["OSC_IP"] == info["WS_IP"] == "127.0.0.1"
        assert (info["OSC_PORT"], info["WS_PORT"]) == (OSC_PORT, http.port)
        assert info["OSC_TRANSPORT"] == "UDP"

    def test_a_plain_library_reads_it(self, server):
        with urllib.request.urlopen(f"{server.url}/ronn/mix?VALUE") as answer:
            assert answer.read() == b'{"VALUE":[1.0]}'

    def test_pipelined_questions_are_all_answered(self, http):
        answers = http.exchange(4 * QUESTION + LAST_QUESTION)
        assert answers.count(b"HTTP/1.1 200") == answers.count(b'{"VALUE":[1.0]}') == 5

    def test_a_fault_of_ours_is_told_in_the_log_and_ends_nothing(self, http, controller, caplog):
        def status():
            raise RuntimeError("no status")

        controller.status = status
        with caplog.at_level(logging.ERROR, "ronn_jack"):
            assert http.ask("/ronn/status")[0] == 500
        assert "while answering /ronn/status" in caplog.text
        assert http.read("/ronn/mix?VALUE") == ANSWER


class TestRubbish:
    @pytest.mark.parametrize(
        "data",
        [
            b"\r\n\r\n",
            b"hello\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"GET / HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.0\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
            b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000,
            b"GET /" + b"x" * 100_000,
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ],
    )
    def test_rubbish_is_refused(self, http, data):
        answer = http.exchange(data)
        assert answer[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 403", b"HTTP/1.1 426"), answer
        assert http.read("/ronn/mix?VALUE") == ANSWER

    def test_mutated_requests_end_nothing(self, http, caplog):
        random = Random(1)
        websocket = (
            b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            b"\x82\x84abcdabcd\x81\xfe\x00\x90abcd"
        )
        with caplog.at_level(logging.WARNING):
            for number in range(300):
                data = bytearray((QUESTION, websocket)[number % 2])
                for _ in range(random.randint(1, 8)):
                    data[random.randrange(len(data))] = random.randrange(256)
                with http.connect() as connection:
                    connection.sendall(data[: random.randint(1, len(data))])
                    if number % 3:
                        connection.shutdown(socket.SHUT_WR)
        wait_for(lambda: http.exchange(LAST_QUESTION), what="room for another connection")
        assert http.read("/ronn/mix?VALUE") == ANSWER
        assert caplog.records == []


class TestLimits:
    @pytest.fixture
    def brief(self, limits):
        """Let requests have half a second."""
        limits.request_seconds = 0.5
        limits.idle_seconds = 3600

    @pytest.mark.parametrize(
        "data",
        [b"", b"GET / HT", QUESTION[:-2], QUESTION + b"GET / HTTP/1.1\r\nHost: loc",
         QUESTION[:-2] + b"Content-Length: 1000000\r\n\r\n" + b"x"],
        ids=["nothing", "line", "head", "second", "body"],
    )  # fmt: skip
    @pytest.mark.usefixtures("brief")
    def test_half_a_request_is_cut(self, http, limits, data):
        answer = http.exchange(data)
        limits.request_seconds = 3600.0
        assert answer.count(b"HTTP/1.1 200") == data.count(QUESTION) or b"Content-Length" in data
        assert http.read("/ronn/mix?VALUE") == ANSWER

    @pytest.mark.usefixtures("brief")
    def test_a_request_that_comes_byte_by_byte_is_cut(self, http):
        with http.connect() as connection, pytest.raises(ConnectionError):
            while True:
                connection.sendall(b"G")
                time.sleep(0.01)

    @pytest.mark.usefixtures("brief")
    def test_who_does_not_read_is_cut(self, http):
        with http.connect() as connection, pytest.raises(ConnectionError):
            while True:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def test_who_asks_nothing_keeps_nobody_out(self, http, limits):
        with contextlib.ExitStack() as stack:
            silent = [stack.enter_context(http.connect()) for _ in range(limits.connections)]
            for _ in range(3):
                assert http.read("/ronn/mix?VALUE") == {"VALUE": [1.0]}
            assert ended(silent[0]) == b"", "the oldest had to go"
            silent[-1].sendall(LAST_QUESTION)
            assert b'"VALUE"' in ended(silent[-1])

    def test_more_connections_than_there_is_room_for_are_cut(self, http, limits):
        limits.connections = 2
        with WebListener(http.port), WebListener(http.port), http.connect() as one_too_many:
            assert ended(one_too_many) == b""
        wait_for(lambda: http.exchange(LAST_QUESTION), what="room for another connection")


class TestPorts:
    def test_a_taken_port_is_one_clear_error(self, http, controller):
        with pytest.raises(MachineError, match=f"HTTP port {http.port} is taken.*--http-port"):
            WebServer(controller, lambda *_: None, port=http.port).listen()

    def test_an_address_of_another_machine(self, controller):
        server = WebServer(controller, lambda *_: None, host="192.0.2.1", port=0)
        with pytest.raises(MachineError, match=r"HTTP on '192\.0\.2\.1'.*--bind"):
            server.listen()
            server.start(OSC_PORT)

    def test_it_is_free_again_though_connections_were_open(self, controller):
        patient = Limits(request_seconds=3600.0, idle_seconds=3600)
        with WebServer(controller, lambda *_: None, port=0, limits=patient) as server:
            server.listen()
            server.start(OSC_PORT)
            idle, half = Http(server.port).connect(), Http(server.port).connect()
            half.sendall(QUESTION[:-2])
            with WebListener(server.port) as listener, idle, half:
                server.close()
                assert ended(idle) == ended(half) == b""
                with pytest.raises(Exception, match="1012"):
                    listener.socket.recv(10)
        server.close()
        with WebServer(controller, lambda *_: None, port=server.port) as again:
            again.listen()
            again.start(OSC_PORT)
            assert Http(again.port).read("/ronn/mix?VALUE") == ANSWER

    def test_who_is_gone_already_keeps_nobody_connected(self, controller, monkeypatch):
        def shutdown(connection: WebSocketConnection) -> None:
            raise InvalidState("connection is closing")  # as at the moment between good-bye and end

        monkeypatch.setattr(WebSocketConnection, "shutdown", shutdown)
        with WebServer(controller, lambda *_: None, port=0) as server:
            server.listen()
            server.start(OSC_PORT)
            leaving = [Http(server.port).upgraded()[0] for _ in range(4)]
            other = Http(server.port).connect()
            other.sendall(QUESTION)
            assert other.recv(4096)
            server.close()
            for connection in (other, *leaving):
                ended(connection)
                connection.close()

    def test_it_can_be_closed_before_it_has_begun(self, controller):
        before = set(threading.enumerate())
        for _ in range(3):
            server = WebServer(controller, lambda *_: None, port=0)
            server.listen()
            server.start(OSC_PORT)
            server.close()
        WebServer(controller, lambda *_: None, port=0).close()
        assert set(threading.enumerate()) <= before

    def test_both_kinds_of_addresses(self, controller: Controller):
        with WebServer(controller, lambda *_: None, host="::1", port=0) as server:
            server.listen()
            server.start(OSC_PORT)
            assert server.url == f"http://[::1]:{server.port}"
            with urllib.request.urlopen(f"{server.url}/?HOST_INFO") as answer:
                assert b'"OSC_IP":"::1"' in answer.read()
