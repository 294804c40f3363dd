# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab reads from /etc/wsl.conf."""

from __future__ import annotations

import typing as t

import pytest

from lab.linux.wsl_conf import WslConf, parse

CASES: list[tuple[str, dict[str, t.Any]]] = [
    ("", {}),
    ("[boot]\nsystemd=true\n", {"systemd": True}),
    ("[BOOT]\r\nSystemD = TRUE\r\n", {"systemd": True}),
    ("[boot]\nsystemd=1 # yes\n", {"systemd": True}),
    ("# [boot]\n#systemd=true\n", {}),
    ("[boot]\nsystemd=maybe\n", {}),
    ("[network]\nsystemd=true\n", {}),
    ("[boot]\ncommand = \"echo a # b\"\n", {"boot_command": "echo a # b"}),
    ("[automount]\nenabled=false\nldconfig=false\nroot=/win\n",
     {"automount": False, "ldconfig": False, "mount_root": "/win/"}),
    ("[automount]\nldconfig=false\nldconfig=true\n", {"ldconfig": False}),
    ("[interop]\nenabled=false\n", {"interop": False, "append_windows_path": False}),
    ("[interop]\nappendWindowsPath=false\n", {"append_windows_path": False}),
    ("[network]\nhostname=my_host!\ngenerateResolvConf=0\n", {"host_name": "myhost", "generate_resolv_conf": False}),
    ("[gpu]\nenabled=false\nappendLibPath=false\n", {"gpu": False, "append_lib_path": False}),
    ("[filesystem]\numask=077\n", {"umask": 0o077}),
    ("[filesystem]\numask=99\n", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "changed"), CASES)
def test_settings(text: str, changed: dict[str, t.Any]) -> None:
    assert parse(text) == WslConf(**changed)
