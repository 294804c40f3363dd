# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsl.exe with everything real behind it: cmd.exe in front, a boot in between, distributions in namespaces."""

from __future__ import annotations

import dataclasses
import gzip
import io
import tarfile
import threading
import typing as t
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.linux import disks as linux_disks
from lab.linux import images
from lab.machine.state import User, WindowsState
from lab.machine.streams import Pipe
from lab.windows import boot
from lab.windows.fresh import make_windows
from lab.wsl import package
from lab.wsl.registrations import Registrations

pytestmark = pytest.mark.lab

IMAGE = "debian-12-minimal"
ADMIN = User("admin", "S-1-5-21-1-2-3-1001", "secret")
CLIENT = 'set WSL_UTF8=1&"C:\\Program Files\\WSL\\wsl.exe" '
OK = "The operation completed successfully. \r\n"
REBOOT = "Changes will not be effective until the system is rebooted. \r\n"


class Run(t.NamedTuple):
    """What one WinRS command gave."""

    exit_code: int | None
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        return self.stdout.decode()


def run(laptop: Laptop, line: str, stdin: bytes = b"") -> Run:
    """LINE as ``cmd.exe /C LINE``."""
    command = laptop.start_command(laptop.state.users[0], line)
    outputs: dict[str, bytes] = {}

    def read(name: str, pipe: Pipe) -> None:
        outputs[name] = pipe.read_all()

    def feed() -> None:
        try:
            command.stdin.write(stdin)
            command.stdin.close()
        except BrokenPipeError:
            pass  # the program did not want it

    readers = [threading.Thread(target=read, args=(name, getattr(command, name))) for name in ("stdout", "stderr")]
    for thread in [*readers, threading.Thread(target=feed, daemon=True)]:
        thread.start()
    assert command.done.wait(60), line
    for thread in readers:
        thread.join()
    return Run(command.exit_code, outputs["stdout"], outputs["stderr"])


@pytest.fixture(scope="module")
def tarball() -> Path:
    return images.tarball(IMAGE, images.default_cache())


def make_fresh(directory: Path) -> Laptop:
    features = {"VirtualMachinePlatform": "Disabled", "Microsoft-Windows-Subsystem-Linux": "Disabled"}
    make_windows(directory, WindowsState(users=[dataclasses.replace(ADMIN)], features=features))
    return Laptop(directory, images.default_cache())


def make_debian(directory: Path, tarball: Path) -> Laptop:
    """With WSL and a distribution."""
    laptop = make_fresh(directory)
    laptop.state.features["VirtualMachinePlatform"] = "EnablePending"
    boot.apply_pending(laptop)
    package.install_package(laptop, "2.9.5.0")
    laptop.drive.host_path("C:\\d.tar.gz").symlink_to(tarball)
    assert run(laptop, CLIENT + "--import d C:\\d C:\\d.tar.gz").text == OK
    return laptop


@pytest.fixture
def fresh(tmp_path: Path) -> t.Iterator[Laptop]:
    laptop = make_fresh(tmp_path / "laptop")
    yield laptop
    laptop.shut_down()


@pytest.fixture
def debian(tmp_path: Path, tarball: Path) -> t.Iterator[Laptop]:
    """For tests that change it."""
    laptop = make_debian(tmp_path / "laptop", tarball)
    yield laptop
    laptop.shut_down()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, tarball: Path) -> t.Iterator[Laptop]:
    """For tests that leave it as it is."""
    laptop = make_debian(tmp_path_factory.mktemp("shared") / "laptop", tarball)
    yield laptop
    laptop.shut_down()


def test_from_nothing_to_a_shell(fresh: Laptop, tarball: Path) -> None:
    stub = "C:\\Windows\\System32\\wsl.exe "
    assert run(fresh, stub + "--status").exit_code == 50
    installed = run(fresh, "set WSL_UTF8=1&" + stub + "--install --no-distribution")
    assert installed.exit_code == 0 and installed.text.endswith(REBOOT)
    assert run(fresh, CLIENT + "--install --no-distribution").text.endswith(REBOOT)
    fresh.state.boot_seconds = 0
    fresh.reboot()
    assert run(fresh, CLIENT + "--install --no-distribution").text == OK
    fresh.drive.host_path("C:\\d.wsl").symlink_to(tarball)
    result = run(fresh, CLIENT + "--install --from-file C:\\d.wsl --name d --no-launch")
    assert result.text.endswith("It can be launched via 'wsl.exe -d d'\r\n")
    assert run(fresh, CLIENT + '-d d -u root --cd / --exec /bin/sh -c "id -un; pwd"').text == "root\n/\n"


