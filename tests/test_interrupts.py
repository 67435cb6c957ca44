"""A signal is noticed wherever the main thread is, and ends the program in any case."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ronn_jack import interrupts
from tests.support.jack_server import wait_for

ROOT = Path(__file__).parents[1]
BEGINNING = """
import hashlib, os, signal, threading, time
from ronn_jack import interrupts
from ronn_jack.drivers import jack_calls
taken = interrupts.Interrupts(signal.SIGTERM)
taken.joining()
print("listening", flush=True)
"""


@pytest.fixture
def start():
    """Start programs that take signals as the node does; they are ended with the test."""
    processes = []

    def begin(program):
        process = subprocess.Popen(
            [sys.executable, "-c", BEGINNING + program],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        processes.append(process)
        assert process.stdout.readline() == "listening\n"
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def processor_ticks(process):
    """Return the processor time that a process has taken."""
    return int(Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11])


@pytest.mark.slow
def test_a_signal_within_the_events_own_lock_holds_nothing_up(start):
    process = start("""
with taken.wanted._cond:  # as at every poll of the main loop, for some microseconds
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.05)
print(taken.wanted.wait(10), flush=True)
""")
    assert process.communicate(timeout=20) == ("True\n", "")
    assert process.returncode == 0


def test_a_signal_ends_a_program_whose_main_thread_computes_without_an_end(start):
    process = start("""
interrupts.LAST_SECONDS = 0.2
print("computing", flush=True)
hashlib.pbkdf2_hmac("sha512", b"", b"", 1 << 30)  # no Python code runs meanwhile, as in a compiler
""")
    assert process.stdout.readline() == "computing\n"
    before = processor_ticks(process)
    wait_for(lambda: processor_ticks(process) > before + 10)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_until_the_node_joins_a_server_it_ends_at_once(start):
    process = start("""
interrupts.LAST_SECONDS = 60.0
taken = interrupts.Interrupts(signal.SIGTERM)
print("importing", flush=True)
time.sleep(60)
""")
    assert process.stdout.readline() == "importing\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_a_signal_during_the_start_is_never_a_fault(start):
    process = start("""
interrupts.LAST_SECONDS = 0.2
os.kill(os.getpid(), signal.SIGTERM)
taken.wanted.wait()
taken.started()
time.sleep(60)
""")
    assert process.wait(20) == 0


def test_an_end_by_force_is_in_time_though_a_goodbye_hangs(start):
    process = start("""
taken.started()
interrupts.LAST_SECONDS = 0.2
jack_calls.CLOSE_SECONDS = 60.0
leave = jack_calls.leave
jack_calls.leave = lambda seconds: (print(seconds, flush=True), leave(seconds))
goodbye = lambda: time.sleep(60)
print("leaving", flush=True)
jack_calls.close(goodbye)
""")
    assert process.stdout.readline() == "leaving\n"
    process.send_signal(signal.SIGTERM)
    waited, complaint = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "ended by force in _wait (jack_calls.py:" in complaint
    assert interrupts.LAST_SECONDS + float(waited) < 3.0
