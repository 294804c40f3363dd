# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command of ours does, whatever the site's apt.conf says. Judged by the real apt."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command as c
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan, query

from tests.unit.plugins.module_utils.apt_world import AptWorld
from tests.unit.plugins.module_utils.scripted_run import system_at

SITES = [
    "",
    'APT::Get::AutomaticRemove "true";',
    'APT::Get::Purge "true"; APT::Get::Assume-No "true";',
    'APT::Install-Recommends "true"; APT::Install-Suggests "true";',
    'APT::Get::Download-Only "true"; APT::Get::Only-Upgrade "true"; APT::Get::Upgrade "false";',
    'APT::Get::Remove "false"; APT::Get::Print-URIs "true";',
    'APT::Get::ReInstall "true"; APT::Get::Fix-Broken "true"; APT::Get::Trivial-Only "true";',
    'APT::Get::allow-remove-essential "true"; APT::Ignore-Hold "true"; APT::Get::Force-Yes "true";',
]


def status(*packages: str, essential: str = "") -> str:
    text = ""
    for package in packages:
        name, _blank, depends = package.partition(" ")
        text += f"Package: {name}\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\nMaintainer: x\n"
        text += f"Depends: {depends}\n" if depends else ""
        text += "Essential: yes\n" if name == essential else ""
        text += "Description: x\n\n"
    return text


@pytest.mark.parametrize("site", SITES)
def test_the_site_does_not_decide_what_goes(site: str, apt_world: AptWorld) -> None:
    apt_world.build("wanted", "other")
    (apt_world.root / "var/lib/dpkg/status").write_text(status("driver", "orphan", "base", essential="base"))
    states = apt_world.root / "var/lib/apt/extended_states"
    states.write_text("Package: orphan\nArchitecture: amd64\nAuto-Installed: 1\n\n")
    with (apt_world.root / "apt.conf").open("a") as file:
        file.write(site + "\n")
    judged = query.plan_purge(system_at(run=apt_world.run), ["driver"])
    assert ([action.name for action in judged.removes], judged.why) == (["driver"], "")
    judged = query.plan_install(system_at(run=apt_world.run), ["wanted"])
    assert ([action.name for action in judged.installs], judged.removes, judged.why) == (["wanted"], (), "")
    refused = query.plan_purge(system_at(run=apt_world.run), ["base"])
    assert "Essential packages were removed" in refused.why, "asked with the options of the real run"


def test_a_hold_is_found_before_the_run(apt_world: AptWorld) -> None:
    held = status("driver").replace("Status: install", "Status: hold")
    (apt_world.root / "var/lib/dpkg/status").write_text(held)
    assert "Held packages were changed" in query.plan_purge(system_at(run=apt_world.run), ["driver"]).why
    assert query.plan_purge(system_at(run=apt_world.run), ["driver"], options=["--allow-change-held-packages"]).allowed


def test_an_architecture_belongs_to_the_name() -> None:
    text = "Purg libcuda1:i386 [1]\nPurg libcuda1 [1]\nInst libx:arm64 (2 here [arm64])\n"
    actions = plan.parse_simulation(text)
    assert [action.qualified for action in actions] == ["libcuda1:i386", "libcuda1", "libx:arm64"]
    assert plan.requests(actions[2:]) == ["libx:arm64=2"]
    assert [reason.package for reason in plan.judge(actions[:2], [], ["libcuda1:i386"]).reasons] == ["libcuda1"]
    assert plan.judge(actions[:2], [], ["libcuda1:i386", "libcuda1"]).allowed


def test_the_trial_is_the_command_itself() -> None:
    for command in (c.install("a", options=["--allow-downgrades"]), c.purge("a")):
        assert [word for word in c.simulation(command) if word not in command] == ["-s", "Debug::NoLocking=1"]
    assert c.trial(c.dpkg_purge("a:i386")) == ["dpkg", "--no-act", *c.dpkg_purge("a:i386")[1:]]


def test_nothing_of_ours_has_a_terminal_or_a_question() -> None:
    words = c.install("x")
    assert {"Dpkg::Use-Pty=0", "DPkg::Lock::Timeout=900", "Dpkg::Options::=--force-confold"} <= set(words)
    assert c.shown(c.mark("hold", "x", "y")) == "apt-mark hold x y"
