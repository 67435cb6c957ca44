"""python-rtmidi played by the test, which fails the way it was seen to."""

from __future__ import annotations


class FakeLibrary:
    """Stands for the module `rtmidi` and for the devices that are plugged in."""

    API_LINUX_ALSA = 2
    API_MACOSX_CORE = 1

    class RtMidiError(Exception):
        pass

    class SystemError(RtMidiError, OSError):
        pass

    def __init__(self, *ports: str) -> None:
        self.ports = {port: [] for port in ports}  # type: dict[str, list[list[int]]]
        self.clients: list[FakeClient] = []
        self.broken = False
        self.unlisted: str | None = None
        self.outputs: dict[str, list[bytes]] = {}
        """What each output was sent."""
        self.mute = False
        """Whether nothing more can be sent."""
        self.closed_for = ""
        """Why no output can be opened."""
        self.writers: list[FakeWriter] = []

    def MidiIn(  # noqa: N802
        self, rtapi: int, name: str, queue_size_limit: int
    ) -> FakeClient:
        assert queue_size_limit > 4096
        assert rtapi in (self.API_LINUX_ALSA, self.API_MACOSX_CORE)
        if self.broken:
            raise self.SystemError("MidiInAlsa::initialize: error creating ALSA client")
        client = FakeClient(self)
        self.clients.append(client)
        return client

    def MidiOut(self, rtapi: int, name: str) -> FakeWriter:  # noqa: N802
        assert rtapi in (self.API_LINUX_ALSA, self.API_MACOSX_CORE)
        self.writers.append(FakeWriter(self))
        return self.writers[-1]

    @property
    def live_outputs(self) -> list[str | None]:
        """Which outputs the writers have open that are not deleted."""
        return [writer.port for writer in self.writers if not writer.deleted]

    @property
    def live(self) -> list[str | None]:
        return [client.port for client in self.clients if not client.deleted]


class FakeClient:
    def __init__(self, library: FakeLibrary) -> None:
        self.library = library
        self.port: str | None = None
        self.deleted = False
        self.ignores_clock = True

    def get_ports(self) -> list[str]:
        assert not self.deleted
        return list(self.library.ports)

    def open_port(self, number: int, name: str) -> None:
        port = self.get_ports()[number]
        if port == self.library.unlisted:
            raise self.library.SystemError("port is in use")
        self.port = port

    def ignore_types(self, timing: bool) -> None:
        self.ignores_clock = timing

    def get_message(self) -> tuple[list[int], float] | None:
        assert not self.deleted
        assert self.port is not None
        waiting = self.library.ports.get(self.port, [])
        if self.ignores_clock:
            waiting[:] = [message for message in waiting if message[0] != 0xF8]
        return (waiting.pop(0), 0.0) if waiting else None

    def close_port(self) -> None:
        pass

    def delete(self) -> None:
        self.deleted = True


class FakeWriter:
    def __init__(self, library: FakeLibrary) -> None:
        self.library = library
        self.port: str | None = None
        self.deleted = False

    def get_ports(self) -> list[str]:
        return list(self.library.outputs)

    def open_port(self, number: int, name: str) -> None:
        if self.library.closed_for:
            raise self.library.SystemError(self.library.closed_for)
        port = self.get_ports()[number]
        if port == self.library.unlisted:
            raise self.library.SystemError("port is in use")
        self.port = port

    def send_message(self, message: bytes) -> None:
        assert self.port is not None and not self.deleted
        if self.library.mute or self.port not in self.library.outputs:
            raise self.library.SystemError("the device has gone")
        self.library.outputs[self.port].append(bytes(message))

    def close_port(self) -> None:
        self.port = None

    def delete(self) -> None:
        self.deleted = True
