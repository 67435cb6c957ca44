"""A storm of OSC: valid and invalid messages in no order, and what has to be answered to them."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field

from ronn_jack.control.status import STATUS
from ronn_jack.parameters import ACTIONS, PARAMETERS, Effect, Kind, Parameter, Value, defaults
from ronn_jack.parameters.share import share
from tests.support.osc_client import bundle, message

FIRST_MARK = 1_000_000
"""Marks are numbers of seven digits that no accepted value of a refused message has."""
_MARK = re.compile(r"\d{7}")
ROOT = "/ronn/"

Expected = tuple[str, str]
"""The address of an error, and its mark or what else its reason says."""


@dataclass
class Answers:
    """What a storm has to be told, and what it has been told.

    Attributes
    ----------
    due : Counter
        Errors that are still to come.
    asked : Counter
        Answers to questions that are still to come, by address.
    other : Counter
        Errors that nothing invalid was the cause of: networks that can't be had.
    """

    due: Counter[Expected] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    other: Counter[tuple[str, str]] = field(default_factory=Counter)
    errors: int = 0

    @property
    def complete(self) -> bool:
        return not self.due and not self.asked

    def take(self, address: str, arguments: list[object]) -> None:
        """Strike out what has come."""
        if address != "/ronn/error":
            self._strike(self.asked, address)
            return
        self.errors += 1
        # In a bundle that moves a parameter under both addresses, either may be named.
        subject, reason = _plain(str(arguments[0])), str(arguments[1])
        mark = _MARK.search(subject + reason)
        words = ["not finite", "is no name", "takes one value", "can only be asked", ""]
        for key in ([mark[0]] if mark else []) + [w for w in words if w in reason]:
            if self._strike(self.due, (subject, key)):
                return
        self.other[subject, reason] += 1

    @staticmethod
    def _strike(counter: Counter, key: object) -> bool:
        if counter[key] <= 0:
            del counter[key]
            return False
        counter[key] -= 1
        if not counter[key]:
            del counter[key]
        return True


def _plain(address: str) -> str:
    return address.replace("/n/", "/")


class Storm:
    """An endless, seeded stream of datagrams.

    Parameters
    ----------
    seed : int
    names : sequence of str
        Presets there are.
    """

    def __init__(self, seed: int, names: list[str]) -> None:
        self._random = random.Random(seed)
        self._mark = FIRST_MARK
        self._names = names

    def datagram(self, answers: Answers) -> bytes:
        """Return the next datagram, and note what has to be answered to it."""
        kind = self._random.random()
        if kind < 0.04:
            return self._garbage(answers)
        if kind < 0.05:
            return self._heavy()
        if kind < 0.12:
            count = self._random.randint(0, 8)
            return bundle(*(self._element(answers) for _ in range(count)))
        return self._element(answers)

    def _heavy(self) -> bytes:
        """Ask for more than any machine gives, or for more than there is memory for."""
        values = self._random.choice(
            [
                {"layers": 24, "channels": 64, "kernel": 64, "dilation": 1, "depthwise": False},
                {"layers": 12, "channels": 64, "kernel": 128, "dilation": 1, "depthwise": False},
                {"layers": 20, "channels": 8, "kernel": 9, "dilation": 3, "depthwise": True},
            ]
        )
        return bundle(*(message(ROOT + name, value) for name, value in values.items()))

    def _element(self, answers: Answers) -> bytes:
        kind = self._random.random()
        if kind < 0.25:
            return self._invalid(answers)
        if kind < 0.4:
            return self._question(answers)
        if kind < 0.45:
            return self._action()
        return self._valid()

    def _valid(self) -> bytes:
        # Every second one moves what needs no new network, as knobs do.
        rows = list(PARAMETERS.values())
        if self._random.random() < 0.5:
            rows = [row for row in rows if row.effect in (Effect.CONTINUOUS, Effect.EXPRESSIVE)]
        row = self._random.choice(rows)
        position = self._random.random()
        if row.name in ("channels", "kernel", "dilation", "layers"):
            position = position**3  # mostly small: what fits
        if row.name == "fade_ms":
            position *= 0.6
        if self._random.random() < 0.3:
            return message(f"{ROOT}n/{row.name}", self._random.choice([position, 7.0, -3.0]))
        value = row.denormalise(position)
        return message(ROOT + row.name, self._dressed(row, value))

    def _dressed(self, row: Parameter, value: Value) -> object:
        """Return a value in one of the types that it may be sent as."""
        if row.kind is Kind.ENUM:
            return self._random.choice([value, row.choices.index(str(value))])
        if row.kind is Kind.BOOL:
            return self._random.choice([bool(value), int(value), "on" if value else "off"])
        if row.kind is Kind.NAME:
            return self._random.choice([value, "gone", "../x"])
        if abs(float(value)) > 2**31 - 1:
            return str(value)
        return self._random.choice([value, str(value)])

    def _action(self) -> bytes:
        action = self._random.choice(list(ACTIONS.values()))
        arguments: dict[str, list[object]] = {
            "": [1, 0, 0.7],
            "amount": [0.3, 1.0, 0],
            "preset": [*self._names, *range(len(self._names))],
            "name": [f"storm-{i}" for i in range(3)],
            "snapshot": [*range(10)],
            "parameter": ["layers", "seed", "mix", "nonsense"],
            "text": [share(defaults()), "ronn:1:"],
            "candidate": [*range(4), 25, 99],
            "pair": [1, "25 26", "1 1"],
        }
        choices = arguments[action.argument]
        return message(ROOT + action.name, self._random.choice(choices))

    def _question(self, answers: Answers) -> bytes:
        names = [*PARAMETERS, *(f"n/{name}" for name in PARAMETERS)]
        names += [f"status/{name}" for name in STATUS]
        address = ROOT + self._random.choice(names)
        answers.asked[address] += 1
        return message(address)

    def _invalid(self, answers: Answers) -> bytes:
        self._mark += 1
        mark = self._mark
        row = self._random.choice(list(PARAMETERS.values()))
        address = ROOT + row.name
        unmarked: list[tuple[str, list[object], str]] = [
            (
                address,
                [self._random.choice([float("nan"), float("inf")])],
                "is no name" if row.kind is Kind.NAME else "not finite",
            ),
            (f"{ROOT}n/{row.name}", [float("-inf")], "not finite"),
            (address, [1, 2], "takes one value"),
            (f"{ROOT}status/{self._random.choice(list(STATUS))}", [1.0], "can only be asked"),
        ]
        marked: list[tuple[str, list[object], str]] = [
            (f"{ROOT}x{mark}", [1.0], str(mark)),
            (f"{ROOT}layers/{mark}", [], str(mark)),
            (address, [f"no{mark}"], str(mark)),
            (ROOT + "preset_load", [f"no{mark}"], str(mark)),
            (ROOT + "preset_load", [mark], str(mark)),
        ]
        if "seed" not in row.name:
            marked += [(address, [mark], str(mark)), (address, [-float(mark)], str(mark))]
        address, values, key = self._random.choice(unmarked + 2 * marked)
        answers.due[_plain(address), key] += 1
        return message(address, *values)

    def _garbage(self, answers: Answers) -> bytes:
        length = self._random.randrange(0, 64)
        filth = self._random.randbytes(length)
        answers.due["", ""] += 1
        return self._random.choice(
            [
                b"\xff" + filth,  # neither a message nor a bundle
                b"#bundle\0" + filth[: length // 4 * 4 % 8],  # without a whole header
                bundle(b"") + filth + b"\0" * (-length % 4) + b"\x7f\xff\xff\xff",
                b"/" + filth.replace(b"\0", b"\1") + b"\xff",  # without an end, or not UTF-8
            ]
        )
