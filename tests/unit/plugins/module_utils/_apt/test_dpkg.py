# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import fcntl
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg as d
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.scripted_run import system_at

# States: status line -> code, installed, present, broken, reinstall
STATES = [
    ("install ok installed", "ii", True, True, False, False),
    ("hold ok installed", "hi", True, True, False, False),
    ("deinstall ok installed", "ri", True, True, False, False),
    ("install ok half-configured", "iF", False, True, True, False),
    ("install ok unpacked", "iU", False, True, True, False),
    ("install ok half-installed", "iH", False, True, True, False),
    ("install reinstreq half-installed", "iHR", False, True, True, True),
    ("install reinstreq installed", "iiR", False, True, True, True),
    ("install ok triggers-pending", "it", True, True, False, False),
    ("install ok triggers-awaited", "iW", True, True, False, False),
    ("deinstall ok config-files", "rc", False, False, False, False),
    ("purge ok not-installed", "pn", False, False, False, False),
    ("unknown ok not-installed", "un", False, False, False, False),
]


def package(name: str, status: str = "install ok installed", **fields: str) -> d.Package:
    return d.Package(name, "amd64", "1", d.code_of(status), fields)


@pytest.mark.parametrize("status, code, installed, present, broken, reinstall", STATES)
def test_state(status: str, code: str, installed: bool, present: bool, broken: bool, reinstall: bool) -> None:
    item = package("x", status)
    assert (item.code, item.installed, item.present, item.broken, item.reinstall) == (
        code,
        installed,
        present,
        broken,
        reinstall,
    )


@pytest.mark.parametrize(
    "status, left, held",
    [
        ("hold ok installed", True, True),
        ("install ok half-configured", True, False),
        ("deinstall ok config-files", True, False),
        ("purge ok not-installed", False, False),
    ],
)
def test_what_is_left_or_held(status: str, left: bool, held: bool) -> None:
    assert (package("x", status).left, package("x", status).held) == (left, held)


@pytest.mark.parametrize(
    "status, journal, interrupted",
    [
        ("install ok installed", False, False),
        ("install ok installed", True, True),
        ("install ok unpacked", False, True),
    ],
)
def test_interrupted(status: str, journal: bool, interrupted: bool) -> None:
    assert d.Database((package("x", status),), journal).interrupted is interrupted


@pytest.mark.parametrize(
    "status, code", [("", "??"), ("install", "i?"), ("odd ok strange", "??"), ("install ok x", "i?")]
)
def test_unknown_state(status: str, code: str) -> None:
    item = package("x", status)
    assert item.code == code
    assert not item.installed


