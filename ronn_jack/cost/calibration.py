"""Find out what each kind of work takes on this machine, once, and remember it."""

from __future__ import annotations

import hashlib
import logging
import math
import platform
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Literal, overload

from ronn_jack.cost.caches import caches
from ronn_jack.cost.model import CostModel, fit_cost_model, read_cost_model
from ronn_jack.cost.timing import RUN_SECONDS, TimedNetwork, TimedStage
from ronn_jack.errors import SpecError
from ronn_jack.model.recipes import BY_NAME
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import PARAMETERS
from ronn_jack.realtime.compiler.compile import cache_folder
from ronn_jack.realtime.compiler.host import processor
from ronn_jack.realtime.kernels.activations import ACTIVATION_IDS
from ronn_jack.realtime.stages.chain import chain_entries
from ronn_jack.realtime.stages.equaliser import Equaliser
from ronn_jack.realtime.stages.high_pass import HighPass
from ronn_jack.realtime.stages.reverb import Reverb
from ronn_jack.realtime.stages.stage import Stage

_MEASURING_SECONDS = 1.5
_RUN_SECONDS = 3e-4
_LONG_BYTES = 128 << 20
"""Of history; the first of its lines to come, with their addresses, take longer than others."""
_RUNS = 4
_MOST_ROUNDS = 3
_BLOCKS = (16, 32, 48, 64, 128, 256)
_REMOTE_BLOCKS = (16, 64)
_MIXED = 90
"""Networks drawn at random, which hold the model to what players make."""
_MOST_MULTIPLICATIONS = 10_000_000
_MOST_STATE_BYTES = 32 << 20
_RATE = 48_000
_REVERB_SECONDS = (0.5, 8.0)
_ACTIVATIONS = [name for name in ACTIVATION_IDS if name != "linear"]

Case = tuple[NetworkSpec | Stage, int]
"""A network or stage and the frames in a block."""

# So that they are known, and compiled with the others, before anything is measured.
for _stage in (HighPass, Equaliser, Reverb):
    chain_entries((_stage,))

log = logging.getLogger(__name__)


class CostModels:
    """The cost models of this process, each read or measured once.

    Parameters
    ----------
    calibrate : callable
        Measures the machine.
    """

    def __init__(self, calibrate: Callable[[], CostModel] | None = None) -> None:
        self._calibrate = calibrate or calibrate_cost_model
        self._loaded: dict[Path, CostModel] = {}

    @overload
    def load(self, calibrate: Literal[True] = True, path: Path | None = None) -> CostModel: ...
    @overload
    def load(self, calibrate: bool, path: Path | None = None) -> CostModel | None: ...
    def load(self, calibrate: bool = True, path: Path | None = None) -> CostModel | None:
        """Return this machine's cost model, the same one for as long as the process lives.

        Parameters
        ----------
        calibrate : bool
            Whether to measure the machine, which keeps a core busy for a second or so, where
            that was not done before. Otherwise there is no model then.
        path : Path, optional
            The file that keeps it; by default one of this host and these kernels.
        """
        path = path or cost_file()
        model = self._loaded.get(path) or read_cost_model(path)
        if model is None and calibrate:
            model = self._calibrate()
            try:
                model.write(path)
            except OSError as error:
                log.warning(
                    "%s can't be written, so the next start measures again: %s", path, error
                )
        if model is not None:
            self._loaded[path] = model
        return model


def cost_file(host: str | None = None, folder: Path | None = None) -> Path:
    """Return the file for a host and its kernels.

    Parameters
    ----------
    host : str, optional
        Name of the host; by default of this one.
    folder : Path, optional
        Where the kernels are; by default in the user's cache folder.
    """
    host, folder = host or platform.node(), folder or cache_folder()
    digest = hashlib.sha256()
    for part in (host, processor(), repr(caches())):
        digest.update(part.encode() + b"\0")
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes() + b"\0")
    return folder / f"cost-{digest.hexdigest()[:16]}.json"


def calibrate_cost_model() -> CostModel:
    """Measure some networks and return the model that fits them."""
    cases = calibration_cases()
    return fit_cost_model(
        [(*case, seconds) for case, seconds in zip(cases, _measure(cases), strict=True)]
    )


def calibration_cases() -> list[Case]:
    """Return the networks and stages that are measured, each with its block."""
    return _separating_cases() + _mixed_cases() + _stage_cases()


def _measure(cases: list[Case]) -> list[float]:
    """Return the fastest times in s, taken in rounds, so that a slow spell spoils no network."""
    fastest = [math.inf] * len(cases)
    begin = time.perf_counter()
    for number in range(1, _MOST_ROUNDS + 1):
        for index, case in enumerate(cases):
            # Made anew: others have taken its place in the caches since.
            timed = _timed(*case)
            timed.stretch(RUN_SECONDS if _is_long(case[0]) else _RUN_SECONDS)
            fastest[index] = min(fastest[index], *(timed.run() for _ in range(_RUNS)))
        spent = time.perf_counter() - begin
        if spent * (number + 1) / number > _MEASURING_SECONDS:
            break
    return fastest


def _is_long(subject: NetworkSpec | Stage) -> bool:
    return isinstance(subject, NetworkSpec) and _history_bytes(subject) > _LONG_BYTES


def _history_bytes(spec: NetworkSpec) -> int:
    return 4 * spec.receptive_field * spec.channels


def _timed(subject: NetworkSpec | Stage, block: int) -> TimedNetwork | TimedStage:
    return (
        TimedStage(subject, block) if isinstance(subject, Stage) else TimedNetwork(subject, block)
    )


