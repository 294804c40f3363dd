# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import progress
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.curl_meter import CurlMeter, name_in

URL = "https://mirror.example/wsl/wsl.2.6.3.0.x64.msi"
NAME = "wsl.2.6.3.0.x64.msi"
HEADINGS = (
    b"  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\r\n"
    b"                                 Dload  Upload   Total   Spent    Left  Speed\r\n"
)


def told(*parts: bytes) -> str:
    meter = CurlMeter(URL)
    for part in parts:
        meter.hear(b"", part)
    return meter.text(5.0)


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        (b"", ""),
        (HEADINGS, ""),
        (
            HEADINGS + b"\r  3  193M    3 6240k    0     0  1563k      0  0:02:06  0:00:03  0:02:03 1563k",
            f"download 3%: {NAME}, 6240 KiB of 193 MiB",
        ),
        (
            HEADINGS + b"\r 37 59.5M   37 22.5M    0     0   283k      0  0:03:34  0:01:21  0:02:13  355k",
            f"download 37%: {NAME}, 22.5 MiB of 59.5 MiB",
        ),
        (
            HEADINGS + b"\r100 10.0G  100 10.0G    0     0  4448M      0  0:00:02  0:00:02 --:--:-- 4450M\r\n",
            f"download 100%: {NAME}, 10.0 GiB of 10.0 GiB",
        ),
        (
            HEADINGS + b"\r  0   500    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0",
            f"download 0%: {NAME}, 0 bytes of 500 bytes",
        ),
        # The server names no size: no percentage, and none is made up.
        (
            HEADINGS + b"\r100 11844    0 11844    0     0   246k      0 --:--:-- --:--:-- --:--:--  373k",
            f"download: {NAME}, 11844 bytes",
        ),
        (
            HEADINGS + b"\r  0     0    0 5120k    0     0   246k      0 --:--:-- --:--:-- --:--:--  373k",
            f"download: {NAME}, 5120 KiB",
        ),
        # Other columns behind the sizes, as another version has them.
        (b"\r 12 193.0M  12 24.0M   0     0   1.2M     0   02:40", f"download 12%: {NAME}, 24.0 MiB of 193.0 MiB"),
        # It goes on behind what is there, and tells of the rest alone.
        (
            b"** Resuming transfer from byte position 524288\r\n"
            + HEADINGS
            + b"\r 50 1000k   50  500k    0     0   246k      0 --:--:-- --:--:-- --:--:--  373k",
            f"download 50%: the rest of {NAME}, 500 KiB of 1000 KiB",
        ),
        # Foreign text is no figure.
        (b"\r999  193M  999  193M    0     0", ""),
        (b"\r 37 \x1b[2J   37 22.5M    0     0", ""),
        (b"\r 37 59.5M   37 22.5X    0     0", ""),
        (b"\r 37 999999999999   37 999999999999    0     0", ""),
        (b"x 37 59.5M   37 22.5M    0     0", ""),
        ("\r ٣٧ 59.5M   ٣٧ 22.5M    0     0".encode(), ""),
        (b"\xff\xfe\x00" * 100_000, ""),
        (b"curl: (22) The requested URL returned error: 404\r\n", ""),
    ],
)
def test_what_curl_prints(printed: bytes, text: str) -> None:
    assert told(printed) == text


def test_it_comes_in_pieces_and_the_last_counts() -> None:
    whole = b"".join(
        b"\r%3d  193M  %3d  %3dM    0     0  1563k      0  0:02:06  0:00:03  0:02:03 1563k" % (n, n, n)
        for n in range(40)
    )
    assert told(*(whole[at : at + 7] for at in range(0, len(whole), 7))) == f"download 39%: {NAME}, 39 MiB of 193 MiB"


def test_little_is_kept_of_a_flood() -> None:
    meter = CurlMeter(URL)
    for _number in range(100):
        meter.hear(b"", b"9" * 100_000)
    assert len(meter._kept) <= 1024 and meter.text(1) == ""


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (URL, NAME),
        ("https://me:secret@x.example/a.msi?token=secret#secret", "a.msi"),
        ("https://x.example/a%20b%2050%25.msi", "a b 50.msi"),
        ("https://x.example/%1b%5b2J.msi", "\\x1b[2J.msi"),
        ("https://me:secret@x.example", "a file"),
        ("https://x.example/wsl/", "a file"),
    ],
)
def test_the_name_of_the_file(url: str, name: str) -> None:
    assert name_in(url) == name


def test_a_callback_reads_the_percentage_and_no_other() -> None:
    meter = CurlMeter("https://x.example/90%25.msi")
    meter.hear(b"", b"\r 37 59.5M   37 22.5M    0     0   283k      0  0:03:34")
    line = progress.line("laptop-7", meter.text(1))
    assert progress.read(line) == ("laptop-7", "download 37%: 90.msi, 22.5 MiB of 59.5 MiB")
    assert progress.percent(line) == 37
