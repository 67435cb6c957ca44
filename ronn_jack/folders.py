"""Where the user's files lie, by the rules of the XDG base directories."""

from __future__ import annotations

from pathlib import Path

import platformdirs

_APPLICATION = "ronn_jack"


def user_config_folder() -> Path:
    """Return where the user keeps settings and MIDI profiles ($XDG_CONFIG_HOME/ronn_jack)."""
    return platformdirs.user_config_path(_APPLICATION, appauthor=False)


def user_data_folder() -> Path:
    """Return where the user's presets and models lie ($XDG_DATA_HOME/ronn_jack)."""
    return platformdirs.user_data_path(_APPLICATION, appauthor=False)


def user_state_folder() -> Path:
    """Return where nodes keep what they were doing ($XDG_STATE_HOME/ronn_jack)."""
    return platformdirs.user_state_path(_APPLICATION, appauthor=False)
