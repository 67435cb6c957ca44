"""How a node serves many at once: subscribers of its feedback, and a quiet sender among floods."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ronn_jack.bench.node.crowd_flood import LAST
from ronn_jack.bench.node.node_process import NodeProcess
from ronn_jack.bench.own_process import Progress
from ronn_jack.closing import Closing
from ronn_jack.drivers.jack_server import DummyServer, realtime_allowed
from ronn_jack.errors import MachineError
from ronn_jack.interfaces.osc.addresses import ROOT, SUBSCRIBE
from ronn_jack.interfaces.osc.codec import Argument, Message, decode, encode
from ronn_jack.parameters import PARAMETERS

RATE = 48000
PERIOD = 128
SUBSCRIBERS = 20
FLOODS = 10
MESSAGES_PER_SECOND = 2000.0
_CALM_MESSAGES_PER_SECOND = 20.0
"""Of one sender: enough for networks to change all the time, as among the crowds."""
_XRUNS = "/ronn/status/xruns"
_CALLBACKS = ("/ronn/status/callback_p50", "/ronn/status/callback_p99", "/ronn/status/callback_max")
_SAVES_PER_SECOND = 0.5
_ASK_EVERY_SECONDS = 0.01
_ANSWER_SECONDS = 1.0
_SETTLED_SECONDS = 20.0
_LAST_VALUE = 0.875
_PATIENCE_SECONDS = 240.0


@dataclass(frozen=True)
class Audio:
    """What became of the audio meanwhile.

    Attributes
    ----------
    callback_p50, callback_p99, callback_max : float
        Shares of the period that callbacks took in the last ten seconds of it.
    xruns : int
        Blocks that came too late.
    """

    callback_p50: float
    callback_p99: float
    callback_max: float
    xruns: int


@dataclass(frozen=True)
class CrowdReport:
    """Two crowds, one after the other, and before them one calm sender.

    Attributes
    ----------
    realtime : bool
        Whether realtime scheduling is allowed here; without it the audio's figures tell little.
    calm : Audio
        While the same parameters were turned slowly, and nobody was told.
    subscribers, up_to_date : int
        How many were told of what one sender turned, and how many ended with every final value.
    turned_per_second : float
        Messages of that sender, spread over all parameters.
    turned, flooded : Audio
        Among subscribers, and among floods.
    floods : int
        Senders that turned, asked and saved at the same time.
    flooded_per_second : float
        Messages of each.
    asked, answered : int
        Questions of a quiet sender meanwhile.
    answer_p50_ms, answer_p99_ms, answer_max_ms : float
        Time until an answer came.
    """

    period: int
    realtime: bool
    calm: Audio
    subscribers: int
    up_to_date: int
    turned_per_second: float
    turned: Audio
    floods: int
    flooded_per_second: float
    flooded: Audio
    asked: int
    answered: int
    answer_p50_ms: float
    answer_p99_ms: float
    answer_max_ms: float


def measure_crowd(seconds: float, progress: Progress) -> CrowdReport:
    """Measure the audio without and with each crowd, each for some time, on a private server.

    Raises
    ------
    MachineError
        If there is no JACK, or the node does not start or answer.
    """
    realtime = realtime_allowed()
    with (
        tempfile.TemporaryDirectory(prefix="ronn-bench-") as folder,
        DummyServer(f"ronn-bench-{os.getpid()}-crowd", RATE, PERIOD, realtime) as server,
        NodeProcess(server.name, {}, {"XDG_DATA_HOME": folder}, _PATIENCE_SECONDS) as node,
        Asker(node.port) as asker,
    ):
        listener = AudioListener(asker)
        progress("one calm sender")
        with _crowd(node.port, 1, _CALM_MESSAGES_PER_SECOND):
            time.sleep(seconds)
        calm = listener.since_last()
        progress(f"{SUBSCRIBERS} subscribers")
        up_to_date, turned_per_second = _tell(node.port, asker, seconds)
        turned = listener.since_last()
        progress(f"{FLOODS} floods")
        with _crowd(node.port, FLOODS, MESSAGES_PER_SECOND, _SAVES_PER_SECOND) as sent:
            times = ask_quietly(asker, seconds)
        flooded = listener.since_last()
    answered = np.array([each for each in times if each is not None] or [np.inf]) * 1e3
    return CrowdReport(
        period=PERIOD,
        realtime=realtime,
        calm=calm,
        subscribers=SUBSCRIBERS,
        up_to_date=up_to_date,
        turned_per_second=turned_per_second,
        turned=turned,
        floods=FLOODS,
        flooded_per_second=sent[0],
        flooded=flooded,
        asked=len(times),
        answered=sum(each is not None for each in times),
        answer_p50_ms=float(np.quantile(answered, 0.5)),
        answer_p99_ms=float(np.quantile(answered, 0.99)),
        answer_max_ms=float(answered.max()),
    )


class Asker(Closing):
    """A socket that asks one thing at a time."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))
        self._socket.settimeout(_ANSWER_SECONDS)

    def close(self) -> None:
        self._socket.close()

    def send(self, address: str, *values: float) -> None:
        self._socket.send(encode(address, values))

    def receive(self) -> list[Message]:
        return [each for each in decode(self._socket.recv(65536)) if isinstance(each, Message)]

    def waiting(self) -> list[Message]:
        """Return what has come, without waiting for more."""
        come: list[Message] = []
        self._socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                come += self.receive()
        self._socket.settimeout(_ANSWER_SECONDS)
        return come

    def ask(self, address: str) -> float:
        """Return the number that an address answers with."""
        self.send(address)
        try:
            while True:
                for message in self.receive():
                    if message.address == address and isinstance(message.arguments[0], int | float):
                        return message.arguments[0]
        except TimeoutError:
            raise MachineError(f"the node did not answer {address} within a second") from None

    def ask_until_answered(self, address: str) -> float:
        """Return what `ask` does, where questions may be lost in what is left of a flood."""
        end = time.monotonic() + _SETTLED_SECONDS
        while True:
            try:
                return self.ask(address)
            except MachineError:
                if time.monotonic() > end:
                    raise


