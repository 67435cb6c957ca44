"""The command line: what it says, and what it writes."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ronn_jack import __version__
from ronn_jack.parameters import PARAMETERS
from ronn_jack.presets.store import PresetStore
from tests.realtime.engine_driver import noise
from tests.support.command_line import Refused, Result, Ronn, one_line, preset_file


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

    def test_info_says_what_the_equaliser_does(self, ronn: Ronn) -> None:
        options = ["--set", "eq=on", "--set", "eq_low_gain=6", "--set", "eq_mid2_gain=-3"]
        options += ["--set", "eq_position=pre", "--set", "eq_compensate=on"]
        text = ronn("info", *options).out
        assert (
            "equaliser        pre: low +6.0 dB at 150 Hz; mid2 -3.0 dB at 1000 Hz, Q 0.71; " in text
        )
        assert "to hold the loudness" in text
        facts = json.loads(ronn("info", *options, "--json").out)
        assert facts["equaliser"]["gains"] == [6.0, 0.0, -3.0, 0.0, 0.0]
        assert "equaliser" not in ronn("info", "--set", "eq_low_gain=6").out

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
        self, ronn: Ronn, audio_file: Path, tmp_path: Path
    ) -> None:
        options = ("--set", "mix=0", "--tail", 0.5, "--subtype", "PCM_24")
        line = f"wrote {tmp_path}/out.wav: 0.5 s at 48000 Hz, WAV PCM_24\n"
        assert ronn("render", audio_file, tmp_path / "out.wav", *options) == Result(0, line, "")
        facts = soundfile.info(tmp_path / "out.wav")
        assert (facts.frames, facts.subtype) == (26_000, "PCM_24")
        assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["in.wav", "out.wav"]

    def test_render_says_that_it_can_not_freeze(
        self, ronn: Ronn, audio_file: Path, tmp_path: Path
    ) -> None:
        files = [tmp_path / name for name in ("on.wav", "off.wav")]
        result = ronn("render", audio_file, files[0], "--set", "freeze=on")
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith(
            "note: freeze = on is left out, as a file has no past to hold\nwrote "
        )
        assert ronn("render", audio_file, files[1]).code == 0
        # The samples alone, as a WAV file may hold the time too.
        held, free = (soundfile.read(path)[0] for path in files)
        np.testing.assert_array_equal(held, free)

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

    def test_render_takes_names_of_any_bytes(
        self, ronn: Ronn, audio_file: Path, tmp_path: Path
    ) -> None:
        source, target = (tmp_path / os.fsdecode(b"\xff%d.wav" % number) for number in (1, 2))
        audio_file.rename(source)
        result = ronn("render", source, target)
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith(f"wrote {tmp_path}/ 2.wav: ")
        assert target.is_file()
        assert "can't be read" in one_line(ronn("render", audio_file.with_name("\udcff3"), target))

    def test_render_reads_a_pipe(self, ronn: Ronn, audio_file: Path, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        writer = threading.Thread(target=pipe.write_bytes, args=(audio_file.read_bytes(),))
        writer.start()
        piped = ronn("render", pipe, tmp_path / "piped.wav")
        writer.join()
        assert (piped.code, piped.err) == (0, "")
        assert ronn("render", audio_file, tmp_path / "plain.wav").code == 0
        # Not the files' bytes, as libsndfile writes down the second in which it found the peak.
        heard = [soundfile.read(tmp_path / f"{name}.wav")[0] for name in ("piped", "plain")]
        assert np.array_equal(*heard)

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

    def test_nothing_is_written_over(self, refused: Refused, tmp_path: Path) -> None:
        folder = tmp_path / "data" / "ronn_jack" / "presets"
        (tmp_path / "old.json").write_text(self.SOUND)
        mine = preset_file(folder, "version = 1\n", "old")
        line = refused(2, "import", tmp_path / "old.json")
        assert "there is a preset 'old' already: choose another with --name" in line
        assert mine.read_text() == "version = 1\n"

    def test_what_can_t_be_imported(self, refused: Refused, tmp_path: Path) -> None:
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
