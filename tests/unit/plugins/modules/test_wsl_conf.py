# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings are written once, unknown ones refused; the version of WSL is asked where that can be."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.box import Box


@pytest.mark.parametrize("program", ["", "echo 2.6.3.0", "echo word", "exit 1"])
def test_settings(box: Box, program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if program:
        box.write("/bin/wslinfo", f"#!/bin/sh\n{program}\n", 0o755)
        monkeypatch.setenv("PATH", f"{box.path('/bin')}:/usr/bin:/bin")
    wanted = {"settings": {"boot": {"systemd": True}}}
    planned = box.run("wsl_conf", **wanted, check=True)
    assert planned["changed"] and planned["needs"] and not box.path("/etc/wsl.conf").exists()
    done = box.run("wsl_conf", **wanted)
    assert done["diff"] == planned["diff"] and box.path("/etc/wsl.conf").read_text() == "[boot]\nsystemd=true\n"
    again = box.run("wsl_conf", **wanted)
    assert not again["changed"] and again["steps"] == [] and again["needs"] == ""


def test_a_setting_that_does_not_exist_changes_nothing(box: Box) -> None:
    result = box.run("wsl_conf", settings={"boot": {"sytemd": True}})
    assert result["failed"] and "/etc/wsl.conf was not changed: " in result["msg"]
    assert not box.path("/etc/wsl.conf").exists()


def test_a_file_that_others_may_not_read_stays_so(box: Box) -> None:
    file = box.write("/etc/wsl.conf", "[user]\ndefault=dev\n", 0o600)
    assert box.run("wsl_conf", settings={"boot": {"systemd": True}})["changed"]
    assert file.stat().st_mode & 0o777 == 0o600
