"""The kernels as they are on other hosts, as far as this one can run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.realtime.compiler.host import VECTOR, WIDTH_VARIABLE

FOLDER = Path(__file__).parents[1]
CHECKED = [
    "kernels/test_network.py",
    "kernels/test_activations.py",
    "kernels/test_convolution.py",
    "kernels/test_vectors.py",
    "convolver/test_convolver.py",
    "test_output_stage.py",
    "meters/test_loudness.py",
]

HOSTS = {
    "512 bit": {WIDTH_VARIABLE: "512"},
    "256 bit": {WIDTH_VARIABLE: "256"},
    "128 bit": {WIDTH_VARIABLE: "128"},
    "v3": TARGETS["v3"].environment(),
    "no vector unit known": {"NUMBA_CPU_NAME": "generic"},
}
USUAL = "v3"
"""The one of `make test`: most hosts are such, and plugins compile for it too. The others are for
`make soak`.
"""
NEEDS = {"512 bit": 16, "256 bit": 8, "v3": 8}
"""Lanes that this host must have to run what another one runs."""


def here(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k != WIDTH_VARIABLE and "NUMBA_CPU" not in k}
    return subprocess.run(
        [sys.executable, *arguments],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=850,
        check=False,
        cwd=FOLDER.parents[1],
    )


@pytest.mark.timeout(900)  # each compiles all kernels, the first time
@pytest.mark.parametrize(
    "host",
    [pytest.param(h, marks=pytest.mark.slow if h == USUAL else pytest.mark.soak) for h in HOSTS],
)
def test_every_host_s_kernels_pass_the_same_tests(host: str) -> None:
    if NEEDS.get(host, 4) > VECTOR.lanes or NEEDS.get(host) == VECTOR.lanes == 16:
        pytest.skip("this host can't run it, or runs it in the other tests")
    files = [str(FOLDER / name) for name in CHECKED]
    done = here(HOSTS[host], "-m", "pytest", "-q", "-p", "no:cacheprovider", *files)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_a_width_that_is_none_is_refused() -> None:
    done = here({WIDTH_VARIABLE: "100"}, "-c", "import ronn_jack.realtime.compiler.host")
    assert done.returncode != 0
    assert "use 128, 256 or 512" in done.stderr
