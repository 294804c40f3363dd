# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's web server, asked by http.client."""

from __future__ import annotations

import base64
import http.client
import threading
import typing as t
from pathlib import Path

import pytest

from lab.internet.web import WebServer


@pytest.fixture
def web(tmp_path: Path) -> t.Iterator[WebServer]:
    root = tmp_path / "web"
    (root / "a").mkdir(parents=True)
    (root / "a" / "file.deb").write_bytes(bytes(range(100)))
    (tmp_path / "secret").write_text("no")
    with WebServer(root) as server:
        yield server


def _ask(web: WebServer, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def test_a_file_is_served_whole(web: WebServer) -> None:
    status, headers, body = _ask(web, "/a/file.deb")
    assert (status, body, headers["content-length"]) == (200, bytes(range(100)), "100")
    assert web.requests == ["GET /a/file.deb 200"]


@pytest.mark.parametrize(
    ("wanted", "status", "body", "content_range"),
    [
        ("bytes=0-9", 206, bytes(range(10)), "bytes 0-9/100"),
        ("bytes=90-", 206, bytes(range(90, 100)), "bytes 90-99/100"),
        ("bytes=-5", 206, bytes(range(95, 100)), "bytes 95-99/100"),
        ("bytes=90-500", 206, bytes(range(90, 100)), "bytes 90-99/100"),
        ("bytes=100-", 416, b"", "bytes */100"),
        ("bytes=9-5", 200, bytes(range(100)), None),
        ("lines=1-2", 200, bytes(range(100)), None),
    ],
)
def test_ranges(web: WebServer, wanted: str, status: int, body: bytes, content_range: str | None) -> None:
    answer = _ask(web, "/a/file.deb", Range=wanted)
    assert (answer[0], answer[2], answer[1].get("content-range")) == (status, body, content_range)


def test_head_has_no_body_and_not_modified_is_known(web: WebServer) -> None:
    status, headers, body = _ask(web, "/a/file.deb", "HEAD")
    assert (status, headers["content-length"], body) == (200, "100", b"")
    assert _ask(web, "/a/file.deb", If_Modified_Since=headers["last-modified"])[0] == 304
    assert _ask(web, "/a/file.deb", If_Modified_Since="Mon, 01 Jan 2001 00:00:00 GMT")[0] == 200


@pytest.mark.parametrize("path", ["/a/other.deb", "/a/", "/", "/../secret", "/a/../../secret", "/%2e%2e/secret"])
def test_what_is_not_a_file_below_the_root_is_404(web: WebServer, path: str) -> None:
    assert _ask(web, path)[0] == 404


def test_the_longest_prefix_decides_the_fault(web: WebServer) -> None:
    web.faults.update({"/a/": 403, "/a/file": 404})
    assert _ask(web, "/a/file.deb")[0] == 404
    assert _ask(web, "/a/x")[0] == 403
    web.faults.clear()
    assert _ask(web, "/a/file.deb")[0] == 200


def test_a_hanging_request_ends_when_the_server_stops(web: WebServer) -> None:
    web.faults["/a/"] = "hang"
    outcome: list[object] = []

    def ask() -> None:
        try:
            outcome.append(_ask(web, "/a/file.deb"))
        except (http.client.HTTPException, OSError) as error:
            outcome.append(error)

    client = threading.Thread(target=ask)
    client.start()
    client.join(0.3)
    assert client.is_alive(), "the answer must not come"
    web.stop()
    client.join(30)
    assert not client.is_alive()
    assert isinstance(outcome[0], (http.client.HTTPException, OSError))


def test_several_requests_on_one_connection(web: WebServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    for _ in range(3):
        connection.request("GET", "/a/file.deb")
        assert len(connection.getresponse().read()) == 100
    connection.request("GET", "/none")
    response = connection.getresponse()
    assert (response.status, response.read()) == (404, b"404 Not Found\n")
    connection.close()


def test_the_port_is_unknown_while_it_does_not_run(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not running"):
        _ = WebServer(tmp_path).port


def test_a_folder_that_asks_for_a_password(web: WebServer) -> None:
    web.accounts["/a/"] = ("me", "s3cret")
    right = {"Authorization": "Basic " + base64.b64encode(b"me:s3cret").decode()}
    for headers, status in (({}, 401), ({"Authorization": "Basic bWU6eA=="}, 401), (right, 200)):
        connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
        connection.request("GET", "/a/file.deb", headers=headers)
        response = connection.getresponse()
        assert response.status == status
        assert (response.getheader("WWW-Authenticate") is not None) == (status == 401)
        connection.close()
