# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventories of the guide: the one from Intune is run, that of Active Directory has options that exist."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

PAGE = (Path(__file__).resolve().parents[3] / "docs/docsite/rst/inventories.rst").read_text(encoding="utf-8")
PORTAL = "Device ID,Device name,Enrollment date,Last check-in,OS,OS version,Compliance,Ownership,Primary user UPN"
LDAP_OPTIONS = {
    "plugin", "attributes", "filter", "filter_without_computer", "search_base", "search_scope", "auth_protocol",
    "ca_cert", "cert_verification", "certificate", "certificate_key", "certificate_password", "encrypt", "password",
    "port", "server", "tls_mode", "username", "compose", "groups", "keyed_groups", "strict", "use_extra_vars",
    "leading_separator",
}  # fmt: skip
"""Copied from the source of microsoft.ad (plugin ldap, fragment ldap_connection), and those of ``constructed``."""


def block(language: str, start: str) -> str:
    """The code block of the page that begins with START."""
    found = re.findall(rf"(?m)^\.\. code-block:: {language}\n\n((?:    .*\n|\n)+)", PAGE)
    return next(text for text in map(textwrap.dedent, found) if text.startswith(start))


def intune(tmp_path: Path, data: bytes) -> subprocess.CompletedProcess[str]:
    """What the script of the guide makes of DATA."""
    script, file = tmp_path / "10-intune.py", tmp_path / "devices.csv"
    script.write_text(block("python", "#!/usr/bin/env python3"), encoding="utf-8")
    file.write_bytes(data)
    command = [sys.executable, str(script)]
    return subprocess.run(
        command, env={**os.environ, "INTUNE_CSV": str(file)}, capture_output=True, text=True, check=False
    )


def portal(*devices: tuple[str, str]) -> bytes:
    lines = [
        f'1,"{name}",2026-01-01,2026-11-27,{system},10.0.26100,Compliant,Corporate,a@b.c' for name, system in devices
    ]
    return ("\ufeff" + "\r\n".join([PORTAL, *lines]) + "\r\n").encode()


@pytest.mark.parametrize(
    ("data", "hosts"),
    [
        (portal(("WS-2", "Windows"), ("WS-1", "Windows"), ("ada's", "iOS"), ("WS-1", "Windows")), ["ws-1", "ws-2"]),
        (b"DeviceName,OS,OSVersion\nWS-1,Windows,10\n", ["ws-1"]),
        (portal(), []),
    ],
)  # fmt: skip
def test_the_windows_laptops_of_an_export_are_the_inventory(tmp_path: Path, data: bytes, hosts: list[str]) -> None:
    made = intune(tmp_path, data)
    assert (made.returncode, made.stderr) == (0, "")
    expected = {"laptops": {"hosts": [f"{name}.corp.example.com" for name in hosts]}, "_meta": {"hostvars": {}}}
    assert json.loads(made.stdout) == expected


def test_what_a_user_calls_his_device_gets_no_further(tmp_path: Path) -> None:
    bad = [
        "{{ lookup('pipe', 'id') }}",
        "evil.example.net#",
        "all:!x",
        "",
        "-x",
        "ws 1",
        "A" * 16,
        "w\u0455-1",
        "a\x1b[2J",
    ]
    made = intune(tmp_path, portal(("WS-0001", "Windows"), *((name, "Windows") for name in bad)))
    assert json.loads(made.stdout)["laptops"]["hosts"] == ["ws-0001.corp.example.com"]
    assert made.stderr == f"{len(bad)} devices left out: their names cannot be names of computers\n"


@pytest.mark.parametrize("data", [b"", b"Ger\xc3\xa4tename,Betriebssystem\nWS-1,Windows\n", b"DeviceName\nWS-1\n"])
def test_another_file_is_said_in_one_line(tmp_path: Path, data: bytes) -> None:
    made = intune(tmp_path, data)
    assert (made.returncode, made.stdout) == (1, "")
    assert re.fullmatch(r".*devices\.csv has no columns 'Device name' and 'OS': .*\n", made.stderr)


def test_active_directory_is_asked_with_options_that_exist() -> None:
    options: dict[str, t.Any] = yaml.safe_load(block("yaml", "plugin: microsoft.ad.ldap"))
    assert set(options) <= LDAP_OPTIONS
    assert (options["tls_mode"], options["auth_protocol"], options["groups"]) == (
        "ldaps",
        "kerberos",
        {"laptops": True},
    )
    assert options["filter"].count("(") == options["filter"].count(")") > 0
