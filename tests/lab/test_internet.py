# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a laptop gets from the internet, and curl on top of it."""

from __future__ import annotations

import re
import socket
import threading
import time
import typing as t
from pathlib import Path

import pytest

from lab.internet import client
from lab.internet.web import WebServer
from lab.laptops.laptop import Laptop
from lab.machine.process import NotModelled
from lab.windows import curl_meter, curl_options
from tests.lab.windows_laptop import Result, make_laptop, run

RELEASE = "https://github.com/microsoft/WSL/releases/download/2.6.3/wsl.2.6.3.0.x64.msi"
LIST = "https://raw.githubusercontent.com/microsoft/WSL/master/distributions/DistributionInfo.json"
IMAGE = "https://images.wslfleet.example/debian-12.tar.gz"
CURL = "C:\\Windows\\System32\\curl.exe"
TARGET = "C:\\ProgramData\\x.bin"
DATA = bytes(range(256)) * 400


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[WebServer]:
    root = tmp_path_factory.mktemp("web")
    for path in ("wsl/wsl.2.6.3.0.x64.msi", "wsl/DistributionInfo.json", "images/debian-12.tar.gz", "file"):
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(path.encode() if path != "file" else DATA)
    server = WebServer(root)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def laptop(tmp_path: Path, web: WebServer) -> Laptop:
    made = make_laptop(tmp_path)
    made.web_url = web.url
    return made


# -- open_url ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (RELEASE, b"wsl/wsl.2.6.3.0.x64.msi"),
        (LIST, b"wsl/DistributionInfo.json"),
        (IMAGE, b"images/debian-12.tar.gz"),
    ],
)
def test_public_addresses_are_answered_by_the_lab(laptop: Laptop, url: str, body: bytes) -> None:
    response = client.open_url(laptop, url)
    assert (response.status, response.body.read()) == (200, body)
    assert response.headers["content-length"] == str(len(body))


def test_release_files_stand_behind_a_redirect(laptop: Laptop) -> None:
    response = client.open_url(laptop, RELEASE, follow=False)
    assert response.status == 302
    assert response.headers["location"].startswith("https://release-assets.githubusercontent.com/")
    assert response.body.read() == b""


def test_an_unknown_file_is_404(laptop: Laptop) -> None:
    assert client.open_url(laptop, RELEASE.replace("2.6.3.0", "9.9.9.9")).status == 404


def test_downloads_can_be_forbidden(laptop: Laptop, web: WebServer) -> None:
    laptop.faults.switch_on("download_forbidden")
    assert client.open_url(laptop, RELEASE).status == 403
    assert client.open_url(laptop, f"{web.url}/file").status == 200


def test_offline_laptops_reach_loopback_only(laptop: Laptop, web: WebServer) -> None:
    laptop.state.online = False
    with pytest.raises(client.Offline):
        client.open_url(laptop, RELEASE)
    assert client.open_url(laptop, f"{web.url}/file").body.read() == DATA


def test_names_that_cannot_exist_are_not_resolved(laptop: Laptop) -> None:
    with pytest.raises(client.Offline):
        client.open_url(laptop, "https://mirror.invalid/x")


def test_unknown_public_addresses_are_not_modelled(laptop: Laptop) -> None:
    with pytest.raises(NotModelled):
        client.open_url(laptop, "https://example.com/x")


