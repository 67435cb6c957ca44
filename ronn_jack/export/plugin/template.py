"""A sound's memory and controls as an object file's data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.export.elf.objects import Relocatable, Relocation, Section, Symbol
from ronn_jack.export.elf.relocations import ABSOLUTE
from ronn_jack.export.plugin.controls import PluginControl
from ronn_jack.export.plugin.records import CONTROL, TEMPLATE, VARIANT
from ronn_jack.export.snapshot import Snapshot, check_alike
from ronn_jack.realtime.compiler.memory import CACHE_LINE

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


def template_object(
    machine: int,
    name: str,
    inputs: int,
    controls: Sequence[PluginControl],
    snapshots: Sequence[Snapshot],
    networks: int = 1,
) -> Relocatable:
    """Return an object whose symbol `name` is a TEMPLATE.

    Parameters
    ----------
    snapshots : sequence of Snapshot
        As many of each network, those of the first before those of the second.
    """
    count = len(snapshots) // networks
    for rate in range(count):
        check_alike(snapshots[rate::count])
    data, pool = _Data(), _Pool()
    template = np.zeros(1, TEMPLATE)
    template["inputs"] = inputs
    template["control_count"] = len(controls)
    template["variant_count"] = count
    template["networks"] = networks
    rows = np.zeros(len(controls), CONTROL)
    for row, control in zip(rows, controls, strict=True):
        row["identity"], row["action"] = control.identity, control.action
        row["place"], row["whole"] = control.place, control.is_whole
        row["minimum"], row["maximum"] = control.minimum, control.maximum
        row["default"] = control.default
    variants = np.zeros(len(snapshots), VARIANT)
    addresses: list[dict[str, int]] = []
    for variant, shot in zip(variants, snapshots, strict=True):
        tables = {
            "runs": pool.runs_of(shot.content),
            "pointers": shot.pointers,
            "functions": shot.functions,
        }
        variant["rate"], variant["size"] = shot.rate, shot.content.size
        variant["tail_frames"], variant["own"] = shot.tail_frames, shot.own
        for what, table in zip(("run", "pointer", "function"), tables.values(), strict=True):
            variant[f"{what}_count"] = len(table)
        for record, place in shot.places.items():
            variant[record] = place
        addresses.append({field: data.add(table) for field, table in tables.items()})
    own = data.add(template, _RELOCATED, name)
    many = data.add(variants, _RELOCATED)
    data.refer(own, _place(TEMPLATE, "controls"), data.add(rows))
    data.refer(own, _place(TEMPLATE, "variants"), many)
    data.refer(own, _place(TEMPLATE, "pool"), data.add(pool.content()))
    for number, fields in enumerate(addresses):
        for field, symbol in fields.items():
            data.refer(many, number * VARIANT.itemsize + _place(VARIANT, field), symbol)
    return data.object_for(machine)


def _place(record: np.dtype[Any], field: str) -> int:
    assert record.fields is not None
    return int(record.fields[field][1])
