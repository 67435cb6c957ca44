"""The event log: JSON lines that no reader can hold up."""

import dataclasses
import json
import logging
import os
import subprocess
import sys
import threading
import time

import pytest

from ronn_jack.control.events import (
    UNLOGGED,
    Moved,
    NetworkAsked,
    Refused,
    ServerLost,
    StateChanged,
    Swap,
    Xruns,
)
from ronn_jack.control.operations import Cause
from ronn_jack.errors import UsageError
from ronn_jack.interfaces.event_log import EventLog
from tests.support.event_log import Feeder, disk_of, writing
from tests.support.events import CLASSES, example
from tests.support.jack_server import wait_for


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_event_is_a_line_with_its_time_name_and_fields(tmp_path):
    path = tmp_path / "log"
    before = time.time()
    with writing(path) as log:
        log.write(Moved("osc 127.0.0.1:5000", {"layers": 9, "bias": True, "activation": "tanh"}))
        log.write(Swap("layers", change_to_sound_ms=12.5, level_db=float("-inf")))
    moved, swap = lines(path)
    assert (moved.pop("number"), swap["number"]) == (1, 2)
    assert before <= moved.pop("time") <= time.time()
    assert moved == {
        "event": "change",
        "origin": "osc 127.0.0.1:5000",
        "values": {"layers": 9, "bias": True, "activation": "tanh"},
    }
    assert swap["event"] == "swap"
    assert swap["change_to_sound_ms"] == 12.5
    assert swap["level_db"] is None
    assert swap["step"] is None


# A dump stands for events that were missed, and is told as their number.
@pytest.mark.parametrize("name", [name for name in CLASSES if name != "Dump"])
def test_every_event_that_is_told_is_a_line_with_all_its_fields(tmp_path, name):
    event = example(name)
    with writing(tmp_path / "log") as log:
        log.write(event)
        log.write(ServerLost())
    *written, _ = lines(tmp_path / "log")
    told = [each.name for each in dataclasses.fields(event) if each.metadata != UNLOGGED]
    if event.level < logging.INFO:
        assert written == []
    else:
        [line] = written
        assert (line["event"], line.keys()) == (
            event.kind,
            {"number", "time", "event", *told},
        )


def test_a_file_is_appended_to(tmp_path):
    path = tmp_path / "log"
    for _ in range(2):
        with writing(path) as log:
            log.write(ServerLost())
    assert [line["event"] for line in lines(path)] == ["server_lost"] * 2


def test_a_file_that_can_not_be_written_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"--log-json .*No such file.*choose another"):
        EventLog(str(tmp_path / "none" / "log"))


def test_a_reader_that_stalls_holds_nothing_up_and_what_is_left_out_is_counted(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        log = Feeder(str(path), kept_events=100)
        for total in range(20_000):
            log.write(Xruns(1, total))
        os.set_blocking(reader, True)
        received = bytearray()
        # The log can only be closed while somebody reads.
        log.close(0.0)
        while part := os.read(reader, 65536):
            received += part
    finally:
        os.close(reader)
    events = [json.loads(line) for line in received.splitlines()]
    left_out = sum(e["count"] for e in events if e["event"] == "left_out")
    assert left_out > 0
    assert left_out + sum(e["event"] == "xruns" for e in events) == 20_000


def test_a_reader_that_went_away_is_no_fault(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    log = Feeder(str(path))
    os.close(reader)
    for _ in range(10):
        log.write(ServerLost())
    log.close()
    log.write(ServerLost())


def test_what_is_for_parts_of_the_node_alone_is_left_out(tmp_path):
    path = tmp_path / "log"
    with writing(path) as log:
        log.write(NetworkAsked("layers"))
        log.write(StateChanged("building"))
        log.write(Moved("node", {"layers": 9}, Cause.REFUSAL))
    [moved] = lines(path)
    assert set(moved) == {"time", "number", "event", "origin", "values"}
    assert moved["number"] == 3


def test_a_full_disk_is_told_once_and_waited_for_and_the_file_has_whole_lines(tmp_path, caplog):
    path = tmp_path / "log"
    with writing(path, retry_seconds=0.01) as log:
        with disk_of(1000) as attempts:
            for total in range(20):
                log.write(Xruns(1, total))
            wait_for(lambda: len(attempts) > 3)
            assert [r.message for r in caplog.records] == [
                "the event log waits, as it can't be written: File too large"
            ]
            assert path.stat().st_size <= 1000
            # Between two attempts.
            wait_for(lambda: path.read_bytes().endswith(b"}\n"))
        for total in range(20, 30):
            log.write(Xruns(1, total))
    assert [line["total"] for line in lines(path)] == list(range(30))


def test_a_line_that_was_cut_short_is_ended(tmp_path):
    path = tmp_path / "log"
    path.write_text('{"event": "whole"}\n{"eve')
    with writing(path) as log:
        log.write(ServerLost())
    assert [line[:9] for line in path.read_text().splitlines()] == [
        '{"event":',
        '{"eve',
        '{"time":1',
    ]


def test_where_there_is_never_room_nothing_waits_at_the_end(caplog):
    log = Feeder("/dev/full", retry_seconds=0.01)
    log.write(ServerLost())
    wait_for(lambda: caplog.records)
    log.write(ServerLost())
    begin = time.monotonic()
    log.close(60.0)
    assert time.monotonic() - begin < 20.0, "it hangs"
    assert [r.message for r in caplog.records] == [
        "the event log waits, as it can't be written: No space left on device"
    ]


def test_a_pipe_that_nobody_reads_yet_is_waited_for(tmp_path, caplog):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with writing(path, retry_seconds=0.01) as log:
        log.write(Xruns(1, 1))
        wait_for(lambda: "nobody reads the pipe" in caplog.text)
        received = []

        def read():
            with path.open() as stream:
                received.extend(stream)

        reader = threading.Thread(target=read)
        reader.start()
        wait_for(lambda: received)
        log.write(Xruns(1, 2))
    reader.join(5.0)
    assert [json.loads(line)["total"] for line in received] == [1, 2]


def test_a_name_that_is_no_text_costs_no_line(tmp_path):
    path = tmp_path / "log"
    with writing(path) as log:
        log.write(Refused("osc", "preset_load", os.fsdecode(b"\xff.toml: faulty"), network=False))
        log.write(ServerLost())
    assert [line["event"] for line in lines(path)] == ["refusal", "server_lost"]


def test_stdout_on_a_full_disk(tmp_path):
    program = """
from ronn_jack.control.events import Xruns
from tests.support.event_log import disk_of, writing
from tests.support.events import CLASSES, example
from tests.support.jack_server import wait_for
with writing("-", retry_seconds=0.01) as log:
    with disk_of(300) as attempts:
        for total in range(10):
            log.write(Xruns(1, total))
        wait_for(lambda: len(attempts) > 3)
"""
    path = tmp_path / "out"
    with path.open("wb") as stream:
        subprocess.run([sys.executable, "-c", program], stdout=stream, check=True)
    assert [line["total"] for line in lines(path)] == list(range(10))


def test_one_that_follows_nothing_yet_can_be_closed_twice(tmp_path):
    log = EventLog(str(tmp_path / "log"))
    log.close()
    # Whoever gets its number keeps it.
    with (tmp_path / "other").open("w") as other:
        log.close()
        other.write("kept")
