"""Calls of libjack that do not return in time, from whatever cause."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from ronn_jack.drivers import jack_calls
from ronn_jack.drivers.jack_calls import Call, Caller
from ronn_jack.errors import JackError
from tests.support.jack_server import wait_for

SOON = 0.15
LONG = 60.0
"""What is waited so long for hangs."""


class Lock:
    """What a call may wait for, as libjack does: where no signal reaches it."""

    def __init__(self):
        self.free = threading.Event()

    def hold(self):
        self.free.wait()
        return "held"


@pytest.fixture
def caller():
    return Caller()


def test_a_call_returns_what_the_action_returns_and_raises_in_our_words(caller):
    assert caller.call(Call(lambda: 3, None), 5.0, None) == 3
    with pytest.raises(JackError, match="refused: no such thing"):
        caller.call(Call(fail, None), 5.0, None)


def fail():
    raise ValueError("no such thing")


def test_one_that_waits_is_left_and_those_after_it_are_refused_at_once(caller):
    lock, undone = Lock(), []
    begin = time.monotonic()
    with pytest.raises(JackError, match="does not answer"):
        caller.call(Call(lock.hold, undone.append), SOON, "none")
    assert time.monotonic() - begin >= SOON
    begin = time.monotonic()
    with pytest.raises(JackError, match="'none' does not answer"):
        caller.call(Call(lambda: 1, None), LONG, None)
    assert time.monotonic() - begin < LONG / 2
    assert not undone
    lock.free.set()
    wait_for(lambda: undone == ["held"])
    assert caller.call(Call(lambda: 2, None), 5.0, None) == 2


def test_what_has_to_be_freed_is_freed_when_libjack_comes_back(caller):
    lock, freed = Lock(), []
    with pytest.raises(JackError):
        caller.call(Call(lock.hold, None), SOON, None)
    with pytest.raises(JackError):
        caller.call(Call(lambda: freed.append(1), None, due=True), LONG, None)
    assert not freed
    lock.free.set()
    wait_for(lambda: freed == [1])


def test_a_signal_ends_the_wait_and_what_comes_late_is_undone(caller):
    lock, undone = Lock(), []

    def hold():
        threading.Timer(SOON, os.kill, (os.getpid(), signal.SIGINT)).start()
        return lock.hold()

    with pytest.raises(KeyboardInterrupt):
        caller.call(Call(hold, undone.append), LONG, None)
    lock.free.set()
    wait_for(lambda: undone == ["held"])


_STOPPED = """
import os, signal, time
from ronn_jack.drivers.jack_calls import call

def answer():
    time.sleep(0.05)  # by then it is waited for
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(0.05)
    return "answered"

print(call(answer, 0.5))
"""


def test_no_time_goes_by_while_our_own_process_is_kept_from_running():
    with subprocess.Popen([sys.executable, "-c", _STOPPED], stdout=subprocess.PIPE) as process:
        assert os.WIFSTOPPED(os.waitpid(process.pid, os.WUNTRACED)[1])
        time.sleep(0.7)
        process.send_signal(signal.SIGCONT)
        assert process.stdout.read() == b"answered\n"


def test_in_a_hurry_only_goodbyes_are_waited_for(caller):
    lock = Lock()
    caller.hurried = True
    begin = time.monotonic()
    with pytest.raises(JackError):
        caller.call(Call(lock.hold, None), LONG, None)
    assert time.monotonic() - begin < LONG / 2
    lock.free.set()
    wait_for(lambda: not caller.stuck)
    slow = Call(lambda: time.sleep(3 * jack_calls.HURRIED_SECONDS), None, due=True)
    caller.call(slow, LONG, None)
    assert slow.finished.is_set()


def test_undoing_may_call_in_turn(caller):
    lock, done = Lock(), []

    def undo(result):
        caller.call(Call(lambda: done.append(result), None), 5.0, None)

    with pytest.raises(JackError):
        caller.call(Call(lock.hold, undo), SOON, None)
    lock.free.set()
    wait_for(lambda: done == ["held"])


def test_the_end_of_the_program_waits_for_what_was_left_but_not_for_what_hangs(caller):
    begun = threading.Event()
    slow = Call(lambda: (begun.set(), time.sleep(SOON)), None)
    threading.Thread(target=caller.call, args=(slow, 5.0, None)).start()
    begun.wait()
    caller.leave(LONG)
    assert slow.finished.is_set()
    lock = Lock()
    with pytest.raises(JackError):
        caller.call(Call(lock.hold, None), SOON, None)
    begin = time.monotonic()
    caller.leave(LONG)
    assert time.monotonic() - begin < LONG / 2
    lock.free.set()
