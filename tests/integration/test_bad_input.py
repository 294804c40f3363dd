# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input: one clear line, nothing changed on the laptop, exit code not 0, and the other laptops go on."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest
import yaml

from tests.integration.laboratory import QUICK, Lab, StartLab

pytestmark = pytest.mark.lab

READY = "ready-1"


@dataclass(frozen=True)
class Case:
    """One mistake of an administrator."""

    variables: dict[str, t.Any]
    message: str
    """What the one line must say."""
    recap: dict[str, int] = field(default_factory=lambda: {"failed": 1, "changed": 0})


def _mirror(lab: Lab, name: str) -> str:
    return str(lab.variables["cuda_repository_url"]).replace("wsl-ubuntu", name)


CASES: dict[str, t.Callable[[Lab], Case]] = {
    "version_is_a_number": lambda lab: Case({"cuda_version": 12.1}, "is the number 12.1: quote it"),
    "version_does_not_exist": lambda lab: Case({"cuda_version": "12.99"}, "'12.99': no such toolkit"),
    "misspelt_variable_of_the_toolkit": lambda lab: Case({"cuda_verison": "12.6"}, "write cuda_version"),
    "misspelt_variable_of_the_host": lambda lab: Case({"windows_host_rebot": "always"}, "write windows_host_reboot"),
    "text_instead_of_a_list": lambda lab: Case({"windows_host_windows_users": "anna"}, "must be a list, not text"),
    "unknown_variable": lambda lab: Case({"cuda_mirror": "x"}, "cuda_mirror is no variable of this collection"),
    "group_that_is_not_there": lambda lab: Case({"wslfleet_hosts": "gpu_laptop"}, "no host or group 'gpu_laptop'", {}),
    "component_cuda": lambda lab: Case({"cuda_components": ["cuda"]}, "'cuda' installs a Linux driver"),
    "component_cuda_drivers": lambda lab: Case(
        {"cuda_components": ["cuda-drivers"]}, "'cuda-drivers' installs a Linux driver"
    ),
    "distribution_with_a_blank": lambda lab: Case(
        {"windows_host_distribution": "My Linux"}, "cannot be the name of a distribution"
    ),
    "repository_404": lambda lab: Case({"cuda_repository_url": _mirror(lab, "no-such")}, "404 Not Found"),
    "repository_of_another_key": lambda lab: Case(
        {"cuda_repository_url": _mirror(lab, "wsl-ubuntu-foreign")}, "check keyring_sha256"
    ),
    "repository_of_another_key_whose_package_was_trusted": lambda lab: Case(
        {
            "cuda_repository_url": _mirror(lab, "wsl-ubuntu-foreign"),
            "cuda_keyring_url": f"{lab.variables['cuda_repository_url']}/cuda-keyring_1.1-1_all.deb",
        },
        "the index is not signed by",
    ),
    "wrong_password": lambda lab: Case(
        {"ansible_password": "Not-th1s-0ne"},
        "Windows refused the account",
        {"unreachable": 1, "failed": 0, "changed": 0},
    ),
    "certificate_not_trusted": lambda lab: Case(
        {"ansible_winrm_ca_trust_path": "/etc/ssl/certs/ca-certificates.crt"},
        "is not trusted",
        {"unreachable": 1, "failed": 0, "changed": 0},
    ),
}


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    """A ready laptop whose guard is in already, so that nothing of it changes before the mistake is met."""
    lab = start_lab("--profile", "ready", "--without-compiler", "--without-archive")
    first = lab.playbook("provision", variables=QUICK)
    assert first.code == 0, first.output
    return lab


@pytest.mark.parametrize("name", CASES)
def test_one_clear_line_and_nothing_changed(lab: Lab, name: str) -> None:
    case = CASES[name](lab)
    run = lab.playbook("provision", variables={**QUICK, **case.variables})
    assert run.code != 0, run.output
    errors = [line for line in run.output.splitlines() if line.startswith(("fatal:", "[ERROR]", "ERROR!"))]
    assert any(case.message in line for line in errors), run.output
    assert "Traceback" not in run.output
    numbers = run.recap.get(READY, {})
    assert {key: numbers[key] for key in case.recap} == case.recap, run.output


@pytest.mark.parametrize("playbook", ["audit", "containers", "doctor", "remove", "repair"])
def test_every_playbook_refuses_wrong_variables_before_it_asks_the_laptop(lab: Lab, playbook: str) -> None:
    before = len(lab.journal(READY))
    run = lab.playbook(playbook, variables={"cuda_version": "banana", "wslfleet_levels": "bad"})
    assert (run.code, len(lab.journal(READY)) - before) == (2, 0), run.output
    (told,) = run.lines("fatal: ")
    assert f"{READY}: nothing was changed: " in told and "filter plugin" not in told
    assert "cuda_version 'banana': no such toolkit" in told and "wslfleet_levels must be a list" in told


def test_no_python_in_the_distribution(start_lab: StartLab) -> None:
    lab = start_lab("--profile", "fresh", "--without-compiler")
    run = lab.playbook(
        "provision",
        variables={**QUICK, "windows_host_distribution": "Debian-12-minimal", "cuda_components": ["cudart"]},
    )
    assert run.code == 0, run.output
    inside = lab.linux("fresh-1", "python3 --version", {"ansible_wsl_distribution": "Debian-12-minimal"})
    assert "Python 3" in inside.output


def test_a_laptop_that_is_off_does_not_hold_up_the_others(lab: Lab) -> None:
    inventory = yaml.safe_load((lab.state / "inventory.yml").read_text(encoding="utf-8"))
    inventory["all"]["children"]["laptops"]["hosts"]["off-1"] = {"ansible_host": "127.0.0.1", "ansible_port": 9}
    both = Lab(lab.state / "both")
    both.state.mkdir()
    (both.state / "inventory.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    run = both.playbook("provision", variables=QUICK)
    assert run.code != 0
    assert run.recap["off-1"]["unreachable"] == 1
    assert run.recap[READY] | {"ok": 0, "skipped": 0} == {
        "ok": 0,
        "changed": 0,
        "unreachable": 0,
        "failed": 0,
        "skipped": 0,
    }
