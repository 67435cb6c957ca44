"""A node that is ended at random moments leaves JACK's database usable for all others."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from ronn_jack.drivers.jack_trouble import SHARED_MEMORY
from tests.support.jack_server import jack_server, server_name
from tests.support.node_process import node_process
from tests.support.ports import own_port
from tests.support.shared_memory import is_private

ROOT = Path(__file__).parents[1]
ROUNDS = 200
KILLED = {"starting": 100, "running": 25}
LONGEST_SECONDS = 4.0
"""By then the node has started, lost its server or waits for one."""
END_SECONDS = 3.0
ANSWER_SECONDS = 10.0

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        not is_private(), reason="needs a private /dev/shm, as it may leave a locked database"
    ),
]


class Studio:
    """A jackd that may be stopped and killed."""

    def __init__(self):
        self.name = server_name("random")
        self._process = None

    def run(self):
        if self._process is None:
            command = ["jackd", "-n", self.name, "-r", "-S", "--port-max", "64", "-d", "dummy"]
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def stop(self):
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self):
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def kill(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def clear(self):
        """Begin anew, as only one who has a /dev/shm of his own may."""
        self.kill()
        for path in SHARED_MEMORY.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def answers(self):
        """Whether other programs of JACK's come back, be it without a server."""
        try:
            subprocess.run(
                ["jack_lsp", "-s", self.name],
                capture_output=True, timeout=ANSWER_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
        return True


@pytest.fixture(scope="module", autouse=True)
def warm():
    """Compile what a node needs, so that a start takes no longer than a round."""
    with jack_server("warm") as server, node_process(server.name) as node:
        assert node.end() == 0


@pytest.fixture
def studio():
    studio = Studio()
    yield studio
    studio.clear()


def start(studio):
    command = [sys.executable, "-m", "ronn_jack", "run", "-s", studio.name]
    return subprocess.Popen(
        [*command, "--osc-port", str(own_port()), "--http-port", "0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT,
        env={**os.environ, "PYTHONFAULTHANDLER": "1"},
    )  # fmt: skip


def end(node, number):
    """Send a signal; return the seconds until the end and what was said."""
    begin = time.monotonic()
    node.send_signal(number)
    try:
        _, complaint = node.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        node.send_signal(signal.SIGCONT)
        node.send_signal(signal.SIGABRT)  # tells where it is
        _, complaint = node.communicate(timeout=20)
    return time.monotonic() - begin, complaint.decode()


def test_two_hundred_ends_by_signals_leave_the_database_usable(studio):
    generator = random.Random(7)
    slow = []
    for turn in range(ROUNDS):
        studio.run()
        node = start(studio)
        begin, wanted = time.monotonic(), generator.uniform(0.0, LONGEST_SECONDS)
        trouble = generator.choice([None, None, studio.stop, studio.kill])
        if trouble is not None:
            time.sleep(wanted * generator.random())
            trouble()
        time.sleep(max(0.0, begin + wanted - time.monotonic()))
        number = generator.choice([signal.SIGTERM, signal.SIGINT])
        seconds, complaint = end(node, number)
        # In words, as pytest cuts all else short.
        story = f"round {turn}, {number!r} after {wanted:.3f} s, {trouble}, {seconds:.1f} s:\n"
        story += complaint
        assert node.returncode in (0, 1, -signal.SIGTERM, -signal.SIGINT), story
        assert "by force" not in complaint, story
        # Before our first line Python itself may be interrupted.
        early = complaint.endswith("KeyboardInterrupt\n") and ", in main\n" not in complaint
        assert early or "Traceback" not in complaint, story
        if seconds > END_SECONDS:
            slow.append((turn, seconds))
        studio.go_on()
        assert studio.answers(), f"stuck: {story}"
    assert not slow


def test_what_sigkill_does_is_counted(studio, capsys):
    generator = random.Random(8)
    stuck = Counter()
    for kind in (kind for kind, count in KILLED.items() for _ in range(count)):
        studio.run()
        node = start(studio)
        time.sleep(generator.uniform(0.0, 1.5) if kind == "starting" else LONGEST_SECONDS)
        end(node, signal.SIGKILL)
        if not studio.answers():
            stuck[kind] += 1
            studio.clear()
    with capsys.disabled():
        words = ", ".join(f"{stuck[kind]} of {count} {kind}" for kind, count in KILLED.items())
        sys.stdout.write(f"\nnodes killed that left JACK's database locked: {words}\n")
    assert stuck["running"] == 0
