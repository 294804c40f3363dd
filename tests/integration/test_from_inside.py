# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks from inside a distribution of the laptop itself, by WSL's interop, with ansible-core and nothing else.

``ansible-playbook`` runs in the lab's distribution, as a person there would run it; the test types its commands over
WinRM, which the runs know nothing of.
"""

from __future__ import annotations

import json
import shlex
import sysconfig
import typing as t
from pathlib import Path

import pytest

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.linux import images
from tests.integration.laboratory import QUICK, ROOT, Lab, Run, StartLab

pytestmark = pytest.mark.lab

LAPTOP = "ready-1"
SECOND = "Second"
SITE_PACKAGES = Path(sysconfig.get_path("purelib")).resolve()
SETTINGS = {
    "ANSIBLE_COLLECTIONS_PATH": f"/run/shown/{ROOT.name}/.cache/collections",
    # The first folder has modules that cannot be loaded, in the place of those that only WinRM needs.
    "PYTHONPATH": f"/var/tmp/missing:/run/shown/{SITE_PACKAGES.name}",
    "LC_ALL": "C.UTF-8",
    "HOME": "/home/dev",
}
NOT_NEEDED = ("winrm", "requests", "spnego", "requests_ntlm")
BY_HAND = "run it yourself in a terminal of Windows that was opened as administrator, then run the playbook again"


class Inside:
    """A person's shell in the distribution of a laptop."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        missing = [f"echo 'raise ImportError(\"{name}\")' >/var/tmp/missing/{name}.py" for name in NOT_NEEDED]
        made = ["useradd -m dev", "echo 'dev ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/dev", "mkdir -p /var/tmp/missing"]
        done = self._type("&&".join([*made, *missing]))
        assert done.code == 0, done.output

    def _type(self, command: str, user: str = "root") -> Run:
        return self.lab.linux(LAPTOP, command, {"ansible_wsl_user": user})

    def run(
        self,
        *words: str,
        variables: dict[str, t.Any] | None = None,
        user: str = "dev",
        within: t.Sequence[str] = (),
    ) -> Run:
        """Run ``python3 -m ansible WORDS``, by the command WITHIN where one is given."""
        settings = [f"{name}={text}" for name, text in SETTINGS.items()]
        more = ["-e", json.dumps(variables)] if variables else []
        command = [*within, "env", *settings, "python3", "-m", "ansible", *words, *more]
        return self._type(f"cd ~{user};{shlex.join(command)}", user)

    def playbook(self, name: str, *words: str, user: str = "dev", **variables: t.Any) -> Run:
        """Run a playbook of the collection, without an inventory."""
        given = {key: one for key, one in self.lab.variables.items() if not key.startswith("ansible_")}
        given.update({**QUICK, **variables})
        return self.run("playbook", "-c", "local", f"wslfleet.cuda.{name}", *words, variables=given, user=user)

    def read(self, path: str) -> str:
        """The content of a file in the distribution."""
        done = self._type(f"cat {path}")
        return done.output.partition(">>\n")[2]

    def interop(self) -> list[dict[str, t.Any]]:
        """The Windows programs that were started inside so far."""
        file = self.lab.laptop(LAPTOP) / "interop.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    @property
    def laptop(self) -> Laptop:
        """Its state, to be changed."""
        return Laptop(self.lab.laptop(LAPTOP), images.default_cache())


@pytest.fixture(scope="module")
def inside(start_lab: StartLab) -> Inside:
    shown = [f"--show={ROOT}", f"--show={SITE_PACKAGES}"]
    lab = start_lab("--profile", "ready", "--without-compiler", "--without-archive", *shown)
    return Inside(lab)


def test_the_doctor_writes_a_file_that_can_be_replayed(inside: Inside, start_lab: StartLab, tmp_path: Path) -> None:
    """Nothing of it needs an administrator of Windows, or root."""
    run = inside.playbook("doctor", wslfleet_probe_distribution="Debian-12")
    assert run.code == 0 and run.lines("localhost can be managed: yes"), run.output
    content = inside.read("/home/dev/localhost.probe.json")
    document = json.loads(content)
    rows = {row["id"]: row for row in document["rows"]}
    assert document["connection"] == "local" and len(rows) > 60
    differing = [name for name, row in rows.items() if row["verdict"] == "differs"]
    assert differing == ["backup_right"], "the only right that is missing"
    assert {rows[f"exit_{code}"]["exit_code"] for code in ("3010", "-1")} == {3010, 0xFFFFFFFF}
    started = inside.interop()
    assert {one["user"] for one in started} == {"fleetadmin"}
    assert all(one["line"].startswith("cmd.exe /d /v:on /s /c ") for one in started)
    file = tmp_path / "localhost.probe.json"
    file.write_text(content, encoding="utf-8")
    replay = start_lab("--probe", str(file), "--without-compiler")
    again = replay.playbook("doctor", variables={"wslfleet_probe_directory": str(tmp_path), "wslfleet_probe_idle": 0})
    assert again.recap, again.output


