"""OSCQuery: the node's addresses as a tree that other programs can read.

References
----------
Vidvox, "OSCQuery Proposal", https://github.com/Vidvox/OSCQueryProposal.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from ronn_jack.control.controller import Controller
from ronn_jack.control.protocols import ListedPreset
from ronn_jack.control.status import STATUS
from ronn_jack.interfaces.osc.addresses import ENDPOINTS, PRESETS, Endpoint, Role, preset_texts
from ronn_jack.interfaces.osc.learning import state_values
from ronn_jack.interfaces.web.attributes import (
    ATTRIBUTES,
    NO_VALUE,
    READABLE,
    Attributes,
    attributes,
    names_attributes,
    presets_attributes,
    type_tags,
)
from ronn_jack.parameters import PARAMETERS, Kind, Value

HOST_INFO = "HOST_INFO"
_EXTENSIONS = ("LISTEN", "PATH_CHANGED")
_CONTAINERS = {
    "/": "root",
    "/ronn": "parameters in native units, and actions",
    "/ronn/n": "parameters as positions 0 to 1 in their range",
    "/ronn/status": "what the node tells of itself",
    "/ronn/candidate": "sounds that were found worth hearing, and those that were kept",
}


class Reading:
    """What can be read of the node at one moment.

    Parameters
    ----------
    controller : Controller
    """

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._values = controller.values

    @functools.cached_property
    def presets(self) -> Sequence[str]:
        """The names of the presets."""
        return preset_texts(PRESETS, self._listed)

    @functools.cached_property
    def _listed(self) -> Sequence[ListedPreset]:
        return self._controller.presets()

    @functools.cached_property
    def _status(self) -> Mapping[str, int | float | str]:
        return self._controller.status()

    def values(self, endpoint: Endpoint) -> list[Value] | None:
        """Return an address' values; None where it has none that can be read."""
        name = endpoint.name
        match endpoint.role:
            case Role.NATIVE:
                return [self._values[name]]
            case Role.NORMALISED:
                return [PARAMETERS[name].normalise(self._values[name])]
            case Role.STATUS:
                value = self._status[name]
                return [bool(value) if STATUS[name].kind is Kind.BOOL else value]
            case Role.PRESET:
                return [self._controller.preset or "", self._controller.edited]
            case Role.MIDI:
                return state_values(endpoint.address, self._controller.midi)
            case Role.SHARE:
                return [self._controller.share()]
            case Role.KEPT:
                return [self._controller.share(each) for each in self._controller.search.kept]
            case Role.PRESETS:
                return list[Value](preset_texts(endpoint.address, self._listed))
            case Role.CANDIDATE:
                return list(self._controller.search.picture(int(name)))
            case _:
                return None


class Tree:
    """All that the node understands, as OSCQuery tells it.

    Parameters
    ----------
    controller : Controller
    """

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._leaves = {e.address: e for e in ENDPOINTS.values() if e.role is not Role.ANSWER}
        self._fixed = {address: attributes(endpoint) for address, endpoint in self._leaves.items()}
        self._children: dict[str, dict[str, str]] = {}
        for address in self._leaves:
            self._plant(address)

    def _plant(self, address: str) -> None:
        """Let an address be found below those that its parts make."""
        folder, _, name = address.rpartition("/")
        parent = folder or "/"
        known = parent in self._children
        self._children.setdefault(parent, {})[name] = address
        if parent not in self._fixed:
            fixed = {"FULL_PATH": parent, "ACCESS": NO_VALUE}
            self._fixed[parent] = {**fixed, "DESCRIPTION": _CONTAINERS.get(parent, parent)}
        if not known and folder:
            self._plant(folder)

    def answer(self, path: str, query: str, host: Attributes) -> tuple[HTTPStatus, Any]:
        """Answer a question.

        Parameters
        ----------
        path : str
            An address.
        query : str
            Attributes, joined by '&'; "" asks for the address and all below it.
        host : dict
            What HOST_INFO tells of the host alone.

        Returns
        -------
        tuple
            OK with what is asked for, NO_CONTENT where the address does not have it, or NOT_FOUND
            or BAD_REQUEST with the reason.
        """
        asked = [word.partition("=")[0] for word in query.split("&")] if query else []
        if HOST_INFO in asked:
            return HTTPStatus.OK, self._host_info(host)
        address = path if path == "/" else path.removesuffix("/")
        if address not in self._fixed:
            return HTTPStatus.NOT_FOUND, f"there is no {path}"
        for word in asked:
            if word not in ATTRIBUTES:
                known = ", ".join((*ATTRIBUTES, HOST_INFO))
                return HTTPStatus.BAD_REQUEST, f"there is no attribute {word}; use {known}"
        reading = Reading(self._controller)
        if not asked:
            return HTTPStatus.OK, self._described(address, reading)
        return self._some(address, asked, reading)

    def _some(self, address: str, asked: list[str], reading: Reading) -> tuple[HTTPStatus, Any]:
        node = self._described(address, reading, "CONTENTS" in asked)
        if not node["ACCESS"] & READABLE:
            node.pop("VALUE", None)
        found = {word: node[word] for word in asked if word in node}
        return (HTTPStatus.OK, found) if found else (HTTPStatus.NO_CONTENT, None)

    def _described(self, address: str, reading: Reading, deep: bool = True) -> Attributes:
        node = dict(self._fixed[address])
        endpoint = self._leaves.get(address)
        if endpoint is not None:
            values = reading.values(endpoint)
            # A placeholder, as python-oscquery takes nothing with ACCESS but without VALUE.
            node["VALUE"] = values or [None]
            if endpoint.role in (Role.MIDI, Role.CANDIDATE, Role.KEPT):
                node["TYPE"] = type_tags(values or []) or "N"
            if endpoint.role in (Role.PRESETS, Role.ACTION):
                node |= presets_attributes(endpoint, reading.presets)
            if endpoint.role is Role.NATIVE:
                node |= names_attributes(endpoint)
        if deep and address in self._children:
            node["CONTENTS"] = {
                name: self._described(child, reading)
                for name, child in self._children[address].items()
            }
        return node

    def _host_info(self, host: Attributes) -> Attributes:
        extensions = dict.fromkeys((*ATTRIBUTES[3:], *_EXTENSIONS), True)
        return {"NAME": self._controller.name, "EXTENSIONS": extensions, **host}


def as_json(answer: Any) -> bytes:
    """Return an answer as it is sent."""
    return msgspec.json.encode(answer)
