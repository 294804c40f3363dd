# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""L1: a password in an address is printed, lands in a diff, or stands in a command line that every user sees."""

from __future__ import annotations

import importlib
import json
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import fetch
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.entry import runner_of
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import failures_in, harmless
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import goal as distribution_goal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._driver import plan as driver_plan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import port
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over_plan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import files as windows_files
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.goal import WslGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.package import named_package

from tests.conftest import ROOT
from tests.unit.plugins.module_utils.scripted_run import system_at
from tests.unit.plugins.modules.box import Box
from tests.unit.scripted_runner import ScriptedRunner

ADDRESS = "https://user:s3cret@host.example/x"
FAILED = Completed(100, f"Err:1 {ADDRESS}\n", f"E: Failed to fetch {ADDRESS}  404  Not Found\n")
DIGEST = "0" * 64
FINGERPRINT = catalogue.OLD_KEY

HOSTILE = (
    ADDRESS,
    "HTTP://user:s3cret@host.example:8080/x/",
    "https://s3cret@host.example/x",
    "https://:s3cret@host.example/x",
    "https://user:s3cret/2@host.example/x",
    "https://user:s3c@et:s3cret@host.example/x",
    "user:s3cret@host.example/x",
    "https://user:s3cret@host.example:99999999/x",
    "https://user:s3cret@[::1/x",
    "https://user:s3cret@host.example/x\nsecond: line",
    "https://user:s3cret@host.example/%zz\x1b]52;c;x\x07",
    f"gopher{ADDRESS[5:]}",
)
MODULES: dict[str, tuple[str, str, dict[str, t.Any]]] = {
    "mirror": ("cuda_repository", "url", {"source": "mirror", "key_fingerprint": FINGERPRINT}),
    "keyring": ("cuda_repository", "keyring_url", {}),
    "key": ("cuda_repository", "key", {}),
    "installer": ("cuda_repository", "installer", {"source": "local_installer", "installer_sha256": DIGEST}),
    "containers": ("container_toolkit", "url", {"engines": ["podman"], "key": "/key", "key_fingerprint": FINGERPRINT}),
    "key of containers": ("container_toolkit", "key", {"engines": ["podman"]}),
    "proxy": ("distribution_network", "proxy", {}),
    "proxy with another password": (
        "distribution_network",
        "proxy",
        {"proxy_username": "me", "proxy_password": "other"},
    ),
    "libraries": ("cuda_extra_libraries", "url", {"libraries": ["nccl"], "version": "12.8"}),
    "old sources": ("cuda_legacy", "repository_url", {"repository_name": "x"}),
}


