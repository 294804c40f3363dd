# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""--install, --update, --uninstall, System32's stub, and the package itself."""

from __future__ import annotations

import json
import threading
import typing as t
from pathlib import Path

import pytest

from lab.machine.process import NotModelled
from lab.machine.state import User
from lab.machine.streams import Pipe
from lab.wsl import package, stub
from lab.wsl.windows_state import MACHINE_LXSS, MSI
from tests.lab.wsl_bench import FILES, NEWEST, Bench

MINUS_1 = 0xFFFFFFFF
OK = "The operation completed successfully. \r\n"
REBOOT = "The requested operation is successful. Changes will not be effective until the system is rebooted. \r\n"
INSTALL = "Error code: Wsl/InstallDistro/"
CONFLICT = "Arguments {} and {} can't be specified at same time.\r\nError code: Wsl/E_INVALIDARG\r\n"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def offer(
    bench: Bench, *, default: str | None = "debian", url: str = "file:///C:/images/debian.tar", **entry: t.Any
) -> None:
    """Put a manifest with one modern and one legacy distribution where the registry says."""
    digest = bench.tar("C:\\images\\debian.tar")
    address = {"Url": url, "Sha256": entry.pop("sha256", f"0x{digest.upper()}")}
    manifest: dict[str, t.Any] = {
        "ModernDistributions": {
            "debian": [
                {"Name": "debian-12", "FriendlyName": "Debian Twelve", "Amd64Url": address},
                {"Name": "debian-default", "FriendlyName": "DebianFriendlyName", "Default": True, "Amd64Url": address},
            ]
        },
        "Distributions": [{"Name": "legacy", "FriendlyName": "legacy", "Amd64PackageUrl": "http://127.0.0.1:9/x.appx"}],
    }
    if default is not None:
        manifest["Default"] = default
    bench.laptop.drive.host_path("C:\\m.json").write_text(json.dumps(manifest), encoding="utf-8")
    bench.registry.set(MACHINE_LXSS, "DistributionListUrl", "REG_SZ", "file:///C:/m.json")


# -- distributions -----------------------------------------------------------------------------------------------------


def test_d4_the_default_of_the_manifest(bench: Bench) -> None:
    offer(bench)
    result = bench.wsl("--install --no-launch")
    assert result.stdout == (
        "Installing: DebianFriendlyName\r\n"
        "Distribution successfully installed. It can be launched via 'wsl.exe -d debian-default'\r\n"
    )
    assert result.exit_code == 0
    item = bench.registrations.all()[0]
    assert item.base_path == f"C:\\Users\\anna\\AppData\\Local\\wsl\\{item.id}"
    assert item.run_oobe and bench.laptop.drive.is_file(f"{item.base_path}\\ext4.vhdx")
    assert bench.instances.launched == []


def test_install_by_version_under_another_name_and_place(bench: Bench) -> None:
    offer(bench)
    result = bench.wsl('--install DEBIAN-12 -n --name mine --location "C:\\my place"')
    assert result.stdout.startswith("Installing: Debian Twelve\r\n") and result.stdout.endswith("'wsl.exe -d mine'\r\n")
    assert bench.registrations.all()[0].base_path == "C:\\my place"


def test_without_no_launch_a_shell_starts(bench: Bench) -> None:
    offer(bench)
    result = bench.wsl("--install debian", stdin=b"echo from the shell\n")
    assert result.stdout.endswith("Launching debian-default...\r\nfrom the shell\n")
    assert not bench.registrations.all()[0].run_oobe


