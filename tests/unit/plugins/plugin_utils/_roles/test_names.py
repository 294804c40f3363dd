# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles.names import told_to_user_of

ROLES = Path(__file__).resolve().parents[5] / "roles"
WINDOWS = str(ROLES / "windows_host")


@pytest.mark.parametrize(
    ("module", "message", "told"),
    [
        ("wsl", "msi: no such file a.msi", "windows_host_wsl_msi: no such file a.msi"),
        ("wsl", "give the package (msi)", "give the package (windows_host_wsl_msi)"),
        ("wsl", "msi_sha256 is 12 characters long", "windows_host_wsl_msi_sha256 is 12 characters long"),
        ("wsl", "behind a proxy name it (msi_proxy)", "behind a proxy name it (windows_host_wsl_msi_proxy)"),
        ("wsl", "installing C:\\a\\wsl.msi failed", "installing C:\\a\\wsl.msi failed"),
        ("wsl", "the version of that file is another one", "the version of that file is another one"),
        ("wsl", "version: 'x' is none", "windows_host_wsl_version: 'x' is none"),
        ("nvidia_driver", "installer: no such file", "windows_host_driver_installer: no such file"),
        ("reboot", "window: 25:00 is no time", "windows_host_reboot_window: 25:00 is no time"),
        ("wsl", "nothing of it", "nothing of it"),
    ],
)
def test_the_variable_stands_where_the_option_stood(module: str, message: str, told: str) -> None:
    assert told_to_user_of(WINDOWS, f"wslfleet.cuda.{module}", message) == told


def test_an_option_of_two_variables_keeps_its_name() -> None:
    """name of wsl_distribution is the build's in one task and the developer's in another."""
    assert told_to_user_of(WINDOWS, "wslfleet.cuda.wsl_distribution", "name: 'x y'") == "name: 'x y'"


@pytest.mark.parametrize("role", [None, "", "/etc", str(ROLES / "nothing")])
def test_outside_of_our_roles_the_message_stays(role: object) -> None:
    assert told_to_user_of(role, "wslfleet.cuda.wsl", "msi: x") == "msi: x"


def test_the_linux_side() -> None:
    role = str(ROLES / "cuda_toolkit")
    told = told_to_user_of(role, "wslfleet.cuda.cuda_repository", "check key_fingerprint; url: 404")
    assert told == "check cuda_key_fingerprint; cuda_repository_url: 404"
    told = told_to_user_of(role, "wslfleet.cuda.distribution_network", "proxy must read http://host:port")
    assert told == "cuda_proxy must read http://host:port"
