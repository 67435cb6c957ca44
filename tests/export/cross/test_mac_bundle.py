"""The folder that macOS wants: properties by which it is known, the library, and what it is."""

from __future__ import annotations

import plistlib

from ronn_jack.export.cross.mac_bundle import PROPERTIES, bundle_of
from tests.export.clap.loading import described


def test_it_names_its_library_and_says_that_it_is_untested() -> None:
    description = described("org.ronn-jack.1234", name="My drone")
    files = bundle_of(b"the library", description, "ronn:1:abc", "of 64-bit ARM")
    properties = plistlib.loads(files[PROPERTIES])
    assert properties["CFBundleIdentifier"] == "org.ronn-jack.1234"
    assert properties["CFBundlePackageType"] == "BNDL"
    assert files[f"Contents/MacOS/{properties['CFBundleExecutable']}"] == b"the library"
    readme = files["Contents/Resources/README.md"].decode()
    assert "It is untested" in readme
    assert "for macOS on processors of 64-bit ARM" in readme
    assert "ronn:1:abc" in readme
