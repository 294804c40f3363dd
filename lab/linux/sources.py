# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Debian mirror this machine uses: the lab's distributions download from the same one."""

from __future__ import annotations

import functools
import re
import subprocess
from dataclasses import dataclass

FALLBACK_ARCHIVE = "http://deb.debian.org/debian"
FALLBACK_SECURITY = "http://deb.debian.org/debian-security"
COMPONENTS = "main contrib non-free non-free-firmware"

DEBIAN_RELEASES = "bullseye|bookworm|trixie|forky|duke|sid|oldstable|stable|testing|unstable"
_ARCHIVE = re.compile(rf"({DEBIAN_RELEASES})(-updates)?$")
_SECURITY = re.compile(rf"({DEBIAN_RELEASES})-security$")


@dataclass(frozen=True)
class Mirror:
    """Base addresses of the Debian archive and of its security archive, without a slash at the end."""

    archive: str = FALLBACK_ARCHIVE
    security: str = FALLBACK_SECURITY

    def lines(self, suite: str) -> list[str]:
        """The lines of sources.list for SUITE, such as ``bookworm``."""
        return [
            f"deb {self.archive} {suite} {COMPONENTS}",
            f"deb {self.archive} {suite}-updates {COMPONENTS}",
            f"deb {self.security} {suite}-security {COMPONENTS}",
        ]


def parse_index_targets(text: str) -> Mirror:
    """The mirror in the output of ``apt-get indextargets``: one ``URI|release`` a line, first match wins."""
    archive = security = ""
    for line in text.splitlines():
        uri, _, release = line.partition("|")
        if not uri.startswith(("http://", "https://")):
            continue
        if _ARCHIVE.match(release) and "debian" in uri:
            archive = archive or uri.rstrip("/")
        elif _SECURITY.match(release):
            security = security or uri.rstrip("/")
    return Mirror(archive or FALLBACK_ARCHIVE, security or FALLBACK_SECURITY)


@functools.lru_cache(maxsize=1)
def host_mirror() -> Mirror:
    """The mirror of this machine; Debian's own when it has none, for example on another distribution."""
    try:
        targets = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI)|$(RELEASE)", "Created-By: Packages"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return Mirror()
    return parse_index_targets(targets.stdout)


@functools.lru_cache(maxsize=1)
def host_apt_options() -> tuple[str, ...]:
    """Settings of this machine's apt that the mirror may need, as ``KEY "VALUE";`` lines: proxies and date checks."""
    try:
        dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    wanted = re.compile(r'Acquire::(https?::Proxy\S*|Check-Valid-Until|Check-Date) "[^"]+";$')
    return tuple(line for line in dump.splitlines() if wanted.match(line))
