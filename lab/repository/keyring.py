# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``cuda-keyring`` package: one per repository, all of the same name and version, each with other content."""

from __future__ import annotations

from lab.repository.deb import Deb, File
from lab.repository.keys import Key
from lab.repository.model import DATA, Package

PUBLIC_URL = "https://developer.download.nvidia.com/compute/cuda/repos"
KEYRING_PATH = "/usr/share/keyrings/cuda-archive-keyring.gpg"
PIN_PATH = "/etc/apt/preferences.d/cuda-repository-pin-600"

# The message and the reason are NVIDIA's; the test differs, since it is not known.
_POSTINST = """#!/bin/sh
set -e
[ "$1" = configure ] && command -v gpg >/dev/null 2>&1 || exit 0
home=$(mktemp -d)
for ring in /etc/apt/trusted.gpg /etc/apt/trusted.gpg.d/*.gpg; do
    [ -f "$ring" ] || continue
    if gpg --homedir "$home" --batch --quiet --with-colons --show-keys "$ring" 2>/dev/null | grep -q 7FA2AF80; then
        echo "A deprecated public CUDA GPG key appear to be installed."
        echo "To remove the key, run this command:"
        echo "sudo apt-key del 7fa2af80"
        break
    fi
done
rm -rf "$home"
exit 0
"""


def source_list_path(distribution: str, architecture: str = "x86_64") -> str:
    """Where the package puts its source entry, for DISTRIBUTION such as ``wsl-ubuntu``."""
    return f"/etc/apt/sources.list.d/cuda-{distribution}-{architecture}.list"


def source_line(url: str) -> str:
    """The entry for the flat repository at URL (with a slash at its end), signed by NVIDIA's keyring file."""
    return f"deb [signed-by={KEYRING_PATH}] {url} /\n"


def keyring_deb(distribution: str, key: Key, version: str = "1.1-1", architecture: str = "x86_64") -> Deb:
    """``cuda-keyring`` for the repository of DISTRIBUTION; its entry names NVIDIA's public address, as the real one."""
    source_list = source_list_path(distribution, architecture)
    package = Package("cuda-keyring", version, "all")
    files = [
        File(KEYRING_PATH, key.binary),
        File(source_list, source_line(f"{PUBLIC_URL}/{distribution}/{architecture}/").encode()),
        File(PIN_PATH, (DATA / "cuda-repository-pin-600").read_bytes()),
    ]
    fields = {**package.fields(), "Description": "GPG keyring for the CUDA repository\n Keyring, source entry and pin."}
    return Deb(fields, files, {"postinst": _POSTINST}, conffiles=(source_list, PIN_PATH))
