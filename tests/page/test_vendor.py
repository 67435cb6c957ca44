"""The page's libraries are what their authors have published, and nothing else."""

from __future__ import annotations

import hashlib

from ronn_jack.interfaces.web.page import FOLDER

VENDOR = FOLDER / "vendor"
LOCK = "vendor.lock"


def locked() -> dict[str, tuple[str, str]]:
    """Return hash and package by file."""
    lines = (VENDOR / LOCK).read_text().splitlines()
    words = [line.split() for line in lines if not line.startswith("#")]
    return {name: (digest, package) for digest, name, package, _ in words}


def test_every_file_is_the_one_that_was_fetched():
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != LOCK
    }
    assert found == {name: digest for name, (digest, _) in locked().items()}


def test_every_library_has_its_licence():
    packages = {package for name, (_, package) in locked().items() if name.endswith(".js")}
    licensed = {package for name, (_, package) in locked().items() if name.endswith(".LICENSE")}
    assert packages
    assert licensed == packages
