# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real apt in a folder of its own: no root, no network, the system's packages out of sight."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.index_data import index_path

_CONFIGURATION = """\
Dir::Etc "{root}/etc/apt/";
Dir::State "{root}/var/lib/apt/";
Dir::State::status "{root}/var/lib/dpkg/status";
Dir::Cache "{root}/var/cache/apt/";
Dir::Log "{root}/";
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Sandbox::User "";
"""


class AptWorld:
    """A root folder with one flat repository. ``run`` is a runner as the modules' one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in (
            "etc/apt/preferences.d",
            "etc/apt/sources.list.d",
            "etc/apt/apt.conf.d",
            "var/lib/apt/lists/partial",
            "var/lib/dpkg",
            "var/cache/apt/archives/partial",
            "repository",
        ):
            (root / folder).mkdir(parents=True)
        (root / "apt.conf").write_text(_CONFIGURATION.format(root=root))
        (root / "etc/apt/sources.list").write_text(f"deb [trusted=yes] file:{root}/repository /\n")
        self.install("default-jre 2:1.17-75")

    def offer(self, *indexes: str) -> None:
        """Publish the stanzas of INDEXES (names of test data) and update."""
        text = "\n".join(index_path(name).read_text().strip("\n") + "\n" for name in indexes)
        self._publish(text)

    def _publish(self, text: str) -> None:
        (self.root / "repository/Packages").write_text(text)
        done = self.run(["apt-get", "-q", "update"])
        assert done.code == 0, done.output

    def build(self, *packages: str) -> None:
        """Publish empty packages of version 1 that can be fetched, and update."""
        text = ""
        for package in packages:
            control = f"Package: {package}\nVersion: 1\nArchitecture: amd64\nMaintainer: x <x@invalid.example>\n"
            folder = self.root / "build" / package / "DEBIAN"
            folder.mkdir(parents=True)
            (folder / "control").write_text(control + "Description: test\n")
            deb = self.root / "repository" / f"{package}_1_amd64.deb"
            command = ["dpkg-deb", "--root-owner-group", "--build", str(folder.parent), str(deb)]
            subprocess.run(command, capture_output=True, check=True)
            data = deb.read_bytes()
            text += f"{control}Filename: ./{deb.name}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n"
            text += "Description: test\n\n"
        self._publish(text)

    def install(self, *packages: str) -> None:
        """Make dpkg's status hold PACKAGES, each ``name version``."""
        text = ""
        for package in packages:
            name, version = package.split(" ")
            text += f"Package: {name}\nStatus: install ok installed\nVersion: {version}\nArchitecture: amd64\n"
            text += "Maintainer: nobody <nobody@invalid.example>\nDescription: test\n\n"
        (self.root / "var/lib/dpkg/status").write_text(text)

    def run(self, arguments: Sequence[str]) -> Completed:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "APT_CONFIG": str(self.root / "apt.conf")}
        done = subprocess.run(list(arguments), capture_output=True, text=True, env=environment, check=False)
        return Completed(done.returncode, done.stdout, done.stderr)


def has_apt() -> bool:
    return shutil.which("apt-get") is not None
