# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A status file of dpkg below a folder, and what the repair sees of it."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import repair

from tests.unit.plugins.module_utils.scripted_run import system_at

II = "install ok installed"


def stanza(name: str, status: str = II, **fields: str) -> str:
    lines = [f"Package: {name}", f"Status: {status}", "Architecture: amd64", "Version: 1"]
    return "\n".join([*lines, *(f"{key.replace('_', '-')}: {value}" for key, value in fields.items())])


def system(root: Path, *stanzas: str, journal: str = "") -> repair.State:
    for folder in ("var/lib/dpkg/updates", "var/lib/dpkg/info"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "var/lib/dpkg/status").write_text("\n\n".join(stanzas) + "\n")
    if journal:
        (root / "var/lib/dpkg/updates/0000").write_text(journal + "\n")
    return repair.observe(system_at(root))
