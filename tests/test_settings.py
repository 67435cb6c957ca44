"""Settings come from the shipped file, the user's, and the command line, in that order."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from ronn_jack.errors import UsageError
from ronn_jack.files import shipped_folder
from ronn_jack.settings import FeedbackTo, Follow, Settings, load_settings


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_shipped_settings_are_those_of_the_contract(user_file: Path) -> None:
    assert load_settings(user_file=user_file) == Settings(
        name="ronn",
        inputs=2,
        outputs=2,
        osc_port=None,
        http_port=None,
        bind="127.0.0.1",
        midi_profile="generic",
        osc_aliases=("reaper",),
        midi_takeover="jump",
    )


def test_every_setting_is_explained_in_the_shipped_file() -> None:
    text = (shipped_folder() / "default.toml").read_text(encoding="utf-8")
    for field in fields(Settings):
        assert f"\n{field.name} = " in text or f"\n# {field.name} = " in text


def test_the_user_overrides_the_program_and_an_option_overrides_both(user_file: Path) -> None:
    user_file.write_text('version = 1\nosc_port = 9000\nbind = "0.0.0.0"\nmidi_in = "nano"\n')
    settings = load_settings({"osc_port": 9001, "server": None, "preset": "x"}, user_file)
    assert (settings.osc_port, settings.bind, settings.midi_in) == (9001, "0.0.0.0", "nano")
    assert (settings.server, settings.preset) == (None, "x")


def test_the_users_file_is_found_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "ronn_jack").mkdir()
    (tmp_path / "ronn_jack" / "config.toml").write_text('version = 1\nname = "mine"\n')
    assert load_settings().name == "mine"


def test_every_fault_of_the_users_file_is_listed(user_file: Path) -> None:
    user_file.write_text(
        'version = 1\nosc_prot = 1\ninputs = 3\nhttp_port = "x"\nname = "a:b"\nconnect = "("\n'
        'bind = ""\nserver = "a\\nb"\n'
    )
    with pytest.raises(UsageError) as caught:
        load_settings(user_file=user_file)
    text = str(caught.value)
    assert str(user_file) in text
    assert "did you mean 'osc_port'?" in text
    for word in (
        "inputs = 3",
        "http_port = 'x'",
        "name = 'a:b'",
        "connect = '('",
        "bind",
        "server",
    ):
        assert word in text
    assert "\n" not in text


def test_an_option_out_of_range_is_refused(user_file: Path) -> None:
    with pytest.raises(UsageError, match="osc_port = 70000 is out of range; use 0 to 65535"):
        load_settings({"osc_port": 70000}, user_file)


def test_a_client_name_has_to_fit_jack(user_file: Path) -> None:
    assert load_settings({"name": "x" * 63}, user_file).name == "x" * 63
    with pytest.raises(UsageError, match="can't name a JACK client"):
        load_settings({"name": "é" * 32}, user_file)


@pytest.mark.parametrize("target", ["config.toml", "unmounted/config.toml"])
def test_a_link_that_leads_nowhere_is_not_taken_for_no_settings(
    user_file: Path, target: str
) -> None:
    user_file.symlink_to(target)
    with pytest.raises(UsageError, match=r"config\.toml.*: (no such file|can.t be read)"):
        load_settings(user_file=user_file)


def test_who_is_heard_and_told_over_the_network(user_file: Path) -> None:
    user_file.write_text(
        'version = 1\nallow = ["192.168.1.0/24", "10.0.0.7"]\nosc_token = "open sesame"\n'
        'osc_feedback = ["192.168.1.7:9000", "[fd00::7]:9001",\n'
        '  { to = "tablet.local:9002", normalised = true, interval_ms = 50 },\n'
        '  { to = "10.0.0.7:9003", aliases = "touchosc" }]\n'
    )
    settings = load_settings(user_file=user_file)
    assert settings.allow == ("192.168.1.0/24", "10.0.0.7")
    assert settings.osc_token == "open sesame"
    assert settings.osc_feedback == (
        FeedbackTo("192.168.1.7", 9000),
        FeedbackTo("fd00::7", 9001),
        FeedbackTo("tablet.local", 9002, True, 50),
        FeedbackTo("10.0.0.7", 9003, aliases="touchosc"),
    )
    # Options come in place of the file's, where there are any.
    assert load_settings({"allow": ("10.0.0.9",)}, user_file).allow == ("10.0.0.9",)
    assert load_settings({"allow": ()}, user_file).allow == settings.allow


def test_what_randomize_leaves_as_it_is(user_file: Path) -> None:
    assert (load_settings(user_file=user_file).explore, load_settings().lock) == (True, ())
    user_file.write_text('version = 1\nexplore = false\nlock = ["layers", "seed"]\n')
    settings = load_settings(user_file=user_file)
    assert (settings.explore, settings.lock) == (False, ("layers", "seed"))
    assert load_settings({"lock": ("bias",)}, user_file).lock == ("bias",)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('lock = ["mix"]', "lock = 'mix' is never drawn; use some of layers"),
        ('lock = "layers"', "lock = 'layers' is no list"),
        ('allow = "10.0.0.7"', "allow = '10.0.0.7' is no list; write allow = ['10.0.0.7']"),
        ('allow = ["tablet"]', "allow = 'tablet' is no address; use one such as 192.168.1.7"),
        ("allow = [7]", "allow = 7 is no address"),
        ('allow = ["10.0.0.7/33"]', "'10.0.0.7/33' is no address"),
        ('osc_token = "short"', "osc_token has 5 characters; use 8 to 500"),
        ('osc_feedback = "10.0.0.7:9000"', "osc_feedback = '10.0.0.7:9000' is no list"),
        ('osc_feedback = ["10.0.0.7"]', "'10.0.0.7' is no destination; write it as 192.168.1.7"),
        ('osc_feedback = ["10.0.0.7:0"]', "'10.0.0.7:0' is no destination"),
        ('osc_feedback = ["10.0.0.7:70000"]', "is no destination"),
        ("osc_feedback = [9000]", "to = 9000 is not text"),
        ('osc_feedback = [{ to = "a:1", form = 1 }]', "osc_feedback: unknown key 'form'"),
        ('osc_feedback = [{ to = "a:1", aliases = 5 }]', "aliases = 5 is not text"),
        ('osc_feedback = [{ to = "a:1", aliases = "" }]', "aliases = '' is not printable"),
        (
            'osc_feedback = [{ to = "a:1", aliases = "x", normalised = true }]',
            "normalised is for what is told without aliases; leave it out",
        ),
        (
            'osc_feedback = [{ to = "a:1", aliases = "x", interval_ms = 50 }]',
            "interval_ms is for what is told without aliases; leave it out",
        ),
        ('osc_feedback = [{ to = "a:1", interval_ms = 5 }]', "interval_ms = 5 is out of range"),
    ],
)
def test_a_network_that_makes_no_sense_is_told(user_file: Path, line: str, words: str) -> None:
    user_file.write_text(f"version = 1\n{line}\n")
    with pytest.raises(UsageError, match=re.escape(words)):
        load_settings(user_file=user_file)


def test_what_is_done_in_time_with_a_song(user_file: Path) -> None:
    user_file.write_text(
        "version = 1\n"
        '[[follow]]\ndivision = 4\naction = "reseed"\n'
        '[[follow]]\ndivision = "1/4"\naction = "randomize"\nargument = 0.2\nsource = "jack"\n'
        '[[follow]]\ndivision = "16"\nparameter = "morph"\nshape = "triangle"\nto = 0.5\n'
        '[[follow]]\ndivision = "1/16"\nparameter = "drift_rate"\nshape = "rate"\n'
    )
    assert load_settings(user_file=user_file).follow == (
        Follow(4.0, "reseed"),
        Follow(0.25, "randomize", 0.2, source="jack"),
        Follow(16.0, parameter="morph", shape="triangle", end=0.5),
        Follow(1 / 16, parameter="drift_rate", shape="rate"),
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('action = "reseed"', "follow 1: division is missing; write beats, one of 1/16, 1/8,"),
        ('division = "1/3"\naction = "reseed"', "division = '1/3' is no length; write beats"),
        ('division = 0.5\naction = "reseed"', "division = 0.5 is no length; write beats, one of"),
        ("division = 1", "follow 1: name either an action or a parameter"),
        (
            'division = 1\naction = "undo"\nparameter = "mix"',
            "name either an action or a parameter",
        ),
        ('division = 1\naction = "resed"', "did you mean 'reseed'?"),
        ('division = 1\naction = "reseed"\nargument = 1', "reseed takes no argument"),
        ('division = 1\naction = "snapshot_load"', "snapshot_load needs an argument; write"),
        ('division = 1\naction = "preset_load"', "preset_load needs a preset; write argument = "),
        ('division = 1\nparameter = "morf"', "did you mean 'morph'?"),
        ('division = 1\nparameter = "mix"\nfrom = -1', "from = -1.0 is out of range; use 0 to 1"),
        ('division = 1\nparameter = "mix"\nshape = "saw"', "unknown shape 'saw'"),
        ('division = 1\nparameter = "mix"\nshape = "rate"', "mix is no rate, so its shape can't"),
        (
            'division = 1\nparameter = "drift_rate"\nshape = "rate"\nto = 1',
            "a rate has no to; leave it out",
        ),
        ('division = 1\naction = "reseed"\nsource = "osc"', "unknown source 'osc'"),
        ('division = 1\naction = "reseed"\nto = 1', "unknown key 'to'"),
    ],
)
def test_a_follow_that_makes_no_sense_is_told(user_file: Path, line: str, words: str) -> None:
    user_file.write_text(f"version = 1\n[[follow]]\n{line}\n")
    with pytest.raises(UsageError, match=re.escape(words)):
        load_settings(user_file=user_file)


def test_follow_is_a_list_of_tables(user_file: Path) -> None:
    user_file.write_text('version = 1\nfollow = "reseed"\n')
    with pytest.raises(
        UsageError, match=r"follow = 'reseed' is no list of tables; write \[\[follow"
    ):
        load_settings(user_file=user_file)
