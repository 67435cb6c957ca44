"""The command line as a process: its streams, its signals, what it does without libjack."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.command_line import ROOT, Result, ended, one_line, preset_file, started
from tests.support.jack_server import wait_for
from tests.support.open_files import open_files

pytestmark = [pytest.mark.usefixtures("own_home"), pytest.mark.slow]

WITHOUT_LIBJACK = """\
import ctypes, ctypes.util, sys
find, load = ctypes.util.find_library, ctypes.CDLL
def missing(name, *arguments, **options):
    if "libjack" in str(name):
        raise OSError("no such library")
    return load(name, *arguments, **options)
ctypes.util.find_library = lambda name: None if name == "jack" else find(name)
ctypes.CDLL = missing
from ronn_jack.cli import main
main()
"""


INTERRUPTED_EARLY = """
import os, signal, sys
number = getattr(signal, os.environ.get("NUMBER", "SIGINT"))
class Interrupting:
    def find_spec(name, *_):
        if name == os.environ.get("MODULE", "ronn_jack.commands.options"):
            os.kill(os.getpid(), number)
sys.meta_path.insert(0, Interrupting)
from ronn_jack.__main__ import main
main()
"""


INTERRUPTED_WHERE_IT_IS_LOST = """
import os, signal, sys, time
class Swallowing:
    def find_spec(name, *_):
        if name == "jack":
            try:  # as what is written in C may, and says nothing
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(5)
            except KeyboardInterrupt:
                pass
sys.meta_path.insert(0, Swallowing)
from ronn_jack.__main__ import main
main()
"""


INTERRUPTED_IN_A_CALLBACK = """
import ctypes, os, signal, time
from ronn_jack import __main__
from ronn_jack.commands import presets
callback = ctypes.CFUNCTYPE(None)(lambda: os.kill(os.getpid(), signal.SIGINT))
class Store(presets.PresetStore):
    def entries(self):
        callback()
        time.sleep(10)
        return []
presets.PresetStore = Store
__main__.main()
"""


WARNED = """
import threading, warnings
import numpy as np
from ronn_jack import __main__
from ronn_jack.commands import presets
class Store(presets.PresetStore):
    def entries(self):
        np.float64(1.0) / np.float64(0.0)
        other = threading.Thread(target=lambda: warnings.warn("made up"))
        other.start()
        other.join()
        return super().entries()
