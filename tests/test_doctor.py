"""The doctor finds what is wrong with a machine and says what to do about it."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
from dataclasses import replace

import pytest

from ronn_jack.doctor import Finding, Machine, diagnose
from ronn_jack.drivers.jack_server import realtime_allowed
from ronn_jack.errors import JackError, MachineError, PortTakenError
from ronn_jack.interfaces.midi.output_ports import output_faults
from ronn_jack.interfaces.midi.ports import System
from ronn_jack.interfaces.ports import HTTP_PORT, bound_socket
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.kernel_cache import damaged
from ronn_jack.settings import load_settings
from tests.support.jack_server import jack_server, server_name, wait_for
from tests.support.ports import own_port
from tests.support.rtmidi_library import FakeLibrary


@pytest.fixture
def settings():
    return replace(load_settings(), server=server_name("none"), osc_port=0, http_port=0)


@pytest.fixture
def sought(settings):
    """Return a function that finds one finding."""

    def find(subject, machine=None, **changes):
        findings = diagnose(replace(settings, **changes), machine)
        return {finding.subject: finding for finding in findings}[subject]

    return find


def test_every_finding_is_one_line_with_a_remedy_unless_all_is_well(settings):
    findings = diagnose(settings)
    assert len({finding.subject for finding in findings}) == len(findings) >= 10
    for finding in findings:
        assert "\n" not in finding.line
        assert finding.subject in finding.line
        assert finding.text
        assert (finding.remedy == "") == (finding.ok is True)


def test_a_line_tells_fine_from_bad_from_broken():
    assert Finding("x", True, "fine").line.split() == ["ok", "x", "fine"]
    assert Finding("x", None, "slow", "hurry").line.split() == ["note", "x", "slow:", "hurry"]
    assert Finding("x", False, "gone", "get it").line.startswith("FAIL")


def test_a_running_server_is_described(sought):
    with jack_server("doctor", rate=44100, period=256) as server:
        finding = sought("JACK server", server=server.name)
    assert finding.ok is None
    assert finding.text == f"'{server.name}' at 44100 Hz, 256 frames a period, not realtime"
    assert "-R" in finding.remedy


def test_a_missing_server_is_no_failure_but_named(sought, settings):
    finding = sought("JACK server")
    assert finding.ok is None
    assert settings.server in finding.text
    assert "start jackd" in finding.remedy


def test_a_missing_jackd_is_part_of_the_remedy(sought, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt install jackd2" in sought("JACK server").remedy


def test_a_missing_library_fails_with_what_to_install(sought):
    def missing():
        raise JackError("the JACK library is not installed: install it")

    finding = sought("JACK library", Machine(load_jack=missing))
    assert (finding.ok, finding.text, finding.remedy) == (
        False,
        "the JACK library is not installed",
        "install it",
    )


@pytest.mark.parametrize(
    ("name", "kind"), [("OSC", socket.SOCK_DGRAM), ("HTTP", socket.SOCK_STREAM)]
)
def test_a_taken_port_fails(sought, name, kind):
    setting, port = f"{name.lower()}_port", own_port()
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        finding = sought(f"{name} port", **{setting: port})
        assert finding.ok is False
        assert str(port) in finding.text
        assert f"--{name.lower()}-port" in finding.remedy
    assert sought(f"{name} port", **{setting: port}).ok is True


def test_a_default_port_that_a_node_has_is_told_and_no_fault(sought):
    def told():
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(PortTakenError):  # by another program, which may go meanwhile
                stack.enter_context(
                    bound_socket("127.0.0.1", HTTP_PORT, socket.SOCK_STREAM, "HTTP", "--http-port")
                )
            finding = sought("HTTP port", osc_port=0, http_port=None)
            assert finding.ok is True
            assert finding.text.startswith("127.0.0.1 port ")
            return finding.text.endswith(f"is free, as port {HTTP_PORT} is taken")

    wait_for(told, what="a port that is taken")


def test_an_address_that_is_not_ours_fails(sought):
    finding = sought("OSC port", bind="203.0.113.1")
    assert finding.ok is False
    assert "203.0.113.1" in finding.text


def test_a_name_that_leads_nowhere_fails(sought):
    def unknown(*arguments, **keywords):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    finding = sought("OSC port", Machine(find_address=unknown), bind="nowhere")
    assert finding.ok is False
    assert "nowhere is no address of this machine" in finding.text


def test_a_forbidden_realtime_priority_is_noted_with_its_limit(sought):
    def forbid(pid, policy, parameters):
        raise PermissionError

    machine = Machine(realtime_allowed=lambda priority: realtime_allowed(priority, forbid))
    finding = sought("realtime priority", machine)
    assert finding.ok is None
    assert str(resource.getrlimit(resource.RLIMIT_RTPRIO)[0]) in finding.text
    assert "@audio - rtprio 95" in finding.remedy


def test_looking_leaves_the_scheduling_as_it_was(sought):
    before = os.sched_getscheduler(0)
    sought("realtime priority")
    assert os.sched_getscheduler(0) == before


@pytest.mark.parametrize(
    ("limit", "capabilities", "ok"),
    [
        (8 << 20, "0000000000000000", None),
        (8 << 20, "0000000000004000", True),
        (256 << 20, "0000000000000000", True),
        (resource.RLIM_INFINITY, "0000000000000000", True),
    ],
)
def test_locked_memory_counts_by_limit_or_capability(sought, tmp_path, limit, capabilities, ok):
    status = tmp_path / "status"
    status.write_text(f"Name:\tx\nCapEff:\t{capabilities}\n")
    machine = Machine(capabilities=status, limit=lambda which: limit)
    assert sought("locked memory", machine).ok is ok


@pytest.mark.parametrize(("governor", "ok"), [("performance", True), ("powersave", None)])
def test_a_governor_that_saves_power_is_noted(sought, tmp_path, governor, ok):
    for core, value in enumerate(("performance", governor)):
        folder = tmp_path / f"cpu{core}" / "cpufreq"
        folder.mkdir(parents=True)
        (folder / "scaling_governor").write_text(f"{value}\n")
    finding = sought("CPU governor", Machine(governors=tmp_path))
    assert finding.ok is ok
    assert governor in finding.text


def test_scarce_shared_memory_is_noted(sought):
    finding = sought("shared memory", Machine(free_bytes=lambda folder: 64 << 20))
    assert finding.ok is None
    assert "64 MiB" in finding.text
    assert "--port-max 64" in finding.remedy


def test_missing_hardware_midi_is_noted_with_its_reason(sought):
    def missing():
        raise MachineError("no hardware MIDI: the sequencer is missing; load it")

    finding = sought("hardware MIDI", Machine(midi_ports=missing))
    assert (finding.ok, finding.text, finding.remedy) == (
        None,
        "the sequencer is missing",
        "load it",
    )


def test_missing_midi_outputs_are_noted_with_their_reason(sought):
    def missing():
        raise MachineError("no hardware MIDI: the sequencer is missing; load it")

    finding = sought("MIDI outputs", Machine(midi_output_faults=missing))
    assert (finding.ok, finding.text, finding.remedy) == (
        None,
        "the sequencer is missing",
        "load it",
    )


def test_a_midi_output_that_can_not_be_opened_is_noted(sought, tmp_path):
    library = FakeLibrary()
    library.outputs = {"Midi Through:0 14:0": [], "nano 20:0": [], "pads 24:0": []}
    (tmp_path / "seq").touch()
    system = System(library, tmp_path / "seq")
    machine = Machine(midi_output_faults=lambda: output_faults(system))
    assert sought("MIDI outputs", machine).ok is True
    library.unlisted = "pads 24:0"
    finding = sought("MIDI outputs", machine)
    assert finding.ok is None
    assert finding.text == "pads 24:0 can't be opened (port is in use)"


@pytest.fixture
def kernels(tmp_path):
    """A kernel cache with one kernel in it."""
    folder = tmp_path / "kernels"
    start(folder)
    return folder


def start(folder):
    @entry("int64(int64)", folder)
    def twice(x):
        return 2 * x

    assert twice.ctypes(7) == 14


def test_a_sound_kernel_cache_is_counted(sought, kernels):
    finding = sought("kernel cache", Machine(kernels=kernels))
    assert (finding.ok, finding.text) == (True, f"1 kernels in {kernels}")
    assert len(list(kernels.iterdir())) == 1, "looking leaves nothing behind"


def test_a_damaged_kernel_is_noted_by_name(sought, kernels):
    (path,) = kernels.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    finding = sought("kernel cache", Machine(kernels=kernels))
    assert finding.ok is None
    assert f"1 damaged in {kernels}, such as {path.name}" in finding.text
    assert "compiled anew" in finding.remedy
    start(kernels)  # as what the doctor imports is mended before it looks
    assert sought("kernel cache", Machine(kernels=kernels)).text == finding.text
    assert damaged(kernels) == []


def test_a_kernel_cache_that_can_not_be_written_is_noted_with_what_it_holds(sought, kernels):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        finding = sought("kernel cache", Machine(kernels=kernels))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert finding.ok is None
    assert f"{kernels} can't be written (File too large); it holds 1 kernels" in finding.text
    assert "XDG_CACHE_HOME" in finding.remedy


def test_missing_audio_files_fail(sought):
    def missing(name):
        raise OSError("no libsndfile")

    finding = sought("audio files", Machine(load_module=missing))
    assert finding.ok is False
    assert "no libsndfile" in finding.text


def test_a_preset_folder_that_can_not_be_written_is_noted(sought, tmp_path):
    file = tmp_path / "file"
    file.touch()
    finding = sought("user presets", Machine(presets=file / "ronn_jack"))
    assert finding.ok is None
    assert str(file) in finding.text
