"""Programs that others have written speak with the node: liblo's tools, Pure Data, npm's osc."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Set
from ronn_jack.interfaces.osc.server import OscServer
from tests.support.jack_server import wait_for
from tests.support.npm_clients import needs_npm_clients, node_script
from tests.support.osc_client import ANSWER_SECONDS
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin

PATCH = """\
#N canvas 0 0 500 400 10;
#X obj 10 10 loadbang;
#X msg 10 40 connect 127.0.0.1 {port};
#X obj 10 300 netsend -u -b;
#X obj 10 330 oscparse;
#X obj 10 360 print node;
#X obj 200 10 delay 100;
#X obj 200 40 t b b;
#X msg 200 70 9;
#X obj 200 100 oscformat ronn layers;
#X msg 300 70 50;
#X obj 300 100 oscformat ronn subscribe;
#X obj 200 200 list prepend send;
#X obj 200 230 list trim;
#X connect 0 0 1 0;
#X connect 0 0 5 0;
#X connect 1 0 2 0;
#X connect 2 1 3 0;
#X connect 3 0 4 0;
#X connect 5 0 6 0;
#X connect 6 0 7 0;
#X connect 6 1 9 0;
#X connect 7 0 8 0;
#X connect 9 0 10 0;
#X connect 8 0 11 0;
#X connect 10 0 11 0;
#X connect 11 0 12 0;
#X connect 12 0 2 0;
"""


def needs(program: str, package: str) -> pytest.MarkDecorator:
    missing = shutil.which(program) is None
    return pytest.mark.skipif(missing, reason=f"{program} is not installed ({package})")


@pytest.fixture
def controller() -> Controller:
    return Controller(RecordingNode(), MemoryStore(fuzz={"layers": 3}))


@pytest.fixture
def server(controller: Controller) -> Iterator[OscServer]:
    with OscServer(controller, port=0) as server:
        yield server


def read_until(process: subprocess.Popen[str], words: str) -> None:
    """Read what a program says until a line has some words; it ends at the latest by a limit."""
    stream = process.stdout
    assert stream is not None
    for line in stream:
        if words in line:
            return
    pytest.fail(f"it ended without '{words}'")


def listens(port: int) -> bool:
    """Tell whether some program has a UDP port."""
    tables = "".join(Path(f"/proc/net/{name}").read_text() for name in ("udp", "udp6"))
    return f":{port:04X} " in tables


@needs("oscsend", "liblo-tools")
class TestLiblo:
    @pytest.mark.parametrize("kind", ["udp", "tcp"])
    @pytest.mark.parametrize(
        ("words", "name", "value"),
        [
            (["/ronn/layers", "i", "9"], "layers", 9),
            (["/ronn/n/mix", "f", "0.5"], "mix", 0.5),
            (["/ronn/activation", "s", "tanh"], "activation", "tanh"),
            (["/ronn/seed", "h", "4294967295"], "seed", 2**32 - 1),
            (["/ronn/input_gain", "d", "-3.5"], "input_gain", -3.5),
            (["/ronn/bias", "T"], "bias", True),
        ],
    )
    def test_oscsend_turns_it(self, server, controller, kind, words, name, value) -> None:
        subprocess.run(
            ["oscsend", f"osc.{kind}://127.0.0.1:{server.port}", *words],
            check=True, timeout=ANSWER_SECONDS,
        )  # fmt: skip
        wait_for(lambda: controller.value(name) == value)

    @needs("oscdump", "liblo-tools")
    def test_oscdump_is_told_what_changes(self, server, controller) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        dump = subprocess.Popen(["oscdump", "-L", str(port)], stdout=subprocess.PIPE, text=True)
        try:
            wait_for(lambda: listens(port), what="oscdump to listen")
            subprocess.run(
                ["oscsend", "127.0.0.1", str(server.port), "/ronn/subscribe", "si",
                 "127.0.0.1", str(port)],
                check=True, timeout=ANSWER_SECONDS,
            )  # fmt: skip
            read_until(dump, "/ronn/layers i 6")
            controller.apply([Set("layers", 9)], RecordingOrigin())
            read_until(dump, "/ronn/layers i 9")
        finally:
            dump.kill()
            dump.communicate()


@needs("pd", "puredata-core")
def test_pure_data_turns_it_and_is_told_what_changes(server, controller, tmp_path: Path) -> None:
    patch = tmp_path / "ronn.pd"
    patch.write_text(PATCH.format(port=server.port))
    pd = subprocess.Popen(
        ["pd", "-nogui", "-noaudio", "-nomidi", "-noprefs", "-stderr", patch],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        wait_for(lambda: controller.value("layers") == 9)
        controller.apply([Set("kernel", 21)], RecordingOrigin())
        read_until(pd, "ronn kernel 21")
    finally:
        pd.kill()
        pd.communicate()


@needs_npm_clients
@pytest.mark.parametrize("kind", ["udp", "tcp"])
def test_npm_osc_turns_it_and_is_told_what_changes(server, controller, kind: str) -> None:
    client = node_script("turn.js", kind, server.port)
    try:
        read_until(client, "/ronn/error /ronn/layers")
        wanted = {"layers": 9, "mix": 0.5, "activation": "tanh", "seed": 2**32 - 1, "bias": True}
        assert {name: controller.value(name) for name in wanted} == wanted
        controller.apply([Set("kernel", 21)], RecordingOrigin())
        read_until(client, "/ronn/kernel 21")
    finally:
        client.kill()
        client.communicate()
