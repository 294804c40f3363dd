# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clean copy of the collection at a path that ends in ``ansible_collections/wslfleet/cuda``.

ansible-test looks at every file below it. In the checkout that would be .venv and the caches too. The copy holds what
users install and what git has or would add. The lab and its tests stay outside: ruff and mypy look after them, and
ansible-test's rules for code on hosts (ASCII quotes only, no subprocess) do not suit the model of a German Windows.
"""

from __future__ import annotations

import fnmatch
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import yaml

from scripts.gates.paths import NAME, NAMESPACE, ROOT


def tracked_files(root: Path = ROOT) -> list[Path]:
    """Paths below ROOT that git has, or would add: neither ignored nor deleted. Relative to ROOT, sorted.

    Raises subprocess.CalledProcessError where ROOT is no checkout of git.
    """
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True)
    names = sorted({Path(name) for name in done.stdout.split("\0") if name})
    return [name for name in names if (root / name).is_symlink() or (root / name).is_file()]


def shipped(name: Path, ignore: Sequence[str]) -> bool:
    """Whether the file NAME is in what users install: no pattern of galaxy.yml's ``build_ignore`` holds it.

    As ansible-galaxy reads them: a pattern fits the path from the top, or the name of a directory or file at the top.
    """
    parents = [str(parent) for parent in [name, *name.parents][:-1]]
    return not any(fnmatch.fnmatch(parent, pattern) for parent in parents for pattern in ignore)


def build_ignore(root: Path = ROOT) -> list[str]:
    """The patterns of files that the artifact leaves out."""
    patterns: list[str] = yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))["build_ignore"]
    return patterns


def export(target: Path, extra: Sequence[str] = (), root: Path = ROOT) -> Path:
    """Copy what users install, and EXTRA (files, directories, patterns), into TARGET; the path of the copy.

    What an earlier copy held goes, but for tests/output: ansible-test keeps an environment there, and lints it not.
    """
    tree = target / "ansible_collections" / NAMESPACE / NAME
    for old in [*tree.glob("*"), *tree.glob("tests/*")]:
        if old.relative_to(tree).parts in (("tests",), ("tests", "output")):
            continue
        _remove(old)
    ignore = build_ignore(root)
    for name in tracked_files(root):
        if not shipped(name, ignore) and not any(name.is_relative_to(each) or name.match(each) for each in extra):
            continue
        copy = tree / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, copy, follow_symlinks=False)
    return tree


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