@pytest.mark.parametrize("what", MODULES)
def test_a_module_inside_the_distribution(what: str, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the result nor in a command line, nor in a file that others may read, whatever becomes of it."""
    name, option, more = MODULES[what]
    lines: list[str] = []

    def run(arguments: t.Sequence[str]) -> Completed:
        lines.append(" ".join(arguments))
        return FAILED

    monkeypatch.setattr(run, "done", lambda: None, raising=False)
    monkeypatch.setattr("tests.unit.plugins.modules.box.ScriptedRun", lambda: run)
    box.write("/etc/os-release", "ID=ubuntu\nVERSION_ID=24.04\n")
    box.write("/usr/bin/podman")
    box.path("/var/cache").mkdir(parents=True, exist_ok=True)
    installer = "/cuda-repo-wsl-ubuntu-12-8-local_12.8.1-1_amd64.deb" if option == "installer" else ""
    for address in HOSTILE:
        for end in {"", installer}:
            result = box.run(name, **{**more, option: address + end})
            assert "s3cret" not in json.dumps(result), address
            assert all("s3cret" not in line for line in lines), lines
    for path in box.root.rglob("*"):
        if path.is_file() and path.stat().st_mode & 0o077:
            assert b"s3cret" not in path.read_bytes(), path


def test_what_apt_helper_is_given(tmp_path: Path) -> None:
    """The address without the password in the command line; the password in a file for root alone."""
    lines: list[str] = []

    def run(arguments: t.Sequence[str]) -> Completed:
        lines.append(" ".join(arguments))
        files = list(tmp_path.rglob("*.conf"))
        assert [path.stat().st_mode & 0o777 for path in files] == [0o600] and "s3cret" in files[0].read_text()
        (tmp_path / "x").write_text("x")
        return Completed(0, "", "")

    fetch.download(system_at(run=run), ADDRESS, f"{tmp_path}/x")
    assert lines[0].endswith(f"download-file https://host.example/x {tmp_path}/x") and "s3cret" not in lines[0]


def test_what_programs_complain_of() -> None:
    class Module:
        def run_command(self, *_arguments: t.Any, **_more: t.Any) -> Completed:
            return FAILED

    assert "s3cret" not in runner_of(Module())(["apt-get"]).output


def test_a_difference_of_a_file_of_others() -> None:
    before = f"deb {ADDRESS} /\n".encode()
    (shown,) = changes.diff([changes.FileChange("/etc/apt/sources.list.d/x.list", before, None)])
    assert shown["before"] == "deb https://host.example/x /\n"


def goal(**more: t.Any) -> distribution_goal.DistributionGoal:
    return distribution_goal.DistributionGoal("Debian", **more)


def refusal(work: t.Callable[[], object]) -> str:
    result: dict[str, t.Any] = {}
    with failures_in(result):
        work()
    return str(result["msg"])


WINDOWS: dict[str, t.Callable[[], str]] = {
    "import": lambda: str(step.Import("Debian", ADDRESS, None, "C:\\x", 2)),
    "manifest": lambda: str(step.SetManifest(ADDRESS)),
    "manifest is refused": lambda: refusal(lambda: distribution_goal.check(goal(manifest=ADDRESS))),
    "driver": lambda: str(driver_plan.InstallDriver(ADDRESS, DIGEST, "C:\\x")),
    "driver is refused": lambda: refusal(
        lambda: driver_plan.check_goal(driver_plan.DriverGoal("580.88", f"gopher{ADDRESS[5:]}", DIGEST))
    ),
    "hand over": lambda: hand_over_plan.shown_image(goal(source=ADDRESS)),
    "msi": lambda: str(named_package(windows_files.Source(ADDRESS), None)),
    "msi is refused": lambda: refusal(lambda: WslGoal(msi=ADDRESS.replace("https", "http")).check()),
    "source of a file": lambda: str(windows_files.Source(ADDRESS)),
}


@pytest.mark.parametrize("what", WINDOWS)
def test_steps_and_refusals_of_windows(what: str) -> None:
    assert "s3cret" not in WINDOWS[what]()


def test_a_download_on_windows() -> None:
    """curl.exe gets the address on standard input, and repeats it in its errors."""
    answer = port.Completed(22, b"", f"curl: (22) The requested URL {ADDRESS} returned error: 404".encode())
    runner = ScriptedRunner([(re.compile("curl.exe"), answer)])
    with pytest.raises(StepFailed) as told:
        windows_files.download(runner, ADDRESS, "C:\\x", 1, proxy="http://me:s3cret@proxy:3128")
    ((line, stdin),) = runner.calls
    assert "s3cret" not in str(told.value) and "s3cret" not in line and b"s3cret" in stdin


def test_whatever_an_action_returns() -> None:
    result = {"msg": f"no {ADDRESS}", "steps": [ADDRESS], "diff": {"prepared": f"+ {ADDRESS}\n"}, "warnings": [ADDRESS]}
    assert "s3cret" not in json.dumps(harmless(result)) and json.dumps(harmless(result)).count("host.example") == 4


ASKED = {
    "container_toolkit": {"key", "url"},
    "cuda_extra_libraries": {"url"},
    "cuda_legacy": {"repository_url"},
    "cuda_repository": {"installer", "key", "keyring_url", "url"},
    "distribution_network": {"proxy"},
    "nvidia_driver": {"installer"},
    "wsl": {"msi", "msi_proxy"},
    "wsl_distribution": {"manifest", "source"},
}
"""The options that take an address. Those of modules inside the distribution are hidden in what Ansible prints."""


def test_no_option_with_an_address_is_forgotten() -> None:
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "plugins/modules").glob("*.py")):
        module = importlib.import_module(f"ansible_collections.wslfleet.cuda.plugins.modules.{path.stem}")
        options = yaml.safe_load(module.DOCUMENTATION).get("options") or {}
        names = {name for name, option in options.items() if re.search(r"\b[Aa]n? address|\bAddress", str(option))}
        for name in names & {name for asked in ASKED.values() for name in asked} | ASKED.get(path.stem, set()):
            if name in options:
                found.setdefault(path.stem, set()).add(name)
        code = path.read_text()
        for name in ASKED.get(path.stem, set()) if "entry.run(" in code else ():
            hidden = re.search(r"credentials\.hidden\(module, ([^)]*)\)", code)
            assert hidden is not None and f'"{name}"' in hidden.group(1), f"{path.stem}: {name}"
    assert found == ASKED


TAKES_THE_USER = re.compile(r"""rpartition\(["']@["']\)""")


def test_one_function_masks() -> None:
    """Who takes the user out of an address to show it does so by addresses.py; to use it, by credentials.py."""
    takes = [path for path in (ROOT / "plugins").rglob("*.py") if TAKES_THE_USER.search(path.read_text())]
    found = {str(path.relative_to(ROOT / "plugins/module_utils")) for path in takes}
    assert found == {"_network/cause.py", "_network/credentials.py"}