class AudioListener:
    """Asks the node what became of the audio since it was asked last."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._xruns = asker.ask(_XRUNS)

    def since_last(self) -> Audio:
        p50, p99, largest = map(self._asker.ask_until_answered, _CALLBACKS)
        before, self._xruns = self._xruns, self._asker.ask_until_answered(_XRUNS)
        return Audio(p50, p99, largest, int(self._xruns - before))


@contextlib.contextmanager
def _crowd(port: int, senders: int, rate: float, saves: float = 0.0) -> Iterator[list[float]]:
    """Let a crowd send; afterwards the list holds how many messages per second each has sent."""
    command = [sys.executable, "-m", "ronn_jack.bench.node.crowd_flood"]
    arguments = [str(port), str(senders), str(rate), str(saves)]
    sent: list[float] = []
    process = subprocess.Popen(
        [*command, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield sent
        out, _ = process.communicate(timeout=_SETTLED_SECONDS)
        sent.append(float(out))
    finally:
        process.kill()
        process.wait()


def _tell(port: int, asker: Asker, seconds: float) -> tuple[int, float]:
    """Let one sender turn everything; return how many subscribers know it, and its rate."""
    with contextlib.ExitStack() as stack:
        ears = [stack.enter_context(Asker(port)) for _ in range(SUBSCRIBERS)]
        for ear in ears:
            ear.send(SUBSCRIBE, 100)
        shown: list[dict[str, tuple[Argument, ...]]] = [{} for _ in ears]
        with _crowd(port, 1, MESSAGES_PER_SECOND) as sent:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                for ear, shows in zip(ears, shown, strict=True):
                    shows.update((each.address, each.arguments) for each in ear.receive())
        asker.send(ROOT + LAST, _LAST_VALUE)
        end = time.monotonic() + _SETTLED_SECONDS
        while True:
            # Asked anew: a network that is still being made may be refused, its values go back.
            final = _ask_all(asker)
            for ear, shows in zip(ears, shown, strict=True):
                shows.update((each.address, each.arguments) for each in ear.waiting())
            up_to_date = sum(final.items() <= shows.items() for shows in shown)
            if up_to_date == len(ears) or time.monotonic() > end:
                return up_to_date, sent[0]
            time.sleep(_ASK_EVERY_SECONDS)


def _ask_all(asker: Asker) -> dict[str, tuple[Argument, ...]]:
    """Return what the node answers to the addresses of all parameters."""
    for name in PARAMETERS:
        asker.send(ROOT + name)
    final: dict[str, tuple[Argument, ...]] = {}
    while len(final) < len(PARAMETERS):
        final.update((each.address, each.arguments) for each in asker.receive())
    return final


def ask_quietly(asker: Asker, seconds: float) -> list[float | None]:
    """Ask now and then; return how long each answer took, None where none came."""
    times: list[float | None] = []
    begin = time.monotonic()
    while (now := time.monotonic()) < begin + seconds:
        try:
            asker.ask(ROOT + "mix")
            times.append(time.monotonic() - now)
        except MachineError:
            times.append(None)
        time.sleep(_ASK_EVERY_SECONDS)
    return times
