# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The smaller programs of System32."""

from __future__ import annotations

import hashlib
import io
import tarfile
import time
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.machine.process import NOT_MODELLED_EXIT_CODE
from lab.machine.state import Gpu
from lab.machine.streams import Pipe
from lab.windows.launch import launch
from tests.lab.windows_laptop import make_laptop, run

SYSTEM32 = "C:\\Windows\\System32"
SMI = f"{SYSTEM32}\\nvidia-smi.exe"


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    return make_laptop(tmp_path)


def with_gpu(laptop: Laptop, **settings: str) -> Laptop:
    laptop.state.gpus = [Gpu(name="NVIDIA T1200", **settings)]
    laptop.drive.add_program(SMI, "nvidia-smi")
    return laptop


# -- nvidia-smi --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        (
            "--query-gpu=name,driver_version,driver_model.current,memory.total --format=csv,noheader",
            "NVIDIA T1200, 572.61, WDDM, 8188 MiB\r\n",
        ),
        ("--query-gpu=memory.total,compute_cap --format=csv,noheader,nounits", "8188, 8.9\r\n"),
        ("--query-gpu=name,memory.total --format=csv", "name, memory.total [MiB]\r\nNVIDIA T1200, 8188 MiB\r\n"),
    ],
)
def test_nvidia_smi_queries(laptop: Laptop, arguments: str, out: str) -> None:
    result = run(with_gpu(laptop), f"{SMI} {arguments}")
    assert (result.code, result.out) == (0, out)


def test_one_unknown_field_fails_the_whole_query(laptop: Laptop) -> None:
    query = f"{SMI} --query-gpu=name,compute_cap --format=csv,noheader"
    result = run(with_gpu(laptop, driver="472.12"), query)
    assert (result.code, result.out) == (2, 'Field "compute_cap" is not a valid field to query.\r\n\r\n')
    assert run(with_gpu(laptop, driver="511.00"), query).code == 0


def test_nvidia_smi_that_hangs_ends_with_its_shell(laptop: Laptop) -> None:
    with_gpu(laptop).faults.switch_on("nvidia_smi_hangs")
    account = laptop.user("admin")
    assert account is not None
    command = laptop.start_command(account, f"{SMI} -L")
    assert not command.done.wait(0.2)
    command.kill()
    assert command.done.wait(30)


def test_the_table_of_nvidia_smi_is_not_modelled(laptop: Laptop) -> None:
    assert run(with_gpu(laptop), SMI).code == NOT_MODELLED_EXIT_CODE


# -- tasklist, sc, where, hostname, chcp, fsutil, powercfg -------------------------------------------------------


def test_tasklist_shows_no_wsl_while_none_runs(laptop: Laptop) -> None:
    lines = run(laptop, f"{SYSTEM32}\\tasklist.exe /fo csv /nh").out.splitlines()
    assert '"System","4","Services","0","144 K"' in lines
    assert not [line for line in lines if "wsl" in line.lower()]


def test_tasklist_shows_running_distributions(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laptop.instances, "running", lambda: ["{guid-1}", "{guid-2}"])
    out = run(laptop, "tasklist /nh /fo csv").out
    assert (out.count('"vmmemWSL"'), out.count('"wslhost.exe"')) == (1, 2)


def test_tasklist_shows_the_programs_that_run_now(laptop: Laptop) -> None:
    with_gpu(laptop).faults.switch_on("nvidia_smi_hangs")
    account = laptop.user("admin")
    assert account is not None
    command = laptop.start_command(account, f"{SMI} -L")
    while not command.process.started:
        time.sleep(0.005)
    assert '"nvidia-smi.exe"' in run(laptop, "tasklist /fo csv /nh").out
    command.kill()
    assert command.done.wait(30)
    assert '"nvidia-smi.exe"' not in run(laptop, "tasklist /fo csv /nh").out


def test_sc_query(laptop: Laptop) -> None:
    assert "STATE              : 4  RUNNING" in run(laptop, "sc query WinRM").out
    missing = run(laptop, "sc query vmcompute")
    assert (missing.code, "FAILED 1060:" in missing.out) == (1060, True)


@pytest.mark.parametrize(
    ("language", "free"),
    [
        ("en-US", "Total free bytes                : 214,748,364,800 (200.0 GB)"),
        ("de-DE", "Gesamtzahl der freien Bytes     : 214.748.364.800 (200,0 GB)"),
    ],
)
def test_fsutil_groups_digits(tmp_path: Path, language: str, free: str) -> None:
    lines = run(make_laptop(tmp_path, language=language), "fsutil volume diskfree C:").out.splitlines()
    assert lines[0] == free
    assert len(lines) == 3


def test_fsutil_lists_drives(tmp_path: Path) -> None:
    assert run(make_laptop(tmp_path, language="de-DE"), "fsutil fsinfo drives").out == "\r\nLaufwerke: C:\\ \r\n"


def test_powercfg_values_are_hexadecimal_whatever_the_labels(tmp_path: Path) -> None:
    for index, language in enumerate(("en-US", "de-DE", "fr-FR", "ja-JP")):
        laptop = make_laptop(tmp_path / str(index), language=language)
        lines = run(laptop, "powercfg /q SCHEME_CURRENT SUB_SLEEP STANDBYIDLE").out.splitlines()
        assert [line.split()[-1] for line in lines[-3:-1]] == ["0x00000708", "0x00000384"]


