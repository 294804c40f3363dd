# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of Windows, read where Windows keeps it: in the registry."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from lab.laptop import Laptop

CURRENT_VERSION_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"


def build_number(laptop: Laptop) -> int:
    """The build, for example 26100; 0 when the registry does not tell."""
    value = laptop.registry.get(CURRENT_VERSION_KEY, "CurrentBuild")
    return int(str(value.data)) if value else 0


def windows_version(laptop: Laptop) -> str:
    """Four parts, for example ``10.0.26100.3476``."""
    revision = laptop.registry.get(CURRENT_VERSION_KEY, "UBR")
    return f"10.0.{build_number(laptop)}.{revision.data if revision else 1}"
