"""Nothing is allocated, locked or interpreted inside the process callback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.jack_server import jack_server

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler (gcc)")

SUPPORT = Path(__file__).parents[1] / "support"


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    library = tmp_path_factory.mktemp("native") / "rt_counter.so"
    source = SUPPORT / "rt_counter.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    return library


def counts(counter, which):
    with jack_server(f"rules-{which}", period=64) as server:
        result = subprocess.run(
            [sys.executable, "-m", "tests.support.rt_counter", server.name, which],
            env={**os.environ, "LD_PRELOAD": str(counter)},
            cwd=SUPPORT.parents[1],
            capture_output=True,
            text=True,
            timeout=250,  # the kernels may have to be compiled
            check=True,
        )
    return json.loads(result.stdout)


@pytest.mark.slow
def test_the_callback_never_allocates_locks_or_takes_the_gil(counter):
    found = counts(counter, "node")
    assert found["blocks"] >= 4000
    assert found["swaps"] >= 40
    assert (found["allocations"], found["frees"], found["locks"], found["gil"]) == (0, 0, 0, 0)


@pytest.mark.slow
def test_the_counter_sees_a_callback_that_does(counter):
    found = counts(counter, "python")
    assert found["allocations"] > 0
    assert found["frees"] > 0
    assert found["locks"] > 0
