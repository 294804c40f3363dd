# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guard's files come, stay and go; that apt obeys them is looked at."""

from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.modules.box import Box

NAMES = ("apt-cache pkgnames", Completed(0, "bash\nnvidia-driver-570\n", ""))


def policy(candidate: str) -> tuple[str, Completed]:
    text = f"nvidia-driver-570:\n  Installed: (none)\n  Candidate: {candidate}\n  Version table:\n     570 500\n"
    return "apt-cache policy nvidia-driver-570", Completed(0, text, "")


def test_it_comes_stays_and_goes(box: Box) -> None:
    planned = box.run("cuda_guard", check=True)
    assert planned["changed"] and not any(box.path(name).exists() for name in planned["files"])
    done = box.run("cuda_guard", NAMES, policy("(none)"))
    assert done["changed"] and done["open_candidates"] == {}
    assert done["diff"] == planned["diff"] and all(box.path(name).exists() for name in done["files"])
    assert not box.run("cuda_guard")["changed"]
    gone = box.run("cuda_guard", state="absent")
    assert gone["changed"] and "open_candidates" not in gone
    assert not any(box.path(name).exists() for name in gone["files"])
    assert not box.run("cuda_guard", state="absent")["changed"]


def test_a_driver_that_apt_would_take_all_the_same_is_told(box: Box) -> None:
    result = box.run("cuda_guard", NAMES, policy("570.1"))
    assert result["failed"] and "apt would still install nvidia-driver-570" in result["msg"]
    assert result["open_candidates"] and result["changed"]


@pytest.mark.parametrize("words", ["$(reboot)", "", "A"])
def test_what_is_no_package_name_changes_nothing(box: Box, words: str) -> None:
    result = box.run("cuda_guard", instead=words)
    assert result["failed"] and "is not a list of package names" in result["msg"]
    assert not box.path("/etc").exists()


def test_the_diff_of_the_pin_is_one_line(box: Box) -> None:
    """Of 22,925 lines that --check --diff printed for twelve laptops, nearly all were the pin's names."""
    first = {part["after_header"]: part for part in box.run("cuda_guard", check=True)["diff"]}
    pin = first["/etc/apt/preferences.d/00-wslfleet-guard.pref"]
    assert pin["before"] == ""
    assert re.fullmatch(
        r"\d,\d{3} names and \d+ source packages, explained by: install cuda-toolkit-12-8 instead "
        r"\(sha256 [0-9a-f]{12}\)\n",
        pin["after"],
    )
    assert sum(part["after"].count("\n") for part in first.values()) < 120
    box.run("cuda_guard", NAMES, policy("(none)"))
    path = box.path("/etc/apt/preferences.d/00-wslfleet-guard.pref")
    path.write_text(path.read_text(encoding="utf-8").replace(" nvidia-driver-570\n", "\n"), encoding="utf-8")
    (changed,) = box.run("cuda_guard", check=True)["diff"]
    assert changed["before"] != changed["after"] == pin["after"]
