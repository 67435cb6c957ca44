"""The command line: what it says, its exit codes, and one clear line for whatever is wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import soundfile

from ronn_jack import __version__, cli
from ronn_jack.parameters import PARAMETERS
from ronn_jack.presets.store import PresetStore
from tests.realtime.engine_driver import noise
from tests.support.jack_server import jack_server, wait_for

ROOT = Path(__file__).parents[1]
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
        if name == os.environ.get("MODULE", "ronn_jack.cli_options"):
            os.kill(os.getpid(), number)
sys.meta_path.insert(0, Interrupting)
from ronn_jack.__main__ import main
main()
"""


INTERRUPTED_IN_A_CALLBACK = """
import ctypes, os, signal, time
from ronn_jack import __main__, cli_presets
callback = ctypes.CFUNCTYPE(None)(lambda: os.kill(os.getpid(), signal.SIGINT))
class Store(cli_presets.PresetStore):
    def presets(self):
        callback()
        time.sleep(10)
        return []
cli_presets.PresetStore = Store
__main__.main()
"""


class Result(NamedTuple):
    code: int
    out: str
    err: str


Ronn = Callable[..., Result]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the user's own presets and settings out."""
    for kind in ("DATA", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    return tmp_path


@pytest.fixture
def ronn(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Ronn]:
    """Run `ronn-jack` with some arguments in this process."""
    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in ending}

    def run(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["ronn-jack", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    yield run
    signal.set_wakeup_fd(-1)  # a node that was refused has left a thread that reads signals
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def refused(ronn: Ronn) -> Callable[..., str]:
    """Run `ronn-jack`, see that it refuses in one line, and return the line."""

    def run(code: int, *arguments: object) -> str:
        result = ronn(*arguments)
        assert result.code == code, result
        return one_line(result)

    return run


def one_line(result: Result) -> str:
    assert result.err.startswith("ronn-jack: ")
    assert result.err.count("\n") == 1
    assert "Traceback" not in result.err
    return result.err


def started(
    *arguments: object, program: str | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start `ronn-jack` as a process of its own."""
    command = ["-m", "ronn_jack"] if program is None else ["-c", program]
    return subprocess.Popen(
        [sys.executable, *command, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
    )


def ended(process: subprocess.Popen[str]) -> Result:
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return Result(process.returncode, out, err)


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    path = tmp_path / "in.wav"
    soundfile.write(path, noise(2000).T, 48000, subtype="FLOAT")
    return path


def preset_file(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class TestWhatItSays:
    def test_help_and_version(self, ronn: Ronn) -> None:
        listed = ronn("--help").out
        for command in ("run", "demo", "render", "info", "presets", "import", "midi", "doctor"):
            assert f"\n  {command} " in listed
            assert ronn(command, "-h").code == 0
        assert ronn("--version") == Result(0, f"ronn-jack, version {__version__}\n", "")

    @pytest.mark.parametrize("command", ["run", "demo", "render", "info"])
    def test_help_lists_the_parameters(self, ronn: Ronn, command: str) -> None:
        lines = [line.strip() for line in ronn(command, "--help").out.splitlines()]
        listed = lines[lines.index("Parameters:") + 1 :]
        assert listed == [f"{row.name:12} {row.range_text}" for row in PARAMETERS.values()]

    def test_the_network_of_the_contract(self, ronn: Ronn) -> None:
        sets = ("layers=9", "kernel=15", "channels=6", "dilation=2", "depthwise=on")
        options = [word for assignment in sets for word in ("--set", assignment)]
        facts = json.loads(ronn("info", *options, "--rate", 44100, "--json").out)
        assert facts["predicted_load"] > 0.0
        del facts["predicted_load"]
        assert facts == {
            "parameters": 990,
            "receptive_field_frames": 7155,
            "receptive_field_ms": pytest.approx(162.2449, rel=1e-6),
        }
        text = ronn("info", *options).out
        assert "990" in text
        assert "7155 frames (149.1 ms at 48000 Hz)" in text

    def test_info_takes_a_preset_and_then_what_is_set(self, ronn: Ronn, tmp_path: Path) -> None:
        text = "version = 1\n[parameters]\nlayers = 2\nkernel = 5\n"
        path = preset_file(tmp_path, text)
        options = ("--preset", path, "--set", "kernel=4", "--json")
        facts = json.loads(ronn("info", *options).out)
        assert facts["receptive_field_frames"] == 1 + 3 * (1 + 2)
        preset_file(tmp_path / "data" / "ronn_jack" / "presets", text, "own")
        assert (
            json.loads(ronn("info", "--preset", "own", *options[2:]).out)["parameters"]
            == (facts["parameters"])
        )

    def test_presets_are_numbered(self, ronn: Ronn, tmp_path: Path) -> None:
        folder = tmp_path / "data" / "ronn_jack" / "presets"
        preset_file(folder, 'version = 1\ndescription = "my sound"\n')
        preset_file(folder, "nonsense", "zzz-broken")
        lines = ronn("presets").out.splitlines()
        names = PresetStore().names()
        assert len(lines) == len(names)
        for number, (line, name) in enumerate(zip(lines, names, strict=True)):
            assert line.split()[0] == str(number)
            assert name in line
        assert "my sound" in lines[names.index("mine")]
        assert "is no TOML" in lines[names.index("zzz-broken")]

    def test_render_writes_a_file_and_says_so_in_a_line(
        self, ronn: Ronn, audio: Path, tmp_path: Path
    ) -> None:
        options = ("--set", "mix=0", "--tail", 0.5, "--subtype", "PCM_24")
        line = f"wrote {tmp_path}/out.wav: 0.5 s at 48000 Hz, WAV PCM_24\n"
        assert ronn("render", audio, tmp_path / "out.wav", *options) == Result(0, line, "")
        facts = soundfile.info(tmp_path / "out.wav")
        assert (facts.frames, facts.subtype) == (26_000, "PCM_24")
        assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["in.wav", "out.wav"]

    def test_render_says_that_it_can_not_freeze(
        self, ronn: Ronn, audio: Path, tmp_path: Path
    ) -> None:
        files = [tmp_path / name for name in ("on.wav", "off.wav")]
        result = ronn("render", audio, files[0], "--set", "freeze=on")
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith(
            "note: freeze = on is left out, as a file has no past to hold\nwrote "
        )
        assert ronn("render", audio, files[1]).code == 0
        assert files[0].read_bytes() == files[1].read_bytes()

    def test_render_takes_what_a_cut_off_file_still_has_and_warns(
        self, ronn: Ronn, tmp_path: Path
    ) -> None:
        source, target = tmp_path / "in.flac", tmp_path / "out.wav"
        soundfile.write(source, noise(48_000).T, 48000)
        os.truncate(source, source.stat().st_size * 6 // 10)
        result = ronn("render", source, target, "--tail", 1)
        assert result.code == 0
        assert one_line(result).startswith(f"ronn-jack: warning: {source} is cut off or damaged")
        assert result.out.startswith(f"wrote {target}: 1.")
        assert 70_000 < soundfile.info(target).frames < 80_000

    def test_render_takes_names_of_any_bytes(self, ronn: Ronn, audio: Path, tmp_path: Path) -> None:
        source, target = (tmp_path / os.fsdecode(b"\xff%d.wav" % number) for number in (1, 2))
        audio.rename(source)
        result = ronn("render", source, target)
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith(f"wrote {tmp_path}/ 2.wav: ")
        assert target.is_file()
        assert "can't be read" in one_line(ronn("render", audio.with_name("\udcff3"), target))

    def test_render_reads_a_pipe(self, ronn: Ronn, audio: Path, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_bytes, args=(audio.read_bytes(),))
        writer.start()
        piped = ronn("render", pipe, tmp_path / "piped.wav")
        writer.join()
        assert (piped.code, piped.err) == (0, "")
        assert ronn("render", audio, tmp_path / "plain.wav").code == 0
        assert (tmp_path / "piped.wav").read_bytes() == (tmp_path / "plain.wav").read_bytes()

    def test_a_signal_that_is_ignored_from_the_start_stays_so(self, ronn: Ronn) -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        assert ronn("presets").code == 0
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN

    def test_midi_list_says_what_it_finds(self, ronn: Ronn) -> None:
        result = ronn("midi", "list")
        assert result.code == 0
        assert result.out.strip()


class TestImport:
    SOUND = '{"n_layers": 3, "kernel_size": 7, "activation": "ELU", "seed": 5}'

    def test_a_sound_of_the_original_becomes_a_preset(self, ronn: Ronn, tmp_path: Path) -> None:
        (tmp_path / "old.json").write_text(self.SOUND)
        result = ronn("import", tmp_path / "old.json", "--name", "from long ago")
        assert (result.code, result.err) == (0, "")
        first, *notes = result.out.splitlines()
        assert first == f"wrote {tmp_path}/data/ronn_jack/presets/from long ago.toml"
        assert notes
        assert all(note.startswith("note: ") for note in notes)
        values = PresetStore().load("from long ago").values
        assert {name: values[name] for name in ("layers", "kernel", "activation", "seed")} == {
            "layers": 3, "kernel": 7, "activation": "elu", "seed": 5,
        }  # fmt: skip
        assert values["recipe"] == "package"

    def test_the_plugin_s_menus_are_taken_as_heard_or_as_labelled(
        self, ronn: Ronn, tmp_path: Path
    ) -> None:
        state = '<ronn><PARAM id="activation" value="2.0"/><PARAM id="layers" value="4.0"/></ronn>'
        (tmp_path / "plugin.xml").write_text(state)
        played = []
        for name, option in (("a", "--as-heard"), ("b", "--as-labelled"), ("c", None)):
            options = [option] if option else []
            assert ronn("import", tmp_path / "plugin.xml", "--name", name, *options).code == 0
            played.append(PresetStore().load(name).values["activation"])
        assert played[0] == played[2]
        assert played[0] != played[1]

    def test_nothing_is_written_over(self, refused: Callable[..., str], tmp_path: Path) -> None:
        folder = tmp_path / "data" / "ronn_jack" / "presets"
        (tmp_path / "old.json").write_text(self.SOUND)
        mine = preset_file(folder, "version = 1\n", "old")
        line = refused(2, "import", tmp_path / "old.json")
        assert "there is a preset 'old' already: choose another with --name" in line
        assert mine.read_text() == "version = 1\n"

    def test_what_can_t_be_imported(self, refused: Callable[..., str], tmp_path: Path) -> None:
        (tmp_path / "old.json").write_text(self.SOUND)
        (tmp_path / "bad.json").write_text('{"n_layers": 999}')
        assert "no such file" in refused(2, "import", tmp_path / "missing.json")
        assert "out of range" in refused(2, "import", tmp_path / "bad.json")
        assert "not allowed" in refused(2, "import", tmp_path / "old.json", "--name", "../x")
        os.mkfifo(tmp_path / "pipe")
        assert "no regular file" in refused(2, "import", tmp_path / "pipe")

    def test_an_original_named_by_digits(self, ronn: Ronn, tmp_path: Path) -> None:
        (tmp_path / "808.json").write_text(self.SOUND)
        assert ronn("import", tmp_path / "808.json").code == 0
        facts = json.loads(ronn("info", "--preset", "808", "--json").out)
        assert facts["receptive_field_frames"] == 1 + 6 * (1 + 2 + 4)


class TestRefusals:
    def test_a_line_is_never_endless(self, refused: Callable[..., str], tmp_path: Path) -> None:
        keys = "".join(f"key{number} = 1\n" for number in range(20_000))
        path = preset_file(tmp_path, f"version = 1\n{keys}")
        for arguments in (
            ("--preset", path),
            ("--preset", "x" * 100_000),
            ("--set", "layers=" + "9" * 100_000),
            *((("--set", "x" * 50_000 + "=1")),),
        ):
            assert len(refused(2, "info", *arguments)) < 1100

    @pytest.mark.parametrize(
        ("assignment", "words"),
        [
            ("laeyrs=3", "unknown parameter 'laeyrs': did you mean 'layers'?"),
            ("=3", "unknown parameter ''"),
            ("layers", "--set layers has no value: write --set layers=VALUE"),
            ("layers=", "layers = '' is no number; use 1 to 24"),
            ("layers=25", "layers = 25 is out of range; use 1 to 24"),
            ("layers=many", "layers = 'many' is no number; use 1 to 24"),
            ("mix=nan", "mix = 'nan' is not finite; use 0 to 1"),
            ("input_gain=inf", "input_gain = 'inf' is not finite; use -24 to 24 dB"),
            ("input_gain=-1e999", "input_gain = -1e999 is out of range; use -24 to 24 dB"),
            ("fade_ms=0.5", "fade_ms = 0.5 is out of range; use 1 to 1000 ms"),
            ("seed=1_0", "seed = '1_0' is no number"),
            ("seed=٣", "seed = '٣' is no number"),
            ("seed=4294967296", "out of range; use 0 to 4294967295"),
            ("bias=maybe", "bias = 'maybe' is no number; use on, off"),
            ("activation=rely", "unknown activation value 'rely': did you mean 'relu'?"),
            ("activation=13", "activation = 13 is out of range; use linear leaky_relu"),
            ("layers=1\n9", "layers = '1\\n9' is no number"),
            ("kernel=" + "9" * 6000, "9… is out of range; use 1 to 128"),
        ],
    )
    def test_parameters(self, refused: Callable[..., str], assignment: str, words: str) -> None:
        assert words in refused(2, "info", "--set", assignment)

    def test_every_fault_is_named_at_once(self, refused: Callable[..., str]) -> None:
        line = refused(2, "info", "--set", "laeyrs=3", "--set", "mix=7", "--set", "seed")
        assert all(word in line for word in ("did you mean 'layers'?", "mix = 7", "--set seed"))

    @pytest.mark.parametrize(
        ("assignments", "words"),
        [
            (["layers=24", "dilation=20"], "exceeds 60 s at 48000 Hz: lower dilation to 1 or"),
            (["layers=13", "kernel=128", "dilation=3"], "or kernel to "),
            (["recipe=plugin", "residual=on"], "recipe plugin has no residual"),
            (["recipe=package", "init=dirac"], "recipe package has no init dirac; use"),
        ],
    )
    def test_networks(
        self, refused: Callable[..., str], assignments: list[str], words: str
    ) -> None:
        options = [word for assignment in assignments for word in ("--set", assignment)]
        assert words in refused(2, "info", *options)

    @pytest.mark.parametrize("command", ["run", "info", "demo"])
    def test_presets(self, refused: Callable[..., str], tmp_path: Path, command: str) -> None:
        folder = tmp_path / "data" / "ronn_jack" / "presets"
        preset_file(folder, "version = 1\n", "warm-thing")
        bad = preset_file(
            tmp_path,
            'version = 1\n[parameters]\nlayers = 99\nmix = "wet"\ngain = nan\nkernal = 3\n'
            "input_gain = inf\n",
        )
        for reference, words in (
            ("warm-thin", ["unknown preset 'warm-thin': did you mean 'warm-thing'?"]),
            ("../no/such.preset", ["no such file"]),
            (tmp_path / "missing.toml", ["no such file"]),
            (tmp_path / ".", ["no regular file"]),
            ("4711", ["preset number '4711' is out of range: use 0 to "]),
            (
                bad,
                [
                    str(bad), "layers = 99 is out of range; use 1 to 24", "mix = 'wet'",
                    "'kernal': did you mean 'kernel'?", "input_gain", "not finite",
                ],
            ),
        ):  # fmt: skip
            line = refused(2, command, "--preset", reference)
            assert all(word in line for word in words), line

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (["-n", "a:b"], "can't name a JACK client"),
            (["--inputs", "3"], "inputs = 3 is out of range; use 1 to 2"),
            (["--outputs", "0"], "outputs = 0 is out of range; use 1 to 2"),
            (["--osc-port", "65536"], "osc_port = 65536 is out of range; use 0 to 65535"),
            (["--osc-port", "x"], "'x' is not a valid integer"),
            (["--osc-port", "94_20"], "'94_20' is not a valid integer"),
            (["--http-port", "-1"], "http_port = -1 is out of range"),
            (["--connect", "("], "connect = '(' is no regular expression"),
            (["--midi-in", "*"], "midi_in = '*' is no regular expression"),
            (["--midi-profile", "genric"], "'genric': did you mean 'generic'?"),
            (["--nmae", "x"], "No such option"),
            (["fuzz", "extra"], "unexpected extra argument"),
        ],
    )
    def test_options_of_run(
        self, refused: Callable[..., str], options: list[str], words: str
    ) -> None:
        assert words in refused(2, "run", *options)

    def test_what_nothing_listens_to_is_not_shown(self, ronn: Callable[..., Result]) -> None:
        assert "http" not in ronn("run", "--help").out

    def test_a_midi_profile_with_every_fault(
        self, refused: Callable[..., str], tmp_path: Path
    ) -> None:
        path = preset_file(
            tmp_path,
            'version = 1\nname = "x"\n'
            '[[binding]]\nmessage = "cc"\nnumber = 128\nparameter = "mix"\n'
            '[[binding]]\nmessage = "cc"\nnumber = 1\nparameter = "laeyrs"\n'
            '[[binding]]\nmessage = "cc"\nnumber = "two"\nparameter = "mix"\n'
            '[[binding]]\nmessage = "cc"\nnumber = 3\nparameter = "layers"\nmaximum = 25\n'
            '[[binding]]\nmessage = "cc"\nnumber = 4\nparameter = "mix"\nminimum = nan\n',
        )
        line = refused(2, "run", "--midi-profile", path)
        for word in (
            "number = 128", "did you mean 'layers'?", "number = 'two'", "25", "not finite",
        ):  # fmt: skip
            assert word in line

    def test_files_of_render(
        self, refused: Callable[..., str], audio: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out.wav"
        (tmp_path / "text.wav").write_text("no audio\n")
        soundfile.write(tmp_path / "empty.wav", np.zeros((0, 2)), 48000)
        soundfile.write(tmp_path / "three.wav", noise(10, 3).T, 48000)
        assert "can't be read" in refused(1, "render", tmp_path / "missing.wav", out)
        assert "can't be read" in refused(1, "render", tmp_path / "text.wav", out)
        assert "is empty" in refused(1, "render", tmp_path / "empty.wav", out)
        assert "3 channels" in refused(1, "render", tmp_path / "three.wav", out)
        assert "is unknown" in refused(2, "render", audio, tmp_path / "out.xyz")
        assert "no subtype" in refused(2, "render", audio, out, "--subtype", "PCM_23")
        assert "can't be written" in refused(1, "render", audio, tmp_path / "no" / "out.wav")
        assert "is the input itself" in refused(2, "render", audio, audio)
        assert "File name too long" in refused(1, "render", audio, tmp_path / f"{'x' * 300}.wav")
        assert "'--tail'" in refused(2, "render", audio, out, "--tail", -1)
        assert "'--tail'" in refused(2, "render", audio, out, "--tail", "nan")
        assert "9… is out of range" in refused(2, "render", audio, out, "--tail", "9" * 5000)
        assert "9… is out of range" in refused(2, "info", "--period", "9" * 5000)
        assert "9… is out of range" in refused(2, "run", "--osc-port", "9" * 5000)
        assert not out.exists()

    def test_commands_that_are_none(self, refused: Callable[..., str], ronn: Ronn) -> None:
        assert "Did you mean 'render'?" in refused(2, "rendr")
        assert "Missing argument 'OUT'" in refused(2, "render", "x")
        result = ronn()
        assert result.code == 2
        assert "Commands:" in result.out
        assert result.err == "ronn-jack: give a command\n"

    def test_a_faulty_settings_file(self, refused: Callable[..., str], tmp_path: Path) -> None:
        preset_file(tmp_path / "config" / "ronn_jack", "version = 1\nosc_prot = 3\n", "config")
        assert "did you mean 'osc_port'?" in refused(2, "run")

    def test_a_missing_server(self, refused: Callable[..., str]) -> None:
        line = refused(1, "run", "-s", "nobody-runs-this", "--osc-port", 0)
        assert "no JACK server 'nobody-runs-this' to connect to: start one" in line

    def test_a_missing_server_that_the_demo_was_to_play_on(
        self, refused: Callable[..., str], tmp_path: Path
    ) -> None:
        out = tmp_path / "demo.wav"
        line = refused(1, "demo", "-s", "nobody-runs-this", "--out", out)
        assert "no JACK server 'nobody-runs-this' to connect to: start one" in line

    @pytest.mark.slow
    @pytest.mark.parametrize("command", ["run", "demo"])
    def test_a_missing_server_is_told_before_anything_is_compiled(
        self, tmp_path: Path, command: str
    ) -> None:
        environment = {"XDG_CACHE_HOME": str(tmp_path)}
        result = ended(started(command, "-s", "nobody-runs-this", environment=environment))
        assert result.code == 1
        assert "no JACK server 'nobody-runs-this'" in one_line(result)
        kernels = {path.name.partition("-")[0] for path in tmp_path.rglob("*.kernel")}
        assert kernels == {"jack_library._discard"}  # without which libjack can't be asked

    def test_a_taken_osc_port_and_an_address_that_is_not_ours(
        self, refused: Callable[..., str]
    ) -> None:
        with jack_server("taken") as server:
            run = ("run", "-s", server.name, "--osc-port")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind(("127.0.0.1", 0))
                port = other.getsockname()[1]
                line = refused(1, *run, port)
            assert f"OSC port {port} is taken" in line
            assert "--osc-port" in line
            line = refused(1, *run, 0, "--bind", "192.0.2.1")
            assert "can't listen for OSC on '192.0.2.1'" in line

    def test_a_fault_of_ours_is_told_in_one_line(
        self, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def break_down(*_: object) -> None:
            raise KeyError("surprise\n")

        monkeypatch.setattr(cli, "model_of", break_down)
        line = refused(1, "info")
        assert "internal error, please report it: KeyError" in line
        assert "test_cli.py:" in line


class TestProcess:
    def test_without_libjack_all_that_needs_no_server_works(
        self, audio: Path, tmp_path: Path
    ) -> None:
        for arguments in (
            ("info", "--json"),
            ("presets",),
            ("render", audio, tmp_path / "out.wav"),
        ):
            result = ended(started(*arguments, program=WITHOUT_LIBJACK))
            assert (result.code, result.err) == (0, "")
        result = ended(started("run", "--osc-port", 0, program=WITHOUT_LIBJACK))
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
        files = Path(f"/proc/{process.pid}/fd")
        wait_for(
            lambda: any(path.resolve() == pipe for path in files.iterdir()),
            60,
            "the pipe's opening",
        )
        process.send_signal(signal.SIGTERM)
        assert ended(process) == Result(1, "", "ronn-jack: interrupted\n")

    def test_an_interrupt_before_the_command_line_is_there_is_told_in_one_line(self) -> None:
        result = ended(started("presets", program=INTERRUPTED_EARLY))
        assert result == Result(1, "", "ronn-jack: interrupted\n")

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
    def test_a_closed_stream_costs_nothing(self, audio: Path, tmp_path: Path, closed: str) -> None:
        command = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "ronn_jack"]
        listed = subprocess.run(
            [*command, "presets"], capture_output=True, cwd=ROOT, check=False, timeout=60
        )
        assert (listed.returncode, listed.stderr) == (0, b"")
        assert (b"warm-drive" in listed.stdout) == ("1" not in closed)
        if closed == "0<&- 1>&- 2>&-":
            out = tmp_path / "out.wav"
            subprocess.run([*command, "render", audio, out], cwd=ROOT, check=True, timeout=60)
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