@given(st.text(alphabet="aB:\n \t#.", max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    d.parse_status(text)


# The database

STATUS = """\
Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9+deb12u9
Source: glibc

Package: libc6
Status: install ok installed
Architecture: i386
Version: 2.36-9+deb12u9

Package: nvidia-dkms-570
Status: install ok half-configured
Architecture: amd64
Version: 570.1-0ubuntu1

Package: nvidia-driver-535
Status: deinstall ok config-files
Architecture: amd64
Version: 535.1-0ubuntu1
Conffiles:
 /etc/x 0123

Status: install ok installed
"""


def make(root: Path, status: str = STATUS, **entries: str) -> str:
    folder = root / "var/lib/dpkg"
    (folder / "updates").mkdir(parents=True)
    (folder / "status").write_text(status)
    for name, text in entries.items():
        (folder / "updates" / name.lstrip("_")).write_text(text)
    return str(root)


def test_database(tmp_path: Path) -> None:
    database = d.read_database(system_at(make(tmp_path)))
    assert [(item.name, item.architecture, item.code) for item in database.packages] == [
        ("libc6", "amd64", "ii"),
        ("libc6", "i386", "ii"),
        ("nvidia-dkms-570", "amd64", "iF"),
        ("nvidia-driver-535", "amd64", "rc"),
    ]
    assert [item.name for item in database.broken] == ["nvidia-dkms-570"]
    assert database.packages[0].source == "glibc"
    assert database.packages[1].source == ""
    assert database.packages[3].fields["Conffiles"] == "\n/etc/x 0123"
    assert not database.journal_dirty


@pytest.mark.parametrize(
    "name, installed", [("libc6", True), ("nvidia-dkms-570", False), ("nvidia-driver-535", False), ("lib", False)]
)
def test_installed(name: str, installed: bool, tmp_path: Path) -> None:
    assert d.read_database(system_at(make(tmp_path))).installed(name) is installed


def test_the_journal_overrules_the_status_file(tmp_path: Path) -> None:
    entry = "Package: nvidia-dkms-570\nStatus: {}\nArchitecture: amd64\nVersion: 570.1-0ubuntu1\n"
    root = make(
        tmp_path, _0000=entry.format("install ok unpacked"), _0001=entry.format("install reinstreq half-installed")
    )
    database = d.read_database(system_at(root))
    assert database.journal_dirty
    assert {item.name: item.code for item in database.broken} == {"nvidia-dkms-570": "iHR"}
    assert len(database.packages) == 4


def test_only_digits_are_journal_entries(tmp_path: Path) -> None:
    root = make(tmp_path, tmp="rubbish", _0010="", _0009="")
    assert [Path(path).name for path in d.journal(system_at(root))] == ["0009", "0010"]


def test_no_journal_folder(tmp_path: Path) -> None:
    assert d.journal(system_at(tmp_path)) == []


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    root = make(tmp_path)
    (tmp_path / "var/lib/dpkg/status").write_bytes(b"Package: x\nStatus: install ok installed\nMaintainer: J\xf6rg\n")
    assert [item.name for item in d.read_database(system_at(root)).packages] == ["x"]


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="needs dpkg-query")
def test_codes_are_those_of_dpkg(tmp_path: Path) -> None:
    text = "\n".join(
        f"Package: p{number}\nStatus: {row[0]}\nArchitecture: all\nVersion: 1\nMaintainer: x\nDescription: x\n"
        + ("Triggers-Pending: /x\n" if "pending" in row[0] else "")
        + ("Triggers-Awaited: p0\n" if "awaited" in row[0] else "")
        + ("Config-Version: 1\n" if "half-configured" in row[0] or "config-files" in row[0] else "")
        for number, row in enumerate(STATES)
        if "not-installed" not in row[0]
    )
    root = make(tmp_path, text)
    (tmp_path / "var/lib/dpkg/info").mkdir()
    command = ["dpkg-query", f"--admindir={tmp_path}/var/lib/dpkg", "-W", "-f", "${Package} ${db:Status-Abbrev}\n"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert {line.split()[0]: line.split()[1] for line in done.stdout.splitlines()} == {
        item.name: item.code for item in d.read_database(system_at(root)).packages
    }


def test_automatic() -> None:
    text = "Package: a\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: b\nAuto-Installed: 0\n\nPackage: c\n"
    assert d.automatic(text) == {"a"}


# Locks

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("name", ["lock-frontend", "lock"])
def test_lock_holder(name: str, tmp_path: Path) -> None:
    """An orphaned dpkg holds the inner lock only."""
    root = make(tmp_path)
    for lock in d.LOCKS:
        Path(root + lock).touch()
    assert d.lock_holders(system_at(root)) == {}
    command = [sys.executable, "-c", HOLD, f"{root}/var/lib/dpkg/{name}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert d.lock_holders(system_at(root)) == {f"/var/lib/dpkg/{name}": holder.pid}
        assert d.lock_holders(system_at(root)) == {f"/var/lib/dpkg/{name}": holder.pid}, "looking takes no lock"
    assert d.lock_holders(system_at(root)) == {}


def test_a_holder_of_another_pid_namespace_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F_GETLK gives process 0 for it; the real case is in the integration tests."""
    root = make(tmp_path)
    Path(root + d.LOCKS[0]).touch()
    answer = struct.pack("hhqqi", fcntl.F_WRLCK, 0, 0, 0, 0)
    monkeypatch.setattr("fcntl.fcntl", lambda *_arguments: answer)
    assert d.lock_holders(system_at(root)) == {d.LOCKS[0]: d.UNSEEN}


def test_no_lock_files(tmp_path: Path) -> None:
    assert d.lock_holders(system_at(tmp_path)) == {}


# What goes along with a removal


def arch(name: str, architecture: str, **fields: str) -> d.Package:
    more = {key.replace("_", "-"): value for key, value in fields.items()}
    return d.Package(name, architecture, "1", "ii", {"Package": name, **more})


def test_the_label_of_a_package_holds_a_foreign_architecture() -> None:
    foreign, own, every = arch("x", "i386"), arch("x", "amd64"), arch("y", "all")
    database = d.Database((arch("dpkg", "amd64"), foreign, own, every), False)
    assert [database.label(item) for item in (foreign, own, every)] == ["x:i386", "x", "y"]