presets.PresetStore = Store
__main__.main()
"""


class TestProcess:
    @pytest.mark.slow
    def test_without_libjack_all_that_needs_no_server_works(
        self, audio_file: Path, tmp_path: Path
    ) -> None:
        for arguments in (
            ("info", "--json"),
            ("presets",),
            ("render", audio_file, tmp_path / "out.wav"),
        ):
            result = ended(started(*arguments, program=WITHOUT_LIBJACK))
            assert (result.code, result.err) == (0, "")
        result = ended(started("run", "--osc-port", 0, "--http-port", 0, program=WITHOUT_LIBJACK))
        assert result.code == 1
        assert "apt install jackd2" in one_line(result)

    def test_a_reader_that_goes_away_is_no_error_to_speak_of(self) -> None:
        read, write = os.pipe()
        os.close(read)
        process = subprocess.run(
            [sys.executable, "-m", "ronn_jack", "presets", "--help"],
            stdout=write, stderr=subprocess.PIPE, cwd=ROOT, check=False, timeout=60,
        )  # fmt: skip
        os.close(write)
        assert (process.returncode, process.stderr) == (1, b"")

    @pytest.mark.parametrize(
        "number",
        [
            signal.SIGHUP,
            *(pytest.param(n, marks=pytest.mark.slow) for n in (signal.SIGINT, signal.SIGTERM)),
        ],
    )
    def test_an_interrupted_render_leaves_nothing_behind(self, tmp_path: Path, number: int) -> None:
        source, folder = tmp_path / "long.wav", tmp_path / "out"
        folder.mkdir()
        soundfile.write(source, np.zeros((48_000 * 60, 2), np.float32), 48000)
        sets = ("layers=24", "channels=64", "dilation=1", "kernel=128", "auto_level=off")
        heavy = [word for assignment in sets for word in ("--set", assignment)]
        process = started("render", source, folder / "out.wav", *heavy)
        wait_for(lambda: list(folder.iterdir()), 60, "the rendering to begin")
        process.send_signal(number)
        result = ended(process)
        assert result == Result(1, "", "ronn-jack: interrupted\n")
        assert not list(folder.iterdir())

    def test_a_render_that_waits_for_a_pipe_ends_by_a_signal(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        process = started("render", pipe, tmp_path / "out.wav")
        wait_for(lambda: str(pipe) in open_files(process.pid), 60, "the pipe's opening")
        process.send_signal(signal.SIGTERM)
        assert ended(process) == Result(1, "", "ronn-jack: interrupted\n")

    def test_no_warning_of_a_library_reaches_the_terminal_unless_it_is_asked_for(self) -> None:
        result = ended(started("presets", program=WARNED))
        assert (result.code, result.err) == (0, "")
        asked = ended(started("presets", program=WARNED, environment={"PYTHONWARNINGS": "always"}))
        assert "divide by zero" in asked.err
        assert "made up" in asked.err

    def test_an_interrupt_before_the_command_line_is_there_is_told_in_one_line(self) -> None:
        result = ended(started("presets", program=INTERRUPTED_EARLY))
        assert result == Result(1, "", "ronn-jack: interrupted\n")

    def test_an_interrupt_while_a_node_is_loaded_is_not_lost(self) -> None:
        nowhere = ("run", "-s", "nobody-runs-this", "--osc-port", 0, "--http-port", 0)
        result = ended(started(*nowhere, program=INTERRUPTED_WHERE_IT_IS_LOST))
        assert result == Result(0, "", "")

    @pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
    @pytest.mark.parametrize("command", ["run", "demo"])
    @pytest.mark.parametrize("module", ["cli", "settings", "drivers.jack_library"])
    def test_a_signal_in_the_first_moments_of_a_node_is_no_fault(
        self, number: str, command: str, module: str
    ) -> None:
        environment = {"NUMBER": number, "MODULE": f"ronn_jack.{module}"}
        program = INTERRUPTED_EARLY
        result = ended(started(command, program=program, environment=environment))
        assert result == Result(0, "", "")

    def test_an_interrupt_that_the_parent_has_ignored_is_ignored(self) -> None:
        ignoring = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        result = ended(started("presets", program=ignoring + INTERRUPTED_EARLY))
        assert (result.code, result.err) == (0, "")
        assert "warm-drive" in result.out

    @pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
    def test_a_closed_stream_costs_nothing(
        self, audio_file: Path, tmp_path: Path, closed: str
    ) -> None:
        command = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "ronn_jack"]
        listed = subprocess.run(
            [*command, "presets"], capture_output=True, cwd=ROOT, check=False, timeout=60
        )
        assert (listed.returncode, listed.stderr) == (0, b"")
        assert (b"warm-drive" in listed.stdout) == ("1" not in closed)
        if closed == "0<&- 1>&- 2>&-":
            out = tmp_path / "out.wav"
            subprocess.run([*command, "render", audio_file, out], cwd=ROOT, check=True, timeout=60)
            assert soundfile.info(out).frames == 2000
            wrong = subprocess.run([*command, "lists"], cwd=ROOT, check=False, timeout=60)
            assert wrong.returncode == 2

    @pytest.mark.parametrize(
        ("typed", "wanted"),
        [("", "render"), ("run --os", "--osc-port"), ("render a.wav out.wav --ta", "--tail")],
    )
    def test_a_shell_completes_commands_and_options(self, typed: str, wanted: str) -> None:
        words = ["ronn-jack", *(typed.split() or [""])]
        result = ended(
            started(
                program="from ronn_jack.__main__ import main\nmain()",
                environment={
                    "_RONN_JACK_COMPLETE": "bash_complete",
                    "COMP_WORDS": " ".join(words),
                    "COMP_CWORD": str(len(words) - 1),
                },
            )
        )
        assert (result.code, result.err) == (0, "")
        assert f"plain,{wanted}" in result.out.splitlines()

    def test_a_shell_is_given_its_completion(self) -> None:
        result = ended(started(environment={"_RONN_JACK_COMPLETE": "bash_source"}))
        assert (result.code, result.err) == (0, "")
        assert "_RONN_JACK_COMPLETE=bash_complete" in result.out

    @pytest.mark.slow
    def test_an_interrupt_that_comes_within_a_callback_is_not_lost(self) -> None:
        result = ended(started("presets", program=INTERRUPTED_IN_A_CALLBACK))
        assert result == Result(1, "", "ronn-jack: interrupted\n")

    def test_text_that_the_terminal_can_t_show_is_no_failure(self, tmp_path: Path) -> None:
        folder = tmp_path / "data" / "ronn_jack" / "presets"
        preset_file(folder, 'version = 1\ndescription = "♫ loud"\n')
        process = subprocess.run(
            [sys.executable, "-m", "ronn_jack", "presets"],
            capture_output=True, cwd=ROOT, check=False, timeout=60,
            env={**os.environ, "PYTHONIOENCODING": "latin-1:strict"},
        )  # fmt: skip
        assert process.returncode == 0
        assert b"? loud" in process.stdout