@pytest.mark.parametrize(
    ("line", "code", "out"),
    [
        ("hostname", 0, "LAPTOP\r\n"),
        ("where reg", 0, f"{SYSTEM32}\\reg.exe\r\n"),
        ("where nothing", 1, ""),
        ("chcp", 0, "Active code page: 65001\r\n"),
        ("chcp 437", NOT_MODELLED_EXIT_CODE, ""),
        ('(echo One&echo two)|find /i "o"', 0, "One\r\ntwo\r\n"),
        ('(echo One&echo two)|findstr /v /c:"One"', 0, "two\r\n"),
        ('echo a|find "b"', 1, ""),
        ("powercfg /l", NOT_MODELLED_EXIT_CODE, ""),
        ("tasklist", NOT_MODELLED_EXIT_CODE, ""),
        ("sc stop WinRM", NOT_MODELLED_EXIT_CODE, ""),
        ("certutil -urlcache -f http://x y", NOT_MODELLED_EXIT_CODE, ""),
        ("shutdown /h", NOT_MODELLED_EXIT_CODE, ""),
        ("tar -cf - x", NOT_MODELLED_EXIT_CODE, ""),
        ("curl --upload-file x http://127.0.0.1/", NOT_MODELLED_EXIT_CODE, ""),
        ("msiexec /i C:\\x.msi", NOT_MODELLED_EXIT_CODE, ""),
    ],
)
def test_small_programs(laptop: Laptop, line: str, code: int, out: str) -> None:
    result = run(laptop, line)
    assert (result.code, result.out) == (code, out)


# -- certutil ----------------------------------------------------------------------------------------------------


def test_certutil_prints_the_digest_on_the_second_line(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path, language="fr-FR")
    laptop.drive.host_path("C:\\ProgramData\\x").write_bytes(b"data")
    result = run(laptop, "certutil -hashfile C:\\ProgramData\\x SHA256")
    assert result.code == 0
    assert result.out.splitlines()[1] == hashlib.sha256(b"data").hexdigest()
    assert run(laptop, "certutil -hashfile C:\\none SHA256").code == 0x80070002


# -- tar ---------------------------------------------------------------------------------------------------------


def archive(mode: str = "w", name: str = "folder/file.bin", data: bytes = bytes(range(256)) * 1000) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_tar_extracts_from_stdin(laptop: Laptop, mode: str) -> None:
    result = run(laptop, f"{SYSTEM32}\\tar.exe -xf - -C C:\\ProgramData", stdin=archive(mode))
    assert (result.code, result.err) == (0, "")
    assert laptop.drive.host_path("C:\\ProgramData\\Folder\\FILE.bin").read_bytes() == bytes(range(256)) * 1000


def test_tar_extracts_from_a_file(laptop: Laptop) -> None:
    laptop.drive.host_path("C:\\ProgramData\\a.tar").write_bytes(archive(data=b"x"))
    assert run(laptop, "tar -xf C:\\ProgramData\\a.tar -C C:\\ProgramData").code == 0
    assert run(laptop, "type C:\\ProgramData\\folder\\file.bin").out == "x"


@pytest.mark.parametrize(
    ("line", "data", "error"),
    [
        ("tar -xf - -C C:\\nowhere", b"", "tar.exe: could not chdir to 'C:\\nowhere'\r\n"),
        ("tar -xf C:\\none.tar", b"", "tar.exe: Error opening archive: Failed to open 'C:\\none.tar'\r\n"),
        ("tar -xf -", b"no archive" * 100, "tar.exe: Error opening archive: Unrecognized archive format\r\n"),
        ("tar -xf -", archive()[:5000], "tar.exe: Truncated or damaged archive\r\n"),
        ("tar -xf -", archive(name="../../x"), "tar.exe: ../../x: Path contains '..'\r\n"),
    ],
)
def test_tar_errors(laptop: Laptop, line: str, data: bytes, error: str) -> None:
    result = run(laptop, line, stdin=data)
    assert (result.code, result.err) == (1, error)


@pytest.mark.parametrize("mode", ["w", "w:bz2", "w:xz"])
def test_tar_lists_and_notices_damage(laptop: Laptop, mode: str) -> None:
    data = archive(mode)
    assert run(laptop, "tar -tf -", stdin=data).out == "folder/file.bin\r\n"
    half = len(data) // 2
    if mode != "w":  # a plain archive has sums for its headers only
        assert run(laptop, "tar -tf -", stdin=data[:half] + b"\x00\x00" + data[half + 2 :]).code == 1
    assert run(laptop, "tar -tf -", stdin=data[:half]).code == 1


def test_tar_takes_no_input_for_an_empty_archive(laptop: Laptop) -> None:
    assert run(laptop, "tar -xf -").code == 0


# -- launch ------------------------------------------------------------------------------------------------------


def test_launch_reports_what_is_not_modelled_and_what_is_missing(laptop: Laptop) -> None:
    account = laptop.user("admin")
    assert account is not None
    command = laptop.start_command(account, "rem")
    assert command.done.wait(30)
    parent, errors = command.process, Pipe()
    laptop.drive.add_program(f"{SYSTEM32}\\unheard.exe", "unheard")
    assert launch(parent, f"{SYSTEM32}\\unheard.exe", "unheard /of", stderr=errors) == NOT_MODELLED_EXIT_CODE
    assert launch(parent, f"{SYSTEM32}\\none.exe", "none", stderr=errors) == 1
    errors.close()
    text = errors.read_all().decode()
    assert text.startswith("lab: not modelled: C:\\Windows\\System32\\unheard.exe")
    assert text.endswith("The system cannot find the file specified.\r\n")
    assert any(entry.startswith("lab: not modelled") for entry in parent.started)


def test_a_file_that_is_no_program_is_not_modelled(laptop: Laptop) -> None:
    laptop.drive.host_path("C:\\ProgramData\\x.bat").write_text("echo x", encoding="ascii")
    assert run(laptop, "C:\\ProgramData\\x.bat").code == NOT_MODELLED_EXIT_CODE
