# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import step as distribution_step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed

from tests.unit.a_step import refused, run
from tests.unit.scripted_runner import Answer, Expected

WSL = "C:\\Program Files\\WSL\\wsl.exe"

START = 'set WSL_UTF8=1&"C:\\Program Files\\WSL\\wsl.exe" '

OK = Completed(0, b"", b"")

FAILED = Completed(1, b"", b"nein\r\n")

PLACE = "C:\\wsl\\d"


@pytest.mark.parametrize(
    ("source", "arguments"), [("C:\\i\\x.tar", ""), ("\\\\files\\wsl\\x.wsl", ""), ("C:\\i\\x.vhdx", " --vhd")]
)
def test_import_of_a_file_that_the_host_reads_itself(source: str, arguments: str) -> None:
    line = f"{START}--import Debian {PLACE} {source} --version 2{arguments}"
    run(
        distribution_step.Import("Debian", source, None, PLACE, 2),
        [("md C:\\wsl", OK), (f"dir /b /a-d {source}", OK), (line, OK)],
    )


def test_import_of_a_file_that_is_not_there() -> None:
    source = "C:\\i\\x.tar"
    script: list[tuple[Expected, Answer]] = [("md C:\\wsl", OK), (f"dir /b /a-d {source}", FAILED)]
    refused(distribution_step.Import("Debian", source, None, PLACE, 2), script, "there is no file")


SHARED = "\\\\f\\w\\x.wsl"

CERTUTIL = (re.compile("certutil.exe"), Completed(0x80070005, b"", b""))


def test_import_from_a_share_that_refuses() -> None:
    step = distribution_step.Import("Debian", SHARED, None, PLACE, 2)
    script: list[tuple[Expected, Answer]] = [("md C:\\wsl", OK), (f"dir /b /a-d {SHARED}", FAILED), CERTUTIL]
    refused(step, [*script, ("dir /b \\\\f\\w", FAILED)], "does not pass on credentials.*CredSSP")


def test_import_from_a_share_whose_file_may_not_be_read() -> None:
    step = distribution_step.Import("Debian", SHARED, None, PLACE, 2)
    script: list[tuple[Expected, Answer]] = [("md C:\\wsl", OK), (f"dir /b /a-d {SHARED}", OK)]
    script += [(re.compile("--import"), Completed(0xFFFFFFFF, b"", b"")), CERTUTIL, ("dir /b \\\\f\\w", OK)]
    refused(step, script, "no permission for")


def test_a_file_of_the_host_is_copied_and_not_deleted_when_the_digest_of_the_copy_differs() -> None:
    step = distribution_step.Import("Debian", "C:\\i\\x.tar", "0" * 64, PLACE, 2)
    found = Completed(0, b"SHA256:\r\n" + b"1" * 64 + b"\r\nfertig\r\n", b"")
    path = '"C:\\Program Files\\wslfleet\\images\\Debian.tar"'
    script: list[tuple[Expected, Answer]] = [
        ("md C:\\wsl", OK),
        (re.compile("icacls"), _protected),
        ("dir /b /a-d C:\\i\\x.tar", OK),
        (re.compile(r"dir /-c /a-d C:\\i\\x\.tar&&.*fsutil"), _protected),
        (f"copy /y /b C:\\i\\x.tar {path}", OK),
        (f"C:\\Windows\\System32\\certutil.exe -hashfile {path} SHA256", found),
        (f"del /f /q {path}", OK),
        (f"del /f /q {path}", OK),
    ]
    refused(step, script, "x.tar has SHA-256 .*it was left alone")


def test_a_distribution_that_another_run_has_made_meanwhile() -> None:
    step = distribution_step.Import("Debian", SHARED, None, PLACE, 2)
    there = Completed(0xFFFFFFFF, b"Wsl/Service/RegisterDistro/ERROR_ALREADY_EXISTS\r\n", b"")
    script: list[tuple[Expected, Answer]] = [("md C:\\wsl", OK), (f"dir /b /a-d {SHARED}", OK)]
    refused(step, [*script, (re.compile("--import"), there)], "another run works on this laptop; run again")


def test_a_virtual_disk_of_the_controller_goes_by_a_protected_file(tmp_path: Path) -> None:
    disk = tmp_path / "x.vhdx"
    disk.write_bytes(b"disk")
    digest = hashlib.sha256(b"disk").hexdigest()
    path = "C:\\Program Files\\wslfleet\\images\\Debian.vhdx"
    script: list[tuple[Expected, Answer]] = [
        ("md C:\\wsl", OK),
        (re.compile("icacls"), _protected),
        (f'C:\\Windows\\System32\\certutil.exe -hashfile "{path}" SHA256', FAILED),
        (re.compile('tar.exe -xf - -C "C:.Program Files"$'), OK),
        (re.compile("certutil.exe"), Completed(0, f"x\r\n{digest}\r\n".encode(), b"")),
        (re.compile(r"^move /y .*\.part"), OK),
        (f'{START}--import Debian {PLACE} "{path}" --version 2 --vhd', OK),
        (f'del /f /q "{path}"', OK),
    ]
    runner = run(distribution_step.Import("Debian", str(disk), digest, PLACE, 2), script)
    assert b"wslfleet/images/Debian.vhdx" in runner.calls[3][1]


def _protected(line: str, stdin: bytes) -> Completed:
    count = line.count("-0||echo")
    ends = "".join(f"wslfleet-{n}-0\r\n" for n in range(1, count + 1))
    return Completed(0, f"wslfleet-begin\r\n{ends}".encode(), b"")


def _refused(line: str, stdin: bytes) -> Completed:
    return Completed(0, _protected(line, stdin).stdout.replace(b"wslfleet-5-0", b"wslfleet-5-1"), b"")


def test_nothing_is_put_into_a_folder_that_cannot_be_protected(tmp_path: Path) -> None:
    (tmp_path / "x.vhdx").write_bytes(b"")
    step = distribution_step.Import("Debian", str(tmp_path / "x.vhdx"), None, PLACE, 2)
    refused(
        step, [("md C:\\wsl", OK), (re.compile("icacls"), _refused)], "cannot be made and protected, this failed: C:"
    )
    cut = Completed(1, b"", b"")
    refused(step, [("md C:\\wsl", OK), (re.compile("icacls"), cut)], "making")


@pytest.mark.parametrize(("name", "sha256", "message"), [("no", None, "no file"), ("x.tar", "0" * 64, "expected was")])
def test_a_bad_file_of_the_controller(tmp_path: Path, name: str, sha256: str | None, message: str) -> None:
    (tmp_path / "x.tar").write_bytes(b"tar")
    step = distribution_step.Import("Debian", str(tmp_path / name), sha256, PLACE, 2)
    refused(step, [("md C:\\wsl", OK)], message)
