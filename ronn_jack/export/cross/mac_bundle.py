"""The folder in which macOS wants a plugin."""

from __future__ import annotations

import plistlib

from ronn_jack import __version__
from ronn_jack.export.clap.tables import Description
from ronn_jack.export.identity import file_stem

PROPERTIES = "Contents/Info.plist"
"""What tells of it."""


def bundle_of(library: bytes, description: Description, sound: str, words: str) -> dict[str, bytes]:
    """Return the content of each file of a plugin by its place.

    Parameters
    ----------
    sound : str
        The sound as a short text.
    words : str
        Which processors it is for.
    """
    stem = file_stem(description.name)
    properties = {
        "CFBundleDevelopmentRegion": "en",
        "CFBundleExecutable": stem,
        "CFBundleIdentifier": description.identifier,
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleName": description.name,
        "CFBundlePackageType": "BNDL",
        "CFBundleShortVersionString": description.version,
        "CFBundleVersion": description.version,
    }
    readme = f"""# {description.name}

A frozen random neural network, made by ronn-jack {__version__} into a CLAP plugin
for macOS on processors {words}.
It is untested: nobody has run it on macOS yet. It bears no developer's signature: where macOS keeps
it from being loaded, `xattr -d -r com.apple.quarantine` takes the mark of a download away. Put it
into `~/Library/Audio/Plug-Ins/CLAP`.

    {sound}
"""
    return {
        PROPERTIES: plistlib.dumps(properties),
        f"Contents/MacOS/{stem}": library,
        "Contents/Resources/README.md": readme.encode(),
    }