def test_an_audit_by_sudo(inside: Inside) -> None:
    run = inside.playbook("audit", "--become")
    assert run.code == 0 and run.recap["localhost"]["changed"] == 0, run.output
    assert run.lines("No Linux driver inside WSL"), "the row of the guard, which is not there yet"


def test_without_root_nothing_is_begun(inside: Inside) -> None:
    run = inside.playbook("audit")
    assert run.lines("needs root: add --become, and --ask-become-pass if sudo asks for a password"), run.output


def test_another_distribution_is_entered_by_wsl(inside: Inside) -> None:
    """Where WSL gives root, so that nothing has to be asked for."""
    laptop = inside.laptop
    profiles.register(laptop, SECOND, "debian-12")
    run = inside.playbook("audit", windows_host_distribution=SECOND)
    assert run.code == 0 and run.lines("No Linux driver inside WSL"), run.output
    assert any(f"-d {SECOND} -u root" in one["shared"]["LINE_OF_WSLFLEET"] for one in inside.interop())


def test_provision_where_nothing_needs_an_administrator(inside: Inside) -> None:
    run = inside.playbook("provision", "--become")
    assert run.code == 0 and run.lines("localhost  provisioned"), run.output
    again = inside.playbook("provision", "--become")
    assert (again.code, again.recap["localhost"]["changed"]) == (0, 0), again.output


def test_what_needs_an_administrator_is_told_with_its_command(inside: Inside) -> None:
    """A feature of Windows is missing; the newest WSL would end the run."""
    run = inside.playbook("provision", "--become", windows_host_wsl_state="latest")
    assert run.code == 0, run.output
    assert run.lines(f"from inside WSL, which that would end: {BY_HAND}: wsl.exe --update"), run.output
    services = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\vfpext"
    inside.laptop.registry.delete(services)
    run = inside.playbook("provision", "--become")
    assert run.code != 0 and run.recap["localhost"]["changed"] == 0, run.output
    assert run.lines(f"{BY_HAND}: dism.exe /Online /NoRestart /Enable-Feature /FeatureName:VirtualMachinePlatform")
    for name in ("audit", "doctor"):
        run = inside.playbook(name, "--become")
        assert run.code == 0, f"what only reads needs no administrator: {run.output}"


@pytest.mark.parametrize(
    ("module", "arguments", "told"),
    [
        (
            "wsl_distribution",
            "name=Debian-12 state=terminated",
            "run the playbook again: wsl.exe --terminate Debian-12",
        ),
        ("wsl_config", '{"settings": {"wsl2": {"memory": "4GB"}}, "shutdown": true}', "of Windows: wsl.exe --shutdown"),
        ("reboot", "policy=always", "restart Windows (shutdown.exe /r /t 0 in a terminal of Windows)"),
    ],
)
def test_what_would_end_the_run_is_told(inside: Inside, module: str, arguments: str, told: str) -> None:
    run = inside.run("adhoc", "localhost", "-c", "local", "-m", f"wslfleet.cuda.{module}", "-a", arguments)
    assert run.lines(told), run.output
    assert inside.laptop.state.reboots == 0


def test_a_shell_of_root_knows_the_distribution_too(inside: Inside) -> None:
    """sudo leaves out the variables of WSL."""
    name = ["-m", "wslfleet.cuda.wsl_distribution", "-a", "name=Debian-12 state=terminated"]
    run = inside.run("adhoc", "localhost", "-c", "local", *name, within=["sudo"])
    assert run.lines("this would end distribution Debian-12, in which Ansible runs"), run.output


def test_windows_that_cannot_be_reached_is_one_line(inside: Inside) -> None:
    off = ["unshare", "--mount", "sh", "-c", 'umount /init;exec "$0" "$@"']
    words = ["adhoc", "localhost", "-c", "local", "-m", "wslfleet.cuda.host_info"]
    run = inside.run(*words, user="root", within=off)
    assert run.lines("Exec format error"), run.output
