# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's stand-in for an MSI package: a JSON object padded with blanks, so that transfers have something to carry.

{"lab_msi": "wsl", "version": "2.6.3.0"}
"""

from __future__ import annotations

import json
from dataclasses import dataclass

SIZE = 64 * 1024


class NotAPackage(ValueError):
    """The file is no package of the lab: truncated, an error page, anything else."""


@dataclass(frozen=True)
class Package:
    """PRODUCT is ``wsl``; VERSION has four parts."""

    product: str
    version: str


def build(version: str) -> bytes:
    """The WSL package of VERSION."""
    return json.dumps({"lab_msi": "wsl", "version": version}).encode("ascii").ljust(SIZE)


def read(data: bytes) -> Package:
    """What a package says; raises NotAPackage, also for one that is cut short."""
    try:
        content = json.loads(data)
        package = Package(content["lab_msi"], content["version"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotAPackage("not a package of the lab") from error
    if len(data) != SIZE:
        raise NotAPackage(f"{len(data)} bytes instead of {SIZE}")
    return package