def test_a_proxy_is_asked_with_the_whole_address(laptop: Laptop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        asked: list[bytes] = []

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                asked.append(connection.recv(4096))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")

        thread = threading.Thread(target=answer)
        thread.start()
        laptop.state.online = False
        response = client.open_url(laptop, IMAGE, proxy=f"http://127.0.0.1:{port}")
        assert (response.status, response.body.read()) == (200, b"ok")
        thread.join()
    assert asked[0].startswith(f"GET {laptop.web_url}/images/debian-12.tar.gz HTTP/1.1\r\n".encode())


# -- curl --------------------------------------------------------------------------------------------------------


def curl(laptop: Laptop, config: str, arguments: str = "-K -", user: str = "admin") -> Result:
    return run(laptop, f"{CURL} {arguments}", stdin=config.encode(), user=user)


def content(laptop: Laptop) -> bytes | None:
    path = laptop.drive.host_path(TARGET)
    return path.read_bytes() if path.exists() else None


def test_curl_takes_everything_from_a_config_on_stdin(laptop: Laptop) -> None:
    config = (
        f'url = "{RELEASE}"\noutput = "C:\\\\ProgramData\\\\x.bin"\nheader = "X-Key: 50% & more"\n'
        'fail\nlocation\nsilent\nshow-error\nretry = 5\ncontinue-at = "-"\nproto = "=https,http"\n'
        'ssl-revoke-best-effort\n# a comment\nwrite-out = "%{http_code}"\n'
    )
    result = curl(laptop, config)
    assert (result.code, result.out, result.err) == (0, "200", "")
    assert content(laptop) == b"wsl/wsl.2.6.3.0.x64.msi"


def test_without_location_a_redirect_is_an_empty_success(laptop: Laptop) -> None:
    assert curl(laptop, "", f"-fsS -o {TARGET} {RELEASE}").code == 0
    assert content(laptop) == b""


def test_without_fail_an_error_page_is_a_success(laptop: Laptop, web: WebServer) -> None:
    assert curl(laptop, "", f"-sS -o {TARGET} {web.url}/none").code == 0
    assert b"404" in (content(laptop) or b"")


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        ("-fsSL {web}/none", 22, "curl: (22) The requested URL returned error: 404\r\n"),
        ("-sS https://mirror.invalid/x", 6, "curl: (6) Could not resolve host: mirror.invalid\r\n"),
        ("-sS http://127.0.0.1:1/x", 7, "curl: (7) Failed to connect to 127.0.0.1:1: Could not connect to server\r\n"),
        ("-sS --proto =https {web}/file", 1, 'curl: (1) Protocol "http" disabled\r\n'),
        ("-sS -o C:\\nowhere\\x {web}/file", 23, "curl: (23) Failure writing output to destination\r\n"),
        ("-sS -o D:\\x {web}/file", 23, "curl: (23) Failure writing output to destination\r\n"),
        ("-fs {web}/none", 22, ""),
        ("-sS", 2, "curl: (2) no URL specified\r\n"),
        ("--retry x {web}/file", 2, None),
    ],
)
def test_curl_errors(laptop: Laptop, web: WebServer, arguments: str, code: int, error: str | None) -> None:
    result = curl(laptop, "", arguments.replace("{web}", web.url))
    assert result.code == code
    assert error is None or result.err == error


def test_curl_offline(laptop: Laptop) -> None:
    laptop.state.online = False
    assert curl(laptop, "", f"-fsSL -o {TARGET} {RELEASE}").code == 6


def test_curl_resumes(laptop: Laptop, web: WebServer) -> None:
    laptop.drive.host_path(TARGET).write_bytes(DATA[:1000])
    arguments = f"-fsS -C - -o {TARGET} {web.url}/file"
    assert curl(laptop, "", arguments).code == 0
    assert content(laptop) == DATA
    assert curl(laptop, "", arguments).code == 0
    assert content(laptop) == DATA


def test_curl_repeats_what_may_pass(laptop: Laptop, web: WebServer) -> None:
    web.faults["/file"] = 503
    before = len(web.requests)
    try:
        result = curl(laptop, "", f"-fsS --retry 1 --retry-delay 1 {web.url}/file")
    finally:
        del web.faults["/file"]
    assert (result.code, len(web.requests) - before) == (22, 2)