INSTALL_ERRORS = [
    (
        "foo",
        "Invalid distribution name: 'foo'.\r\n"
        "To get a list of valid distributions, use 'wsl.exe --list --online'.\r\n"
        f"{INSTALL}WSL_E_DISTRO_NOT_FOUND\r\n",
    ),
    ("--distribution debian --no-distribution", CONFLICT.format("--no-distribution", "--distribution")),
    ("debian --from-file C:\\x", CONFLICT.format("--from-file", "--distribution")),
    (
        "--fixed-vhd",
        "Argument --fixed-vhd requires the --vhd-size argument.\r\nError code: Wsl/E_INVALIDARG\r\n",
    ),
    ("legacy --name foo", "'--name' is not supported when installing legacy distributions.\r\n"),
    ("legacy --version 2", "Legacy distribution registrations do not support the --version argument.\r\n"),
    (
        "debian -n --name a_b!",
        'Installing: DebianFriendlyName\r\nInvalid distribution name: "a_b!".\r\n'
        "Error code: Wsl/Service/RegisterDistro/E_INVALIDARG\r\n",
    ),
]


@pytest.mark.parametrize(("arguments", "stdout"), INSTALL_ERRORS, ids=[case[0] for case in INSTALL_ERRORS])
def test_install_errors(bench: Bench, arguments: str, stdout: str) -> None:
    offer(bench)
    result = bench.wsl(f"--install {arguments}")
    assert (result.exit_code, result.stdout) == (MINUS_1, stdout)
    assert bench.registrations.all() == []


def test_d8_a_manifest_without_default(bench: Bench) -> None:
    offer(bench, default=None)
    assert bench.wsl("--install").stdout == (
        "No default distribution has been configured. Please provide a distribution to install.\r\n"
        f"{INSTALL}E_UNEXPECTED\r\n"
    )


def test_d10_a_legacy_distribution_that_cannot_be_fetched(bench: Bench) -> None:
    offer(bench)
    result = bench.wsl("--install legacy --no-launch --web-download")
    assert result.stdout == (
        "Downloading: legacy\r\nA connection with the server could not be established \r\n"
        f"{INSTALL}WININET_E_CANNOT_CONNECT\r\n"
    )
    assert result.stderr == (
        "wsl: Using legacy distribution registration. Consider using a tar based distribution instead.\r\n"
    )
    with pytest.raises(NotModelled):
        bench.wsl("--install legacy")


def test_a_name_that_is_taken_fails_before_the_download(bench: Bench) -> None:
    offer(bench, url="http://127.0.0.1:9/never-asked")
    bench.add("debian-default")
    assert bench.wsl("--install debian").stdout == (
        f"Cannot create a file when that file already exists. \r\n{INSTALL}ERROR_ALREADY_EXISTS\r\n"
    )


def test_a_wrong_digest(bench: Bench) -> None:
    offer(bench, sha256=f"0x{'AB' * 32}")
    stdout = bench.wsl("--install -n").stdout
    assert f"The distribution hash doesn't match. Expected: 0x{'AB' * 32}, actual hash: 0x" in stdout
    assert stdout.endswith(f"{INSTALL}VerifyChecksum/TRUST_E_BAD_DIGEST\r\n")
    assert bench.registrations.all() == []


def test_a_download_that_is_refused(bench: Bench) -> None:
    offer(bench, url="http://127.0.0.1:9/x.tar")
    stdout = bench.wsl("--install -n").stdout
    assert stdout.startswith("Downloading: DebianFriendlyName\r\n")
    assert stdout.endswith(f"{INSTALL}WININET_E_CANNOT_CONNECT\r\n")


def test_the_manifest_is_no_json(bench: Bench) -> None:
    offer(bench)
    bench.laptop.drive.host_path("C:\\m.json").write_text("<html>proxy</html>", encoding="utf-8")
    assert bench.wsl("--install -n").stdout.endswith(f"{INSTALL}WSL_E_INVALID_JSON\r\n")


def test_an_appended_manifest_goes_first(bench: Bench) -> None:
    offer(bench)
    more = {
        "Default": "own",
        "ModernDistributions": {
            "own": [{"Name": "own-1", "FriendlyName": "Own", "Amd64Url": {"Url": "file:///C:/images/debian.tar"}}]
        },
    }
    bench.laptop.drive.host_path("C:\\more.json").write_text(json.dumps(more), encoding="utf-8")
    bench.registry.set(MACHINE_LXSS, "DistributionListUrlAppend", "REG_SZ", "file:///C:/more.json")
    assert bench.wsl("--install -n").stdout.startswith("Installing: Own\r\n")
    assert [line.split()[0] for line in bench.wsl("-l -o").stdout.split("\r\n")[4:-1]] == [
        "own-1",
        "debian-12",
        "debian-default",
        "legacy",
    ]


