# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import damaged, registered
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.registry import RegistryTree, Scope, parse

LXSS = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Lxss"
KEYS = [f"{{00000000-0000-0000-0000-00000000000{number}}}" for number in range(4)]


def tree() -> RegistryTree:
    key = LXSS.replace("HKCU", "HKEY_CURRENT_USER")
    rows = {
        KEYS[0]: "    DistributionName    REG_SZ    Debian\r\n    BasePath    REG_SZ    C:\\wsl\\Debian\r\n",
        KEYS[1]: "    DistributionName    REG_SZ    Ubuntu\r\n",
        KEYS[2]: "    BasePath    REG_SZ    C:\\wsl\\gone\r\n    DistributionName    REG_DWORD    0x1\r\n",
        KEYS[3]: "",
        "AppxInstallerCache": "",
    }
    text = "".join(f"{key}\\{name}\r\n{values}\r\n" for name, values in rows.items())
    return parse(text.encode(), Scope(LXSS, recursive=True))


def test_a_key_that_wsl_cannot_read_is_named_with_what_it_lacks() -> None:
    assert damaged(tree(), LXSS) == [
        f"{LXSS}\\{KEYS[1]} without BasePath",
        f"{LXSS}\\{KEYS[2]} without DistributionName",
        f"{LXSS}\\{KEYS[3]} without DistributionName and BasePath",
    ]


def test_the_others_are_registered() -> None:
    assert [one.name for one in registered(tree(), LXSS)] == ["Debian", "Ubuntu"]
