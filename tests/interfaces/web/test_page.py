"""The page's files over HTTP."""

from __future__ import annotations

import json
import urllib.request

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.web.page import FOLDER, Page
from ronn_jack.interfaces.web.server import WebServer
from ronn_jack.parameters import PARAMETERS, Kind
from tests.interfaces.web.clients import Http
from tests.interfaces.web.conftest import OSC_PORT

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
MOST_BYTES = 300_000


def test_a_browser_gets_the_page_and_everything_else_the_tree(http: Http):
    status, headers, body = http.ask("/", accept=BROWSER)
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert body == (FOLDER / "index.html").read_bytes()
    for accept in ("*/*", "application/json", "application/json, text/plain, */*"):
        assert json.loads(http.ask("/", accept=accept)[2])["FULL_PATH"] == "/"
    assert json.loads(http.ask("/")[2])["FULL_PATH"] == "/"


def test_a_browser_reads_the_tree_where_it_asks_for_it(http: Http):
    assert json.loads(http.ask("/?HOST_INFO", accept=BROWSER)[2])["NAME"] == "ronn"
    assert json.loads(http.ask("/ronn/mix?VALUE", accept=BROWSER)[2]) == {"VALUE": [1.0]}


def test_every_file_of_the_page_is_served_with_its_type(http: Http):
    types = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    served = [path for path in FOLDER.rglob("*") if path.suffix in types]
    assert len(served) > 10
    for path in served:
        status, headers, body = http.ask(f"/page/{path.relative_to(FOLDER).as_posix()}")
        assert (status, body) == (200, path.read_bytes()), path
        assert headers["content-type"].startswith(types[path.suffix])


@pytest.mark.parametrize(
    "target",
    ["/page/", "/page/nothing.js", "/page/vendor/vendor.lock", "/page/vendor/preact.LICENSE",
     "/page/../app.py", "/page/%2e%2e/app.py", "/page//etc/passwd", "/page/vendor/../../app.py",
     "/page/..%2fapp.py", "/page/main.js/", "/page/main.js%00", "/pages", "/page"],
)  # fmt: skip
def test_nothing_else_is(http: Http, target):
    assert http.ask(target, accept=BROWSER)[0] == 404


def test_a_browser_keeps_what_is_still_the_same(http: Http):
    _, headers, body = http.ask("/page/main.js")
    assert headers["cache-control"] == "no-cache"
    status, again, nothing = http.ask("/page/main.js", **{"if-none-match": headers["etag"]})
    assert (status, nothing) == (304, b"")
    assert again["etag"] == headers["etag"]
    assert http.ask("/page/main.js", **{"if-none-match": '"another"'})[::2] == (200, body)
    assert http.ask("/page/main.js", "HEAD")[::2] == (200, b"")


@pytest.mark.parametrize("target", ["/", "/page/main.js", "/page/nothing.js", "/ronn/mix"])
def test_every_answer_says_what_a_page_may_load(http: Http, target):
    policy = http.ask(target, accept=BROWSER)[1]["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_table_says_all_that_a_control_needs(http: Http):
    table = http.read("/page/table.json")
    rows = {row["name"]: row for row in table["parameters"]}
    assert rows.keys() == PARAMETERS.keys()
    for name, row in PARAMETERS.items():
        told = rows[name]
        assert (told["kind"], told["group"]) == (row.kind.value, row.group.value)
        assert (told["default"], told["curve"]) == (row.default, row.curve.value)
        assert (told["choices"] != []) == (row.kind is Kind.ENUM)
        assert told["names"] == (list(row.names) if row.kind is Kind.NAME else [])
    assert rows["layers"]["least"] is None
    assert rows["decay"]["least"] == 0.05
    assert {row["name"] for row in table["actions"]} >= {"undo", "panic", "snapshot_load"}


def test_a_page_of_another_build_can_tell(http: Http, controller: Controller):
    before = http.read("/page/table.json")["build"]
    with WebServer(controller, lambda *_: None, port=0, page=Page("another")) as server:
        server.listen()
        server.start(OSC_PORT)
        assert Http(server.port).read("/page/table.json")["build"] != before
    assert http.read("/page/table.json")["build"] == before


def test_a_page_of_another_site_gets_nothing(http: Http):
    assert http.ask("/page/main.js", Origin="http://evil.example")[0] == 403
    assert http.ask("/", accept=BROWSER, host="evil.example")[0] == 403


def test_a_plain_library_gets_the_page_s_files(server):
    with urllib.request.urlopen(f"{server.url}/page/style.css") as answer:
        assert answer.headers["content-type"].startswith("text/css")


def test_the_page_is_light():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < MOST_BYTES