# -- --from-file -------------------------------------------------------------------------------------------------------

NAMED = {"etc/wsl-distribution.conf": "[oobe]\ndefaultName = mine\n"}


def test_from_file(tmp_path: Path) -> None:
    """No look at components."""
    bench = Bench(tmp_path)
    bench.tar("C:\\d.wsl", {**FILES, **NAMED}, mode="w:gz")
    result = bench.wsl("--install --from-file C:\\d.wsl -n")
    assert result.stdout == (
        "Installing: C:\\d.wsl\r\nDistribution successfully installed. It can be launched via 'wsl.exe -d mine'\r\n"
    )
    item = bench.registrations.all()[0]
    assert (item.name, item.run_oobe, item.default_uid) == ("mine", True, 0)


def test_from_standard_input(bench: Bench) -> None:
    bench.tar("C:\\d.tar")
    content = bench.laptop.drive.host_path("C:\\d.tar").read_bytes()
    result = bench.wsl("--install -f - --name piped -n", stdin=content)
    assert result.stdout.startswith("Installing: <stdin>\r\n")
    assert bench.registrations.all()[0].name == "piped"


def test_d12_d13_names_from_files(bench: Bench) -> None:
    bench.tar("C:\\Users\\anna\\plain.tar")
    bench.tar("C:\\Users\\anna\\conflict.tar", {**FILES, **NAMED})
    bench.add("mine")
    assert bench.wsl("--install --from-file plain.tar").stdout == (
        "Installing: plain.tar\r\n"
        "This distribution doesn't contain a default name. Use --name to choose the distribution name.\r\n"
        "Error code: Wsl/Service/RegisterDistro/WSL_E_DISTRIBUTION_NAME_NEEDED\r\n"
    )
    assert bench.wsl("--install --from-file conflict.tar").stdout == (
        "Installing: conflict.tar\r\n"
        "A distribution with the supplied name already exists. Use --name to choose a different name.\r\n"
        "Error code: Wsl/Service/RegisterDistro/ERROR_ALREADY_EXISTS\r\n"
    )
    assert len(list((bench.directory / "distributions").iterdir())) == 1
    assert bench.wsl("--install --from-file nope.tar").stdout.endswith("Error code: Wsl/ERROR_FILE_NOT_FOUND\r\n")


# -- components --------------------------------------------------------------------------------------------------------


def test_d1_components_present(bench: Bench) -> None:
    assert bench.wsl("--install --no-distribution").stdout == OK


def test_missing_components_need_a_reboot_and_install_nothing_else(tmp_path: Path) -> None:
    bench = Bench(tmp_path, components=False)
    offer(bench)
    result = bench.wsl("--install debian -n")
    assert result.exit_code == 0
    assert result.stdout.startswith("Installing Windows optional component: VirtualMachinePlatform\r\n")
    assert result.stdout.endswith(REBOOT)
    assert bench.registrations.all() == []
    assert bench.laptop.state.features["VirtualMachinePlatform"] == "EnablePending"
    assert "C:\\Windows\\System32\\dism.exe" in result.started
    again = bench.wsl("--install debian -n")
    assert (again.exit_code, again.stdout, again.started) == (0, REBOOT, [])
    bench.add_components()
    assert bench.wsl("--install debian -n").stdout.startswith("Installing: DebianFriendlyName\r\n")


def test_dism_fails(tmp_path: Path) -> None:
    bench = Bench(tmp_path, components=False)
    del bench.laptop.state.features["VirtualMachinePlatform"]
    result = bench.wsl("--install")
    assert result.exit_code == MINUS_1
    assert "Failed to enable Windows component 'VirtualMachinePlatform' (exit code " in result.stdout
    assert result.stdout.endswith("Error code: Wsl/WSL_E_INSTALL_COMPONENT_FAILED\r\n")