def test_the_image_is_a_layer(shared: Laptop) -> None:
    item = Registrations(shared.registry, ADMIN.sid).find("d")
    assert item is not None
    listed = run(shared, CLIENT + "-l -v").text.split()
    assert listed == ["NAME", "STATE", "VERSION", "*", "d", "Stopped", "2"]
    disk = next((shared.directory / "distributions").iterdir()).name
    assert linux_disks.disk(shared, disk).layer() is not None
    assert not any(linux_disks.disk(shared, disk).upper.iterdir())


@pytest.mark.parametrize(
    ("arguments", "stdout", "stderr", "code"),
    [
        ("--exec /no/such", b"", b"execvpe(/no/such) failed: No such file or directory\n", 1),
        ("no_such_command_xyz", b"", b"not found\n", 127),
        ("--cd /no/such --exec pwd", None, b"chdir(/no/such) failed 2\n", 0),
        ('--exec sh -c "exit 42"', b"", b"", 42),
        ('--exec sh -c "kill -TERM $$"', b"", b"", 15),
        ("--exec printenv WSL_DISTRO_NAME", b"d\n", b"", 0),
        ("-u nobody --exec id -un", b"nobody\n", b"", 0),
        ("wslinfo --version", b"2.9.5.0\n", b"", 0),
    ],
)
def test_running(shared: Laptop, arguments: str, stdout: bytes | None, stderr: bytes, code: int) -> None:
    result = run(shared, f"{CLIENT}-d d {arguments}")
    assert result.exit_code == code
    assert stdout is None or result.stdout == stdout
    assert result.stderr.endswith(stderr)
    if b"failed" in stderr:
        assert result.stderr.startswith(b"<3>WSL (") and b" - Relay) ERROR: CreateProcessCommon:" in result.stderr


def test_export_to_a_pipe_and_import_from_it(debian: Laptop) -> None:
    assert run(debian, CLIENT + "-d d -u root --exec touch /root/mark").exit_code == 0
    packed = run(debian, CLIENT + "--export d - --format tar.gz")
    assert packed.exit_code == 0
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(packed.stdout))) as archive:
        assert "./root/mark" in archive.getnames()
    assert run(debian, CLIENT + "--import copy C:\\copy -", stdin=packed.stdout).text == OK
    assert run(debian, CLIENT + "-d copy --exec ls /root/mark").text == "/root/mark\n"
    assert sorted(run(debian, CLIENT + "-l -q").text.split()) == ["copy", "d"]


def test_the_default_user(debian: Laptop) -> None:
    assert run(debian, CLIENT + "--manage d --set-default-user nobody").text == OK
    assert run(debian, CLIENT + "-d d --cd / --exec whoami").text == "nobody\n"
    missing = run(debian, CLIENT + "--manage d --set-default-user Nonexistent")
    assert (missing.exit_code, missing.stdout) == (1, b"")
    assert b"no such user" in missing.stderr


def test_terminate_and_unregister(debian: Laptop) -> None:
    assert run(debian, CLIENT + "-d d --cd / true").exit_code == 0
    assert "Running" in run(debian, CLIENT + "-l -v").text
    assert run(debian, CLIENT + "--terminate d").text == OK
    assert "Stopped" in run(debian, CLIENT + "-l -v").text
    run(debian, CLIENT + "-d d --cd / true")
    assert run(debian, CLIENT + "--unregister d").text == OK
    assert not any((debian.directory / "distributions").iterdir())
    assert debian.instances.running() == []


def test_an_upgrade_while_it_runs_breaks_wsl_at_the_next_boot(debian: Laptop) -> None:
    debian.state.wsl_update = "2.9.6.0"
    run(debian, CLIENT + "-d d --cd / true")
    assert run(debian, CLIENT + "--update").text.endswith(REBOOT)
    assert run(debian, CLIENT + "-d d --cd / true").exit_code == 0
    debian.state.boot_seconds = 0
    debian.reboot()
    broken = run(debian, CLIENT + "-d d --cd / true")
    assert broken.text.endswith("Error code: Wsl/Service/CreateInstance/CreateVm/HCS/ERROR_FILE_NOT_FOUND\r\n")
