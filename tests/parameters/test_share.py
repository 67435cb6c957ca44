"""A sound's text survives what people and programs do to it; nothing else is taken for one."""

from __future__ import annotations

import html
import shlex
import urllib.parse
import zlib
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronn_jack.errors import UsageError
from ronn_jack.parameters import PARAMETERS, Kind, Parameter, Scope, Value, defaults
from ronn_jack.parameters.companions import follows
from ronn_jack.parameters.share import MOST_CHARACTERS, is_shared, read_shared, share
from tests.support.trial_values import longest

SOUND = {name: row for name, row in PARAMETERS.items() if row.scope is Scope.SOUND}
OLD = "ronn:1:c2fa0716:layers=9,activation=tanh,seed=7,input_gain=-3.5,mix=0.25,xy=on,freeze=on"
"""As the first version wrote it: later ones have to read it alike."""


def values_of(row: Parameter) -> st.SearchStrategy[Value]:
    low, high = max(row.minimum, row.least), row.maximum
    off = st.just(row.default) if low > row.minimum else st.nothing()
    if row.kind is Kind.FLOAT:
        return st.floats(low, high) | off
    if row.kind is Kind.INT:
        return st.integers(int(low), int(high)) | off
    return st.booleans() if row.kind is Kind.BOOL else st.sampled_from(row.choices or row.names)


def own(sound: dict[str, Value]) -> dict[str, Value]:
    """Return a sound in which what only shows what is playing has its default."""
    return {n: SOUND[n].default if follows(SOUND[n], sound) else v for n, v in sound.items()}


sounds = st.fixed_dictionaries({name: values_of(row) for name, row in SOUND.items()}).map(own)


def text_of(said: str, version: str = "1") -> str:
    return f"ronn:{version}:{zlib.crc32(said.encode()):08x}:{said}"


@given(sounds)
@settings(deadline=None)
def test_any_sound_comes_back_to_the_bit(sound: dict[str, Value]) -> None:
    text = share({**defaults(), **sound, "budget": 0.3})
    read = read_shared(text)
    assert read == sound
    assert {name: type(value) for name, value in read.items()} == {
        name: type(value) for name, value in sound.items()
    }
    assert len(text) < MOST_CHARACTERS


def test_no_sound_needs_a_text_that_is_too_long_to_be_read() -> None:
    text = share({name: longest(row) for name, row in SOUND.items()})
    assert all(f"{name}=" in text for name in SOUND)
    assert len(text) <= MOST_CHARACTERS
    assert share(read_shared(text)) == text


def test_only_what_differs_from_the_defaults_is_said() -> None:
    assert share(defaults()) == "ronn:1:00000000:"
    assert share({**defaults(), "layers": 9, "bypass": True}).endswith(":layers=9")


def test_a_text_of_the_first_version_is_read_as_it_was_meant() -> None:
    values = read_shared(OLD)
    said = {
        "layers": 9, "activation": "tanh", "seed": 7, "input_gain": -3.5, "mix": 0.25, "xy": True,
        "freeze": True,
    }  # fmt: skip
    assert values == {**{name: row.default for name, row in SOUND.items()}, **said}
    assert share({**defaults(), **values}) == OLD


@pytest.mark.parametrize(
    "done",
    [
        lambda text: f'  "{text}".',
        lambda text: f"({text}),\n",
        lambda text: f"\u201c{text}\u201d\u2026",
        lambda text: f"> `{text}`",
        lambda text: "\n ".join(text[at : at + 20] for at in range(0, len(text), 20)),
        lambda text: text.replace("ronn:", "RONN:"),
        lambda text: html.unescape(html.escape(text)),
        lambda text: urllib.parse.unquote_plus(text),
        lambda text: " ".join(shlex.split(text)),
        lambda text: f"\ufeff{text}\u200b",
    ],
)
def test_what_copying_adds_is_ignored(done) -> None:
    text = done(OLD)
    assert is_shared(text)
    assert read_shared(text) == read_shared(OLD)


def test_it_needs_no_quotes_in_a_shell_a_url_or_html() -> None:
    for change in (html.escape, shlex.quote, lambda t: urllib.parse.quote(t, safe=":,=")):
        assert change(OLD) == OLD


def test_a_text_of_the_default_sound_may_lose_its_last_colon() -> None:
    assert read_shared("ronn:1:00000000") == {name: row.default for name, row in SOUND.items()}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "begins with ronn:"),
        ("fuzz", "begins with ronn:"),
        ("ronn", "begins with ronn:"),
        ("ronn:", "cut off or damaged"),
        ("ronn:1:layers=9", "cut off or damaged"),
        (OLD[:-1], "copy the whole of it anew"),
        (OLD.replace("9", "8"), "copy the whole of it anew"),
        (OLD.replace("=-", "=\u2212"), "copy the whole of it anew"),
        (text_of("layers=9", "2"), "update it"),
        (text_of("layers=9", "9" * 2000), "update it"),
        (text_of("layer=9"), "did you mean 'layers'"),
        (text_of("layers=99"), "use 1 to 24"),
        (text_of("layers"), "no number"),
        (text_of("layers=9,layers=3"), "twice"),
        (text_of("bypass=on"), "belongs to the node"),
        (text_of("mix=nan"), "not finite"),
        (text_of(",,layers=9"), "unknown parameter"),
        ("ronn:1:" + "x" * MOST_CHARACTERS, "copy it alone"),
    ],
)
def test_what_is_none_is_refused_in_one_line(text: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint) as caught:
        read_shared(text)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 1000


@pytest.mark.parametrize("name", ["fuzz", "./ronn:1", "ronn", "a/ronn:1:", "808"])
def test_a_name_or_file_is_none(name: str) -> None:
    assert not is_shared(name)


@pytest.mark.parametrize(
    "texts", [5000, pytest.param(1_000_000, marks=[pytest.mark.fuzz, pytest.mark.timeout(1800)])]
)
def test_whatever_is_done_to_one_it_is_the_same_sound_or_refused(texts: int) -> None:
    random = Random(texts)
    alphabet = "abcdefgrnostuyx_=,:.-0123456789\0\n é\ud800"
    meant = read_shared(OLD)
    for _ in range(texts):
        text = list(OLD)
        for _ in range(random.choice((1, 1, 2, 8))):
            at = random.randrange(len(text))
            text[at : at + random.choice((0, 1, 1, 3))] = random.choice((
                [], [random.choice(alphabet)], random.choices(alphabet, k=4), text[:at],
            ))  # fmt: skip
        try:
            assert read_shared("".join(text)) == meant
        except UsageError as error:
            assert str(error).isprintable() or "\ud800" in "".join(text)


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_with_a_right_checksum_is_read_or_refused_in_words(said: str) -> None:
    try:
        values = read_shared(
            f"ronn:1:{zlib.crc32(said.encode('utf-8', 'surrogatepass')):08x}:{said}"
        )
    except UsageError as error:
        assert len(str(error)) < 1000
    else:
        assert set(values) == set(SOUND)
