"""What zig links: the right kind of file, of which only the entry is seen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from llvmlite import ir

from ronn_jack.errors import MachineError
from ronn_jack.export.cross import zig
from ronn_jack.export.machine.glue import I32, I64, POINTER, Glue, plain_object
from ronn_jack.export.machine.targets import TARGETS
from tests.export.cross.images import of_macos, of_windows
from tests.export.foreign.running import needs_zig

X86_64_OF_WINDOWS, X86_64_OF_MACOS, ARM64_OF_MACOS = 0x8664, 0x1000007, 0x100000C
WANTED = {
    "clock_gettime": (I32, [I32, POINTER]), "sem_init": (I32, [POINTER, I32, I32]),
    "sem_post": (I32, [POINTER]), "sem_wait": (I32, [POINTER]), "sem_destroy": (I32, [POINTER]),
    "pthread_create": (I32, [POINTER] * 4), "pthread_join": (I32, [POINTER] * 2),
    "usleep": (I32, [I32]), "write": (I64, [I32, POINTER, I64]),
}  # fmt: skip
"""What plugins want of POSIX, and other systems lack or have in another way."""


def linked(target: str) -> bytes:
    """Return a library of two objects: an entry, and a function that it leads to."""
    glue = Glue("entry")
    functions = [glue.foreign(name, *kinds).bitcast(POINTER) for name, kinds in WANTED.items()]
    other = glue.foreign("other", I64, [I64]).bitcast(POINTER)
    glue.table("clap_entry", [other, *functions], visible=True)
    module = ir.Module("other")
    function = ir.Function(module, ir.FunctionType(I64, [I64]), "other")
    ir.IRBuilder(function.append_basic_block()).ret(function.args[0])
    kind = TARGETS[target]
    objects = [glue.object_file(kind, ["clap_entry"]), plain_object(module, kind, ["other"])]
    return zig.shared_library(objects, kind, "clap_entry")


@needs_zig
def test_a_library_for_windows_shows_its_entry_alone() -> None:
    assert of_windows(linked("windows_v3")) == (X86_64_OF_WINDOWS, True, ["clap_entry"])


@needs_zig
@pytest.mark.parametrize(
    ("target", "machine"), [("macos_v2", X86_64_OF_MACOS), ("macos_aarch64", ARM64_OF_MACOS)]
)
def test_a_library_for_macos_shows_its_entry_alone(target: str, machine: int) -> None:
    assert of_macos(linked(target)) == (machine, True, ["_clap_entry"])


@needs_zig
def test_what_can_t_be_linked_is_said() -> None:
    kind = TARGETS["windows_v3"]
    with pytest.raises(MachineError, match="zig can't link for windows: "):
        zig.shared_library([b"rubbish"], kind, "clap_entry")


def test_that_it_takes_too_long_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "ziglang"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import time\ntime.sleep(1000)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(MachineError, match=r"^zig has not linked for windows in 0.5 s: try again"):
        zig.shared_library([], TARGETS["windows_v3"], "clap_entry", 0.5)


def test_without_zig_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ziglang", None)  # so the system takes it for missing
    with pytest.raises(MachineError, match=r"needs ziglang: install it with pip install 'ronn"):
        zig.check_zig("windows")
