"""Nothing hangs where JACK does: a stuck database, a server that is stopped."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest

from ronn_jack.doctor import diagnose
from ronn_jack.drivers import jack_calls, jack_trouble
from ronn_jack.drivers.jack_driver import JackClient
from ronn_jack.drivers.jack_server import probe
from ronn_jack.errors import JackError
from ronn_jack.settings import load_settings
from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process
from tests.support.open_files import open_files
from tests.support.ports import own_port
from tests.support.shared_memory import private
from tests.support.stopped import stopped

ROOT = Path(__file__).parents[1]
STUCK = Path(__file__).parent / "data" / "jack_db_stuck.tar.xz"
"""A database that a program was killed in, of libdb 5.3: whoever opens it waits for ever."""


@pytest.fixture(scope="module")
def stuck(tmp_path_factory):
    """Return a folder of a stuck database, where this system's libjack gets stuck in it."""
    place = tmp_path_factory.mktemp("stuck")
    with tarfile.open(STUCK) as archive:
        archive.extractall(place, filter="data")
    folder = place / jack_trouble.database_folder().name
    (place / "jackdb-stuck").rename(folder)
    try:
        listed = subprocess.run(
            private(["jack_lsp"], folder), cwd=ROOT, capture_output=True, timeout=1.5, check=False
        )
    except subprocess.TimeoutExpired:
        return folder
    pytest.skip(f"no hang to be had here: {listed.stderr.decode()}")


@pytest.fixture
def start():
    """Start programs that are ended with the test, by force if they must be."""
    processes = []

    def begin(*arguments):
        processes.append(
            subprocess.Popen(
                arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
            )
        )
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def ronn(*arguments):
    return [sys.executable, "-m", "ronn_jack", *map(str, arguments)]


@pytest.mark.slow
def test_a_stuck_database_is_named_with_its_remedy_by_every_command(stuck, tmp_path, start):
    out = tmp_path / "heard.wav"
    commands = [("run", "-s", "none"), ("demo", "--out", out), ("doctor",), ("bench", "--quick")]
    processes = [start(*private(ronn(*command), stuck)) for command in commands]
    for command, process in zip(commands, processes, strict=True):
        said, complaint = process.communicate(timeout=60)
        assert process.returncode == 1, command
        words = said if command == ("doctor",) else complaint
        (line,) = [line for line in words.splitlines() if "database" in line]
        assert f"JACK's database /dev/shm/{stuck.name} is stuck" in line
        assert f"remove it: rm -r /dev/shm/{stuck.name}" in line


@pytest.mark.slow
def test_a_signal_ends_a_start_that_waits_for_the_database(stuck, start):
    node = start(
        *private(ronn("run", "-s", "none", "--osc-port", own_port(), "--http-port", 0), stuck)
    )
    maps = Path(f"/proc/{node.pid}/maps")
    wait_for(lambda: stuck.name in maps.read_text(), 60, "libjack to open the database")
    node.terminate()
    assert node.wait(20) == 0
    assert node.communicate() == ("", "")


def calls(process):
    """Whether a program is connected to a server, be it one that has not taken it in yet."""
    sockets = {line.split()[6] for line in Path("/proc/net/unix").read_text().splitlines()[1:]}
    links = open_files(process.pid)
    return any(link[8:-1] in sockets for link in links if link.startswith("socket:"))


def answers(server):
    with contextlib.suppress(JackError):
        return probe(server) is not None
    return False


@pytest.mark.slow
def test_a_stopped_server_is_named_and_forgets_who_gave_it_up():
    with jack_server("stopped") as server:
        number = server.process_id
        with stopped(number):
            with pytest.raises(JackError) as error:
                JackClient("late", server.name, 1, 1)
            # What goes on in libjack is not disturbed by another call.
            with pytest.raises(JackError, match="is stopped"):
                probe(server.name)
        assert f"the JACK server '{server.name}' (jackd, process {number}) is stopped" in str(
            error.value
        )
        assert f"kill -CONT {number}" in str(error.value)
        wait_for(lambda: answers(server.name))
        client = JackClient("late", server.name, 1, 1)
        try:
            assert client.name == "late"
        finally:
            client.close()


