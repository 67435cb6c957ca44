"""Real sounds as plugins for other systems: their files, and their sound where Wine is."""

from __future__ import annotations

import plistlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from ronn_jack.errors import UsageError
from ronn_jack.export.clap.plugin_file import plugin_file, write_plugin
from ronn_jack.export.clap.tables import parameter_id
from ronn_jack.export.sound import FrozenSound, freeze_bank
from ronn_jack.parameters import defaults
from tests.export.clap.sounds import Reference, noise
from tests.export.cross.images import of_macos, of_windows
from tests.export.foreign.running import needs_zig, played_in_wine

RATE = 48000.0
FADE = 1440
TOLERANCE = 1e-6
"""Of the peak: mathematics of another C library, and a division of another processor."""
X86_64_OF_WINDOWS, ARM64_OF_MACOS = 0x8664, 0x100000C

pytestmark = [needs_zig, pytest.mark.slow]


@pytest.fixture(scope="module")
def bank() -> FrozenSound:
    return freeze_bank({**defaults(), "layers": 3, "activation": "tanh"}, [42, 7])


@pytest.fixture(scope="module")
def for_windows(bank: FrozenSound, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("windows") / "bank.clap"
    path.write_bytes(plugin_file(bank, "bank", ["windows_v3"]))
    return path


def test_a_plugin_for_windows_is_a_library_that_shows_its_entry(for_windows: Path) -> None:
    assert of_windows(for_windows.read_bytes()) == (X86_64_OF_WINDOWS, True, ["clap_entry"])


@pytest.mark.skipif(shutil.which("wine") is None, reason="wine is not installed")
@pytest.mark.parametrize("offline", [True, False])
def test_in_wine_it_sounds_as_the_engine(
    bank: FrozenSound, for_windows: Path, offline: bool
) -> None:
    """And changes its network, live by a thread of its own."""
    x, at = noise(6000), 2001
    y = played_in_wine(for_windows, x, 256, [parameter_id("seed"), 1.0, at], offline)
    first, second = (Reference(sound, RATE).play(x, []) for sound in bank.networks)
    peak = np.abs(first).max()
    assert np.abs(y - first)[:, :at].max() <= TOLERANCE * peak
    if offline:
        assert np.abs(y - second)[:, at + FADE :].max() <= TOLERANCE * peak


def test_a_plugin_for_macos_is_a_folder_that_tells_of_it(bank: FrozenSound, tmp_path: Path) -> None:
    path = tmp_path / "bank.clap"
    write_plugin(bank, "The bank", ["macos_aarch64"], path)
    properties = plistlib.loads((path / "Contents/Info.plist").read_bytes())
    assert properties["CFBundlePackageType"] == "BNDL"
    assert properties["CFBundleName"] == "The bank"
    library = path / "Contents/MacOS" / properties["CFBundleExecutable"]
    assert of_macos(library.read_bytes()) == (ARM64_OF_MACOS, True, ["_clap_entry"])
    readme = (path / "Contents/Resources/README.md").read_text()
    assert "It is untested" in readme
    assert bank.text in readme
    write_plugin(bank, "The bank", ["macos_aarch64"], path)  # in the place of its own kind
    (path / "Contents/Info.plist").unlink()
    with pytest.raises(UsageError, match="no CLAP plugin of ours"):
        write_plugin(bank, "The bank", ["macos_aarch64"], path)
