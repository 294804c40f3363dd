# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit finds by reading the nvcc that real shells of a real Debian find by running."""

from __future__ import annotations

import pytest

from tests.integration.linux.linux_distribution import Distribution

pytestmark = pytest.mark.lab
SETUP = r"""
set -e
nvcc() { mkdir -p "$1"; printf '#!/bin/sh\n' >"$1/nvcc"; chmod 755 "$1/nvcc"; }
nvcc /usr/local/cuda-12.8/bin; nvcc /usr/local/cuda-12.4/bin; nvcc /usr/bin
ln -s /usr/local/cuda-12.8 /etc/alternatives/cuda; ln -s /etc/alternatives/cuda /usr/local/cuda
ln -s /usr/local/cuda/bin/nvcc /usr/local/bin/nvcc
useradd -m -s /bin/bash -k /etc/skel ann
"""
WSL_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/wsl/lib"
SHELLS = {"login": "-lic", "interactive": "-ic"}
CHANGES = [
    (":", "", ""),
    ("ln -sf /usr/local/cuda-12.4/bin/nvcc /usr/local/bin/nvcc", "/usr/local/bin/nvcc", "/usr/local/bin/nvcc"),
    (
        "ln -sf /usr/local/cuda/bin/nvcc /usr/local/bin/nvcc; mkdir ~ann/bin; cp /usr/bin/nvcc ~ann/bin/",
        "/home/ann/bin/nvcc",
        "",
    ),
    (
        "rm -r ~ann/bin; echo 'export PATH=/usr/local/cuda-12.4/bin:$PATH' >>~ann/.bashrc",
        "/usr/local/cuda-12.4/bin/nvcc",
        "/usr/local/cuda-12.4/bin/nvcc",
    ),
    ("sed -i '$d' ~ann/.bashrc", "", ""),
]


def test_what_is_read_is_what_the_shells_find(debian12: Distribution) -> None:
    box = debian12
    box.run(SETUP)
    for command, *expected in CHANGES:
        box.run(f"bash -c '{command}'" if "'" not in command else command.replace("~ann", "/home/ann"))
        row = next(row for row in box.module("cuda_audit_info")["rows"] if row["id"] == "nvcc")
        assert row["level"] == ("warn" if any(expected) else "ok"), (command, row)
        for (kind, option), path in zip(SHELLS.items(), expected):
            found = box.run(
                f"{WSL_PATH} su ann -s /bin/sh -c 'HOME=/home/ann; cd; bash {option} \"command -v nvcc\" 2>/dev/null'"
            )
            if path:
                assert found.strip() == path, (command, kind)
                assert f"the {kind} shell of ann finds {path}" in row["seen"], row
            else:
                assert f"the {kind} shell of ann" not in row["seen"], row
