# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.filter.removal_findings import removal_findings
from ansible_collections.wslfleet.cuda.plugins.filter.repair_findings import HINT, repair_findings


def one(user: str = "", **more: t.Any) -> dict[str, t.Any]:
    return {"user": user, "waiting": "", "reason": "", "msg": "", "results": {}, "steps": [], **more}


def toolkit(item: str, changed: bool) -> dict[str, t.Any]:
    return {"module": "cuda_toolkit", "item": item, "changed": changed}


GONE = {
    "steps": [toolkit("12.8", True), toolkit("12.4", False), toolkit("12.6", True)],
    "results": {
        "libraries": {"changed": True},
        "source": {"changed": True, "name": "wsl-ubuntu", "freed": [{"package": "installer", "bytes": 3 << 30}]},
        "guard": {"changed": True},
    },
}
LINES = [
    "toolkit 12.8, 12.6 removed",
    "NCCL and cuDNN removed",
    "source wsl-ubuntu removed",
    "installer removed: frees 3.00 GB",
    "guard removed: without it apt can install a Linux NVIDIA driver",
]
NOTHING = "there was nothing to remove"


@pytest.mark.parametrize(
    ("people", "lines"),
    [
        ([], [NOTHING]),
        ([one()], [NOTHING]),
        ([one(**GONE)], LINES),
        ([one("anna", **GONE)], [f"anna: {line}" for line in LINES]),
        ([one("anna", waiting="no_token", reason="not logged on")], ["anna: not logged on"]),
    ],
)
def test_what_was_removed(people: list[dict[str, t.Any]], lines: list[str]) -> None:
    assert removal_findings({"windows_users": people}) == lines
    assert removal_findings({"windows_users": people}, check_mode=True) == [
        line.replace(" removed", " would be removed") for line in lines
    ]


REPAIRED = {"repair": {"steps": ["purge a", "mend b"], "restart_wsl": True}}


@pytest.mark.parametrize(
    ("people", "stops", "lines"),
    [
        ([], False, []),
        ([one(results={"repair": {"steps": [], "restart_wsl": False}})], False, ["nothing was wrong"]),
        ([one(results=REPAIRED)], False, ["purge a", "mend b", HINT.format(name="U")]),
        ([one(results=REPAIRED)], True, ["purge a", "mend b"]),
        ([one("anna", msg="no space", results=REPAIRED)], False, ["anna: no space"]),
        ([one("anna", reason="not logged on")], False, ["anna: not logged on"]),
    ],
)
def test_what_was_repaired(people: list[dict[str, t.Any]], stops: bool, lines: list[str]) -> None:
    assert repair_findings({"name": "U", "windows_users": people}, stops) == lines
