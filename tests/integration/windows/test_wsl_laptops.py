# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module wsl on laptops of every kind, each from its first run to one that changes nothing, without WinRM."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import reboot, wsl, wsl_distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable, Stdin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot import apply
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import installation
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import apply as wsl_apply

from lab.internet.web import WebServer
from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.windows import boot, fresh, lab_msi
from lab.wsl import package
from lab.wsl.registrations import Distribution, Registrations, new_id
from lab.wsl.windows_state import installed_version
from tests.lab.laptop_runner import LaptopRunner
from tests.lab.linux_support import wait_until

OLD, NEW = "2.6.3.0", "2.7.10.0"


class Host:
    """A laptop of one profile, and the tasks that run on it."""

    def __init__(self, directory: Path, web: WebServer, profile: str = "fresh", language: str = "en-US") -> None:
        state = profiles.windows_state("laptop", language)
        state.boot_seconds = 0.0
        fresh.make_windows(directory / "laptop", state)
        self.laptop = Laptop(directory / "laptop", directory / "cache", web.url)
        profiles.shape(self.laptop, profile)
        self.directory = directory
        self.lines: list[str] = []

    def msi(self, version: str = OLD) -> Path:
        """A package on the controller."""
        path = self.directory / f"wsl.{version}.x64.msi"
        path.write_bytes(lab_msi.build(version))
        return path

    def task(
        self, action: type[WindowsAction] = wsl.ActionModule, runner: LaptopRunner | None = None, **args: t.Any
    ) -> dict[str, t.Any]:
        """The result of one task."""
        task = MagicMock(args=args, check_mode=False, diff=False, async_val=0, environment=[])
        module = action(task, MagicMock(), MagicMock(), MagicMock(), MagicMock(), MagicMock())
        runner = runner or LaptopRunner(self.laptop)
        module.wslfleet_runner = runner
        result = module.run(task_vars={"inventory_hostname": "laptop"})
        self.lines = runner.lines
        return result

    def converge(self, **args: t.Any) -> list[dict[str, t.Any]]:
        """Results of wsl, with a restart after each that asks for one, until one changes nothing."""
        results: list[dict[str, t.Any]] = []
        while not results or results[-1]["changed"] or results[-1]["reboot_required"]:
            assert len(results) < 4, [result.get("steps") for result in results]
            results.append(self.task(**args))
            assert "failed" not in results[-1], results[-1]["msg"]
            if results[-1]["reboot_required"]:
                assert self.task(reboot.ActionModule, policy="always", delay=0)["rebooted"]
        return results


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "POLL_SECONDS", 0.2)
    monkeypatch.setattr(installation, "RETRY_SECONDS", 0.2)
    monkeypatch.setattr(wsl_apply, "SETTLE_SECONDS", 0.1)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[WebServer]:
    """What the internet serves: the packages of Microsoft."""
    root = tmp_path_factory.mktemp("web")
    (root / "wsl").mkdir()
    for version in (OLD, NEW):
        (root / "wsl" / f"wsl.{version}.x64.msi").write_bytes(lab_msi.build(version))
    server = WebServer(root, port=0)
    server.start()
    yield server
    server.stop()


MakeHost = t.Callable[..., Host]


@pytest.fixture
def make(tmp_path: Path, web: WebServer) -> t.Iterator[MakeHost]:
    """Makes hosts of a profile, and switches them off in the end."""
    made: list[Host] = []

    def make_host(profile: str = "fresh", language: str = "en-US") -> Host:
        made.append(Host(tmp_path / str(len(made)), web, profile, language))
        return made[-1]

    yield make_host
    for host in made:
        host.laptop.shut_down()


@dataclass
class Case:
    """One laptop and what it is given; MSI: the controller's package."""

    profile: str
    args: dict[str, t.Any] = field(default_factory=dict)
    language: str = "en-US"
    faults: dict[str, dict[str, t.Any]] = field(default_factory=dict)
    features: int = 1
    version: str = OLD
    reboots: int = 1


