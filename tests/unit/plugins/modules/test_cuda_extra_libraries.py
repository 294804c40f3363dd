# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries beside the toolkit come and go in transactions that are followed, and nothing comes or goes with them."""

from __future__ import annotations

import os
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.modules.box import Box

NCCL = "libnccl2 2.25.1-1+cuda12.8"
ASKED: dict[str, t.Any] = {"libraries": ["nccl"], "version": "12.8", "wait": 20}
OPENS = ("^apt-get update ", Completed(0, "", ""))
OFFERS = ("^apt-cache madison .*libnccl2$", Completed(0, "libnccl2 | 2.25.1-1+cuda12.8 | https://x\n", ""))
PLAN = (
    "^apt-get .*install .*libnccl2=",
    Completed(0, "Inst libnccl2 (2.25.1-1+cuda12.8 NVIDIA [amd64])\nConf libnccl2 (2.25.1-1+cuda12.8 N [amd64])\n", ""),
)
SHOWN = ("^apt-cache .*show ", Completed(0, "Package: libnccl2\nVersion: 2.25.1-1+cuda12.8\nSize: 10\n", ""))
GONE = ("^apt-get .* purge libnccl2", Completed(0, "Purg libnccl2 [2.25.1-1+cuda12.8]\n", ""))


@pytest.fixture
def ubuntu(box: Box) -> Box:
    box.write("/etc/os-release", 'ID=ubuntu\nVERSION_ID="24.04"\n')
    box.write("/usr/share/keyrings/cuda-archive-keyring.gpg", "key")
    return box


def test_nothing_to_do(ubuntu: Box) -> None:
    ubuntu.status(NCCL)
    result = ubuntu.run("cuda_extra_libraries", **ASKED)
    assert (result["changed"], result["installed"]) == (False, ["libnccl2=2.25.1-1+cuda12.8"])
    ubuntu.status()
    assert not ubuntu.run("cuda_extra_libraries", **ASKED, state="absent")["changed"]


def test_check_mode_starts_nothing(ubuntu: Box) -> None:
    result = ubuntu.run("cuda_extra_libraries", check=True, **ASKED)
    assert (result["changed"], result["diff"]["after"]) == (True, "libnccl2\n")


def test_they_come(ubuntu: Box) -> None:
    command = ubuntu.becomes(NCCL)
    ubuntu.patch("_toolkit.extra_libraries", "install_command", lambda _judged: command)
    result = ubuntu.run("cuda_extra_libraries", OPENS, OFFERS, PLAN, SHOWN, **ASKED)
    assert result["changed"] and not result["transaction"]["running"]
    assert result["installed"] == ["libnccl2=2.25.1-1+cuda12.8"]


def test_they_go(ubuntu: Box) -> None:
    ubuntu.status(NCCL)
    query, command = ubuntu.module("cuda_extra_libraries").query, ubuntu.becomes()
    judge = query.purge
    ubuntu.monkeypatch.setattr(query, "purge", lambda system, names: judge(system, names) and command)
    result = ubuntu.run("cuda_extra_libraries", GONE, **ASKED, state="absent")
    assert (result["changed"], result["installed"], result["diff"]["before"]) == (True, [], "libnccl2\n")


def test_a_transaction_that_works_on_is_followed_by_the_next_look(ubuntu: Box) -> None:
    gate = ubuntu.path("/gate")
    os.mkfifo(gate)
    copy = " ".join(ubuntu.becomes(NCCL))
    command = ["sh", "-c", f"read line <{gate}; {copy}"]
    ubuntu.patch("_toolkit.extra_libraries", "install_command", lambda _judged: command)
    begun = ubuntu.run("cuda_extra_libraries", OPENS, OFFERS, PLAN, SHOWN, **{**ASKED, "wait": 0})["transaction"]
    assert begun["running"]
    assert ubuntu.run("cuda_extra_libraries", **{**ASKED, "wait": 0}, transaction=begun["id"])["transaction"]["running"]
    gate.write_text("go\n")
    ended = ubuntu.run("cuda_extra_libraries", **ASKED, transaction=begun["id"])
    assert (ended["changed"], ended["transaction"]["running"]) == (True, False)


def test_one_that_did_not_do_its_work_is_not_started_again(ubuntu: Box) -> None:
    ubuntu.patch("_toolkit.extra_libraries", "install_command", lambda _judged: ["true"])
    begun = ubuntu.run("cuda_extra_libraries", OPENS, OFFERS, PLAN, SHOWN, **ASKED)
    assert begun["installed"] == []
    ubuntu.path(f"/var/lib/wslfleet/transactions/{begun['transaction']['id']}/collected").unlink()
    again = ubuntu.run("cuda_extra_libraries", **ASKED, transaction=begun["transaction"]["id"])
    assert again["failed"] and "has ended, but libnccl2 did not change" in again["msg"]


@pytest.mark.parametrize(
    ("answers", "change", "words"),
    [
        pytest.param([], {"libraries": []}, "name some of", id="nothing"),
        pytest.param([], {"version": "11"}, "version", id="no version"),
        pytest.param([OPENS, ("madison", Completed(0, "", ""))], {}, "contains no libnccl2 for", id="not there"),
        pytest.param([("update", Completed(100, "", "E: no network\n"))], {}, "no network", id="no index"),
        pytest.param([], {"keyring": "/missing"}, "/missing: no such keyring", id="no keyring"),
        pytest.param([], {"url": "http://a b/"}, "not an address", id="no address"),
    ],
)
def test_one_line_says_why_not(
    ubuntu: Box, answers: list[tuple[str, Completed]], change: dict[str, t.Any], words: str
) -> None:
    result = ubuntu.run("cuda_extra_libraries", *answers, **{**ASKED, **change})
    assert result["failed"] and words in result["msg"]


def test_others_would_go_too(ubuntu: Box) -> None:
    ubuntu.status(NCCL, "mine 1")
    more = ("purge libnccl2", Completed(0, "Purg libnccl2 [2.25]\nPurg mine [1]\n", ""))
    result = ubuntu.run("cuda_extra_libraries", more, **ASKED, state="absent")
    assert result["failed"] and "mine" in result["msg"]


def test_dpkg_that_is_half_way(ubuntu: Box) -> None:
    ubuntu.status("other 1\nStatus: install ok half-configured")
    result = ubuntu.run("cuda_extra_libraries", **ASKED)
    assert result["failed"] and "other" in result["msg"]