def test_components_need_an_administrator(tmp_path: Path) -> None:
    bench = Bench(tmp_path, components=False)
    other = User("ben", "S-1-5-21-1-2-3-1002", "", admin=False)
    result = bench.wsl("--install", user=other)
    assert result.exit_code == MINUS_1
    assert result.stdout.startswith("The requested operation requires elevation. \r\n")


# -- the stub ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def fresh(tmp_path: Path) -> Bench:
    return Bench(tmp_path, version=None, components=False)


@pytest.mark.parametrize(("arguments", "code"), [("--status", 50), ("-l -v", 1), ("--version", 1), ("-d x true", 1)])
@pytest.mark.parametrize("utf8", [True, False])
def test_e1_not_installed(fresh: Bench, arguments: str, code: int, utf8: bool) -> None:
    result = fresh.stub(arguments, utf8=utf8)
    assert result.exit_code == code
    assert result.raw_stdout.decode("utf-16-le") == (
        "The Windows Subsystem for Linux is not installed. You can install by running 'wsl.exe --install'.\r\n"
        "For more information please visit https://aka.ms/wslinstall\r\n"
    )
    assert fresh.registry.get(MSI, "Version") is None


def test_the_whole_way_of_a_fresh_laptop(fresh: Bench) -> None:
    result = fresh.stub("--install --no-distribution")
    assert result.exit_code == 0
    lines = result.stdout.split("\r\n")
    assert lines[:3] == [
        "Downloading: Windows Subsystem for Linux 2.6.3",
        "Installing: Windows Subsystem for Linux 2.6.3",
        "Windows Subsystem for Linux 2.6.3 has been installed.",
    ]
    assert result.stdout.endswith(REBOOT)
    assert fresh.registry.get(MSI, "Version").data == "2.6.3.0"
    assert fresh.stub("--version").stdout.startswith("WSL version: 2.6.3.0\r\n")
    assert fresh.stub("--install --no-distribution").stdout == REBOOT
    fresh.add_components()
    assert fresh.stub("--install --no-distribution").stdout == OK
    fresh.add("x")
    echoed = fresh.stub('-d x echo "a  b"')
    assert echoed.stdout == "a  b\n"
    assert echoed.started == [package.CLIENT]


def test_the_stub_offline_and_forbidden(fresh: Bench) -> None:
    fresh.laptop.faults.switch_on("download_forbidden", count=1)
    assert fresh.stub("--install").stdout.endswith("Forbidden (403).\r\nError code: Wsl/0x80190193\r\n")
    fresh.laptop.state.online = False
    result = fresh.stub("--install")
    assert (result.exit_code, fresh.registry.get(MSI, "Version")) == (MINUS_1, None)
    assert result.stdout.endswith("Error code: Wsl/WININET_E_NAME_NOT_RESOLVED\r\n")


@pytest.mark.parametrize("version", [None, NEWEST])
def test_an_installation_that_hangs_ends_with_its_shell(tmp_path: Path, version: str | None) -> None:
    bench = Bench(tmp_path, version=version)
    bench.laptop.faults.switch_on("install_hangs")
    process = bench.process("--install", stdin=Pipe(), path="C:\\Windows\\System32\\wsl.exe")
    codes: list[int] = []
    runner = threading.Thread(target=lambda: codes.append(stub.stub(process)), daemon=True)
    runner.start()
    runner.join(0.3)
    assert runner.is_alive()
    process.killed.set()
    runner.join(30)
    assert codes == [1]


# -- update and uninstall ----------------------------------------------------------------------------------------------


def installed(bench: Bench) -> str | None:
    value = bench.registry.get(MSI, "Version")
    return None if value is None else str(value.data)


@pytest.fixture
def older(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, version="2.6.3.0")
    made.add("x")
    return made


def test_d18_up_to_date(bench: Bench) -> None:
    bench.laptop.state.wsl_update = NEWEST
    assert bench.wsl("--update").stdout == (
        "Checking for updates.\r\nThe most recent version of Windows Subsystem for Linux is already installed.\r\n"
    )