def _separating_cases() -> list[Case]:
    """Return networks among which each kind of work varies by itself."""
    plain = partial(NetworkSpec, inputs=1, outputs=1, activation="linear")
    cases = []
    for activation in _ACTIVATIONS:
        cases += [
            plain(activation=activation, layers=8, channels=16, kernel=2, dilation=1),
            plain(activation=activation, layers=12, channels=5, kernel=3, dilation=1, inputs=2),
        ]
    for channels in (*range(1, 17), 24, 33, 48, 64):
        layers = 8 if channels <= 16 else 4
        cases += [
            plain(layers=layers, channels=channels, kernel=9, dilation=2),
            plain(layers=layers, channels=channels, kernel=20, dilation=2, depthwise=True),
        ]
    for channels in (1, 2, 3, 6):
        cases.append(plain(layers=6, channels=channels, kernel=90, dilation=1))
    for channels, kernel in ((10, 3), (12, 6), (20, 4), (24, 3), (40, 3), (64, 3), (64, 8)):
        cases.append(plain(layers=5, channels=channels, kernel=kernel, dilation=1))
    for kernel in (1, 3, 20, 64, 128):
        cases += [
            plain(layers=1, kernel=kernel, inputs=inputs, outputs=outputs)
            for inputs in (1, 2)
            for outputs in (1, 2)
        ]
        cases += [
            plain(layers=2, kernel=kernel, channels=20, outputs=2),
            plain(layers=2, kernel=kernel, channels=4, dilation=8, activation="relu"),
        ]
    for residual, film in ((True, None), (False, (0.0, 0.0)), (True, (0.0, 0.0))):
        cases.append(
            plain(layers=10, channels=12, kernel=2, dilation=1, residual=residual, film=film)
        )
    # Histories from what the first cache holds to many times the second.
    long = [
        plain(layers=layers, kernel=kernel, channels=channels, dilation=dilation, depthwise=apart)
        for layers, kernel, channels, dilation in (
            (5, 20, 16, 4), (5, 20, 16, 8), (6, 24, 12, 6), (8, 40, 16, 3), (6, 60, 20, 4),
            (10, 12, 10, 3), (9, 60, 12, 3), (12, 30, 8, 2), (14, 12, 12, 2), (8, 40, 8, 4),
            (6, 20, 32, 8), (4, 64, 40, 12), (4, 100, 48, 8), (4, 100, 48, 16),
        )
        for apart in (False, True)
    ]  # fmt: skip
    cut = [
        plain(layers=7, channels=8, kernel=3, dilation=2),
        plain(layers=6, channels=32, kernel=9, dilation=1),
        plain(layers=8, channels=24, kernel=12, dilation=1, depthwise=True),
        plain(layers=1, kernel=2),
        *(plain(layers=8, kernel=40, channels=10, dilation=3, depthwise=d) for d in (False, True)),
        *(plain(layers=11, kernel=16, channels=56, dilation=2, depthwise=d) for d in (False, True)),
    ]
    # Histories that no cache holds, with taps on whole lines and across two.
    remote = [
        plain(layers=5, kernel=60, channels=40, dilation=dilation, depthwise=apart)
        for dilation in (15, 16)
        for apart in (False, True)
    ]
    return [
        *((spec, 64) for spec in cases + long),
        *((spec, n) for n in _BLOCKS for spec in cut),
        *((spec, n) for n in _REMOTE_BLOCKS for spec in remote),
    ]


def _mixed_cases() -> list[Case]:
    """Return networks drawn by chance, the same in each process, that are quick to measure."""
    random = Random(1)
    cases: list[Case] = []
    while len(cases) < _MIXED:
        spec = draw_network(random)
        block = random.choice((64, random.choice(_BLOCKS)))
        shapes = [spec.weight_shape(i) for i in range(spec.layers)]
        if (
            block * sum(map(math.prod, shapes)) <= _MOST_MULTIPLICATIONS
            and _history_bytes(spec) <= _MOST_STATE_BYTES
        ):
            cases.append((spec, block))
    return cases


def _stage_cases() -> list[Case]:
    """Return stages for the kinds of work that no network does."""
    reverbs = [(Reverb(_RATE, seconds), 64) for seconds in _REVERB_SECONDS]
    return [(HighPass.of(BY_NAME["ronn"]), 64), (Equaliser(), 64), *reverbs]


def draw_network(random: Random) -> NetworkSpec:
    """Return a network that may be any within the parameters' ranges, however long it takes.

    In half of the draws, numbers are drawn evenly; in the others evenly in ratio, so that small
    networks are not rare.
    """
    while True:
        evenly = random.random() < 0.5
        try:
            return NetworkSpec(
                inputs=random.choice((1, 2)),
                outputs=random.choice((1, 2)),
                layers=_draw(random, "layers", evenly),
                kernel=_draw(random, "kernel", evenly),
                channels=_draw(random, "channels", evenly),
                dilation=_draw(random, "dilation", evenly),
                activation=random.choice(list(ACTIVATION_IDS)),
                bias=random.random() < 0.5,
                depthwise=random.random() < 0.5,
                residual=random.random() < 0.5,
                film=random.choice((None, None, (0.0, 0.0))),
                rate=_RATE,
            )
        except SpecError:
            continue


def _draw(random: Random, name: str, evenly: bool) -> int:
    """Return a parameter's value from 1 to its maximum."""
    maximum = int(PARAMETERS[name].maximum)
    if evenly:
        return random.randint(1, maximum)
    return min(maximum, int((maximum + 1.0) ** random.random()))


load_cost_model = CostModels().load
"""What all of this process loads its models with."""
