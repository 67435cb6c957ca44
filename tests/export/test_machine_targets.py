"""What a plugin holds kernels for, by the machine that it is made on."""

from __future__ import annotations

import subprocess
import sys

import pytest

CHOSEN = """
import platform
import sys
platform.machine = lambda: sys.argv[1]
from ronn_jack.export.machine.targets import chosen
print(chosen("native"))
"""


@pytest.mark.parametrize(
    ("machine", "targets"),
    [("x86_64", ["native"]), ("aarch64", ["aarch64"]), ("arm64", ["aarch64"])],
)
def test_native_is_what_all_have_where_a_plugin_can_t_ask(machine: str, targets: list[str]) -> None:
    command = [sys.executable, "-c", CHOSEN, machine]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert found == f"{targets}\n"
