# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian 13 root file system with Wine and a compiler for Windows programs, made once and kept between runs.

Everything comes from Debian's packages. The tree stands in the cache of the lab, which belongs to root as the lab does,
and is never changed afterwards.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from lab.linux import images

VERSION = 1
"""Raise it when the code below makes another tree from the same packages."""
RECIPE = images.Recipe("trixie", ("wine64", "gcc-mingw-w64-x86-64-win32"), keep_lists=False)
PREFIX = "prefix"
"""Where Wine keeps its Windows."""
ENVIRONMENT = {
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/lib/wine:/usr/bin:/bin",
    "WINEDEBUG": "-all",
    "WINEPREFIX": f"/{PREFIX}",
}
DLLS = "usr/lib/x86_64-linux-gnu/wine/x86_64-windows"
LAUNCHER, STAND_IN = "launcher.exe", "stand_in.exe"
SOURCES = Path(__file__).parent


def wine_root(say: Callable[[str], None]) -> Path:
    """The tree; made when it is not there. Raises images.ImageError."""
    tree = images.default_cache() / "wine" / f"{VERSION}-{images.recipe_digest(RECIPE)[:12]}"
    tree.parent.mkdir(parents=True, exist_ok=True)
    with tree.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not tree.is_dir():
            images.build("Wine", RECIPE, tree, _finish, say)
    return tree


def _finish(tree: Path) -> None:
    """Let Wine make its Windows, with the drive J: for what the judge reads and writes."""
    (tree / "judge").mkdir()
    in_tree(tree, "mount", "-t", "proc", "proc", "/proc")
    try:
        in_tree(tree, "sh", "-c", "wine64 wineboot --init && wineserver64 --wait")
    finally:
        subprocess.run(["umount", "--lazy", str(tree / "proc")], check=True)
    (tree / PREFIX / "dosdevices" / "j:").symlink_to("../../judge")
    _link_copies(tree)


def _link_copies(tree: Path) -> None:
    """Wine has copied all its DLLs, 700 MB of them: make links of the copies."""
    for copy in (tree / PREFIX / "drive_c" / "windows" / "system32").iterdir():
        original = tree / DLLS / copy.name
        if copy.is_file() and original.is_file() and copy.read_bytes() == original.read_bytes():
            copy.unlink()
            os.link(original, copy)


def compile_programs(tree: Path) -> None:
    """Make the launcher and the stand-in from their sources."""
    for program in (LAUNCHER, STAND_IN):
        source = (SOURCES / program).with_suffix(".c")
        (tree / source.name).write_bytes(source.read_bytes())
        flags = ["-municode", "-O1", "-Wall", "-Werror", "-s"]
        in_tree(tree, "x86_64-w64-mingw32-gcc", *flags, "-o", f"/{program}", f"/{source.name}")


def version(tree: Path) -> str:
    """Wine's version, as Debian says it."""
    return in_tree(tree, "dpkg-query", "--show", "--showformat=${Version}", "libwine")


def in_tree(tree: Path, *command: str) -> str:
    """Run COMMAND in TREE; what it prints. Raises images.ImageError."""
    variables = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
    words = ["chroot", str(tree), "/usr/bin/env", "-i", *variables, *command]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise images.ImageError(f"Wine: {' '.join(command[:4])} ended with {done.returncode}: {lines[-1]}")
    return done.stdout
