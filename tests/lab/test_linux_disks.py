# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual disks: copies, archives in and out, files read at rest."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import subprocess
import tarfile
import typing as t
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.linux import disks
from tests.lab.linux_support import SMALL, host_mounts_below, make_laptop

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Laptop]:
    """A laptop without distributions."""
    made = make_laptop(tmp_path_factory.mktemp("laptop") / "l1")
    yield made
    made.shut_down()
    assert host_mounts_below(made.directory) == []


def small_tar(names: t.Iterable[str] = ("etc/os-release", "bin/sh")) -> bytes:
    """A tar archive with files NAMES, owned by 1234:5678, mode 04751."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.uid, member.gid, member.mode, member.size = 1234, 5678, 0o4751, 5
            archive.addfile(member, io.BytesIO(b"hello"))
    return stream.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, bz2.compress])
def test_extract_finds_out_how_it_is_packed(laptop: Laptop, pack: t.Callable[[bytes], bytes]) -> None:
    disk = disks.create_disk(laptop, None)
    disks.extract_tar(laptop, disk, io.BytesIO(pack(small_tar())))
    status = (disks.disk(laptop, disk).upper / "bin" / "sh").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (1234, 5678, 0o4751)
    assert disks.read_file(laptop, disk, "/etc/os-release") == b"hello"


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"hello, I am no archive" * 1000,
        small_tar()[:700],
        gzip.compress(small_tar())[:80],
        lzma.compress(small_tar())[:-30],
        b"\x1f\x8b" + b"rubbish" * 100,
    ],
    ids=["empty", "text", "tar cut off", "gzip cut off", "xz cut off", "gzip rubbish"],
)
def test_extract_refuses_what_is_no_whole_archive(laptop: Laptop, archive: bytes) -> None:
    with pytest.raises(disks.BadArchive):
        disks.extract_tar(laptop, disks.create_disk(laptop, None), io.BytesIO(archive))


@pytest.mark.parametrize("names", [["etc/passwd"], ["bin/sh"], ["readme"]])
def test_extract_refuses_what_is_no_distribution(laptop: Laptop, names: list[str]) -> None:
    with pytest.raises(disks.NotADistribution):
        disks.extract_tar(laptop, disks.create_disk(laptop, None), io.BytesIO(small_tar(names)))


def test_export_is_the_merged_tree_and_comes_back(laptop: Laptop, tmp_path: Path) -> None:
    disk = disks.create_disk(laptop, SMALL)
    script = "echo new >/root/new; rm /etc/issue; chown 7:8 /root/new; rm -r /usr/share/doc; mkdir /usr/share/doc"
    assert laptop.instances.capture(disk, ["sh", "-c", script]).returncode == 0
    file = tmp_path / "export.tar"
    with file.open("wb") as sink:
        disks.export_tar(laptop, disk, sink)
    assert not laptop.instances.is_running(disk)
    with tarfile.open(file) as archive:
        names = set(archive.getnames())
        member = archive.getmember("./root/new")
    assert (member.uid, member.gid) == (7, 8)
    assert "./etc/issue" not in names
    assert not [name for name in names if name.startswith("./usr/share/doc/")]
    assert "./usr/bin/dpkg" in names
    back = disks.create_disk(laptop, None)
    with file.open("rb") as source:
        disks.extract_tar(laptop, back, source)
    done = laptop.instances.capture(back, ["sh", "-c", "cat /root/new; dpkg --audit && hostname"])
    assert done.stdout == b"new\nLAPTOP-1\n"
    stream = io.BytesIO()
    disks.export_tar(laptop, back, stream)
    with tarfile.open(fileobj=io.BytesIO(stream.getvalue())) as archive:
        assert "./root/new" in archive.getnames()


def test_copy_is_independent(laptop: Laptop) -> None:
    first = disks.create_disk(laptop, SMALL)
    laptop.instances.capture(first, ["sh", "-c", "echo 1 >/root/f; rm /etc/issue"])
    second = disks.copy_disk(laptop, first)
    laptop.instances.capture(second, ["sh", "-c", "echo 2 >/root/f"])
    assert disks.read_file(laptop, first, "/root/f") == b"1\n"
    assert disks.read_file(laptop, second, "/root/f") == b"2\n"
    assert not disks.exists(laptop, second, "/etc/issue")
    assert laptop.instances.capture(second, ["ls", "/etc/issue"]).returncode == 2


def test_reading_at_rest_agrees_with_reading_inside(laptop: Laptop) -> None:
    disk = disks.create_disk(laptop, SMALL)
    for path in ("/etc/os-release", "/etc/passwd", "/bin/sh", "/lib64/ld-linux-x86-64.so.2"):
        inside = laptop.instances.capture(disk, ["cat", path]).stdout
        assert disks.read_file(laptop, disk, path) == inside
    assert disks.read_file(laptop, disk, "/etc") is None
    assert disks.exists(laptop, disk, "/etc")


def test_delete_ends_the_instance(laptop: Laptop) -> None:
    disk = disks.create_disk(laptop, SMALL)
    laptop.instances.start(disk)
    disks.delete_disk(laptop, disk)
    assert not laptop.instances.is_running(disk)
    assert not disks.disk(laptop, disk).directory.exists()
    disks.delete_disk(laptop, disk)
    with pytest.raises(FileNotFoundError):
        laptop.instances.start(disk)


def test_an_image_that_is_gone_is_named(laptop: Laptop) -> None:
    disk = disks.create_disk(laptop, SMALL)
    file = disks.disk(laptop, disk).directory / "disk.json"
    file.write_text('{"image": "debian-12-minimal", "layer": "debian-12-minimal-000000000000"}')
    with pytest.raises(FileNotFoundError, match=r"debian-12-minimal-000000000000: the image of disk .* is gone"):
        laptop.instances.start(disk)


def test_apt_works_inside(laptop: Laptop) -> None:
    disk = disks.create_disk(laptop, SMALL)
    script = "apt-config dump | grep -c . && apt-get -s install dash && dpkg --configure -a"
    done = laptop.instances.capture(disk, ["sh", "-c", script])
    assert done.returncode == 0, done.stderr


def test_no_process_of_tar_is_left(laptop: Laptop) -> None:
    class Full:
        def write(self, data: bytes) -> int:
            raise OSError(28, "No space left on device")

    disk = disks.create_disk(laptop, SMALL)
    with pytest.raises(OSError, match="No space left"):
        disks.export_tar(laptop, disk, Full())
    left = subprocess.run(["pgrep", "-f", str(laptop.directory)], capture_output=True)
    assert left.stdout == b""


def test_a_laptop_without_archive_has_no_source_of_packages(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path / "l1", package_archive=False)
    disk = disks.create_disk(laptop, "debian-12")
    script = "ls /etc/apt/sources.list; ls /var/lib/apt/lists; apt-get update && apt-cache policy g++; ls -ld /etc/apt"
    shown = laptop.instances.capture(disk, ["sh", "-c", script]).stdout.decode()
    laptop.shut_down()
    assert "Packages" not in shown and "sources.list" not in shown.replace("sources.list.d", "")
    # What is installed is known as before, and from nowhere else.
    assert "/var/lib/dpkg/status" in shown and "http" not in shown
    assert "drwxr-xr-x 1 root root" in shown
    for path, there in (("/etc/apt/sources.list", False), ("/etc/apt/apt.conf.d", True)):
        assert disks.exists(laptop, disk, path) is there
