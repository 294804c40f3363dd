# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages written by the lab, read by dpkg."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lab.repository.deb import Deb, File, write_deb

FIELDS = {"Package": "sample", "Version": "1:2.0-1", "Architecture": "all", "Maintainer": "x", "Description": "y"}


def _dpkg_deb(*arguments: str) -> str:
    return subprocess.run(["dpkg-deb", *arguments], check=True, capture_output=True, text=True).stdout


def _sample(size: int = 10) -> Deb:
    files = [
        File("/etc/sample.conf", b"setting\n"),
        File("/usr/bin/sample", b"#!/bin/sh\n", 0o755),
        File("/usr/bin/suid", b"", 0o4755),
        File("/usr/lib/sample/data", b"d" * size),
        File("/usr/lib/sample/link", link="data"),
    ]
    return Deb(
        FIELDS, files, {"postinst": "#!/bin/sh\n", "triggers": "activate-noawait ldconfig\n"}, ["/etc/sample.conf"]
    )


def test_dpkg_reads_the_control_member(tmp_path: Path) -> None:
    file = write_deb(_sample(), tmp_path)
    assert file.name == "sample_1%3a2.0-1_all.deb"
    assert _dpkg_deb("--field", str(file), "Package", "Version", "Installed-Size").splitlines() == [
        "Package: sample",
        "Version: 1:2.0-1",
        "Installed-Size: 1",
    ]
    _dpkg_deb("--control", str(file), str(tmp_path / "control"))
    assert (tmp_path / "control" / "conffiles").read_text() == "/etc/sample.conf\n"
    assert (tmp_path / "control" / "triggers").read_text() == "activate-noawait ldconfig\n"
    assert (tmp_path / "control" / "postinst").stat().st_mode & 0o777 == 0o755
    sums = (tmp_path / "control" / "md5sums").read_text()
    assert "usr/bin/sample" in sums
    assert "sample.conf" not in sums, "dpkg keeps the sums of conffiles itself"


def test_dpkg_unpacks_files_links_and_modes(tmp_path: Path) -> None:
    _dpkg_deb("--extract", str(write_deb(_sample(), tmp_path)), str(tmp_path / "root"))
    assert (tmp_path / "root/etc/sample.conf").read_bytes() == b"setting\n"
    assert (tmp_path / "root/usr/bin/sample").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "root/usr/bin/suid").stat().st_mode & 0o7777 == 0o4755
    assert (tmp_path / "root/usr/lib/sample/link").readlink() == Path("data")


def test_directories_come_before_their_files(tmp_path: Path) -> None:
    names = [line.split()[5] for line in _dpkg_deb("--contents", str(write_deb(_sample(), tmp_path))).splitlines()]
    assert names[:4] == ["./", "./etc/", "./usr/", "./usr/bin/"]
    assert "./usr/lib/sample/" in names


def test_large_packages_are_compressed_and_odd_sizes_padded(tmp_path: Path) -> None:
    for size in (3 << 20, 1001):
        folder = tmp_path / str(size)
        folder.mkdir()
        file = write_deb(_sample(size), folder)
        assert file.stat().st_size % 2 == 0
        assert file.stat().st_size < 1 << 20
        _dpkg_deb("--extract", str(file), str(folder / "root"))
        assert (folder / "root/usr/lib/sample/data").stat().st_size == size


def test_a_file_can_be_copied_from_the_host(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"content")
    deb = Deb(FIELDS, [File("/usr/bin/copied", source, 0o755)])
    _dpkg_deb("--extract", str(write_deb(deb, tmp_path)), str(tmp_path / "root"))
    assert (tmp_path / "root/usr/bin/copied").read_bytes() == b"content"


def test_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_deb(_sample(2 << 20), tmp_path / name)
    first, second = (next((tmp_path / name).glob("*.deb")).read_bytes() for name in ("one", "two"))
    assert first == second
