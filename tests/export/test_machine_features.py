"""Plugins made for this very machine ask another one for what they were compiled with."""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
from llvmlite import ir

from ronn_jack.export.functions import functions_of
from ronn_jack.export.machine import heart
from ronn_jack.export.machine.features import (
    NAMES,
    features_here,
    find_features,
    unasked_features,
)
from ronn_jack.export.machine.glue import I32, I64, Glue
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.sound import FrozenSound
from ronn_jack.parameters import defaults
from ronn_jack.realtime.compiler.building.emit import Emission
from ronn_jack.realtime.compiler.building.numba_api import host
from ronn_jack.realtime.compiler.elf.link import link
from ronn_jack.realtime.level import LevelTable
from ronn_jack.realtime.mixing import UNKNOWN

LZCNT = bytes.fromhex("f3480fbd")

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="it is about x86-64")


def asked(folder: Path, wanted: Collection[Collection[str]]) -> list[int]:
    """Return what the code says of each of some sets of features."""
    objects, names = [], []
    for number, needed in enumerate(wanted):
        glue, name = Glue("features"), f"has_{number}"
        find = find_features(glue, needed)
        glue.function(name, I32, [], lambda b, f=find: b.ret(b.call(f, [])), visible=True)
        objects.append(glue.object_file(TARGETS["v2"], [name]))
        names.append(name)
    path = folder / "features.so"
    path.write_bytes(link(objects, names, []))
    library = ctypes.CDLL(str(path))
    return [getattr(library, name)() for name in names]


def test_it_finds_what_llvm_finds(tmp_path: Path) -> None:
    here, names = features_here(), sorted(NAMES)
    assert asked(tmp_path, [[name] for name in names]) == [int(name in here) for name in names]


def test_all_have_to_be_there(tmp_path: Path) -> None:
    here = features_here()
    missing = sorted(NAMES - here)
    assert {"sse2", "cmov"} <= here
    assert missing, "no machine has AMD's and Intel's all"
    assert asked(tmp_path, [here, [*here, missing[0]], []]) == [1, 0, 1]


def test_code_for_this_machine_is_made_of_nothing_that_is_not_asked_for() -> None:
    told = [*host().features.split(","), *(f"-{name}" for name in unasked_features())]
    last = {feature[1:]: feature[0] for feature in told}
    assert {name for name, sign in last.items() if sign == "+"} <= NAMES | {"64bit", "evex512"}
    assert not unasked_features() & features_here()


def test_code_for_this_machine_keeps_the_widest_vectors() -> None:
    """As LLVM 20 tells of a machine with AVX-512."""
    told = {"64bit": True, "avx512f": True, "evex512": True, "aes": True}
    assert unasked_features(lambda: told) == {"aes"}


def leading_zeros(without_features: Collection[str]) -> bytes:
    emission = Emission("zeros")
    function = ir.Function(emission.module, ir.FunctionType(I64, [I64]), "zeros")
    builder = ir.IRBuilder(function.append_basic_block())
    builder.ret(builder.ctlz(function.args[0], ir.Constant(ir.IntType(1), 0)))
    return emission.object_file(["zeros"], without_features=without_features)


@pytest.mark.skipif("lzcnt" not in features_here(), reason="this machine has no LZCNT")
def test_a_feature_is_left_out_of_code() -> None:
    assert LZCNT in leading_zeros([])
    assert LZCNT not in leading_zeros(["lzcnt"])


@pytest.mark.slow
@pytest.mark.skipif("bmi2" not in features_here(), reason="this machine has no BMI2")
@pytest.mark.parametrize(
    "make",
    [
        lambda without: heart.kernels_object("native", [0], without),
        lambda without: heart.heart_object({}, [], False, without),
    ],
)
def test_features_are_left_out_of_a_plugin_s_functions(make: Callable[..., bytes]) -> None:
    assert make([]) == make([]) != make(["bmi", "bmi2", "lzcnt"])


class Telling:
    """A maker of files that hold what their code is not made of."""

    def kernels_object(
        self, target: str, forms: Collection[int], without_features: Collection[str] = ()
    ) -> bytes:
        return " ".join(sorted(without_features)).encode()

    def heart_object(
        self,
        more: Mapping[str, Any],
        stages: Collection[str],
        chooses: bool,
        without_features: Collection[str] = (),
    ) -> bytes:
        return " ".join(sorted(without_features)).encode()


@pytest.mark.parametrize("target", ["native", "v3"])
def test_they_are_left_out_of_all_code_for_this_very_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, target: str
) -> None:
    monkeypatch.setitem(sys.modules, "ronn_jack.export.machine.heart", Telling())  # type: ignore[arg-type]
    sound = FrozenSound(defaults(), 2, LevelTable(), UNKNOWN)
    made = functions_of(target, sound, "ronn_jack.export.lv2.ports", tmp_path)
    expected = unasked_features() if target == "native" else frozenset()
    assert made == [" ".join(sorted(expected)).encode()] * 2
