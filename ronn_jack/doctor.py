"""What of this machine the node needs, and what to do where it is missing."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from ronn_jack.drivers import jack_library
from ronn_jack.drivers.jack_driver import JackClient
from ronn_jack.drivers.jack_library import server_name
from ronn_jack.drivers.jack_server import probe, realtime_allowed
from ronn_jack.errors import JackError, MachineError
from ronn_jack.folders import user_data_folder
from ronn_jack.interfaces.midi.output_ports import output_faults
from ronn_jack.interfaces.midi.ports import list_ports
from ronn_jack.interfaces.ports import first_free, port_pairs, why_others
from ronn_jack.realtime.compiler.compile import cache_folder
from ronn_jack.realtime.compiler.kernel_cache import SUFFIX, damaged, replaced
from ronn_jack.settings import Settings

REALTIME_PRIORITY = 70
"""What sound servers are usually set to ask for."""
LOCKED_BYTES = 128 << 20
"""jackd's shared memory (105 MB) and some room."""
KERNEL_BYTES = 2 << 20
"""What the compiled kernels of a node take on disk."""

_MIDI_PORTS = 2
_LIMITS_REMEDY = (
    "put '@audio - {item} {value}' into /etc/security/limits.d/audio.conf, join the group audio "
    "and log in again"
)
_FIRST_BLOCK_SECONDS = 1.0
_POLL_SECONDS = 0.005
_CAP_IPC_LOCK = 14
_MARKS = {True: "ok", None: "note", False: "FAIL"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    ok : bool or None
        None where the node runs, but with a drawback; False where it can't.
    remedy : str
        What to do; "" where nothing is to be done.
    """

    subject: str
    ok: bool | None
    text: str
    remedy: str = ""

    @property
    def line(self) -> str:
        """All of it on one line."""
        remedy = f": {self.remedy}" if self.remedy else ""
        return f"{_MARKS[self.ok]:5} {self.subject:20} {self.text}{remedy}"


def _limit(which: int) -> int:
    return resource.getrlimit(which)[0]


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(frozen=True)
class Machine:
    """What is read of a machine, and where.

    Attributes
    ----------
    governors, capabilities, shared_memory, kernels, presets : Path
        Where the processors, this process's rights, JACK's memory, the kernel cache and the user's
        presets are.
    """

    governors: Path = Path("/sys/devices/system/cpu")
    capabilities: Path = Path("/proc/self/status")
    shared_memory: Path = Path("/dev/shm")
    kernels: Path = field(default_factory=cache_folder)
    presets: Path = field(default_factory=user_data_folder)
    load_jack: Callable[[], Any] = jack_library.load
    realtime_allowed: Callable[[int], bool] = realtime_allowed
    limit: Callable[[int], int] = _limit
    free_bytes: Callable[[Path], int] = _free_bytes
    find_address: Callable[..., Any] = socket.getaddrinfo
    midi_ports: Callable[[], list[str]] = list_ports
    midi_output_faults: Callable[[], dict[str, str]] = output_faults
    load_module: Callable[[str], Any] = import_module


def diagnose(settings: Settings, machine: Machine | None = None) -> list[Finding]:
    """Look at everything that the node needs, with these settings, by default on this machine.

    No other JACK client may be open in this process.
    """
    machine = machine or Machine()
    findings = _jack(settings, machine) + _network_ports(settings, machine)
    checks: tuple[Callable[[Machine], Finding | None], ...] = (
        _realtime_priority,
        _locked_memory,
        _shared_memory,
        _governor,
        _hardware_midi,
        _midi_outputs,
        _kernel_cache,
        _audio_files,
        _preset_folder,
    )
    return findings + [finding for check in checks if (finding := check(machine)) is not None]


def _jack(settings: Settings, machine: Machine) -> list[Finding]:
    server = settings.server
    try:
        jack = machine.load_jack()
    except JackError as error:
        text, _, remedy = str(error).partition(": ")
        return [Finding("JACK library", False, text, remedy)]
    library = Finding("JACK library", True, str(jack.version_string()))
    needed = settings.inputs + settings.outputs + _MIDI_PORTS
    try:
        facts = probe(server, needed)
    except JackError as error:
        text, _, remedy = str(error).partition(": ")
        return [library, Finding("JACK server", False, text, remedy)]
    name = server_name(server)
    if facts is None:
        remedy = "start jackd, qjackctl or PipeWire's pw-jack (ronn-jack demo starts its own)"
        if shutil.which("jackd") is None:
            remedy = f"nor is jackd installed: {jack_library.INSTALL_REMEDY}"
        return [library, Finding("JACK server", None, f"none runs as '{name}'", remedy)]
    text = f"'{name}' at {facts.rate} Hz, {facts.period} frames a period"
    if facts.free_ports < needed:
        text += f", with {facts.free_ports} of the {needed} ports that the node needs"
        remedy = "start it with a larger --port-max, or close another client"
        return [library, Finding("JACK server", False, text, remedy)]
    if _runs_realtime(settings):
        return [library, Finding("JACK server", True, f"{text}, realtime")]
    remedy = "start it with -R, or expect dropouts"
    if facts.realtime:  # or so it says
        remedy = "see 'realtime priority' below, or expect dropouts"
        if jack_library.is_pipewire():
            remedy = f"install rtkit, {remedy}"
    return [library, Finding("JACK server", None, f"{text}, not realtime", remedy)]


def _runs_realtime(settings: Settings) -> bool:
    """Return whether a client's audio thread has realtime scheduling, whatever libjack says."""
    client = JackClient("ronn-probe", settings.server, settings.inputs, settings.outputs)
    try:
        client.activate()
        deadline = time.monotonic() + _FIRST_BLOCK_SECONDS
        while not client.blocks and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        return client.realtime
    finally:
        client.close()


def _realtime_priority(machine: Machine) -> Finding | None:
    if sys.platform != "linux":
        return None
    if machine.realtime_allowed(REALTIME_PRIORITY):
        return Finding("realtime priority", True, f"{REALTIME_PRIORITY} is allowed")
    limit = machine.limit(resource.RLIMIT_RTPRIO)
    return Finding(
        "realtime priority",
        None,
        f"{REALTIME_PRIORITY} is not allowed (limit {limit})",
        _LIMITS_REMEDY.format(item="rtprio", value=95),
    )


def _locked_memory(machine: Machine) -> Finding | None:
    if sys.platform != "linux":
        return None
    limit = machine.limit(resource.RLIMIT_MEMLOCK)
    if limit == resource.RLIM_INFINITY or _may_lock(machine.capabilities):
        return Finding("locked memory", True, "without limit")
    if limit >= LOCKED_BYTES:
        return Finding("locked memory", True, f"up to {limit >> 20} MiB")
    return Finding(
        "locked memory",
        None,
        f"limited to {limit >> 10} KiB, so JACK's memory may be swapped out",
        _LIMITS_REMEDY.format(item="memlock", value="unlimited"),
    )


def _may_lock(capabilities: Path) -> bool:
    """Return whether this process may lock memory whatever its limit (CAP_IPC_LOCK)."""
    with contextlib.suppress(OSError):
        for line in capabilities.read_text().splitlines():
            if line.startswith("CapEff:"):
                return bool(int(line.split()[1], 16) >> _CAP_IPC_LOCK & 1)
    return False


def _shared_memory(machine: Machine) -> Finding | None:
    folder = machine.shared_memory
    if not folder.is_dir():
        return None
    free = machine.free_bytes(folder)
    text = f"{free >> 20} MiB free in {folder}"
    if free >= LOCKED_BYTES:
        return Finding("shared memory", True, text)
    remedy = "start jackd with --port-max 64, or enlarge it (docker: --shm-size 256m)"
    return Finding("shared memory", None, text, remedy)


def _governor(machine: Machine) -> Finding | None:
    if sys.platform != "linux":
        return None
    governors = set(_read_governors(machine.governors))
    if not governors:
        return Finding("CPU governor", True, "none: the speed is not ours to scale")
    text = ", ".join(sorted(governors))
    if governors == {"performance"}:
        return Finding("CPU governor", True, text)
    remedy = "for short periods: sudo cpupower frequency-set -g performance"
    return Finding("CPU governor", None, text, remedy)


def _read_governors(processors: Path) -> Iterator[str]:
    for path in processors.glob("cpu[0-9]*/cpufreq/scaling_governor"):
        with contextlib.suppress(OSError):
            yield path.read_text().strip()


def _network_ports(settings: Settings, machine: Machine) -> list[Finding]:
    """Look at the ports that a node would have if it were started now."""
    chosen = settings.osc_port, settings.http_port
    ports = port_pairs(*chosen)[0]
    with (
        contextlib.suppress(MachineError),
        first_free(settings.bind, *chosen) as listening,
    ):
        ports = listening.ports
    findings = [
        _port(machine, "OSC", settings.bind, ports[0], socket.SOCK_DGRAM, socket.SOCK_STREAM),
        _port(machine, "HTTP", settings.bind, ports[1], socket.SOCK_STREAM),
    ]
    reason = why_others(ports, *chosen)
    return (
        [replace(each, text=f"{each.text}, as {reason}") for each in findings]
        if reason
        else findings
    )


def _port(machine: Machine, purpose: str, host: str, number: int, *kinds: int) -> Finding:
    subject = f"{purpose} port"
    try:
        family, _, _, _, address = machine.find_address(host, number, type=kinds[0])[0]
        for kind in kinds:
            with socket.socket(family, kind) as trial:
                # As the node does: connections that have just ended take no port.
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
                trial.bind(address)
    except socket.gaierror as error:
        text = f"{host} is no address of this machine ({error.strerror})"
        return Finding(subject, False, text, "mend --bind")
    except OSError as error:
        text = f"{host} port {number} can't be had ({error.strerror})"
        option = f"--{purpose.lower()}-port"
        remedy = f"stop who has it (a running node?), or choose another with {option}"
        return Finding(subject, False, text, remedy)
    return Finding(subject, True, f"{host} port {number} is free")


def _hardware_midi(machine: Machine) -> Finding:
    try:
        ports = machine.midi_ports()
    except MachineError as error:
        return _no_midi("hardware MIDI", error)
    return Finding("hardware MIDI", True, ", ".join(ports) or "no inputs plugged in")


def _midi_outputs(machine: Machine) -> Finding:
    """Look at what devices are shown by: each output is opened once, as a node does."""
    subject = "MIDI outputs"
    try:
        faults = machine.midi_output_faults()
    except MachineError as error:
        return _no_midi(subject, error)
    if not faults:
        return Finding(subject, True, "all can be opened")
    text = "; ".join(f"{port} can't be opened ({reason})" for port, reason in faults.items())
    return Finding(subject, None, text, "close who has it, or nothing is shown on that device")


def _no_midi(subject: str, error: MachineError) -> Finding:
    text, _, remedy = str(error).removeprefix("no hardware MIDI: ").partition("; ")
    if not remedy:
        text, _, remedy = text.partition(": ")
    return Finding(subject, None, text, remedy or "the JACK ports of MIDI work without it")


def _kernel_cache(machine: Machine) -> Finding:
    subject, folder = "kernel cache", machine.kernels
    # The doctor loads kernels itself, and so has mended some already.
    spoiled = replaced(folder) + damaged(folder)
    if spoiled:
        text = f"{len(spoiled)} damaged in {folder}, such as {spoiled[0].name}"
        remedy = "they are compiled anew when they are used; if that comes again, check the disk"
        return Finding(subject, None, text, remedy)
    count = sum(1 for _ in folder.glob(f"*{SUFFIX}"))
    try:
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(bytes(KERNEL_BYTES))
    except OSError as error:
        # A full one that can't be written is all that a node needs.
        text = f"{folder} can't be written ({error.strerror}); it holds {count} kernels"
        remedy = "make room there and chown -R $USER it, or set XDG_CACHE_HOME to another folder"
        return Finding(subject, None, text, f"if every start compiles: {remedy}")
    return Finding(subject, True, f"{count} kernels in {folder}")


def _audio_files(machine: Machine) -> Finding:
    try:
        soundfile = machine.load_module("soundfile")
    except (ImportError, OSError) as error:
        remedy = "pip install soundfile (and apt install libsndfile1)"
        return Finding("audio files", False, f"soundfile can't be loaded ({error})", remedy)
    return Finding("audio files", True, str(soundfile.__libsndfile_version__))


def _preset_folder(machine: Machine) -> Finding:
    folder = machine.presets
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return Finding("user presets", True, str(folder))
    text = f"{existing} can't be written, so no preset can be saved"
    return Finding("user presets", None, text, f"make it writable: chown $USER {existing}")
