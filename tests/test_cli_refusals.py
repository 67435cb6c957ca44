"""The command line: one clear line for whatever is wrong."""

from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click import Command

from ronn_jack import cli
from tests.realtime.engine_driver import noise
from tests.support.command_line import (
    Refused,
    Ronn,
    ended,
    one_line,
    preset_file,
    started,
)
from tests.support.jack_server import jack_server


class TestRefusals:
    def test_a_line_is_never_endless(self, refused: Refused, tmp_path: Path) -> None:
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
            ("activation=17", "activation = 17 is out of range; use linear leaky_relu"),
            ("layers=1\n9", "layers = '1\\n9' is no number"),
            ("kernel=" + "9" * 6000, "9… is out of range; use 1 to 128"),
        ],
    )
    def test_parameters(self, refused: Refused, assignment: str, words: str) -> None:
        assert words in refused(2, "info", "--set", assignment)

    def test_every_fault_is_named_at_once(self, refused: Refused) -> None:
        line = refused(2, "info", "--set", "laeyrs=3", "--set", "mix=7", "--set", "seed")
        assert all(word in line for word in ("did you mean 'layers'?", "mix = 7", "--set seed"))

    @pytest.mark.parametrize(
        ("assignments", "words"),
        [
            (["layers=24", "dilation=20"], "exceeds 60 s at 48000 Hz: lower dilation to 1 or"),
            (["layers=13", "kernel=128", "dilation=3"], "or kernel to "),
            (["recipe=plugin", "residual=on"], "recipe plugin has no residual"),
            (["recipe=package", "init=dirac"], "recipe package has no init dirac; use"),
            (["recipe=plugin", "activation=fold"], "recipe plugin has no activation fold; use elu"),
            (["recipe=package", "activation=crush"], "recipe package has no activation crush; use"),
        ],
    )
    def test_networks(self, refused: Refused, assignments: list[str], words: str) -> None:
        options = [word for assignment in assignments for word in ("--set", assignment)]
        assert words in refused(2, "info", *options)

    @pytest.mark.parametrize("command", ["run", "info", "demo"])
    def test_presets(self, refused: Refused, tmp_path: Path, command: str) -> None:
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
    def test_options_of_run(self, refused: Refused, options: list[str], words: str) -> None:
        assert words in refused(2, "run", *options)

    def test_a_midi_profile_with_every_fault(self, refused: Refused, tmp_path: Path) -> None:
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

    def test_files_of_render(self, refused: Refused, audio_file: Path, tmp_path: Path) -> None:
        out = tmp_path / "out.wav"
        (tmp_path / "text.wav").write_text("no audio\n")
        soundfile.write(tmp_path / "empty.wav", np.zeros((0, 2)), 48000)
        soundfile.write(tmp_path / "three.wav", noise(10, 3).T, 48000)
        assert "can't be read" in refused(1, "render", tmp_path / "missing.wav", out)
        assert "can't be read" in refused(1, "render", tmp_path / "text.wav", out)
        assert "is empty" in refused(1, "render", tmp_path / "empty.wav", out)
        assert "3 channels" in refused(1, "render", tmp_path / "three.wav", out)
        assert "is unknown" in refused(2, "render", audio_file, tmp_path / "out.xyz")
        assert "no subtype" in refused(2, "render", audio_file, out, "--subtype", "PCM_23")
        assert "can't be written" in refused(1, "render", audio_file, tmp_path / "no" / "out.wav")
        assert "is the input itself" in refused(2, "render", audio_file, audio_file)
        assert "File name too long" in refused(
            1, "render", audio_file, tmp_path / f"{'x' * 300}.wav"
        )
        assert "'--tail'" in refused(2, "render", audio_file, out, "--tail", -1)
        assert "'--tail'" in refused(2, "render", audio_file, out, "--tail", "nan")
        assert "9… is out of range" in refused(2, "render", audio_file, out, "--tail", "9" * 5000)
        assert "9… is out of range" in refused(2, "info", "--period", "9" * 5000)
        assert "9… is out of range" in refused(2, "run", "--osc-port", "9" * 5000)
        assert not out.exists()

    def test_commands_that_are_none(self, refused: Refused, ronn: Ronn) -> None:
        assert "Did you mean 'render'?" in refused(2, "rendr")
        assert "Missing argument 'OUT'" in refused(2, "render", "x")
        result = ronn()
        assert result.code == 2
        assert "Commands:" in result.out
        assert result.err == "ronn-jack: give a command\n"

    def test_a_faulty_settings_file(self, refused: Refused, tmp_path: Path) -> None:
        preset_file(tmp_path / "config" / "ronn_jack", "version = 1\nosc_prot = 3\n", "config")
        assert "did you mean 'osc_port'?" in refused(2, "run")

    def test_a_missing_server(self, refused: Refused) -> None:
        line = refused(1, "run", "-s", "nobody-runs-this", "--osc-port", 0, "--http-port", 0)
        assert "no JACK server 'nobody-runs-this' to connect to: start one" in line

    def test_a_missing_server_that_the_demo_was_to_play_on(
        self, refused: Refused, tmp_path: Path
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

    def test_a_taken_port_and_an_address_that_is_not_ours(self, refused: Refused) -> None:
        with jack_server("taken") as server:
            run = ("run", "-s", server.name, "--osc-port")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind(("127.0.0.1", 0))
                port = other.getsockname()[1]
                line = refused(1, *run, port)
            assert f"OSC port {port} is taken" in line
            assert "--osc-port" in line
            with socket.create_server(("127.0.0.1", 0)) as other:
                port = other.getsockname()[1]
                line = refused(1, *run, 0, "--http-port", port)
            assert f"HTTP port {port} is taken" in line
            assert "--http-port" in line
            line = refused(1, *run, 0, "--bind", "192.0.2.1")
            assert "can't listen for OSC on '192.0.2.1'" in line

    def test_a_fault_of_ours_is_told_in_one_line(
        self, refused: Refused, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def break_down(*_: object) -> None:
            raise KeyError("surprise\n")

        monkeypatch.setitem(cli.cli.commands, "break", Command("break", callback=break_down))
        line = refused(1, "break")
        assert "internal error, please report it: KeyError" in line
        assert "test_cli_refusals.py:" in line
