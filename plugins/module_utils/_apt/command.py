# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The command lines of apt and dpkg, with every setting that decides what is installed, removed and asked.

A site's apt.conf and dpkg.cfg may contain anything, for example ``APT::Get::AutomaticRemove "true"``, which also
removes packages that nobody named. Names are those of ``apt-config dump`` and apt.conf(5), apt 2.0 to 3.0. The last
setting of a command line wins, so arguments can override these. Left to the site: preferences, default release, hooks,
the solver, the network.
"""

from __future__ import annotations

import typing as t

Command = t.Sequence[str]

_GET = {
    # Nothing may ask a question, and nothing is answered that nobody has decided.
    "APT::Get::Assume-Yes": "true",
    "APT::Get::Assume-No": "false",
    "APT::Get::Force-Yes": "false",
    "APT::Get::allow-downgrades": "false",
    "APT::Get::allow-remove-essential": "false",
    "APT::Get::allow-change-held-packages": "false",
    "APT::Get::Trivial-Only": "false",
    # Nothing is installed or removed but what was named and what that needs.
    "APT::Get::AutomaticRemove": "false",
    "APT::Get::AutomaticRemove::Kernels": "false",
    "APT::Install-Recommends": "false",
    "APT::Install-Suggests": "false",
    "APT::Get::Purge": "false",
    "APT::Get::Remove": "true",
    "APT::Get::Upgrade": "true",
    "APT::Get::Only-Upgrade": "false",
    "APT::Get::ReInstall": "false",
    "APT::Get::Fix-Broken": "false",
    "APT::Get::Fix-Missing": "false",
    "APT::Get::Mark-Auto": "false",
    "APT::Ignore-Hold": "false",
    # It is really done, and completely.
    "APT::Get::Download": "true",
    "APT::Get::Download-Only": "false",
    "APT::Get::Print-URIs": "false",
    "APT::Get::HideAutoRemove": "true",
    # No pty, so that maintainer scripts have no terminal; locks are waited for (seconds).
    "Dpkg::Use-Pty": "0",
    "DPkg::Lock::Timeout": "900",
}
_DPKG = ("--force-confdef", "--force-confold", "--no-force-confnew", "--no-force-confmiss")
"""Changed configuration files are kept."""
_DPKG_REMOVAL = ("--no-force-depends", "--no-force-remove-essential")
_UPDATE = {"APT::Update::Error-Mode": "any", "APT::Get::List-Cleanup": "true", "Acquire::Retries": "2"}
_CACHE = {
    "APT::Cache::AllNames": "false",
    "APT::Cache::AllVersions": "true",
    "APT::Cache::Important": "false",
    "APT::Cache::Installed": "false",
    "APT::Cache::RecurseDepends": "false",
    "APT::Cache::ShowFull": "false",
    "APT::Cache::ShowOnlyFirstOr": "false",
    "APT::Cache::ShowVersion": "false",
    "APT::Cache::ShowVirtuals": "false",
}
_INSTALLED_ONLY = {
    "Dir::Etc::SourceList": "/dev/null",
    "Dir::Etc::SourceParts": "/dev/null",
    # The caches of the real sources do not change.
    "Dir::Cache::pkgcache": "",
    "Dir::Cache::srcpkgcache": "",
}

CONFIGURE = ("dpkg", *_DPKG, "--configure", "-a")
"""Finishes what dpkg was interrupted in."""
MERGE_JOURNAL = ("sh", "-c", "dpkg --set-selections </dev/null")
"""Opens the database for writing, which merges the journal and changes nothing else. apt-get refuses to work before
that."""


def settings(values: t.Mapping[str, str]) -> t.List[str]:
    """VALUES as options of apt."""
    return [word for name, value in values.items() for word in ("-o", f"{name}={value}")]


def install(*packages: str, options: Command = ()) -> t.List[str]:
    """Install PACKAGES (names, ``name=version``, paths)."""
    return ["apt-get", "install", *_get(), "--no-install-recommends", *options, *packages]


def purge(*packages: str, options: Command = ()) -> t.List[str]:
    """Purge PACKAGES."""
    return ["apt-get", "purge", *_get(), *options, *packages]


def _get() -> t.List[str]:
    conffiles = [word for option in _DPKG for word in ("-o", f"Dpkg::Options::={option}")]
    return ["-q", *settings(_GET), *conffiles]


def simulation(command: Command) -> t.List[str]:
    """The command that asks apt what COMMAND (from ``install`` or ``purge``) would do. It uses no network, and works
    while locks are held."""
    return [command[0], "-s", "-o", "Debug::NoLocking=1", *command[1:]]


def update(*options: str) -> t.List[str]:
    """Fetch the indexes; a source that fails is an error."""
    return ["apt-get", "update", "-q", *settings(_UPDATE), *options]


def cache(command: str, *arguments: str) -> t.List[str]:
    """An ``apt-cache`` COMMAND."""
    return ["apt-cache", command, *settings(_CACHE), *arguments]


def targets(options: Command) -> t.List[str]:
    """The command that lists the index files of the sources. For that, apt reads all sources and nothing else."""
    return ["apt-get", "indextargets", *options]


def mark(command: str, *packages: str) -> t.List[str]:
    """An ``apt-mark`` COMMAND for installed PACKAGES. It reads no source, so that it works even if one is broken."""
    return ["apt-mark", command, *packages, *settings(_INSTALLED_ONLY)]


def dpkg_purge(*packages: str) -> t.List[str]:
    """Purge PACKAGES and no others, with dpkg itself: also half removed ones, and whatever state others are in."""
    return ["dpkg", *_DPKG_REMOVAL, "--force-remove-reinstreq", "--purge", *packages]


def shown(command: Command) -> str:
    """COMMAND for a person, without the settings that every command has."""
    settings_gone = [word for before, word in zip(["", *command], command) if word != "-o" and before != "-o"]
    return " ".join(settings_gone)


def trial(command: Command) -> t.List[str]:
    """The command that asks dpkg whether it would carry out COMMAND. Changes nothing and takes no lock."""
    return [command[0], "--no-act", *command[1:]]