def test_a_server_that_is_killed_in_the_middle_of_an_opening_holds_nothing_up():
    with jack_server("halfway") as server:

        def attempt(opened, failures):
            try:
                opened.append(JackClient("halfway", server.name, 1, 1))
            except JackError as error:
                failures.append(error)

        def caught():
            """Kill the server while a client opens; return whether it was in time for that."""
            # libjack has bound it when the server knows the name, and waits for it to connect.
            ours = jack_trouble.SHARED_MEMORY / f"jack_halfway_{os.getuid()}_0"
            opened, failures = [], []
            opening = threading.Thread(target=attempt, args=(opened, failures))
            opening.start()
            while opening.is_alive() and not ours.exists():
                pass  # there is a millisecond to catch it in
            os.kill(server.process_id, signal.SIGSTOP)
            server.kill()
            opening.join(jack_calls.OPEN_SECONDS + 10)
            assert not opening.is_alive()
            for client in opened:
                client.close()
            server.start()
            return bool(failures)

        assert any(caught() for _ in range(60))
        with contextlib.closing(JackClient("halfway", server.name, 1, 1)) as client:
            assert client.name == "halfway"


@pytest.mark.slow
def test_doctor_finds_a_stopped_server_and_says_how_it_goes_on():
    with jack_server("doctor-stopped") as server:
        with stopped(server.process_id):
            findings = diagnose(
                load_settings({"server": server.name, "osc_port": 0, "http_port": 0})
            )
        wait_for(lambda: answers(server.name))
    (finding,) = [finding for finding in findings if finding.subject == "JACK server"]
    assert finding.ok is False
    assert "is stopped" in finding.text
    assert "kill -CONT" in finding.remedy


@pytest.fixture
def database():
    """Return a folder where databases are, for a user who does not exist."""
    folder = jack_trouble.SHARED_MEMORY / f"jack_db-test-{os.getpid()}"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def test_who_has_a_database_open_is_to_end_first(database, start):
    folder = database
    file = folder / "__db.001"
    file.write_bytes(bytes(4096))
    assert f"rm -r {folder}" in jack_trouble.database_words(folder)
    program = f"""
import mmap, time
file = open({str(file)!r}, "r+b")
mapped = mmap.mmap(file.fileno(), 0)
print("open", flush=True)
time.sleep(60)
"""
    user = start(sys.executable, "-c", program)
    user.stdout.readline()
    words = jack_trouble.database_words(folder)
    assert f"({user.pid})" in words
    assert "rm -r" not in words
    with stopped(user.pid):
        wait_for(lambda: f"kill -CONT {user.pid}" in jack_trouble.database_words(folder))


@pytest.mark.slow
def test_a_signal_ends_a_start_and_a_reconnection_that_hang(start):
    with jack_server("hanging") as server, node_process(server.name) as node:
        node.join()
        server.kill()
        wait_for(lambda: node.osc.ask("/ronn/status/state") == ["waiting"])
        with jack_server("hanging") as again, stopped(again.process_id):
            other = start(
                *ronn("run", "-s", again.name, "--osc-port", own_port(), "--http-port", 0)
            )
            assert "listening" in other.stdout.readline()
            # It gives up by itself soon, while the other node calls again and again.
            wait_for(lambda: calls(other), what="the start to call the server")
            other.send_signal(signal.SIGTERM)
            assert other.wait(20) == 0
            assert other.communicate() == ("", "")
            wait_for(lambda: calls(node.process), what="the node to call the server")
            assert node.end(signal.SIGINT) == 0, node.said()


@pytest.mark.slow
def test_a_signal_ends_a_node_that_primes_or_compiles(tmp_path, monkeypatch, start):
    with jack_server("early", period=1024) as server:
        long = ("layers=16", "kernel=64", "channels=24", "dilation=2", "budget=0.9")
        with node_process(server.name) as node:
            for assignment in long:
                name, _, value = assignment.partition("=")
                node.osc.send(f"/ronn/{name}", float(value))
            wait_for(lambda: node.osc.ask("/ronn/status/state") == ["building"])
            assert node.end(signal.SIGINT) == 0, node.said()
        # A cold cache of kernels.
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        other = start(*ronn("run", "-s", server.name, "--osc-port", own_port(), "--http-port", 0))
        wait_for(lambda: compilers(other), 60, "the compiler")
        processes = compilers(other)
        other.send_signal(signal.SIGTERM)
        code = other.wait(20)
        assert (code, other.communicate()[1]) == (0, "")
        wait_for(lambda: not any(map(compiles, processes)), what="the compiler's end")


def compilers(process):
    """Return the numbers of a process's children that compile."""
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, check=False)
    return [number for number in found.stdout.decode().split() if compiles(number)]


def compiles(number):
    """Say whether a process has the compiler in memory."""
    try:
        return "llvmlite" in Path(f"/proc/{number}/maps").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
