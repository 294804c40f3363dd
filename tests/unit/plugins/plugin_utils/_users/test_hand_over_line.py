# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.goal import DistributionGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over_line as h
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.developer import Developer

DEBIAN = Distribution("Debian", "{guid}", 2, True, 0, "C:\\x", "installed")
GOAL = DistributionGoal("Debian", source="/srv/x.wsl", windows_user=["anna"])
ANNA = Developer("S-1-5-21-1", "anna", "C:\\Users\\anna", loaded=True, logged_on=True)


def test_the_line_of_a_developer() -> None:
    goal = replace(GOAL, default=True, default_user="dev", source="https://x/y.vhdx")
    line = h.developer_line(replace(ANNA, found=replace(DEBIAN, state="installing")), goal, "C:\\W S\\wsl.exe")
    assert line.startswith('set WSL_UTF8=1&md "C:\\Users\\anna\\AppData\\Local\\wsl"&((dir /b C:\\Users\\anna\\')
    order = ["dir /b ", "--list --verbose", "/c: Debian ", "/c: Installing ", "reg.exe query HKCU"]
    order += [
        "--unregister",
        "echo begun",
        "--import Debian",
        "--vhd",
        "id -u dev||",
        "useradd",
        "--manage",
        "--set-default Debian",
    ]
    order += ["log.txt", "--terminate Debian", "done.txt"]
    assert [line.index(text) for text in order] == sorted(line.index(text) for text in order)
    assert line.count("--terminate Debian&echo") == 2
    assert "%" not in line


def test_places_differ_by_name_and_user() -> None:
    place = h.Place("Debian")
    paths = [place.image(True), place.image(False), place.results("S-1"), place.description("S-1")]
    assert len(set(paths)) == 4
    assert all(path.startswith(place.folder + "\\") for path in paths)
    assert place.task("S-1") != place.task("S-1", at_logon=True)
