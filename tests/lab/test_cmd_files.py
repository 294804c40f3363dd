# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands inside cmd.exe that touch files."""

from __future__ import annotations

import os
from pathlib import Path, PosixPath

import pytest

from lab.laptops.laptop import Laptop
from lab.machine.process import NOT_MODELLED_EXIT_CODE
from lab.windows import cmd_files
from lab.windows.cmd_words import switches_and_words
from tests.lab.windows_laptop import make_laptop, run

WORK = "C:\\ProgramData\\work"


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    made = make_laptop(tmp_path)
    folder = made.drive.host_path(WORK)
    (folder / "Sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"one\r\n")
    (folder / "Sub" / "ext4.vhdx").write_bytes(b"disk")
    (folder / "Sub" / "B.TXT").write_bytes(b"two\r\n")
    return made


@pytest.mark.parametrize(
    ("arguments", "switches", "words"),
    [
        (' /s/b "C:\\a b\\c" d', {"/s", "/b"}, ["C:\\a b\\c", "d"]),
        (' C:\\x /a-d "C:\\a"b', {"/a-d"}, ["C:\\x", "C:\\ab"]),
        (" a,b;c", set(), ["a", "b", "c"]),
    ],
)
def test_words(arguments: str, switches: set[str], words: list[str]) -> None:
    assert switches_and_words(arguments) == (switches, words)


CASES = [
    (f"dir /b {WORK}", 0, "a.txt\r\nSub\r\n", ""),
    (f"dir /s /b /a-d {WORK}\\*.txt", 0, f"{WORK}\\a.txt\r\n{WORK}\\Sub\\B.TXT\r\n", ""),
    ("dir /s/b/a-d c:\\programdata\\ext4.vhdx", 0, f"{WORK}\\Sub\\ext4.vhdx\r\n", ""),
    (f"dir /b /ad {WORK}", 0, "Sub\r\n", ""),
    (f"dir /b {WORK}\\*.zip", 1, "", "File Not Found\r\n"),
    ("dir /b C:\\nowhere\\x", 1, "", "The system cannot find the path specified.\r\n"),
    (f"type {WORK}\\A.TXT", 0, "one\r\n", ""),
    (f"type {WORK}\\none", 1, "", "The system cannot find the file specified.\r\n"),
    (f"type {WORK}", 1, "", "Access is denied.\r\n"),
    (f"copy /y {WORK}\\a.txt {WORK}\\Sub&type {WORK}\\Sub\\a.txt", 0, "        1 file(s) copied.\r\none\r\n", ""),
    (f"copy /y {WORK}\\none {WORK}\\x", 1, "", "The system cannot find the file specified.\r\n"),
    (f"move /y {WORK}\\a.txt {WORK}\\c.txt&dir /b {WORK}\\*.txt", 0, "        1 file(s) moved.\r\nc.txt\r\n", ""),
    (f"del /q {WORK}\\a.txt&dir /b {WORK}", 0, "Sub\r\n", ""),
    (f"del {WORK}\\none", 0, "", f"Could Not Find {WORK}\\none\r\n"),
    (f"md {WORK}\\x\\y&if exist {WORK}\\x\\y\\ echo there", 0, "there\r\n", ""),
    (f"mkdir {WORK}\\Sub", 1, "", f"A subdirectory or file {WORK}\\Sub already exists.\r\n"),
    (f"rmdir /s /q {WORK}&if not exist {WORK} echo gone", 0, "gone\r\n", ""),
    (f"rmdir {WORK}\\Sub", 145, "", "The directory is not empty.\r\n"),
    (f"rmdir /s /q {WORK}\\none", 2, "", "The system cannot find the file specified.\r\n"),
    (f"echo a>{WORK}\\n&echo b>>{WORK}\\n&type {WORK}\\n", 0, "a\r\nb\r\n", ""),
    (f'echo "a b">"{WORK}\\a b"&type "{WORK}\\a b"', 0, '"a b"\r\n', ""),
]


@pytest.mark.parametrize(("line", "code", "out", "err"), CASES, ids=[row[0] for row in CASES])
def test_commands(laptop: Laptop, line: str, code: int, out: str, err: str) -> None:
    result = run(laptop, line)
    assert (result.code, result.out, result.err) == (code, out, err)


@pytest.mark.parametrize("line", [f"del {WORK}\\*", f"rmdir /s {WORK}", f"copy {WORK}\\a.txt {WORK}\\b.txt"])
def test_commands_that_would_ask_are_not_modelled(laptop: Laptop, line: str) -> None:
    assert run(laptop, line).code == NOT_MODELLED_EXIT_CODE
    assert laptop.drive.exists(f"{WORK}\\a.txt")


def test_a_utf16_file_is_typed_in_utf8(laptop: Laptop) -> None:
    laptop.drive.host_path(f"{WORK}\\u.txt").write_bytes("ä\r\n".encode("utf-16"))
    assert run(laptop, f"type {WORK}\\u.txt").out == "ä\r\n"


def test_a_full_disk_is_an_error(laptop: Laptop) -> None:
    laptop.faults.switch_on("disk_full")
    for line in (f"echo x>{WORK}\\n", f"copy /y {WORK}\\a.txt {WORK}\\b.txt", f"md {WORK}\\new"):
        result = run(laptop, line)
        assert (result.code, result.err) == (1, "There is not enough space on the disk.\r\n"), line


def test_others_than_administrators_may_not_write_to_system_folders(laptop: Laptop) -> None:
    for line in ("echo x>C:\\Windows\\x", "md C:\\Users\\admin\\x", "del C:\\Windows\\System32\\reg.exe"):
        result = run(laptop, line, user="dev")
        assert (result.code, result.err) == (1, "Access is denied.\r\n"), line
    assert run(laptop, "echo x>C:\\Users\\dev\\x", user="dev").code == 0


class _Vanishing(PosixPath):
    """A file that another program deletes between two looks."""

    def is_file(self) -> bool:
        return True

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        raise FileNotFoundError(self)


def test_a_file_that_goes_away_while_it_is_listed_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"x")
    found = dict(cmd_files._with_stat([tmp_path / "there", _Vanishing(tmp_path / "gone"), tmp_path]))
    assert [(path.name, stat.st_size) for path, stat in found.items()] == [("there", 1)]
