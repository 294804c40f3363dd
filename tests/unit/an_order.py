# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs what is sent into a distribution here, as the shell that wsl.exe starts would."""

from __future__ import annotations

import os
import subprocess

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import LINUX_SHELL_SCRIPT


def run_order(payload: bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """PAYLOAD as the stdin of the shell that wsl.exe would start."""
    return subprocess.run(
        ["/bin/sh", "-c", LINUX_SHELL_SCRIPT],
        input=payload,
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "WSLFLEET_SESSION": "1", **environment},
    )
