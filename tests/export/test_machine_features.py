"""Plugins made for this very machine ask another one for what they were compiled with."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Collection
from pathlib import Path

import pytest

from ronn_jack.export.machine.features import NAMES, features_here, find_features
from ronn_jack.export.machine.glue import I32, Glue
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.realtime.compiler.elf.link import link

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
