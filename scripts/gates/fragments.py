# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails when users would not learn of a change: what is shipped differs from the last release without a fragment.

It fails too where a fragment holds the markup of documentation, such as C(name): release notes show it as it stands.

Before the first release there is no tag to compare with; then there must be a fragment at all.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from scripts.gates.paths import ROOT

FRAGMENTS = "changelogs/fragments"
SHIPPED = ("plugins", "roles", "playbooks", "meta")
_MARKUP = re.compile(r"(?<![\w`])(?:[BCEILMOPRUV]|RV)\([^)]+\)")
_RELEASE = re.compile(r"^v?\d+\.\d+\.\d+$")


def problem(changed: list[str], fragments: list[str], release: str | None) -> str | None:
    """What is wrong with the files CHANGED since RELEASE, given the FRAGMENTS that are there; None when nothing is."""
    shipped = [name for name in changed if name.split("/")[0] in SHIPPED]
    if not shipped or fragments:
        return None
    since = f"since release {release}" if release else "and there was no release yet"
    return f"{len(shipped)} shipped files changed {since}, for example {shipped[0]}: add {FRAGMENTS}/<what>.yml"


def markup(texts: dict[str, str]) -> str | None:
    """The first markup that release notes would show as it stands; TEXTS by name of fragment. None: there is none."""
    found = ((name, match.group()) for name, text in sorted(texts.items()) for match in _MARKUP.finditer(text))
    return next((f"{FRAGMENTS}/{name}: {text} is shown as it stands: write ``…``" for name, text in found), None)


def last_release(root: Path) -> str | None:
    """The newest tag that is a version and an ancestor of the commit that is checked out."""
    tags = _git(root, "tag", "--merged", "HEAD", "--sort=-version:refname").split()
    return next((tag for tag in tags if _RELEASE.match(tag)), None)


def main(root: Path = ROOT) -> int:
    """Print the problem, if there is one."""
    release = last_release(root)
    listing = ["diff", "--name-only", release] if release else ["ls-files"]
    changed = _git(root, *listing).splitlines() + _git(root, "ls-files", "--others", "--exclude-standard").splitlines()
    texts = {path.name: path.read_text(encoding="utf-8") for path in (root / FRAGMENTS).glob("*.y*ml")}
    found = problem(changed, list(texts), release) or markup(texts)
    if found:
        print(found, file=sys.stderr)
    return 1 if found else 0


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
