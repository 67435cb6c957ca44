"""A PipeWire of our own without hardware: two null sinks, and a session manager if wanted."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Self

from tests.support.jack_server import wait_for

DEVICES = {
    "microphone": "Audio/Source/Virtual",
    "speakers": "Audio/Sink",
    "headphones": "Audio/Sink",
}
"""From name to kind; the first of its kind is the default, as the session manager sees it."""

_NODE = """
{{ factory = adapter
  args = {{
    factory.name = support.null-audio-sink
    node.name = {name}
    media.class = {kind}
    audio.position = [ FL FR ]
    priority.session = {priority}
    {ports}
  }}
}}
"""
# What a session manager does when it sees a node.
_PORTS = "adapter.auto-port-config = { mode = dsp monitor = true position = preserve }"
# The session manager is not to open the sound cards of a machine on which somebody plays.
_NO_HARDWARE_LUA = "alsa_monitor.enabled = false\n"
_NO_HARDWARE_CONF = """
wireplumber.profiles = {
  main = {
    hardware.audio = disabled
    hardware.bluetooth = disabled
    hardware.video-capture = disabled
  }
}
"""


def jack_folder() -> Path | None:
    """Return where PipeWire's libjack is; None where the test machine has no PipeWire."""
    tools = ("pipewire", "wireplumber", "dbus-daemon", "pw-metadata", "pw-link")
    patterns = ("lib*/pipewire-0.3/jack", "lib*/*/pipewire-0.3/jack")
    folders = (folder for pattern in patterns for folder in Path("/usr").glob(pattern))
    found = next((folder for folder in folders if (folder / "libjack.so.0").exists()), None)
    return found if all(map(shutil.which, tools)) else None


class PipeWire:
    """A daemon with its session manager, in a folder of its own.

    Parameters
    ----------
    folder : Path
        Empty; a short path, as sockets live below it.
    managed : bool
        Whether to run a session manager, without which there is no metadata.
    """

    def __init__(self, folder: Path, managed: bool = True) -> None:
        self._managed = managed
        self._bus: subprocess.Popen[bytes] | None = None
        self._processes: list[subprocess.Popen[bytes]] = []
        self.folder = folder
        libraries = jack_folder()
        assert libraries is not None
        xdg = {
            f"XDG_{kind}": str(folder / kind.lower())
            for kind in ("RUNTIME_DIR", "CONFIG_HOME", "STATE_HOME")
        }
        self.environment = {
            **os.environ,
            **xdg,
            "LD_LIBRARY_PATH": str(libraries),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={xdg['XDG_RUNTIME_DIR']}/bus",
        }
        self.environment.pop("PIPEWIRE_REMOTE", None)
        devices = "".join(
            _NODE.format(
                name=name, kind=kind, priority=3000 - place, ports="" if managed else _PORTS
            )
            for place, (name, kind) in enumerate(DEVICES.items())
        )
        for name, content in {
            "pipewire/pipewire.conf.d/devices.conf": f"context.objects = [{devices}]",
            "wireplumber/main.lua.d/90-no-hardware.lua": _NO_HARDWARE_LUA,
            "wireplumber/bluetooth.lua.d/90-no-hardware.lua": "bluez_monitor.enabled = false\n",
            "wireplumber/wireplumber.conf.d/no-hardware.conf": _NO_HARDWARE_CONF,
        }.items():
            path = folder / "config_home" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        (folder / "runtime_dir").mkdir(mode=0o700)

    def start(self) -> None:
        """Start everything and wait until the ports are there."""
        if not self._bus:
            address = self.environment["DBUS_SESSION_BUS_ADDRESS"]
            self._bus = self._run("dbus-daemon", "--session", "--nofork", f"--address={address}")
        self._processes = [self._run("pipewire")]
        wait_for(lambda: "speakers" in self.tool("pw-cli", "ls", "Node"), what="PipeWire")
        if self._managed:
            self._processes.append(self._run("wireplumber"))
            wait_for(
                lambda: "microphone" in self.tool("pw-metadata"),
                what="PipeWire's session manager",
            )
        wait_for(
            lambda: any("headphones:playback" in name for name in self.ports("-i")),
            what="PipeWire's ports",
        )

    def end(self, number: int = signal.SIGKILL) -> None:
        """Let the daemon die, and its session manager after it."""
        for process in self._processes:
            process.send_signal(number)
            process.wait(10)
        self._processes = []

    def stop(self) -> None:
        """End everything."""
        self.end(signal.SIGTERM)
        if self._bus:
            self._bus.terminate()
            self._bus.wait(10)

    def set(self, key: str, value: int) -> None:
        """Force a setting of the graph, as `clock.force-quantum`."""
        self.tool("pw-metadata", "-n", "settings", "0", key, str(value))

    def links(self) -> set[tuple[str, str]]:
        """Return the connections, source and sink by their full names."""
        found = set()
        source = ""
        for line in self.tool("pw-link", "-l", "-o").splitlines():
            if line.startswith("  |-> "):
                found.add((source, line[6:]))
            else:
                source = line
        return found

    def ports(self, kind: str) -> set[str]:
        """Return the full names of input ("-i") or output ("-o") ports."""
        return set(self.tool("pw-link", kind).splitlines())

    def tool(self, *command: str) -> str:
        """Return what a command said, which may have failed or have taken too long."""
        try:
            return subprocess.run(
                command, env=self.environment, capture_output=True, text=True, timeout=10
            ).stdout
        except subprocess.TimeoutExpired:
            return ""

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{command[0]}.log").open("ab")
        with log:
            return subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
