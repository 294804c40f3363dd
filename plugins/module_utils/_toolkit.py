# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The CUDA toolkit of one version: what is there, what is missing, how it gets in or out."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils import (
    _apt,
    _apt_plan,
    _catalogue,
    _changes,
    _dpkg,
    _run,
    _transaction,
)

PROFILE = "/etc/profile.d/wslfleet-cuda.sh"
PROFILE_TEXT = """\
# Written by wslfleet.cuda: the default CUDA toolkit, and WSL's nvidia-smi also for root.
for wslfleet_dir in /usr/local/cuda/bin /usr/lib/wsl/lib; do
  case ":$PATH:" in
    *":$wslfleet_dir:"*) ;;
    *)
      # The toolkit goes first, so that nvcc is the one that alternatives chose; WSL's folder last.
      case $wslfleet_dir in
        */cuda/bin) PATH=$wslfleet_dir:$PATH ;;
        *) PATH=$PATH:$wslfleet_dir ;;
      esac ;;
  esac
done
unset wslfleet_dir
export PATH
"""
COMPILERS = ("/usr/bin/g++", "/usr/local/bin/g++", "/usr/bin/c++")
RESERVE = 512 * 1024 * 1024
"""Bytes that must stay free on the disk."""


class ToolkitError(Exception):
    """The toolkit cannot be installed or removed. One line for a person."""


class NoPlanError(ToolkitError):
    """apt itself found no plan, so that there is nothing to judge."""


@dataclass(frozen=True)
class Desired:
    """What the caller asked for. ``packages``: empty for the absent state."""

    version: str
    packages: t.Tuple[str, ...]
    host_compiler: bool
    present: bool


@dataclass(frozen=True)
class Plan:
    """What has to happen. Nothing when all three are empty."""

    install: t.Tuple[str, ...] = ()
    purge: t.Tuple[str, ...] = ()
    profile: t.Tuple[_changes.FileChange, ...] = ()

    @property
    def packages_change(self) -> bool:
        """Whether apt has to run."""
        return bool(self.install or self.purge)

    @property
    def empty(self) -> bool:
        """Whether everything is as desired."""
        return not (self.packages_change or self.profile)


def desired(version: str, components: t.Sequence[str], host_compiler: bool, present: bool) -> Desired:
    """Check the options. Raises CatalogueError."""
    names = _catalogue.package_names(version, components)
    return Desired(version, tuple(names) if present else (), host_compiler and present, present)


def make_plan(wanted: Desired, database: _dpkg.Database, root: str = "") -> Plan:
    """Compare WANTED with the package DATABASE and the files under ROOT. Starts no process."""
    if wanted.present:
        install = [name for name in wanted.packages if not database.installed(name)]
        if wanted.host_compiler and not any(os.path.exists(root + path) for path in COMPILERS):
            install.append("g++")
        change = _changes.change_to(PROFILE, PROFILE_TEXT, root=root)
        return Plan(install=tuple(install), profile=(change,) if change else ())
    mine = [
        package.name
        for package in database.packages
        if package.code[1] != "n" and _catalogue.belongs_to_version(package.name, wanted.version)
    ]
    others = [
        package
        for package in database.packages
        if package.present and _catalogue.is_toolkit_package(package.name) and package.name not in mine
    ]
    change = None if any("nvcc" in package.name for package in others) else _changes.change_to(PROFILE, None, root=root)
    return Plan(purge=tuple(sorted(mine)), profile=(change,) if change else ())


def judge(run: _run.Runner, steps: Plan, free_bytes: int) -> _apt_plan.Judgement:
    """What apt would do for STEPS. Raises ToolkitError when that is refused or the disk is too small."""
    if steps.purge:
        judged = _apt.plan_purge(run, steps.purge, ())
    else:
        judged = _apt.plan_install(run, steps.install)
    if judged.reasons:
        what = " ".join(steps.install or steps.purge)
        kind = ToolkitError if any(reason.package for reason in judged.reasons) else NoPlanError
        raise kind(f"refused before anything was downloaded: {what}: {_reasons(judged)}")
    needed = judged.download_bytes + judged.installed_bytes
    if needed and needed + RESERVE > free_bytes:
        raise ToolkitError(
            f"not enough space on /: the transaction needs {needed // 2**20} MiB and {RESERVE // 2**20} MiB must stay, "
            f"{free_bytes // 2**20} MiB are free; nothing was downloaded"
        )
    return judged


def _reasons(judged: _apt_plan.Judgement) -> str:
    """The first reasons, and how many more there are."""
    texts = [reason.text for reason in judged.reasons]
    more = f" (and {len(texts) - 3} more)" if len(texts) > 3 else ""
    return "; ".join(texts[:3]) + more


def commands(steps: Plan, interrupted: bool) -> t.List[t.List[str]]:
    """The commands of the transaction; an interrupted dpkg is mended first."""
    found: t.List[t.List[str]] = []
    if interrupted:
        found.append(["dpkg", "--force-confdef", "--force-confold", "--configure", "-a"])
    if steps.install:
        found.append(_transaction.apt_get("install", "--no-install-recommends", *steps.install))
    if steps.purge:
        found.append(_transaction.apt_get("purge", *steps.purge))
    return found


def failure(transaction: _transaction.Transaction, database: _dpkg.Database) -> str:
    """Why a transaction that has ended did not do its work, in one line."""
    found = _apt_plan.errors(transaction.log_tail(20000))
    code = transaction.exit_code
    how = "was interrupted" if code is None else f"ended with code {code}"
    why = f": {'; '.join(found[-2:])}" if found else ""
    half = ", ".join(f"{package.name} {package.code}" for package in database.broken[:5])
    state = f"; half way: {half}" if half else ""
    return f"apt transaction {transaction.id} {how}{why}{state}; log in the distribution: {transaction.log}"


def describe(steps: Plan, judged: _apt_plan.Judgement | None) -> t.Tuple[str, str]:
    """Before and after for a diff: the packages that come and go."""
    gone = [action.name for action in judged.removes] if judged else list(steps.purge)
    come = [f"{action.name} {action.new}" for action in judged.installs] if judged else list(steps.install)
    return "".join(f"{name}\n" for name in gone), "".join(f"{name}\n" for name in come)


def apply_profile(steps: Plan, root: str = "") -> None:
    """Write or remove the profile."""
    _changes.apply(steps.profile, root)


def nvcc_path(version: str, root: str = "") -> str:
    """The compiler of VERSION, else the default one; empty when there is none."""
    for path in (f"/usr/local/cuda-{version}/bin/nvcc", "/usr/local/cuda/bin/nvcc"):
        if os.access(root + path, os.X_OK):
            return path
    return ""


def free_bytes(path: str = "/") -> int:
    """Bytes that root can still write on the file system of PATH."""
    info = os.statvfs(path)
    return info.f_bfree * info.f_frsize


def default_toolkit(root: str = "") -> str:
    """Where /usr/local/cuda leads, as the alternatives have it; empty when nowhere."""
    target = os.path.realpath(f"{root}/usr/local/cuda")
    return target[len(root) :] if os.path.isdir(target) else ""


def read(root: str = "") -> _dpkg.Database:
    """The package database, with an error that names the file."""
    try:
        return _dpkg.read_database(root)
    except FileNotFoundError as error:
        raise ToolkitError(f"{error.filename}: no such file; this distribution does not use dpkg") from error
