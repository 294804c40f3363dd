# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import known as wsl_settings_known
from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import settings as s

HOST = s.Host((2, 6, 3, 0), 26100)

CONF = [
    ({"boot": {"systemd": True}}, "systemd=true"),
    ({"user": {"default": "dev"}}, "default=dev"),
    ({"network": {"hostname": "box-1"}}, "hostname=box-1"),
    ({"filesystem": {"umask": "0022"}}, "umask=0022"),
    ({"automount": {"root": "/mnt/", "options": "metadata,uid=1000"}}, "options=metadata,uid=1000"),
    ({"fileserver": {"LOGFILE": "/var/log/x"}}, "logFile=/var/log/x"),
]


@pytest.mark.parametrize(("settings", "line"), CONF)
def test_wsl_conf(settings: dict[str, t.Any], line: str) -> None:
    assert s.plan("", settings, wsl_settings_known.WSL_CONF, HOST, "\n").after.endswith(f"{line}\n")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"user": {"default": "Dev User"}}, "Linux user"),
        ({"filesystem": {"umask": 18}}, "octal mask in quotes"),
        ({"network": {"hostname": "-"}}, "host name"),
        ({"automount": {"root": "mnt"}}, "path in the distribution"),
        ({"automount": {"cgroups": "v2"}}, "needs WSL 2.7"),
        ({"wsl2": {"memory": "1GB"}}, "no setting"),
    ],
)
def test_wsl_conf_refuses(settings: dict[str, t.Any], message: str) -> None:
    with pytest.raises(s.SettingError, match=message):
        s.plan("", settings, wsl_settings_known.WSL_CONF, HOST, "\n")