MSI = {"msi": "controller"}
CASES = {
    "Windows 11, online": Case("fresh"),
    "Windows 10 of 2021, package from the controller": Case("windows_10", MSI, features=2),
    "Windows 10 of 2021, a version from GitHub": Case("windows_10", {"version": "2.7.10"}, features=2, version=NEW),
    "Windows 10 of 2021, French": Case("windows_10", MSI, language="fr-FR", features=2),
    "Windows 10 of December 2022, online": Case("windows_10_updated", features=2),
    "Server 2022 of March 2022, package from the controller": Case("server_2022_old", MSI, features=2),
    "inbox WSL of 2021, a version from GitHub": Case("inbox_old", {"version": "2.6.3"}, features=0, reboots=0),
    "Server 2022, online": Case("server_2022", features=2),
    "Server 2022, package from the controller": Case("server_2022", MSI, features=2),
    "Server 2025, package from GitHub": Case("server_2025", {"method": "web_download"}),
    "air-gapped, package from the controller": Case("air_gapped", MSI),
    "the Store refuses": Case("store_blocked"),
    "the Store refuses, GitHub at once": Case("store_blocked", {"method": "web_download"}),
    "inbox WSL, German, online": Case("inbox", language="de-DE", features=0, reboots=0),
    "inbox WSL, German, package from the controller": Case("inbox", MSI, language="de-DE", features=0, reboots=0),
    "inbox WSL whose update ends itself": Case("inbox", faults={"update_kills_itself": {}}, features=0, reboots=0),
    "Store WSL, package from the controller": Case("store", MSI, language="ja-JP", features=0, reboots=0),
    "another installation runs at first": Case("air_gapped", MSI, faults={"installer_busy": {"count": 2}}),
    "only the WSL of Windows": Case("windows_10", {"method": "inbox"}, features=2, version=""),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_from_the_first_run_to_no_change(make: MakeHost, case: Case) -> None:
    host = make(case.profile, case.language)
    for name, settings in case.faults.items():
        host.laptop.faults.switch_on(name, **settings)
    args = {**case.args, "msi": str(host.msi())} if "msi" in case.args else case.args
    results = host.converge(**args)
    assert sum("Windows feature" in step for step in results[0]["steps"]) == case.features
    assert (results[-1]["version"] or "", host.laptop.state.reboots) == (case.version, case.reboots)
    assert (results[-1]["steps"], len(host.lines)) == ([], 1)
    if case.version:
        assert results[-1]["executable"] == "C:\\Program Files\\WSL\\wsl.exe"
        assert all(host.laptop.drive.exists(path) for path in package.VIRTUAL_DISKS)


def test_the_wsl_of_windows_itself(make: MakeHost) -> None:
    """Before KB5020030 nothing is fetched by wsl.exe; what is registered is refused with a remedy, and kept."""
    host = make("inbox_old", "fr-FR")
    registrations = Registrations(host.laptop.registry, host.laptop.state.users[0].sid)
    for name in ("Ubuntu", "Imported"):
        registrations.add(Distribution(new_id(), name, f"C:\\wsl\\{name}"), modern=False, os_release={})
    before = registrations.all()
    for method in ("auto", "online", "web_download"):
        told = host.task(method=method)["msg"]
        assert "19044.1288 cannot fetch the package of WSL" in told and "version: 2.6.3" in told
        assert len(host.lines) == 1
    for args, verb in (
        ({"name": "Debian"}, "made"),
        ({"name": "Ubuntu", "default_user": "dev"}, "changed"),
        ({"name": "Ubuntu", "state": "terminated"}, "stopped"),
        ({"name": "Ubuntu", "state": "exported", "path": "C:\\u.tar"}, "exported"),
        ({"name": "Ubuntu", "state": "absent", "force": True}, "deleted"),
    ):
        told = host.task(wsl_distribution.ActionModule, **args)["msg"]
        assert f"cannot be {verb}: there is only the WSL of Windows itself; install the package" in told
        assert "\n" not in told
    assert host.task(wsl_distribution.ActionModule, name="Ubuntu")["changed"] is False
    assert (registrations.all(), installed_version(host.laptop)) == (before, None)
    host.converge(msi=str(host.msi()))
    assert host.task(wsl_distribution.ActionModule, name="Imported")["changed"] is False
    assert host.task(wsl_distribution.ActionModule, name="Ubuntu", state="absent", force=True)["changed"] is True
    assert [item.name for item in registrations.all()] == ["Imported"]


def test_a_wsl_that_a_security_program_keeps_from_starting(ready: Host) -> None:
    ready.laptop.drive.host_path("C:\\x.tar").write_bytes(b"x")
    for code in (1260, 4551, 0xC0000022):
        ready.laptop.faults.switch_on("access_denied", match="\\WSL\\wsl.exe", code=code)
        told = ready.task(wsl_distribution.ActionModule, name="Debian", source="C:\\x.tar")["msg"]
        assert "wsl.exe was kept from starting; allow C:\\Program Files\\WSL\\wsl.exe in AppLocker, App Control" in told


# -- updates -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ready(make: MakeHost) -> Host:
    host = make("fresh", "de-DE")
    profiles.install_wsl(host.laptop)
    return host


def update(host: Host, **args: t.Any) -> dict[str, t.Any]:
    return host.task(state="latest", **args)


@pytest.mark.parametrize("settings", [{}, {"seconds": 0.5}], ids=["done", "the installer goes on alone"])
def test_an_update_that_ends_its_own_process(ready: Host, settings: dict[str, float]) -> None:
    ready.laptop.faults.switch_on("update_kills_itself", count=1, **settings)
    first = update(ready)
    assert (first["changed"], first["version"]) == (True, NEW)
    assert update(ready)["changed"] is False


def test_an_upgrade_that_meets_a_running_wsl_is_repaired_and_survives_the_restart(ready: Host) -> None:
    ready.laptop.faults.switch_on("wsl_starts_during_upgrade", count=1)
    result = update(ready, msi=str(ready.msi(NEW)))
    assert len(result["steps"]) == 2 and "repair WSL 2.7.10.0" in result["steps"][1], result
    assert (result["version"], result["reboot_required"]) == (NEW, False)
    boot.apply_pending(ready.laptop)
    assert all(ready.laptop.drive.exists(path) for path in package.VIRTUAL_DISKS)


def test_an_online_update_is_repaired_with_the_package_from_github(ready: Host) -> None:
    ready.laptop.faults.switch_on("wsl_starts_during_upgrade", count=1)
    assert "repair" in update(ready)["steps"][-1]
    assert update(ready)["changed"] is False


def test_what_an_update_in_the_background_has_destroyed_is_repaired(ready: Host) -> None:
    ready.laptop.drive.host_path(package.VIRTUAL_DISKS[0]).unlink()
    first = ready.task()
    assert [step.split(" (")[0] for step in first["steps"]] == ["repair WSL 2.6.3.0"]
    assert ready.task()["changed"] is False


def test_nobodys_work_is_ended(ready: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    running = ["{guid}"]
    monkeypatch.setattr(ready.laptop.instances, "running", lambda: list(running))
    monkeypatch.setattr(ready.laptop.instances, "terminate_all", running.clear)
    result = update(ready)
    assert (result["changed"], result["version"], running) == (False, OLD, ["{guid}"])
    assert "vmmemWSL" in result["deferred"]
    asked = update(ready, allow_running=True)
    assert (asked["version"], running) == (NEW, [])
    assert not ready.laptop.registry.get(package.SESSION_MANAGER, package.PENDING)


def test_a_pinned_version(ready: Host) -> None:
    up = ready.task(version="2.7.10")
    assert (up["changed"], up["version"], ready.task(version="2.7.10.0")["changed"]) == (True, NEW, False)
    refused = ready.task(version="2.6.3")
    assert refused["failed"] and "allow_downgrade" in refused["msg"]
    down = ready.task(version="2.6.3", allow_downgrade=True)
    assert (down["changed"], down["version"]) == (True, OLD)


# -- removal -----------------------------------------------------------------------------------------------------------


def test_removal_never_takes_a_distribution(ready: Host) -> None:
    laptop = ready.laptop
    developer = laptop.state.users[1]
    folder = f"{developer.profile}\\AppData\\Local\\wsl\\{new_id()}"
    disk = laptop.drive.host_path(f"{folder}\\ext4.vhdx")
    disk.parent.mkdir(parents=True)
    disk.write_text("a year of work")
    registrations = Registrations(laptop.registry, developer.sid)
    registrations.add(Distribution(new_id(), "Ubuntu", folder), modern=True, os_release={})
    refused = ready.task(state="absent")
    assert refused["failed"] and f"the disk {folder}\\ext4.vhdx of developer" in refused["msg"]
    removed = ready.task(state="absent", force=True)
    assert (removed["changed"], removed["version"], installed_version(laptop)) == (True, None, None)
    assert disk.read_text() == "a year of work"
    assert registrations.find("Ubuntu")
    assert ready.task(state="absent")["changed"] is False
    assert len(ready.lines) == 1


# -- sources -----------------------------------------------------------------------------------------------------------


def test_a_share_only_where_the_logon_reaches_it(make: MakeHost, tmp_path: Path) -> None:
    host = make("air_gapped", "de-DE")
    share = "\\\\files\\wsl"
    file = f"{share}\\{host.msi().name}"
    assert "finds no computer files" in host.task(msi=file)["msg"]
    host.laptop.state.shares = {share: str(host.directory)}
    assert "\\\\files\\wsl refuses this logon" in host.task(msi=file)["msg"]
    host.laptop.state.credentials_delegated = True
    assert "does not exist: correct the path" in host.task(msi=f"{share}\\wsl.2.5.10.0.x64.msi")["msg"]
    assert host.converge(msi=file)[-1]["version"] == OLD


def test_servicing_that_fails_or_is_busy(make: MakeHost) -> None:
    host = make("windows_10", "ja-JP")
    host.laptop.faults.switch_on("servicing_fails", count=1)
    failed = host.task(msi=str(host.msi()))
    assert "0x800f081f: the feature's files are not on this host" in failed["msg"]
    assert failed["msg"].endswith("Failed to process changes [HRESULT = 0x800f081f]")
    host.laptop.faults.switch_on("servicing_fails", count=2, error="0x80070652")
    assert host.converge(msi=str(host.msi()))[-1]["version"] == OLD


def test_failures_are_one_line_and_name_the_cause(make: MakeHost) -> None:
    offline = make("air_gapped", "fr-FR")
    for args, text in (
        ({}, "name on the internet is not resolved"),
        ({"version": "2.6.3"}, "curl.exe ended with 6"),
        ({"msi": str(offline.msi()), "skip_msix": False}, ""),
    ):
        result = offline.task(**args)
        assert text in result.get("msg", ""), result
        assert "\n" not in result.get("msg", "")
    assert installed_version(offline.laptop) == OLD
    old = make("windows_10", "ja-JP")
    result = old.task(msi=str(old.msi()), skip_msix=False)
    assert "1603" in result["msg"] and "InstallMsixAsUser returned actual error code 1603" in result["msg"]
    assert "\n" not in result["msg"]


# -- interrupted: after every step and in the middle of long ones see tests/integration/test_every_interruption.py -----


class Cut(LaptopRunner):
    """Loses the connection while the first command with TEXT runs; its shell ends, its service does not."""

    def __init__(self, laptop: Laptop, text: str) -> None:
        super().__init__(laptop)
        self._laptop_cut = laptop
        self._text = text

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """As LaptopRunner, but for the one command."""
        if self._text not in line:
            return super().run(line, stdin, timeout)
        command = self._laptop_cut.start_command(self._laptop_cut.state.users[0], line)
        wait_until(lambda: command.process.started)
        command.kill()
        raise HostUnreachable("laptop: lost while a command was running")


@pytest.mark.parametrize(
    ("fault", "text"), [("servicing_is_slow", "Enable-Feature"), ("installer_is_slow", "msiexec.exe")]
)
def test_the_next_run_meets_a_service_that_is_still_at_work(make: MakeHost, fault: str, text: str) -> None:
    host = make("air_gapped")
    host.laptop.faults.switch_on(fault, seconds=0.3, count=1)
    args = {"msi": str(host.msi())}
    assert host.task(runner=Cut(host.laptop, text), **args)["unreachable"] is True
    results = host.converge(**args)
    assert (results[-1]["version"], host.laptop.state.reboots) == (OLD, 1)
    assert not host.laptop.registry.exists(boot.INSTALLER_LOCK)
