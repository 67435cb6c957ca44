"""The event log: JSON lines that no reader can hold up."""

import json
import os
import time

import pytest

from ronn_jack.control.events import Moved, ServerLost, Swap, Xruns
from ronn_jack.errors import UsageError
from ronn_jack.interfaces import event_log
from ronn_jack.interfaces.event_log import EventLog


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_event_is_a_line_with_its_time_name_and_fields(tmp_path):
    path = tmp_path / "log"
    before = time.time()
    with EventLog(str(path)) as log:
        log.write(Moved("osc 127.0.0.1:5000", {"layers": 9, "bias": True, "activation": "tanh"}))
        log.write(Swap("layers", change_to_sound_ms=12.5, level_db=float("-inf")))
    moved, swap = lines(path)
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


def test_a_file_is_appended_to(tmp_path):
    path = tmp_path / "log"
    for _ in range(2):
        with EventLog(str(path)) as log:
            log.write(ServerLost())
    assert [line["event"] for line in lines(path)] == ["server_lost"] * 2


def test_a_file_that_can_not_be_written_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"--log-json .*No such file.*choose another"):
        EventLog(str(tmp_path / "none" / "log"))


def test_a_reader_that_stalls_holds_nothing_up_and_what_is_left_out_is_counted(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(event_log, "KEPT_EVENTS", 100)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        log = EventLog(str(path))
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
    log = EventLog(str(path))
    os.close(reader)
    for _ in range(10):
        log.write(ServerLost())
    log.close()
    log.write(ServerLost())
