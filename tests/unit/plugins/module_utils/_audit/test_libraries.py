# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Row G18 of the guide: NCCL, UCX and RAPIDS."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import libraries


@pytest.mark.parametrize(
    ("package", "version", "code", "row", "level", "words"),
    [
        ("libnccl2", "2.25.1-1+cuda12.8", "ii", "nccl", "ok", "libnccl2 2.25.1-1+cuda12.8"),
        ("libnccl2", "2.12.7-1+cuda11.6", "ii", "nccl", "ok", "2.12.7"),
        ("libnccl2", "2.11.4-1+cuda11.6", "ii", "nccl", "warn", "NCCL works in WSL from 2.12 on"),
        ("libnccl2", "2.25.1-1+cuda12.8", "rc", "nccl", "info", "is not installed"),
        ("libnccl2", "1:2.25.1", "hi", "nccl", "ok", "1:2.25.1"),
        ("libnccl2", "newest", "ii", "nccl", "info", "libnccl2 newest; NCCL works"),
        ("bash", "5.2", "ii", "nccl", "info", "pip and conda are not looked into"),
        ("libucx0", "1.16.0+ds-5", "ii", "ucx", "ok", "experimental, and with one GPU only"),
        ("libucx0", "1.9.0-1", "ii", "ucx", "warn", "UCX works in WSL from 1.10 on"),
        ("bash", "5.2", "ii", "ucx", "info", "libucx0 is not installed"),
        ("bash", "5.2", "ii", "rapids", "info", "RAPIDS works in WSL from 22.04 on"),
    ],
)
def test_g18(package: str, version: str, code: str, row: str, level: str, words: str) -> None:
    database = dpkg.Database((dpkg.Package(package, "amd64", version, code),), False)
    found = {entry.id: entry for entry in libraries.rows(database)}
    assert sorted(found) == ["nccl", "rapids", "ucx"]
    assert (found[row].row, found[row].level) == ("G18", level) and words in found[row].seen
    assert bool(found[row].remedy) is (level != "ok")
