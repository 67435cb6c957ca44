"""What the cache lacks is compiled by other processes, and loaded without a compiler."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ronn_jack.commands import kernels

PROGRAM = """
import sys
from ronn_jack.commands import kernels
[wanted] = [e for e in kernels.ENTRIES if e.cache.name.startswith("mailbox._put-")]
missing = lambda: [] if wanted.cache.load() else [wanted]
told = []
kernels.compile_kernels(told.append, missing)
kernels.compile_kernels(told.append, missing)
wanted.address
print(len(told), wanted.is_from_cache, "numba" in sys.modules)
"""


def test_what_is_missing_is_compiled_elsewhere_once(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert done.stdout == "1 True False\n"


def test_where_nothing_is_missing_nothing_is_started() -> None:
    """Of which it would be told before."""
    kernels.compile_kernels(lambda text: pytest.fail(text), list)


@pytest.mark.parametrize(
    ("life", "left"), [("", ["b", "c"]), ("read one; exec 0<&-; echo $one", ["c"])]
)
def test_a_process_that_ends_leaves_the_rest_to_others(
    tmp_path: Path, life: str, left: list[str]
) -> None:
    """Before it answers, and before it is asked again."""
    python, names = tmp_path / "python", ["a", "b", "c"]
    python.write_text(f"#!/bin/sh\n{life}\n")
    python.chmod(0o755)
    kernels.let_compile(names, str(python))
    assert names == left
