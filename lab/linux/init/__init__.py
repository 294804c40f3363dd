# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``/init``, which Linux starts for a Windows program; built once and kept beside the images."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent / "init.c"


class InitError(Exception):
    """The program cannot be built; one line."""


def built(cache: Path) -> Path:
    """The program, in CACHE; static, since a distribution may have any C library. Raises InitError."""
    file = cache / "interop" / f"init-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:12]}"
    if file.is_file():
        return file
    if shutil.which("gcc") is None:
        raise InitError("gcc, which compiles the lab's /init, is not installed; run: apt-get install gcc libc6-dev")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
        target = Path(scratch) / "init"
        command = ["gcc", "-static", "-Os", "-s", "-o", str(target), str(SOURCE)]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
        if done.returncode != 0:
            raise InitError(f"{SOURCE}: gcc failed: {' '.join(done.stderr.split())}")
        target.chmod(0o755)
        target.rename(file)
    return file
