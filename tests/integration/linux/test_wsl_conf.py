# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module wsl_conf in a real distribution."""

from __future__ import annotations

import pytest

from tests.integration.linux.linux_distribution import Distribution

pytestmark = pytest.mark.lab

OLD = "# mine\n[boot]\ncommand = echo # hi\nmine=1\n"


def test_change_keep_refuse(debian12: Distribution) -> None:
    box = debian12
    box.write("/etc/wsl.conf", OLD)
    settings = {"boot": {"systemd": True, "command": None}, "user": {"default": "dev"}}
    planned = box.module("wsl_conf", check_mode=True, settings=settings)
    assert (planned["changed"], box.run("cat /etc/wsl.conf")) == (True, OLD)
    result = box.module("wsl_conf", settings=settings)
    assert (result["changed"], result["needs"]) == (True, "wsl.exe --terminate")
    assert box.run("cat /etc/wsl.conf") == "# mine\n[boot]\nmine=1\nsystemd=true\n\n[user]\ndefault=dev\n"
    assert result["diff"]["before"] == OLD
    refused = box.module("wsl_conf", settings={"boot": {"systemd": "perhaps"}})
    assert (refused["failed"], "boot.systemd: 'perhaps' is not true or false" in refused["msg"]) == (True, True)
    again = box.module("wsl_conf", settings=settings)
    assert (again["changed"], again["needs"]) == (False, "")
