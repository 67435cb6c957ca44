"""A sound's memory and controls as an object file's data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.export.plugin.controls import PluginControl, controls_of
from ronn_jack.export.plugin.records import CONTROL, NETWORK, TEMPLATE
from ronn_jack.export.snapshot import Snapshot, check_alike, kept_seconds, snapshot
from ronn_jack.export.sound import MEASURED_RATE, FrozenSound
from ronn_jack.hotswap.drawn_network import stretched_network
from ronn_jack.hotswap.responses.room import room_of, samples_of
from ronn_jack.model.expression import Expression
from ronn_jack.realtime.compiler.elf.objects import Relocatable, Relocation, Section, Symbol
from ronn_jack.realtime.compiler.elf.relocations import ABSOLUTE
from ronn_jack.realtime.compiler.memory import CACHE_LINE
from ronn_jack.realtime.kernels import layout
from ronn_jack.realtime.stages.chain import stages_of

_OBJECT = 1
_READ_ONLY, _RELOCATED = 1, 2


class _Data:
    """Constants in the making: some that are only read, and some with addresses in them."""

    def __init__(self) -> None:
        self._contents = {_READ_ONLY: bytearray(), _RELOCATED: bytearray()}
        self._symbols = [Symbol("", None, 0, 0, 0, True)]
        self._relocations: list[tuple[int, int]] = []

    def add(self, values: NDArray[Any], section: int = _READ_ONLY, name: str = "") -> int:
        """Add an array; return the number of its symbol, which others see if it has a name."""
        content = self._contents[section]
        content += bytes(-len(content) % CACHE_LINE)
        data = np.ascontiguousarray(values).tobytes()
        self._symbols.append(
            Symbol(name, section, len(content), len(data), _OBJECT, is_local=not name)
        )
        content += data
        return len(self._symbols) - 1

    def refer(self, symbol: int, place: int, target: int) -> None:
        """Let the word at a place of one array be the address of another."""
        self._relocations.append((self._symbols[symbol].value + place, target))

    def object_for(self, machine: int) -> Relocatable:
        relocations = [
            Relocation(place, ABSOLUTE[machine], target, 0) for place, target in self._relocations
        ]
        read, written = (bytes(self._contents[each]) for each in (_READ_ONLY, _RELOCATED))
        sections = {
            _READ_ONLY: Section(".rodata", "r", len(read), CACHE_LINE, read, []),
            _RELOCATED: Section(".data", "w", len(written), CACHE_LINE, written, relocations),
        }
        return Relocatable(machine, sections, self._symbols)


class _Pool:
    """Lines that memories are put together from, each of which is kept once."""

    def __init__(self) -> None:
        self._lines: dict[bytes, int] = {}

    def runs_of(self, content: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Return (place, place in the pool, bytes) of all that is not zero."""
        lines = content.reshape(-1, CACHE_LINE)
        runs: list[list[int]] = []
        for index in np.flatnonzero(lines.any(axis=1)):
            key, place = lines[index].tobytes(), int(index) * CACHE_LINE
            source = self._lines.setdefault(key, CACHE_LINE * len(self._lines))
            last = runs[-1] if runs else None
            if last and last[0] + last[2] == place and last[1] + last[2] == source:
                last[2] += CACHE_LINE
            else:
                runs.append([place, source, CACHE_LINE])
        return np.array(runs, np.int32).reshape(-1, 3)

    def content(self) -> NDArray[np.uint8]:
        return np.frombuffer(b"".join(self._lines), np.uint8)


def template_object(machine: int, name: str, sound: FrozenSound) -> Relocatable:
    """Return an object whose symbol `name` is the TEMPLATE of a sound and its neighbours.

    Parameters
    ----------
    machine : int
        For which it is linked.
    """
    data, pool = _Data(), _Pool()
    sounds, specs = sound.networks, [each.spec for each in sound.networks]
    shots = [snapshot(each, kept_seconds(sounds)) for each in sounds]
    check_alike(shots)
    template = np.zeros(1, TEMPLATE)
    template["inputs"], template["networks"] = sound.inputs, len(shots)
    template["size"] = max(shot.content.size for shot in shots)
    template["own"] = shots[0].own
    for record in ("engine", "reverb", "equalising"):
        template[record] = shots[0].places[record]
    layers = max(spec.layers for spec in specs)
    template["words_bytes"] = layout.WORD * (layout.HEADER_WORDS + layout.LAYER_WORDS * layers)
    memory = max(
        sum(stage.memory_frames(MEASURED_RATE) for stage in stages_of(spec.rules)) for spec in specs
    )
    template["settling_seconds"] = memory / MEASURED_RATE
    controls = _control_rows(controls_of(sound.values, sound.choices))
    template["control_count"] = len(controls)
    bank = _bank(data, pool, sound, shots)
    tables = {"controls": controls, "pool": pool.content()}
    if sound.values["reverb"]:
        room = samples_of(room_of(sound.values), MEASURED_RATE)
        tables["room"] = np.ascontiguousarray(np.broadcast_to(room, (2, room.shape[1])))
        template["room_frames"], template["room_rate"] = room.shape[1], MEASURED_RATE
    own = data.add(template, _RELOCATED, name)
    data.refer(own, _place(TEMPLATE, "bank"), bank)
    for field, table in tables.items():
        data.refer(own, _place(TEMPLATE, field), data.add(table))
    return data.object_for(machine)


def _bank(data: _Data, pool: _Pool, bank: FrozenSound, shots: Sequence[Snapshot]) -> int:
    """Add the NETWORKs; return the number of their symbol."""
    sounds = bank.networks
    rows = np.zeros(len(shots), NETWORK)
    tables = []
    for row, sound, shot in zip(rows, sounds, shots, strict=True):
        stretch = stretched_network(sound.spec, sound.times, Expression.of(sound.values))
        runs = pool.runs_of(shot.content)
        row["run_count"], row["pointer_count"] = len(runs), len(shot.pointers)
        row["function_count"] = len(shot.functions)
        for record in ("voice", "motion", "modulation", "film"):
            row[record] = shot.places[record]
        controls = controls_of(sound.values, bank.choices)
        tables.append(
            {
                "runs": data.add(runs),
                "pointers": data.add(shot.pointers),
                "functions": data.add(shot.functions),
                "stretch": data.add(np.frombuffer(stretch, np.uint8)),
                "defaults": data.add(np.array([each.default for each in controls])),
            }
        )
    own = data.add(rows, _RELOCATED)
    for number, fields in enumerate(tables):
        for field, symbol in fields.items():
            data.refer(own, number * NETWORK.itemsize + _place(NETWORK, field), symbol)
    return own


def _control_rows(controls: Sequence[PluginControl]) -> NDArray[Any]:
    rows = np.zeros(len(controls), CONTROL)
    for row, control in zip(rows, controls, strict=True):
        row["identity"], row["action"] = control.identity, control.action
        row["place"], row["whole"] = control.place, control.is_whole
        row["minimum"], row["maximum"] = control.minimum, control.maximum
        row["default"] = control.default
    return rows


def _place(record: np.dtype[Any], field: str) -> int:
    assert record.fields is not None
    return int(record.fields[field][1])
