# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsl.exe running Linux programs: launch forms, users, directories, environment, exit codes.

Numbers such as A13 are the conformance cases of microsoft/WSL's own tests and source that the lab was written to.
"""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from lab.machine.state import User
from lab.wsl.windows_state import POLICIES, SERVICES
from tests.lab.wsl_bench import SID, Bench

MINUS_1 = 0xFFFFFFFF
NOT_FOUND = "There is no distribution with the supplied name.\r\nError code: Wsl/Service/{}WSL_E_DISTRO_NOT_FOUND\r\n"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.add()
    return made


CASES = [
    ("A1", "echo LOW!", "LOW!\n", 0),
    ("A4", "echo -n $USER", "root", 0),
    ("A6", 'echo -n a "" b', "a  b", 0),
    ("A7", 'echo -n "a""b"', "ab", 0),
    ("A9", "--exec /bin/echo -n $USER", "$USER", 0),
    ("A10", r"--exec /bin/echo -n \"a\"", '"a"', 0),
    ("A11", '--exec echo foo "" bar', "foo  bar\n", 0),
    (
        "A13",
        "--distribution-id InvalidGuid",
        "The parameter is incorrect. \r\nError code: Wsl/E_INVALIDARG\r\n",
        MINUS_1,
    ),
    (
        "A14",
        "--distribution-id  {C13B2B63-F9D5-4840-8105-F6ABECCF46CA}",
        NOT_FOUND.format("CreateInstance/ReadDistroConfig/"),
        MINUS_1,
    ),
    ("A15", "-d DoesNotExist echo foo", NOT_FOUND.format(""), MINUS_1),
    ("A16", '--exec sh -c "exit 42"', "", 42),
    ("A17", '--exec sh -c "exit 67"', "User not found.\r\nError code: Wsl/WSL_E_USER_NOT_FOUND\r\n", MINUS_1),
    ("name without case", "-d TEST_DISTRO echo a", "a\n", 0),
    ("quotes are part of the name", '-d "test_distro" echo a', NOT_FOUND.format(""), MINUS_1),
    ("resolved before what follows", "-d Nope --frob", NOT_FOUND.format(""), MINUS_1),
    ("-- still goes to the shell", "-- echo $((1+1))", "2\n", 0),
    ("shell type none", "--shell-type none echo $((1+1))", "$((1+1))\n", 0),
    ("exit 87 and the terminal", '--exec sh -c "exit 87"', None, MINUS_1),
    ("killed by a signal: raw wait status", '--exec sh -c "kill -9 $$"', "", 9),
]


@pytest.mark.parametrize(("case", "arguments", "stdout", "code"), CASES, ids=[case[0] for case in CASES])
def test_case(bench: Bench, case: str, arguments: str, stdout: str | None, code: int) -> None:
    result = bench.wsl(arguments)
    assert result.exit_code == code
    assert result.stderr == ""
    if stdout is not None:
        assert result.stdout == stdout
    else:
        assert result.stdout.endswith("Error code: Wsl/WSL_E_TTY_LIMIT\r\n")


@pytest.mark.parametrize("form", ["{}", "{{{}}}"])
@pytest.mark.parametrize("upper", [True, False])
def test_a12_distribution_id(bench: Bench, form: str, upper: bool) -> None:
    guid = bench.registrations.all()[0].id.strip("{}")
    text = form.format(guid.upper() if upper else guid)
    assert bench.wsl(f"--distribution-id {text} echo -n OK").stdout == "OK"
    assert bench.wsl(f"{{{guid}}} echo -n OK").stdout == "OK"


def test_a2_user(bench: Bench) -> None:
    bench.wsl("-u dev whoami")
    assert bench.instances.launched[-1].user == "dev"


def test_a_user_that_does_not_exist(bench: Bench) -> None:
    result = bench.wsl("-u nobody_here id")
    assert result.exit_code == MINUS_1
    assert result.stdout == "User not found.\r\nError code: Wsl/WSL_E_USER_NOT_FOUND\r\n"
    assert result.stderr.startswith("<3>WSL (") and "getpwnam(nobody_here) failed" in result.stderr
    assert bench.instances.launched == []


@pytest.mark.parametrize(
    ("wsl_conf", "uid", "user"), [("", 1000, "dev"), ("", 0, "root"), ("[user]\ndefault = dev\n", 0, "dev")]
)
def test_the_default_user(tmp_path: Path, wsl_conf: str, uid: int, user: str) -> None:
    bench = Bench(tmp_path)
    bench.add(files={"etc/wsl.conf": wsl_conf}, default_uid=uid)
    bench.wsl("true")
    assert bench.instances.launched[-1].user == user


@pytest.mark.parametrize(
    ("arguments", "cwd", "expected"),
    [
        ("--cd / true", "C:\\", "/"),
        ("--cd /no/such true", "C:\\", "/no/such"),
        ("--cd ~ true", "C:\\", "/home/dev"),
        ("--cd ~/src true", "C:\\", "/home/dev/src"),
        ("true", "C:\\Windows\\System32", "/mnt/c/Windows/System32"),
        ("--cd C:\\Users\\anna true", "C:\\", "/mnt/c/Users/anna"),
        ('--cd "C:\\Users\\anna" true', "C:\\", "/mnt/c/Users/anna"),
    ],
)
def test_directory(bench: Bench, arguments: str, cwd: str, expected: str) -> None:
    bench.wsl(f"-u dev {arguments}", cwd=cwd)
    assert bench.instances.launched[-1].cwd == expected


def test_a_leading_tilde(bench: Bench) -> None:
    bench.wsl("~ -u dev true")
    assert bench.instances.launched[-1].cwd == "/home/dev"


def test_a_directory_that_cannot_be_translated(bench: Bench) -> None:
    share = "\\\\server\\share"
    assert bench.wsl("-u dev true", cwd=share).stderr == f"wsl: Failed to translate '{share}'\r\n"
    assert bench.instances.launched[-1].cwd == "/home/dev"
    assert bench.wsl("true", cwd=share, env={"WSL_DISABLE_WARNINGS": "1"}).stderr == ""


@pytest.mark.parametrize(
    ("path", "code"), [("C:\\Users\\nope", "ERROR_FILE_NOT_FOUND"), ("C:\\nope\\nope", "ERROR_PATH_NOT_FOUND")]
)
def test_a_windows_directory_that_is_not_there(bench: Bench, path: str, code: str) -> None:
    result = bench.wsl(f"--cd {path} true")
    assert result.exit_code == MINUS_1
    assert result.stdout.endswith(f"Error code: Wsl/{code}\r\n")


def test_no_command_is_the_login_shell(bench: Bench) -> None:
    assert bench.wsl("", stdin=b"echo $0 is fed\n").stdout.endswith("is fed\n")
    assert (bench.instances.launched[-1].argv, bench.instances.launched[-1].arg0) == (["/bin/sh"], "-sh")


def test_the_rest_reaches_the_shell_byte_for_byte(bench: Bench) -> None:
    rest = "echo 'a  b' \"c\\\\d\" %X% ^& é 日本 "
    bench.wsl(rest)
    assert bench.instances.launched[-1].argv == ["/bin/sh", "-c", rest]
    bench.wsl(f"--shell-type login {rest}")
    assert bench.instances.launched[-1].arg0 == "-sh"


@pytest.mark.parametrize(
    ("wslenv", "variables", "command", "stdout", "code"),
    [
        ("a/u:c/u", {"A": "b", "C": "d"}, "echo -n $a", "b", 0),
        ("a/w", {"A": "b"}, "echo -n $a", "", 0),
        ("Empty/u", {"EMPTY": ""}, "[ -z ${Empty+x} ]", "", 1),
        ("p/p", {"P": "C:\\Users\\anna"}, "echo -n $p", "/mnt/c/Users/anna", 0),
        ("l/lu", {"L": "C:\\a;C:\\b"}, "echo -n $l", "/mnt/c/a:/mnt/c/b", 0),
        ("", {"A": "b"}, "echo -n $A", "", 0),
    ],
    ids=["A21", "A23", "A24", "path", "list", "nothing else crosses"],
)
def test_environment(
    bench: Bench, wslenv: str, variables: dict[str, str], command: str, stdout: str, code: int
) -> None:
    result = bench.wsl(command, env={**variables, "WSLENV": wslenv})
    assert (result.stdout, result.exit_code) == (stdout, code)


def test_a25_binary_streams(bench: Bench) -> None:
    original = bytes(range(256)) * 5000
    packed = bench.wsl("gzip", stdin=original, utf8=False).raw_stdout
    digest = bench.wsl("gzip -d - | md5sum -", stdin=packed, utf8=False).raw_stdout
    assert digest.decode() == f"{hashlib.md5(original).hexdigest()}  -\n"
    assert subprocess.run(["gzip", "-d"], input=packed, capture_output=True, check=True).stdout == original


def test_a27_a_warning_of_wsl_conf_comes_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.add(files={"etc/wsl.conf": "[foo]\na=b\n"})
    first = bench.wsl("-u root echo ok", utf8=False)
    assert first.raw_stdout == b"ok\n"
    assert first.raw_stderr == b"wsl: Unknown key 'foo.a' in /etc/wsl.conf:2\r\n"
    assert bench.wsl("-u root echo ok").stderr == ""
    bench.wsl("--terminate test_distro")
    assert bench.wsl("-u root echo ok").stderr == first.stderr


OOBE = "[oobe]\ncommand = /bin/sh -c 'echo OOBE'\ndefaultUid = 1000\n"


def test_a32_first_use_without_a_command(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.add(files={"etc/wsl-distribution.conf": OOBE}, run_oobe=True)
    assert bench.wsl("echo x").stdout == "x\n"
    assert bench.registrations.all()[0].run_oobe
    assert bench.wsl("").stdout == "OOBE\n"
    item = bench.registrations.all()[0]
    assert (item.run_oobe, item.default_uid) == (False, 1000)
    assert bench.instances.launched[-1].user == "dev"


def test_a33_first_use_that_fails(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    command = "/bin/bash -c 'echo failed OOBE && exit 1'"
    bench.add(files={"etc/wsl-distribution.conf": f"[oobe]\ncommand = {command}\n"}, run_oobe=True)
    result = bench.wsl("")
    assert (result.exit_code, result.stdout) == (1, "failed OOBE\n")
    assert result.stderr == f'OOBE command "{command}" failed, exiting\n'
    assert bench.registrations.all()[0].run_oobe


# -- what stands before a start ----------------------------------------------------------------------------------------

PATH = "Wsl/Service/CreateInstance/"


def test_no_distribution(tmp_path: Path) -> None:
    result = Bench(tmp_path).wsl("echo a")
    assert result.exit_code == MINUS_1
    assert result.stdout.count("\r\n") == 5
    assert "Error code" not in result.stdout


def test_a_stale_default(bench: Bench) -> None:
    bench.registry.set(
        bench.registrations.key, "DefaultDistribution", "REG_SZ", "{00000000-0000-0000-0000-000000000000}"
    )
    assert bench.wsl("true").stdout == NOT_FOUND.format("CreateInstance/ReadDistroConfig/")


@pytest.mark.parametrize("reason", ["firmware", "vmcompute", "fault"])
def test_e6_virtualization_off(bench: Bench, reason: str) -> None:
    if reason == "firmware":
        bench.laptop.state.firmware_virtualization = False
    elif reason == "vmcompute":
        bench.registry.delete(f"{SERVICES}\\vmcompute")
    else:
        bench.laptop.faults.switch_on("virtual_machine_fails")
    result = bench.wsl("-d test_distro true")
    assert result.exit_code == MINUS_1
    assert result.stdout.endswith(f"Error code: {PATH}CreateVm/HCS/HCS_E_HYPERV_NOT_INSTALLED\r\n")


def test_the_package_lost_a_file_at_the_last_boot(bench: Bench) -> None:
    bench.laptop.drive.host_path("C:\\Program Files\\WSL\\tools\\modules.vhd").unlink()
    expected = f"The system cannot find the file specified. \r\nError code: {PATH}CreateVm/HCS/ERROR_FILE_NOT_FOUND\r\n"
    assert bench.wsl("true").stdout == expected


@pytest.mark.parametrize(
    ("remove", "code"), [("C:\\wsl\\test_distro", "ERROR_PATH_NOT_FOUND"), ("", "ERROR_FILE_NOT_FOUND")]
)
def test_the_virtual_disk_is_missing(bench: Bench, remove: str, code: str) -> None:
    bench.laptop.drive.host_path("C:\\wsl\\test_distro\\ext4.vhdx").unlink()
    if remove:
        bench.laptop.drive.host_path(remove).rmdir()
    result = bench.wsl("true")
    assert result.stdout.startswith(
        "Failed to attach disk 'C:\\wsl\\test_distro\\ext4.vhdx' to WSL2: The system cannot"
    )
    assert result.stdout.endswith(f"Error code: {PATH}MountDisk/HCS/{code}\r\n")


def test_the_virtual_disk_is_damaged(bench: Bench) -> None:
    bench.laptop.drive.host_path("C:\\wsl\\test_distro\\ext4.vhdx").write_bytes(b"\x00\xff")
    assert bench.wsl("true").stdout == (
        "The distribution failed to start because its virtual disk is corrupted.\r\n"
        f"Error code: {PATH}WSL_E_DISK_CORRUPTED\r\n"
    )


def test_e5_local_system(bench: Bench) -> None:
    result = bench.wsl("true", user=User("SYSTEM", "S-1-5-18", ""))
    assert result.exit_code == MINUS_1
    assert result.stdout == (
        "Running WSL as local system is not supported.\r\nError code: Wsl/Service/WSL_E_LOCAL_SYSTEM_NOT_SUPPORTED\r\n"
    )


def test_another_user_sees_none_of_it(bench: Bench) -> None:
    other = User("ben", SID + "1", "")
    assert bench.wsl("-l -q", user=other).stdout == ""


def test_the_policy(bench: Bench) -> None:
    bench.registry.set(POLICIES, "AllowWSL", "REG_DWORD", 0)
    assert bench.wsl("true").stdout.endswith("Error code: Wsl/ERROR_ACCESS_DISABLED_BY_POLICY\r\n")


def test_the_service(bench: Bench) -> None:
    bench.registry.set(f"{SERVICES}\\WSLService", "Start", "REG_DWORD", 4)
    assert bench.wsl("true").stdout.endswith("Error code: Wsl/ERROR_SERVICE_DISABLED\r\n")
    bench.registry.delete(f"{SERVICES}\\WSLService")
    assert bench.wsl("true").stdout == "Class not registered \r\nError code: Wsl/REGDB_E_CLASSNOTREG\r\n"


def test_older_versions_show_hexadecimal_codes(tmp_path: Path) -> None:
    bench = Bench(tmp_path, version="2.6.3.0")
    bench.registry.set(f"{SERVICES}\\WSLService", "Start", "REG_DWORD", 4)
    assert bench.wsl("true").stdout.endswith("Error code: Wsl/0x80070422\r\n")


def test_a_busy_distribution(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.add(state=5)
    assert bench.wsl("true").stdout == (
        "An install, uninstall, or conversion is in progress for this distribution.\r\n"
        f"Error code: {PATH}E_ILLEGAL_STATE_CHANGE\r\n"
    )