def test_update(older: Bench) -> None:
    result = older.wsl("--update --web-download")
    assert (result.exit_code, result.stdout) == (
        0,
        "Checking for updates.\r\nUpdating Windows Subsystem for Linux to version: 2.7.10.\r\n",
    )
    assert installed(older) == "2.7.10.0"
    assert older.registry.get(package.SESSION_MANAGER, package.PENDING) is None
    assert older.wsl("-d x echo still there").stdout == "still there\n"


def test_d19_the_installer_fails(older: Bench) -> None:
    older.laptop.faults.switch_on("update_fails", code=1618, count=1)
    result = older.wsl("--update")
    assert result.exit_code == MINUS_1
    assert result.stdout == (
        "Checking for updates.\r\n"
        "Updating Windows Subsystem for Linux to version: 2.7.10.\r\n"
        "Update failed (exit code: 1618).\r\n"
        "Log file: C:\\Users\\anna\\AppData\\Local\\Temp\\wsl-install-logs.txt\r\n"
        "Error code: Wsl/UpdatePackage/ERROR_INSTALL_FAILURE\r\n"
    )
    assert installed(older) == "2.6.3.0"
    older.laptop.faults.switch_on("disk_full")
    assert "Update failed (exit code: 1603)." in older.wsl("--update").stdout


def test_an_update_that_kills_its_caller(older: Bench) -> None:
    older.laptop.faults.switch_on("update_kills_itself")
    result = older.wsl("--update")
    assert result.exit_code == 1
    assert result.stdout.endswith("to version: 2.7.10.\r\n")
    assert installed(older) == "2.7.10.0"


def test_updates_that_cannot_ask(older: Bench) -> None:
    older.laptop.faults.switch_on("download_forbidden", count=1)
    path = "Error code: Wsl/UpdatePackage/QueryLatestGitHubRelease/"
    assert older.wsl("--update").stdout == f"Checking for updates.\r\nForbidden (403).\r\n{path}0x80190193\r\n"
    older.laptop.state.online = False
    assert older.wsl("--update").stdout.endswith(f"{path}WININET_E_NAME_NOT_RESOLVED\r\n")
    assert installed(older) == "2.6.3.0"


def test_an_update_while_wsl_runs_loses_files_at_the_next_boot(older: Bench) -> None:
    older.start("x")
    result = older.wsl("--update")
    assert (result.exit_code, result.stdout.endswith(REBOOT)) == (0, True)
    assert older.instances.running() == []
    pending = older.registry.get(package.SESSION_MANAGER, package.PENDING)
    assert pending is not None and pending.data == [
        "\\??\\C:\\Program Files\\WSL\\system.vhd",
        "",
        "\\??\\C:\\Program Files\\WSL\\tools\\modules.vhd",
        "",
    ]
    assert older.wsl("-d x true").exit_code == 0
    older.registry.set(package.SESSION_MANAGER, package.PENDING, "REG_MULTI_SZ", ["\\??\\C:\\other", "", *pending.data])
    assert package.repair_package(older.laptop) == 0
    left = older.registry.get(package.SESSION_MANAGER, package.PENDING)
    assert left is not None and left.data == ["\\??\\C:\\other", ""]


def test_uninstall(older: Bench) -> None:
    code = older.registry.get(MSI, "ProductCode")
    assert code is not None and older.registry.exists(f"{package.UNINSTALL}\\{code.data}")
    assert older.wsl("--uninstall anything").exit_code == 0
    assert installed(older) is None
    assert not older.laptop.drive.exists(package.CLIENT)
    assert not older.registry.exists(f"{package.UNINSTALL}\\{code.data}")
    assert [item.name for item in older.registrations.all()] == ["x"]
    assert older.stub("--status").exit_code == 50


def test_c27_newer_versions_refuse_arguments(bench: Bench) -> None:
    result = bench.wsl("--uninstall Distro")
    assert (result.exit_code, result.stdout) == (
        MINUS_1,
        "--uninstall does not take any arguments. To unregister a distribution, use --unregister instead.\r\n",
    )
    assert installed(bench) == NEWEST
