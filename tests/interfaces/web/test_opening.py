"""Opening the page in a browser."""

from __future__ import annotations

import logging
import stat

import pytest

from ronn_jack.interfaces.web.opening import open_page
from tests.support.jack_server import wait_for

URL = "http://127.0.0.1:9421"


@pytest.fixture
def alone(monkeypatch, tmp_path):
    """No browser of the user's is found."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("alone")
def test_the_user_s_browser_shows_it_and_its_words_go_nowhere(monkeypatch, tmp_path, capfd):
    browser, shown = tmp_path / "browser", tmp_path / "shown"
    browser.write_text(
        f'#!/bin/sh\necho hello; echo "$1" >{shown}.part; /bin/mv {shown}.part {shown}\n'
    )
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    open_page(URL)
    wait_for(shown.exists, what="the browser")
    assert shown.read_text() == f"{URL}\n"
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("alone")
def test_without_a_browser_the_address_is_told(caplog):
    with caplog.at_level(logging.WARNING):
        open_page(URL)
        wait_for(lambda: caplog.messages, what="the word")
    assert caplog.messages == [f"no browser could be opened: open {URL} yourself"]