def test_curl_writes_to_stdout_and_stops_at_a_full_disk(laptop: Laptop, web: WebServer) -> None:
    assert curl(laptop, "", f"-fsS {web.url}/wsl/DistributionInfo.json").out == "wsl/DistributionInfo.json"
    laptop.faults.switch_on("disk_full")
    assert curl(laptop, "", f"-fsS -o {TARGET} {web.url}/file").code == 23


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('url = "http://a/\\"b\\\\c"', ("url", 'http://a/"b\\c')),
        ("url: http://a/b rest", ("url", "http://a/b")),
        ("--url http://a", ("url", "http://a")),
        ("-o name", ("output", "name")),
        ('proxy="http://p:1"', ("proxy", "http://p:1")),
        ("  user = u:p", ("user", "u:p")),
    ],
)
def test_config_lines(text: str, expected: tuple[str, str]) -> None:
    request = curl_options.parse(["-K", "-"], lambda name: text)
    assert getattr(request, expected[0]) == expected[1]


def test_unknown_curl_options_are_not_modelled() -> None:
    for words in (["--upload-file", "x"], ["-sSX", "POST"], ["-K", "-"]):
        with pytest.raises(NotModelled):
            curl_options.parse(words, lambda name: "data = x")


# -- the meter ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "    0"),
        (99999, "99999"),
        (100000, "  97k"),
        (6389760, "6240k"),
        (23592960, "22.5M"),
        (202375168, " 193M"),
        (10737418240, "10.0G"),
    ],
)
def test_sizes_have_five_characters(number: int, text: str) -> None:
    assert curl_meter.size(number) == text


@pytest.mark.parametrize(
    ("total", "lines"),
    [
        (
            202375168,
            [
                "  0  193M    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0",
                "  3  193M    3 6240k    0     0  2080k      0  0:01:35  0:00:03  0:01:32 2080k",
                "100  193M  100  193M    0     0   965k      0  0:03:24  0:03:24 --:--:--  965k",
            ],
        ),
        (
            None,
            [
                "  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0",
                "100 6240k    0 6240k    0     0  2080k      0 --:--:--  0:00:03 --:--:-- 2080k",
                "100  193M    0  193M    0     0   965k      0 --:--:--  0:03:24 --:--:--  965k",
            ],
        ),
    ],
)
def test_a_meter_is_written_over_itself_once_a_second(total: int | None, lines: list[str]) -> None:
    now, written = [0.0], bytearray()
    meter = curl_meter.Meter(written.extend, total, lambda: now[0])
    for now[0], received in ((0.9, 5000), (3.0, 6389760), (3.5, 6500000)):
        meter.at(received)
    now[0] = 204.7
    meter.end(202375168)
    assert written.startswith(curl_meter.HEADINGS + b"\r") and written.endswith(b"\r\n")
    assert written[len(curl_meter.HEADINGS) + 1 : -2].decode().split("\r") == lines


def test_a_slow_download_shows_how_far_it_is_on_stderr(laptop: Laptop, web: WebServer) -> None:
    laptop.faults.switch_on("download_is_slow", seconds=2.2, match="/file")
    began = time.monotonic()
    result = run(laptop, f"{CURL} -f -o {TARGET} {web.url}/file")
    assert result.code == 0 and time.monotonic() - began >= 2.1
    assert re.findall(r"\r *(\d+) +(?:99.9k|102400|\d+k) ", result.err)[0] == "0"
    figures = [int(line.split()[2]) for line in result.err.split("\r")[3:] if line.strip()]
    assert figures == sorted(figures) and len(set(figures)) >= 3 and figures[-1] == 100
    assert run(laptop, f"{CURL} -sf -o {TARGET} {web.url}/images/debian-12.tar.gz").err == ""


def test_what_was_there_is_named(laptop: Laptop, web: WebServer) -> None:
    laptop.drive.host_path(TARGET).write_bytes(DATA[:1000])
    result = run(laptop, f"{CURL} -f -C - -o {TARGET} {web.url}/file")
    assert result.err.startswith("** Resuming transfer from byte position 1000\r\n")
    assert laptop.drive.host_path(TARGET).read_bytes() == DATA
