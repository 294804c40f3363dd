# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's local installer: a package that unpacks to a whole apt repository below /var, with a key of its own.

Names of the package, its folder, its source and its key as observed; whether the source is a conffile is not known,
here it is a plain file. The key is not copied to where the source names it: people are told to do that.
"""

from __future__ import annotations

import tempfile
import typing as t
from pathlib import Path

from lab.repository import flat
from lab.repository.deb import Deb, File, write_deb
from lab.repository.keys import Key
from lab.repository.model import Package


def package_name(release: str) -> str:
    """``cuda-repo-wsl-ubuntu-12-8-local``."""
    return f"cuda-repo-wsl-ubuntu-{release}-local"


def path_on_server(release: str, version: str) -> str:
    """Where NVIDIA's server has the installer of toolkit RELEASE (``12-8``), VERSION ``12.8.1``."""
    return f"compute/cuda/{version}/local_installers/{package_name(release)}_{version}-1_amd64.deb"


def write_installer(
    root: Path, release: str, version: str, debs: t.Sequence[Path], stanzas: t.Sequence[str], key: Key
) -> Path:
    """Write the installer that holds DEBS, with the index STANZAS signed by KEY, below the web root ROOT."""
    name = package_name(release)
    folder = f"/var/{name}"
    ring = f"cuda-{key.fingerprint[-8:]}-keyring.gpg"
    with tempfile.TemporaryDirectory(prefix="lab-installer-") as scratch:
        index = Path(scratch)
        flat.write_index(index, stanzas, key)
        files = [File(f"{folder}/{file.name}", file.read_bytes()) for file in sorted(index.iterdir())]
    files += [File(f"{folder}/{deb.name}", deb) for deb in debs]
    files.append(File(f"{folder}/{ring}", key.binary))
    source = f"/etc/apt/sources.list.d/cuda-wsl-ubuntu-{release}-local.list"
    line = f"deb [signed-by=/usr/share/keyrings/{ring}] file://{folder} /\n"
    files.append(File(source, line.encode()))
    hint = (
        "#!/bin/sh\nset -e\n"
        f'if [ "$1" = configure ] && [ ! -f /usr/share/keyrings/{ring} ]; then\n'
        f'    echo "The public {name} GPG key does not appear to be installed."\n'
        '    echo "To install the key, run this command:"\n'
        f'    echo "sudo cp {folder}/{ring} /usr/share/keyrings/"\n'
        "fi\n"
    )
    package = Package(name, f"{version}-1", release=release)
    target = root / path_on_server(release, version)
    target.parent.mkdir(parents=True)
    return write_deb(Deb(package.fields(), files, {"postinst": hint}), target.parent)
