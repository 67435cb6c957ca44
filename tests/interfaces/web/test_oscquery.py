"""The tree of addresses, generated from the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pythonoscquery.shared.osc_path_node import OSCPathNode

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import COMMAND_LINE, Act, Set
from ronn_jack.control.status import STATUS
from ronn_jack.interfaces.osc.addresses import ENDPOINTS, Role
from ronn_jack.interfaces.web.attributes import ACTION_TYPES
from ronn_jack.interfaces.web.oscquery import Tree, as_json
from ronn_jack.parameters import ACTIONS, PARAMETERS, Kind

HOST = {"OSC_IP": "192.168.1.7", "OSC_PORT": 9420, "OSC_TRANSPORT": "UDP"}
TAGS_OF = {type(None): "N", int: "ih", float: "f", bool: "TF", str: "s"}
TYPES = {Kind.INT: "i", Kind.FLOAT: "f", Kind.BOOL: "T", Kind.ENUM: "s", Kind.NAME: "s"}


@pytest.fixture
def tree(controller: Controller) -> Tree:
    return Tree(controller)


def answer(tree: Tree, path: str, query: str = "") -> tuple[int, Any]:
    status, found = tree.answer(path, query, HOST)
    return status.value, found if isinstance(found, str) else json.loads(as_json(found))


def leaves(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "TYPE" in node:
        yield node
    for child in node.get("CONTENTS", {}).values():
        yield from leaves(child)


def test_every_address_that_is_understood_is_in_the_tree(tree):
    status, root = answer(tree, "/")
    assert status == 200
    assert {leaf["FULL_PATH"] for leaf in leaves(root)} == {
        e.address for e in ENDPOINTS.values() if e.role is not Role.ANSWER
    }


def test_every_address_answers_for_itself_and_names_its_place(tree):
    def walk(node, path):
        assert node["FULL_PATH"] == path
        assert node["DESCRIPTION"]
        assert answer(tree, path) == (200, node)
        for name, child in node.get("CONTENTS", {}).items():
            walk(child, f"{path.rstrip('/')}/{name}")

    walk(answer(tree, "/")[1], "/")
    assert answer(tree, "/ronn/") == answer(tree, "/ronn")


def test_values_have_the_type_that_is_told_of_them(tree):
    for leaf in leaves(answer(tree, "/")[1]):
        if leaf["ACCESS"] & 1 and not leaf["FULL_PATH"].startswith("/ronn/status"):
            assert len(leaf["TYPE"]) == len(leaf["VALUE"]), leaf
            for tag, value in zip(leaf["TYPE"], leaf["VALUE"], strict=True):
                assert tag in TAGS_OF[type(value)], leaf
        for attribute in ("RANGE", "UNIT", "CLIPMODE", "DEFAULT_VALUE"):
            assert len(leaf.get(attribute, leaf["TYPE"])) == len(leaf["TYPE"]), leaf


@pytest.mark.parametrize("row", PARAMETERS.values(), ids=PARAMETERS)
def test_parameters(tree, controller, row):
    native = answer(tree, f"/ronn/{row.name}")[1]
    assert (native["ACCESS"], native["CLIPMODE"]) == (3, ["none"])
    assert native["VALUE"] == native["DEFAULT_VALUE"] == [row.default]
    assert native["TAGS"] == [row.group.value]
    assert native["TYPE"] == TYPES[row.kind]
    if row.kind is Kind.ENUM:
        assert native["RANGE"] == [{"VALS": list(row.choices)}]
        [index] = native["OVERLOADS"]
        assert index == {"TYPE": "i", "RANGE": [{"MIN": 0, "MAX": row.maximum}]}
    elif row.kind is Kind.NAME:
        assert native["RANGE"] == [{"VALS": list(row.names)}]
    elif row.kind is not Kind.BOOL:
        widest = native.get("OVERLOADS", [native])[0]
        assert widest["RANGE"] == [{"MIN": row.minimum, "MAX": row.maximum}]
        assert native["RANGE"][0]["MAX"] <= 2**31 - 1, "int32 holds no more"
    normalised = answer(tree, f"/ronn/n/{row.name}")[1]
    assert normalised["TYPE"] == "f"
    assert (normalised["ACCESS"], normalised["CLIPMODE"]) == (3, ["both"])
    assert normalised["RANGE"] == [{"MIN": 0.0, "MAX": 1.0}]
    assert normalised["VALUE"] == [row.normalise(row.default)]


def test_values_are_the_accepted_ones(tree, controller):
    operations = [Set("mix", 0.25), Set("bias", True), Set("seed", 2**32 - 1), Set("init", "dirac")]
    controller.apply(operations, COMMAND_LINE)
    assert answer(tree, "/ronn/mix", "VALUE") == (200, {"VALUE": [0.25]})
    assert answer(tree, "/ronn/n/mix", "VALUE") == (200, {"VALUE": [0.25]})
    assert answer(tree, "/ronn/bias", "VALUE") == (200, {"VALUE": [True]})
    assert answer(tree, "/ronn/seed", "VALUE") == (200, {"VALUE": [2**32 - 1]})
    assert answer(tree, "/ronn/init", "VALUE") == (200, {"VALUE": ["dirac"]})
    assert answer(tree, "/ronn/n/init", "VALUE") == (200, {"VALUE": [1.0]})


@pytest.mark.parametrize("name", STATUS)
def test_status(tree, controller, name):
    row = STATUS[name]
    value = row.choices[0] if row.choices else "text" if row.kind is Kind.TEXT else 1
    controller.status = lambda: {name: value}
    leaf = answer(tree, f"/ronn/status/{name}")[1]
    assert (leaf["ACCESS"], leaf["VALUE"]) == (1, [value])
    assert isinstance(leaf["VALUE"][0], bool) == (row.kind is Kind.BOOL)
    assert leaf["DESCRIPTION"] == row.description
    if row.kind is Kind.FLOAT and row.minimum == 0.0 and row.unit != "":
        assert leaf["RANGE"] == [{"MIN": 0.0}]


@pytest.mark.parametrize("row", ACTIONS.values(), ids=ACTIONS)
def test_actions_have_a_placeholder_but_no_value(tree, row):
    leaf = answer(tree, f"/ronn/{row.name}")[1]
    assert (leaf["ACCESS"], leaf["VALUE"]) == (2, [None])
    assert leaf["TYPE"] == ACTION_TYPES[row.argument]
    assert answer(tree, f"/ronn/{row.name}", "VALUE") == (204, None)
    assert answer(tree, f"/ronn/{row.name}", "TYPE") == (200, {"TYPE": leaf["TYPE"]})


def test_presets_are_listed_where_they_are_chosen(tree, controller):
    assert answer(tree, "/ronn/preset")[1]["VALUE"] == ["", False]
    controller.apply([Act("preset_load", "fuzz"), Set("mix", 0.5)], COMMAND_LINE)
    preset = answer(tree, "/ronn/preset")[1]
    assert (preset["TYPE"], preset["VALUE"]) == ("sT", ["fuzz", True])
    controller.apply([Act("preset_save", "mine")], COMMAND_LINE)
    presets = answer(tree, "/ronn/presets")[1]
    assert (presets["TYPE"], presets["VALUE"]) == ("sss", ["fuzz", "drone", "mine"])
    load = answer(tree, "/ronn/preset_load")[1]
    assert load["RANGE"] == [{"VALS": ["fuzz", "drone", "mine"]}]
    assert load["OVERLOADS"] == [{"TYPE": "i", "RANGE": [{"MIN": 0, "MAX": 2}]}]


def test_one_attribute_or_several(tree):
    assert answer(tree, "/ronn/input_gain", "UNIT") == (200, {"UNIT": ["gain.db"]})
    assert answer(tree, "/ronn/mix", "TYPE&ACCESS") == (200, {"TYPE": "f", "ACCESS": 3})
    status, found = answer(tree, "/ronn/n", "CONTENTS")
    assert status == 200
    assert list(found) == ["CONTENTS"]
    assert set(PARAMETERS) <= set(found["CONTENTS"])


def test_what_is_not_there(tree):
    assert answer(tree, "/ronn/colour") == (404, "there is no /ronn/colour")
    assert answer(tree, "/ronn/pong")[0] == answer(tree, "/ronn//mix")[0] == 404
    assert answer(tree, "")[0] == answer(tree, "ronn/mix")[0] == answer(tree, "///")[0] == 404
    status, reason = answer(tree, "/ronn/mix", "COLOUR")
    assert status == 400
    assert "COLOUR" in reason
    assert "RANGE" in reason
    assert answer(tree, "/ronn/mix", "value")[0] == 400
    assert answer(tree, "/ronn/mix", "UNIT") == (204, None)
    assert answer(tree, "/ronn", "VALUE") == (204, None)


@pytest.mark.parametrize("path", ["/", "/ronn/mix", "/nothing"])
def test_host_info_is_told_everywhere(tree, path):
    status, info = answer(tree, path, "HOST_INFO")
    assert status == 200
    assert info["NAME"] == "ronn"
    assert {name: info[name] for name in HOST} == HOST
    for extension in ("ACCESS", "VALUE", "RANGE", "DESCRIPTION", "CLIPMODE", "LISTEN"):
        assert info["EXTENSIONS"][extension] is True


def test_python_oscquery_reads_every_address(tree):
    root = OSCPathNode.from_json(answer(tree, "/")[1])
    for endpoint in ENDPOINTS.values():
        if endpoint.role is not Role.ANSWER:
            found = root.find_subnode(endpoint.address)
            assert found is not None
            assert not found.is_container, "its client takes what has no value for a container"


def test_every_kind_of_action_has_a_type():
    assert {row.argument for row in ACTIONS.values()} <= set(ACTION_TYPES)
