"""A bundle takes the place of one of ours, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.errors import UsageError
from ronn_jack.export.folder import replace_folder
from ronn_jack.export.lv2 import turtle
from ronn_jack.export.lv2.bundle import Bundle
from ronn_jack.export.plugin.controls import controls_of
from ronn_jack.export.sound import FrozenSound
from ronn_jack.parameters import defaults
from ronn_jack.realtime.level import LevelTable
from ronn_jack.realtime.mixing import UNKNOWN


class Light(Bundle):
    """A bundle whose library is not made."""

    def files(self) -> dict[str, bytes]:
        described = turtle.Described(self.uri, "Mine", "mine.so", "", 2, controls_of(defaults()))
        return {"manifest.ttl": turtle.manifest(described).encode(), "mine.so": b"new"}


@pytest.fixture
def bundle() -> Bundle:
    return Light("Mine", FrozenSound(defaults(), 2, LevelTable(), UNKNOWN), ["native"])


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def alone(folder: Path) -> bool:
    return [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_one_of_ours_is_replaced(bundle: Bundle, tmp_path: Path) -> None:
    folder = tmp_path / "mine.lv2"
    bundle.write(folder)
    (folder / "older.so").write_bytes(b"old")
    bundle.write(folder)
    assert content(folder) == bundle.files()
    assert folder.stat().st_mode & 0o777 == 0o755
    assert alone(folder)


OF_A_PRESET = b"""@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix pset: <http://lv2plug.in/ns/ext/presets#> .

<quiet.ttl>
\tlv2:appliesTo <urn:ronn-jack:lv2:0123456789abcdef> ;
\ta pset:Preset .
"""
"""As hosts keep what a user has set in a plugin of ours."""


@pytest.mark.parametrize(
    "manifest", [None, b"<http://example.org/amp> a lv2:Plugin .", OF_A_PRESET]
)
def test_anothers_stays(bundle: Bundle, tmp_path: Path, manifest: bytes | None) -> None:
    folder = tmp_path / "amp.lv2"
    folder.mkdir()
    (folder / "amp.so").write_bytes(b"theirs")
    if manifest is not None:
        (folder / "manifest.ttl").write_bytes(manifest)
    with pytest.raises(UsageError, match="no LV2 bundle of ours: give another name"):
        bundle.write(folder)
    assert content(folder)["amp.so"] == b"theirs"


def test_what_can_t_take_its_place_leaves_the_older_one(tmp_path: Path) -> None:
    folder = tmp_path / "mine.lv2"
    replace_folder(folder, {"older.so": b"old"})

    def full(path: Path, target: Path) -> None:
        if target == folder and not (path / "older.so").exists():
            raise OSError(28, "No space left on device")
        path.rename(target)

    with pytest.raises(OSError, match="No space"):
        replace_folder(folder, {"newer.so": b"new"}, full)
    assert content(folder) == {"older.so": b"old"}
    assert alone(folder)


def test_a_link_is_written_through(bundle: Bundle, tmp_path: Path) -> None:
    folder, link = tmp_path / "there" / "mine.lv2", tmp_path / "mine.lv2"
    bundle.write(folder)
    link.symlink_to(folder)
    bundle.write(link)
    assert link.is_symlink()
    assert content(folder) == bundle.files()


def test_bypass_is_what_hosts_know_as_enabled() -> None:
    described = turtle.Described("urn:x", "Mine", "mine.so", "", 2, controls_of(defaults()))
    ports = turtle.description(described).split("lv2:InputPort , lv2:ControlPort")
    enabled = next(port for port in ports if "lv2:designation lv2:enabled" in port)
    for fact in ('lv2:symbol "enabled"', "lv2:default 1.0", "lv2:minimum 0", "lv2:maximum 1"):
        assert fact in enabled
    assert '"bypass"' not in "".join(ports)
    assert '[ lv2:symbol "enabled" ; pset:value 1.0 ]' in turtle.presets(described)
    bypassed = {**defaults(), "bypass": True}
    described = turtle.Described("urn:x", "Mine", "mine.so", "", 2, controls_of(bypassed))
    assert '[ lv2:symbol "enabled" ; pset:value 0.0 ]' in turtle.presets(described)
