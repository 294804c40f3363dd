# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""L3: a developer's files that are endless, block whoever opens them, or nest too deeply, met by root who reads."""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import daemon_json
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import search_path

from tests.conftest import ROOT
from tests.unit.plugins.module_utils.scripted_run import system_at

SECONDS = 20
MEMORY = 1 << 30
BASHRC = "home/anna/.bashrc"
GUILTY = "export LD_LIBRARY_PATH=/usr/lib64\n"


@pytest.fixture(autouse=True)
def limits() -> t.Iterator[None]:
    """Who waits for ever or takes all memory fails here, and not on the machine of the tests."""

    def too_long(_number: int, _frame: object) -> None:
        raise TimeoutError(f"still busy after {SECONDS} s")

    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    handler = signal.signal(signal.SIGALRM, too_long)
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, before[1]))
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    resource.setrlimit(resource.RLIMIT_AS, before)
    signal.signal(signal.SIGALRM, handler)


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link_to_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def sparse(path: Path) -> None:
    """``truncate -s 8G``."""
    with path.open("wb") as file:
        file.truncate(8 << 30)


def listening(path: Path) -> None:
    # A name of a socket has at most 107 characters.
    folder = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"/proc/self/fd/{folder}/{path.name}")
    os.close(folder)


def loop(path: Path) -> None:
    path.symlink_to(path.name)


HOSTILE = [fifo, link_to_device, sparse, listening, loop]


@pytest.mark.parametrize("make", HOSTILE)
def test_a_reader_neither_waits_nor_takes_all_memory(make: t.Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "file")
    with pytest.raises(OSError) as told:
        files.read_text(f"{tmp_path}/file")
    assert not isinstance(told.value, TimeoutError)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("make", HOSTILE)
def test_the_audit_of_search_paths_names_the_file_and_goes_on(make: t.Callable[[Path], None], tmp_path: Path) -> None:
    for home in ("anna", "ben"):
        (tmp_path / "home" / home).mkdir(parents=True)
    (tmp_path / "home/ben/.bashrc").write_text(GUILTY)
    make(tmp_path / BASHRC)
    told = search_path.findings(system_at(tmp_path))
    assert len(told) == 2
    assert told[0].startswith(f"/{BASHRC} cannot be read") and "/home/ben/.bashrc:1" in told[1]


def test_a_device_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening one may act: a watchdog restarts the machine, a tape winds."""
    (tmp_path / "file").symlink_to("/dev/null")
    opened: list[str] = []
    real = os.open

    def watched(path: t.Any, flags: int, *more: t.Any, **named: t.Any) -> int:
        if not flags & os.O_PATH:
            opened.append(str(path))
        return real(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", watched)
    with pytest.raises(OSError, match="is a device"):
        files.read_bytes(f"{tmp_path}/file")
    assert opened == []


def test_files_without_number(tmp_path: Path) -> None:
    folder = tmp_path / "home/anna/.config/environment.d"
    folder.mkdir(parents=True)
    for number in range(2000):
        (folder / f"{number:04}.conf").write_text("PATH=/usr/bin\n")
    (tmp_path / "home/ben").mkdir()
    (tmp_path / "home/ben/.bashrc").write_text(GUILTY)
    texts = search_path.findings(system_at(tmp_path))
    assert len(texts) == 2 and any("contains 2000 files" in text for text in texts)


@pytest.mark.parametrize(
    "line",
    [
        "PATH=" + " " * 1_000_000 + "x",
        "PATH=" + ":" * 1_000_000,
        "PATH='" + "' " * 500_000 + "x",
        "export " * 150_000 + "PATH=x",
        " " * 1_000_000 + "PATH",
        "PATH=/a\n" * 125_000,
        "PATH=" + "/a:" * 300_000 + " y",
        "if [ -d x ] && " * 60_000 + "PATH=x",
    ],
    ids=lambda line: line[:12].strip() or "blanks",
)
def test_lines_that_are_made_to_take_long(line: str, tmp_path: Path) -> None:
    (tmp_path / "home/anna").mkdir(parents=True)
    (tmp_path / BASHRC).write_text(line)
    search_path.findings(system_at(tmp_path))


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000], ids=["lists", "objects"])
def test_json_that_nests_too_deeply(text: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(text)
    assert files.read_json(f"{tmp_path}/file") == {}
    with pytest.raises(daemon_json.DaemonJsonError):
        daemon_json.knows(text)


OPENS_ITSELF = {
    "_system/files.py": "the reader",
    "_bundle.py": "what the bundle itself unpacked and its own output",
    "_apt/deb_file.py": "packages, bounded in every part",
    "_apt/dpkg.py": "dpkg's locks, to ask who holds them",
    "_system/leftovers.py": "folders and files of its own user, to lock them",
    "_kept/service.py": "/dev/null, in the place of its output",
    "_apt/transaction.py": "the log of a transaction, in a folder of root's",
}


def test_there_is_one_reader() -> None:
    """Who opens a file by himself has none of this; each exception has its reason."""
    found = set()
    for path in sorted((ROOT / "plugins").glob("module*/**/*.py")):
        if re.search(r"(?<![\w.-])open\(|os\.open\(|\.read_text\(\)|\.read_bytes\(\)", path.read_text()):
            found.add(str(path.relative_to(ROOT / "plugins/module_utils")))
    assert found == set(OPENS_ITSELF)
