# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repair plans, changes, looks again; it stops before it does harm, and says where it stopped."""

from __future__ import annotations

import os
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction as apt_transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.scripted_run import system_at
from tests.unit.plugins.modules.box import Box

DRIVER = "libnvidia-compute-570 570.1"
STRAY = "/usr/lib/x86_64-linux-gnu/libcuda.so.1"
PURGE = ("^dpkg --no-act .* --purge libnvidia-compute-570$", Completed(0, "Would remove or purge", ""))
LDCONFIG = ("^ldconfig$", Completed(0, "", ""))


@pytest.fixture
def waits(box: Box) -> t.Iterator[list[str]]:
    """A command that ends when the test does."""
    gate = box.path("/gate")
    os.mkfifo(gate)
    yield ["sh", "-c", f"read line <{gate}"]
    with gate.open("r+b", buffering=0) as file:
        file.write(b"\n\n")
        # What still writes below the folder of the test could keep the next one from its own.
        root = str(box.path("/var/lib/wslfleet/transactions"))
        for transaction in apt_transaction.all_transactions(system_at(root)):
            assert apt_transaction.attach(transaction, 20)


def test_nothing_is_wrong(box: Box) -> None:
    box.status("bash 5")
    result = box.run("cuda_repair")
    assert not result["changed"] and result["steps"] == [] and result["backup"] == "" and not result["restart_wsl"]


def test_a_driver_file_without_a_package_moves(box: Box) -> None:
    box.write(STRAY)
    planned = box.run("cuda_repair", check=True)
    assert planned["changed"] and planned["strays"] == [STRAY] and box.path(STRAY).exists()
    done = box.run("cuda_repair", LDCONFIG)
    assert done["steps"] == planned["steps"] == [f"move away: {STRAY}", "run ldconfig"]
    assert not box.path(STRAY).exists() and box.path(done["backup"] + STRAY).exists()
    assert done["restart_wsl"] and not box.run("cuda_repair")["changed"]


def test_a_driver_package_goes(box: Box) -> None:
    box.status(DRIVER, "bash 5")
    command = box.becomes("bash 5")
    box.patch("_driver.commands", "commands", lambda plan: [command])
    result = box.run("cuda_repair", PURGE, LDCONFIG)
    assert result["purged"] == ["libnvidia-compute-570"] and result["changed"]


@pytest.mark.parametrize(
    ("packages", "answers", "words"),
    [
        ((DRIVER,), (PURGE, LDCONFIG), "still wrong after the repair: libnvidia-compute-570 is still ii; log: "),
        (("libcuda1 1", "cuda-nvcc-12-8 1\nDepends: libcuda1"), None, "refused, nothing was changed: cuda-nvcc-12-8"),
        (
            (DRIVER,),
            (
                (
                    "--purge",
                    Completed(1, "", "dpkg: error processing package x (--purge):\n essential\n"),
                ),
            ),
            "refused, nothing was changed: dpkg refuses: error processing package x (--purge): essential",
        ),
    ],
)
def test_it_stops(
    box: Box, packages: tuple[str, ...], answers: tuple[t.Any, ...] | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WSL_DISTRO_NAME", "Debian-12")
    box.status(*packages)
    box.patch("_driver.commands", "commands", lambda plan: [["true"]])
    if answers is None:
        answers = (("--purge libcuda1 cuda-nvcc-12-8$", Completed(0, "", "")),)
    result = box.run("cuda_repair", *answers)
    assert result["failed"] and result["msg"].startswith("Debian-12: ") and words in result["msg"]


def test_it_goes_on_after_the_time_limit_and_the_next_run_waits_for_it(box: Box, waits: list[str]) -> None:
    box.status(DRIVER)
    box.patch("_driver.commands", "commands", lambda plan: [waits])
    first = box.run("cuda_repair", PURGE, timeout=0)
    assert first["failed"] and "still runs after 0 s; run again later" in first["msg"]
    second = box.run("cuda_repair", timeout=0)
    assert second["failed"] and "still runs after 0 s" in second["msg"]


@pytest.mark.parametrize(("process", "who"), [(123, "process 123"), (dpkg.UNSEEN, "a process outside this pid")])
def test_a_lock_that_stays(box: Box, process: int, who: str) -> None:
    box.status(DRIVER)
    box.patch("_apt.transaction", "wait_for_locks", lambda system, seconds: {"/var/lib/dpkg/lock": process})
    result = box.run("cuda_repair", timeout=0)
    assert result["failed"] and f"/var/lib/dpkg/lock is still held by {who}" in result["msg"]


def test_the_folder_of_wsl_is_listed_and_the_loader_asked_again(box: Box) -> None:
    """ldconfig does nothing here, so that the second look finds the library still missing."""
    box.write("/usr/lib/wsl/lib/libcuda.so.1")
    result = box.run("cuda_repair", LDCONFIG)
    assert box.path("/etc/ld.so.conf.d/ld.wsl.conf").exists()
    assert result["failed"] and "still wrong after the repair: " in result["msg"] and "libcuda.so.1" in result["msg"]


def test_a_package_of_others_that_stays_broken_is_named_and_no_change(box: Box) -> None:
    tool = "tool 1\nStatus: install ok half-configured"
    box.status(tool)
    box.patch("_driver.commands", "commands", lambda plan: [["false"]])
    result = box.run("cuda_repair")
    assert (result["changed"], result["others"]) == (False, ["tool is iF"]), result
    assert "not repaired by this module, apt may refuse to work: tool is iF" in result["warnings"]
    box.status("tool 1\nStatus: install ok unpacked\nDepends: nothing-there")
    stuck = box.run("cuda_repair")
    assert (stuck["changed"], stuck["steps"]) == (False, []) and stuck["others"][0] == "tool is iU"


def test_a_disk_that_cannot_be_written_is_told_before_anything(box: Box) -> None:
    box.write(STRAY)
    box.patch("_driver.obstacles", "obstacles", lambda system: ["/usr cannot be written"])
    result = box.run("cuda_repair")
    assert result["failed"] and result["msg"].endswith("nothing was changed: /usr cannot be written")
    assert box.path(STRAY).exists()


def test_a_removal_script_that_fails_moves_away_and_the_driver_goes(box: Box) -> None:
    box.status(DRIVER, "dpkg 1")
    script = box.write("/var/lib/dpkg/info/libnvidia-compute-570.prerm")
    later = box.becomes("dpkg 1")
    words = "installed libnvidia-compute-570 package pre-removal script subprocess returned error exit status 1"
    box.patch("_driver.commands", "commands", lambda plan: [later] if not script.exists() else [["echo", words]])
    result = box.run("cuda_repair", PURGE, LDCONFIG)
    assert result["changed"] and not script.exists(), result


def test_a_lock_in_between_is_waited_for(box: Box) -> None:
    box.status(DRIVER, "dpkg 1")
    later = box.becomes("dpkg 1")
    rounds = iter([[["echo", "dpkg: error: dpkg frontend lock was locked by another process with pid 7"]], [later]])
    box.patch("_driver.commands", "commands", lambda plan: next(rounds))
    assert box.run("cuda_repair", PURGE, LDCONFIG)["changed"]
