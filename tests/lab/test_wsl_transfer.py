# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""--import, --import-in-place, --export, --unregister, --manage, --set-version, --shutdown."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import threading
import typing as t
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.linux import disks as linux_disks
from lab.linux import images
from lab.machine.streams import Pipe
from lab.wsl import client, disks
from lab.wsl.windows_state import POLICIES, SERVICES
from tests.lab.wsl_bench import FILES, Bench

MINUS_1 = 0xFFFFFFFF
OK = "The operation completed successfully. \r\n"
REGISTER = "Error code: Wsl/Service/RegisterDistro/"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Exports need a mount namespace; here the upper layer is all there is, so it is packed as it is."""

    def pack(laptop: Laptop, disk_id: str, sink: t.Any) -> None:
        laptop.instances.terminate(disk_id)
        upper = linux_disks.disk(laptop, disk_id).upper
        sink.write(subprocess.run(["tar", "-c", "-C", str(upper), "."], capture_output=True, check=True).stdout)

    monkeypatch.setattr(linux_disks, "export_tar", pack)
    made = Bench(tmp_path)
    made.add()
    return made


def disk_of(bench: Bench, name: str) -> str:
    item = bench.registrations.find(name)
    assert item is not None
    disk = disks.known_disk(bench.laptop, item)
    assert disk is not None
    return disk


def disk_count(bench: Bench) -> int:
    folder = bench.directory / "distributions"
    return len(list(folder.iterdir())) if folder.is_dir() else 0


# -- import ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_import(bench: Bench, mode: str) -> None:
    bench.tar("C:\\images\\x.tar", mode=mode)
    result = bench.wsl("--import new C:\\wsl\\new C:\\images\\x.tar --version 2")
    assert (result.exit_code, result.stdout, result.stderr) == (0, OK, "")
    key = f"{bench.registrations.key}\\{bench.registrations.find('new').id}"
    values = {name: value.data for name, value in bench.registry.values(key).items()}
    assert values == {
        "State": 1,
        "Version": 2,
        "Flags": 15,
        "DefaultUid": 0,
        "RunOOBE": 0,
        "DistributionName": "new",
        "BasePath": "C:\\wsl\\new",
        "VhdFileName": "ext4.vhdx",
        "Flavor": "debian",
        "OsVersion": "12",
    }
    assert linux_disks.read_file(bench.laptop, disk_of(bench, "new"), "/etc/passwd") == FILES["etc/passwd"].encode()
    assert bench.registrations.default().name == "test_distro"


def test_the_first_distribution_becomes_the_default(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.tar("C:\\x.tar")
    assert bench.wsl('--import first "C:\\my folder" C:\\x.tar').stdout == OK
    assert bench.registrations.default().name == "first"
    assert bench.laptop.drive.is_file("C:\\my folder\\ext4.vhdx")


def test_import_from_standard_input_with_a_relative_folder(bench: Bench) -> None:
    bench.tar("C:\\x.tar")
    content = bench.laptop.drive.host_path("C:\\x.tar").read_bytes()
    assert bench.wsl("--import new box -", stdin=content, cwd="C:\\Users\\anna").stdout == OK
    assert bench.registrations.find("NEW").base_path == "C:\\Users\\anna\\box"


def test_the_tarball_of_an_image_is_a_layer_not_a_copy(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = bench.tar("C:\\x.tar")
    asked: list[str] = []

    def known(sha256: str, cache: Path) -> str | None:
        asked.append(sha256)
        return "debian-12" if cache == bench.instances.image_cache else None

    made: list[str | None] = []
    real = linux_disks.create_disk

    def create(laptop: Laptop, image: str | None) -> str:
        made.append(image)
        return real(laptop, None)

    monkeypatch.setattr(images, "known_image", known)
    monkeypatch.setattr(linux_disks, "create_disk", create)
    monkeypatch.setattr(linux_disks, "extract_tar", pytest.fail)
    assert bench.wsl("--import new C:\\wsl\\new C:\\x.tar").stdout == OK
    assert (asked, made) == ([wanted], ["debian-12"])


IMPORT_ERRORS = [
    ("--import a b", "The parameter is incorrect. \r\nError code: Wsl/E_INVALIDARG\r\n"),
    (
        "--import a C:\\a C:\\nope.tar",
        "The system cannot find the file specified. \r\nError code: Wsl/ERROR_FILE_NOT_FOUND\r\n",
    ),
    (
        "--import a C:\\no\\a NUL",
        "The system cannot find the path specified. \r\nError code: Wsl/ERROR_PATH_NOT_FOUND\r\n",
    ),
    ("--import a C:\\a x.vhdx", "This looks like a VHD file. Use --vhd to import a VHD instead of a tar.\r\n"),
    (
        "--import a C:\\a C:\\x.tar --vhd",
        f"The specified file must have the .vhd or .vhdx file extension.\r\n{REGISTER}WSL_E_IMPORT_FAILED\r\n",
    ),
    (
        "--import test_distro C:\\a C:\\x.tar",
        "A distribution with the supplied name already exists. Use --name to choose a different name.\r\n"
        f"{REGISTER}ERROR_ALREADY_EXISTS\r\n",
    ),
    ("--import legacy C:\\a C:\\x.tar", f'Invalid distribution name: "legacy".\r\n{REGISTER}E_INVALIDARG\r\n'),
    (
        "--import a C:\\wsl\\test_distro C:\\x.tar",
        f"The supplied install location is already in use.\r\n{REGISTER}ERROR_FILE_EXISTS\r\n",
    ),
    (
        "--import a C:\\full C:\\x.tar",
        f"Failed to create disk 'C:\\full\\ext4.vhdx': The file exists. \r\n{REGISTER}ERROR_FILE_EXISTS\r\n",
    ),
    (
        "--import a C:\\a NUL",
        f"The imported file is not a valid Linux distribution.\r\n{REGISTER}WSL_E_NOT_A_LINUX_DISTRO\r\n",
    ),
    (
        "--import a C:\\a C:\\empty.tar",
        f"The imported file is not a valid Linux distribution.\r\n{REGISTER}WSL_E_NOT_A_LINUX_DISTRO\r\n",
    ),
    ("--import a C:\\a C:\\bad.tar", f"Importing the distribution failed.\r\n{REGISTER}WSL_E_IMPORT_FAILED\r\n"),
    (
        "--import a C:\\a C:\\x.tar --version 1",
        "WSL1 is not supported with your current machine configuration.\r\n"
        'Please enable the "Windows Subsystem for Linux" optional component to use WSL1.\r\n'
        f"{REGISTER}WSL_E_WSL1_NOT_SUPPORTED\r\n",
    ),
]


@pytest.mark.parametrize(("arguments", "stdout"), IMPORT_ERRORS, ids=[case[0] for case in IMPORT_ERRORS])
def test_an_import_that_fails_leaves_nothing_behind(bench: Bench, arguments: str, stdout: str) -> None:
    bench.tar("C:\\x.tar")
    bench.tar("C:\\empty.tar", files={"readme": "no distribution"})
    bench.laptop.drive.host_path("C:\\bad.tar").write_bytes(b"this is no archive" * 100)
    bench.laptop.drive.host_path("C:\\full").mkdir()
    bench.laptop.drive.host_path("C:\\full\\ext4.vhdx").write_bytes(b"left over")
    before = disk_count(bench)
    result = bench.wsl(arguments)
    assert (result.exit_code, result.stdout) == (MINUS_1, stdout)
    assert result.stderr == (
        "bsdtar: Error opening archive: Unrecognized archive format\n" if "bad.tar" in arguments else ""
    )
    assert [item.name for item in bench.registrations.all()] == ["test_distro"]
    assert not bench.laptop.drive.exists("C:\\a")
    assert bench.laptop.drive.exists("C:\\full\\ext4.vhdx")
    assert disk_count(bench) == before


def test_an_archive_that_is_deleted_before_it_is_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    read = disks.from_tar

    def deleted(laptop: Laptop, file: Path) -> str:
        file.unlink()
        return read(laptop, file)

    monkeypatch.setattr(disks, "from_tar", deleted)
    bench.tar("C:\\x.tar")
    before = disk_count(bench)
    result = bench.wsl("--import a C:\\a C:\\x.tar")
    assert (result.exit_code, result.stdout.endswith(f"{REGISTER}ERROR_FILE_NOT_FOUND\r\n")) == (MINUS_1, True)
    assert (disk_count(bench), bench.registrations.find("a")) == (before, None)


def test_import_needs_a_virtual_machine_and_space(bench: Bench) -> None:
    bench.tar("C:\\x.tar")
    bench.laptop.faults.switch_on("virtual_machine_fails", count=1)
    line = "--import new C:\\wsl\\new C:\\x.tar"
    assert bench.wsl(line).stdout.endswith(f"{REGISTER}CreateVm/HCS/HCS_E_HYPERV_NOT_INSTALLED\r\n")
    bench.laptop.faults.switch_on("disk_full", count=1)
    assert bench.wsl(line).stdout == f"There is not enough space on the disk. \r\n{REGISTER}ERROR_DISK_FULL\r\n"
    assert bench.wsl(line).stdout == OK


def test_an_import_whose_client_dies_counts_for_nothing(bench: Bench) -> None:
    """The shell is killed while standard input runs: what came so far is a whole archive, but nobody said so."""
    bench.tar("C:\\x.tar")
    pipe = Pipe()
    pipe.write(bench.laptop.drive.host_path("C:\\x.tar").read_bytes())
    process = bench.process("--import new C:\\wsl\\new -", stdin=pipe)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            client.main(process)
        except BrokenPipeError as error:
            failures.append(error)

    runner = threading.Thread(target=run)
    runner.start()
    runner.join(0.3)
    assert runner.is_alive()
    process.killed.set()
    pipe.abandon()
    runner.join(30)
    assert len(failures) == 1
    assert bench.registrations.find("new") is None
    assert not bench.laptop.drive.exists("C:\\wsl\\new")


def test_virtual_disks(bench: Bench) -> None:
    source = "C:\\wsl\\test_distro\\ext4.vhdx"
    assert bench.wsl(f"--import copy C:\\wsl\\copy {source} --vhd").stdout == OK
    assert disk_of(bench, "copy") != disk_of(bench, "test_distro")
    assert bench.wsl("--export test_distro C:\\out.vhdx --format vhd").stdout == OK
    assert bench.wsl("--import-in-place here C:\\out.vhdx").stdout == OK
    here = bench.registrations.find("here")
    assert here is not None and (here.base_path, here.vhd_file_name) == ("C:", "out.vhdx")
    assert bench.wsl("-d here echo a").stdout == "a\n"


def test_c14_a_corrupted_virtual_disk(bench: Bench) -> None:
    bench.laptop.drive.host_path("C:\\bad.vhdx").write_bytes(b"x")
    assert bench.wsl("--import-in-place n C:\\bad.vhdx").stdout == (
        f"The distribution failed to start because its virtual disk is corrupted.\r\n{REGISTER}WSL_E_DISK_CORRUPTED\r\n"
    )
    assert bench.laptop.drive.exists("C:\\bad.vhdx")
    assert "Usage: wsl.exe" in bench.wsl("--import-in-place n").stdout


def test_versions_before_2_7_take_no_vhd(tmp_path: Path) -> None:
    bench = Bench(tmp_path, version="2.6.3.0")
    assert bench.wsl("--import a C:\\a C:\\x.vhd --vhd").stdout.endswith("Error code: Wsl/ERROR_FILE_NOT_FOUND\r\n")
    bench.laptop.drive.host_path("C:\\x.vhd").write_bytes(b"x")
    assert bench.wsl("--import a C:\\a C:\\x.vhd --vhd").stdout.startswith(
        "The specified file must have the .vhdx file extension.\r\n"
    )


# -- export ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("option", "mode"), [("", "r:"), ("--format tar.gz", "r:gz"), ("--format tar.xz", "r:xz")])
def test_export(bench: Bench, option: str, mode: str) -> None:
    bench.start("test_distro")
    assert bench.wsl(f"--export test_distro C:\\out.tar {option}").stdout == OK
    assert bench.instances.running() == []
    with tarfile.open(bench.laptop.drive.host_path("C:\\out.tar"), t.cast(t.Any, mode)) as archive:
        assert "./etc/passwd" in archive.getnames()


@pytest.mark.parametrize(("option", "mode"), [("", "r:"), ("--format tar.gz", "r:gz")])
def test_c5_export_to_standard_output_is_raw(bench: Bench, option: str, mode: str) -> None:
    result = bench.wsl(f"--export test_distro - {option}", utf8=False)
    with tarfile.open(fileobj=io.BytesIO(result.raw_stdout), mode=t.cast(t.Any, mode)) as archive:
        assert "./etc/passwd" in archive.getnames()
    assert bench.wsl("--import new C:\\wsl\\new -", stdin=result.raw_stdout).stdout == OK
    assert bench.wsl("-d new echo runs").stdout == "runs\n"


def test_c4_export_destroys_its_target(bench: Bench) -> None:
    target = bench.laptop.drive.host_path("C:\\precious.tar")
    target.write_bytes(b"years of work")
    result = bench.wsl("--export DoesNotExist C:\\precious.tar")
    assert result.stdout == (
        "There is no distribution with the supplied name.\r\nError code: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n"
    )
    assert result.exit_code == MINUS_1
    assert not target.exists()


def test_export_errors(bench: Bench) -> None:
    assert bench.wsl("--export test_distro C:\\x.vhd --format vhd").stdout == (
        "The specified file must have the .vhdx file extension.\r\nError code: Wsl/Service/WSL_E_EXPORT_FAILED\r\n"
    )
    bench.add("old", flags=7)
    assert bench.wsl("--export old C:\\x.vhdx --format vhd").stdout == (
        "This operation is only supported by WSL2.\r\nError code: Wsl/Service/WSL_E_WSL2_NEEDED\r\n"
    )
    assert "Usage: wsl.exe" in bench.wsl("--export test_distro C:\\x --format zip").stdout
    assert "Usage: wsl.exe" in bench.wsl("--export test_distro C:\\x --vhd --format tar.gz").stdout
    assert bench.wsl("--export test_distro").stdout.endswith("Error code: Wsl/E_INVALIDARG\r\n")
    bench.laptop.faults.switch_on("disk_full")
    assert bench.wsl("--export test_distro C:\\x.tar").stdout.endswith("Error code: Wsl/Service/ERROR_DISK_FULL\r\n")
    assert not bench.laptop.drive.exists("C:\\x.tar")


# -- unregister, terminate, shutdown -----------------------------------------------------------------------------------


def test_unregister(bench: Bench) -> None:
    bench.add("second")
    bench.start("test_distro")
    disk = disk_of(bench, "test_distro")
    assert bench.wsl("--unregister TEST_DISTRO").stdout == OK
    assert [item.name for item in bench.registrations.all()] == ["second"]
    assert bench.registrations.default().name == "second"
    assert not (bench.directory / "distributions" / disk).exists()
    assert not bench.laptop.drive.exists("C:\\wsl\\test_distro")
    assert bench.wsl("--unregister second").stdout == OK
    assert bench.registrations.default_id() is None
    assert bench.wsl("--unregister second").exit_code == MINUS_1


def test_c15_unregister_a_broken_registration(bench: Bench) -> None:
    key = f"{bench.registrations.key}\\{{11111111-1111-1111-1111-111111111111}}"
    bench.registry.set(key, "DistributionName", "REG_SZ", "DummyBrokenDistro")
    assert bench.wsl("--unregister DummyBrokenDistro").stdout == OK
    assert not bench.registry.exists(key)


def test_terminate_and_shutdown(bench: Bench) -> None:
    bench.add("second")
    for name in ("test_distro", "second"):
        bench.start(name)
    bench.instances.alive.append("disk of another user")
    assert bench.wsl("-t second").stdout == OK
    assert bench.wsl("--terminate second").stdout == OK
    result = bench.wsl("--shutdown")
    assert (result.exit_code, result.stdout) == (0, "")
    assert bench.instances.running() == ["disk of another user"]
    assert bench.wsl("--shutdown --force").exit_code == 0
    assert bench.wsl("--terminate nope").stdout.endswith("Error code: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n")


@pytest.mark.parametrize("option", ["-s", "--set-default", "--setdefault"])
def test_set_default(bench: Bench, option: str) -> None:
    bench.add("second")
    assert bench.wsl(f"{option} second and what follows is ignored").stdout == OK
    assert bench.registrations.default().name == "second"


def test_set_version(bench: Bench) -> None:
    assert bench.wsl("--set-version test_distro 2").stdout == (
        "For information on key differences with WSL 2 please visit https://aka.ms/wsl2\r\n"
        "The distribution is already the requested version.\r\n"
        "Error code: Wsl/Service/WSL_E_VM_MODE_INVALID_STATE\r\n"
    )
    assert bench.wsl("--set-version test_distro 1").stdout.endswith(
        "Error code: Wsl/Service/WSL_E_WSL1_NOT_SUPPORTED\r\n"
    )
    bench.registry.create(f"{SERVICES}\\LxssManager")
    bench.registry.set(POLICIES, "AllowWSL1", "REG_DWORD", 0)
    assert bench.wsl("--set-version test_distro 1").stdout == (
        "WSL1 is disabled by the computer policy.\r\nError code: Wsl/Service/WSL_E_WSL1_DISABLED\r\n"
    )


# -- --manage ----------------------------------------------------------------------------------------------------------

IN_USE = (
    "The operation could not be completed because the VHD is currently in use. "
    "To force WSL to stop use: wsl.exe --shutdown\r\n"
)
MANAGE_ERRORS = [
    ("--resize foo", "Invalid size: foo\r\nError code: Wsl/E_INVALIDARG\r\n"),
    ("--resize 10gb", "Invalid size: 10gb\r\nError code: Wsl/E_INVALIDARG\r\n"),
    ("--resize 1.5GB", "Invalid size: 1.5GB\r\nError code: Wsl/E_INVALIDARG\r\n"),
    ("--resize 1M", "Failed to resize disk.\r\nError code: Wsl/Service/E_FAIL\r\n"),
    ("--set-sparse false_", "false_ is not a valid boolean, <true|false>\r\nError code: Wsl/E_INVALIDARG\r\n"),
    (
        "-s true",
        "Sparse VHD support is currently disabled due to potential data corruption.\r\n"
        "To force a distribution to use a sparse VHD, please run:\r\n"
        "wsl.exe --manage <DistributionName> --set-sparse true --allow-unsafe\r\n"
        "Error code: Wsl/Service/E_INVALIDARG\r\n",
    ),
    (
        "--move C:\\wsl\\test_distro",
        "The supplied install location is already in use.\r\nError code: Wsl/Service/MoveDistro/ERROR_FILE_EXISTS\r\n",
    ),
]


@pytest.mark.parametrize(("option", "stdout"), MANAGE_ERRORS, ids=[case[0] for case in MANAGE_ERRORS])
def test_manage_errors(bench: Bench, option: str, stdout: str) -> None:
    result = bench.wsl(f"--manage test_distro {option}")
    assert (result.exit_code, result.stdout) == (MINUS_1, stdout)


def test_c21_manage_while_it_runs(bench: Bench) -> None:
    bench.start("test_distro")
    assert bench.wsl("--manage test_distro --resize 1500GB").stdout == (
        f"{IN_USE}Error code: Wsl/Service/WSL_E_DISTRO_NOT_STOPPED\r\n"
    )
    assert bench.wsl("--manage test_distro --move C:\\new").stdout == (
        f"{IN_USE}Error code: Wsl/Service/MoveDistro/WSL_E_DISTRO_NOT_STOPPED\r\n"
    )


def test_manage_does_its_work(bench: Bench) -> None:
    disk = disk_of(bench, "test_distro")
    assert bench.wsl('--manage test_distro --move "C:\\new place"').stdout == OK
    assert disk_of(bench, "test_distro") == disk
    assert bench.registrations.find("test_distro").base_path == "C:\\new place"
    assert bench.wsl("--manage test_distro --resize 1500GB").stdout == OK
    assert bench.wsl("--manage test_distro -s true --allow-unsafe").stdout == OK
    file = bench.laptop.drive.host_path("C:\\new place\\ext4.vhdx")
    assert json.loads(file.read_text()) == {"lab_disk": disk, "bytes": 1500 << 30, "sparse": True}


def test_set_default_user(bench: Bench) -> None:
    """Asks ``id`` of this machine here; its user 0 is root everywhere."""
    bench.registrations.set_number(bench.registrations.all()[0], "DefaultUid", 1000)
    result = bench.wsl("--manage test_distro --set-default-user root", utf8=False)
    assert (result.exit_code, result.raw_stdout) == (0, OK.encode("utf-16-le"))
    assert bench.registrations.all()[0].default_uid == 0
    assert bench.instances.running() == []
    failed = bench.wsl("--manage test_distro --set-default-user Nonexistent")
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert "Nonexistent" in failed.stderr


def test_wsl_1_becomes_wsl_2(bench: Bench) -> None:
    item = bench.add("old", flags=7)
    vhd = bench.laptop.drive.host_path("C:\\wsl\\old\\ext4.vhdx")
    disk = disks.read_disk_id(bench.laptop, "C:\\wsl\\old\\ext4.vhdx")
    assert disk is not None
    vhd.unlink()
    disks.write_wsl1(bench.laptop, "C:\\wsl\\old", disk)
    assert bench.wsl("--set-version old 2").stdout.endswith("Error code: Wsl/Service/WSL_E_WSL1_NOT_SUPPORTED\r\n")
    bench.registry.create(f"{SERVICES}\\LxssManager")
    result = bench.wsl("--set-version old 2")
    assert (result.exit_code, result.stdout.endswith(OK)) == (0, True)
    converted = bench.registrations.get(item.id)
    assert converted is not None
    assert converted.version == 2
    assert disk_of(bench, "old") == disk


@pytest.mark.parametrize(
    "arguments",
    [
        "--import other Q:\\wsl\\x C:\\x.tar",
        "--import other Q:\\x C:\\x.tar",
        "--install --from-file C:\\x.tar --name other --location Q:\\wsl\\x",
        "--export test_distro Q:\\x.tar",
        "--manage test_distro --move Q:\\x",
    ],
)
def test_a_drive_that_is_not_there(bench: Bench, arguments: str) -> None:
    """Windows says of it what it says of any folder that is not there; no exception of ours."""
    bench.tar("C:\\x.tar")
    before = disk_count(bench)
    result = bench.wsl(arguments)
    assert (result.exit_code, "ERROR_PATH_NOT_FOUND" in result.stdout) == (MINUS_1, True), result
    assert [item.name for item in bench.registrations.all()] == ["test_distro"]
    assert disk_count(bench) == before
