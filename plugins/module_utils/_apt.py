# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Ask apt for a plan and judge it, before anything is downloaded."""

from __future__ import annotations

import os
import re
import time
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils import _apt_plan, _dpkg, _files, _run

_SIMULATE = ("apt-get", "-s", "-q", "-o", "Debug::NoLocking=1")


def plan_install(
    run: _run.Runner,
    packages: t.Sequence[str],
    recommends: bool = False,
    allowed_removals: t.Collection[str] = (),
    reinstall: bool = False,
    installed: t.Sequence[_dpkg.Package] = (),
) -> _apt_plan.Judgement:
    """What installing PACKAGES would do, judged. Uses no network and works while locks are held.

    INSTALLED (what is on the system) lets the judgement see a driver that is there already.
    """
    arguments = ["install", "--install-recommends" if recommends else "--no-install-recommends"]
    arguments += ["--reinstall"] if reinstall else []
    done = run([*_SIMULATE, *arguments, *packages])
    if done.code == 0:
        return _judged(run, done.stdout, allowed_removals, installed)
    return _refused(run, done, arguments, packages, installed)


def plan_purge(run: _run.Runner, packages: t.Sequence[str], allowed_removals: t.Collection[str]) -> _apt_plan.Judgement:
    """What purging PACKAGES would do, judged; ALLOWED_REMOVALS may go beside them."""
    done = run([*_SIMULATE, "purge", *packages])
    if done.code != 0:
        return _apt_plan.Judgement((), (), (_apt_reason(done),))
    return _judged(run, done.stdout, {*packages, *allowed_removals})


def _judged(
    run: _run.Runner, simulation: str, allowed: t.Collection[str], installed: t.Sequence[_dpkg.Package] = ()
) -> _apt_plan.Judgement:
    actions = _apt_plan.parse_simulation(simulation)
    wanted = _apt_plan.requests([action for action in actions if action.kind == "Inst"])
    records: t.List[t.Dict[str, str]] = []
    if wanted:
        records = _dpkg.parse_stanzas(run(["apt-cache", "show", "--no-all-versions", *wanted]).stdout)
    return _apt_plan.judge(actions, records, allowed, [package.fields for package in installed if package.present])


def _refused(
    run: _run.Runner,
    done: _run.Completed,
    arguments: t.Sequence[str],
    packages: t.Sequence[str],
    installed: t.Sequence[_dpkg.Package],
) -> _apt_plan.Judgement:
    """apt found no way. Plan once more without the guard, to name the driver package that it stopped."""
    with _files.scratch() as empty:
        again = run([*_SIMULATE, "-o", f"Dir::Etc::PreferencesParts={empty}", *arguments, *packages])
    if again.code == 0:
        judged = _judged(run, again.stdout, (), installed)
        if judged.reasons:
            return judged
    return _apt_plan.Judgement((), (), (_apt_reason(done),))


def _apt_reason(done: _run.Completed) -> _apt_plan.Reason:
    found = _apt_plan.errors(done.output)
    text = "; ".join(dict.fromkeys(found)) or f"apt-get failed with code {done.code}"
    return _apt_plan.Reason("", f"apt refuses: {text}")


def interruption(database: _dpkg.Database) -> _apt_plan.Reason | None:
    """Why a real transaction would fail at once although its simulation does not; None when dpkg is in order."""
    if not database.interrupted:
        return None
    half = [f"{package.name} {package.code}" for package in database.broken]
    what = "dpkg was interrupted" if database.journal_dirty else "packages are half way"
    names = f" ({', '.join(half[:5])}{' …' if len(half) > 5 else ''})" if half else ""
    return _apt_plan.Reason("", f"{what}{names}: run wslfleet.cuda.cuda_repair first", "dpkg")


def update(run: _run.Runner, options: t.Sequence[str] = (), seconds: float = 300.0) -> _run.Completed:
    """Fetch the indexes. apt does not wait for the lock of the lists, so we do, at most SECONDS."""
    end = time.monotonic() + seconds
    while True:
        done = run(
            ["apt-get", "update", "-q", "-o", "APT::Update::Error-Mode=any", "-o", "Acquire::Retries=2", *options]
        )
        if done.code == 0 or "/lists/lock" not in done.output or time.monotonic() >= end:
            return done
        time.sleep(2.0)


def lists_age(now: float, root: str = "") -> float | None:
    """Seconds since the newest package index was fetched; None when there is no index at all."""
    folder = root + "/var/lib/apt/lists"
    if not any("_Packages" in name for name in _files.names(folder)):
        return None
    # Index files keep the server's time; the folder's own time tells when apt last renamed something in it.
    return now - os.stat(folder).st_mtime


def list_prefix(uri: str) -> str:
    """The start of the names of the index files of a flat repository at URI, as apt's URItoFileName makes them."""
    # apt takes file:/x and file:///x alike.
    bare = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*:(//|(?=/))", "", uri)
    host, _slash, path = bare.partition("/")
    host = host.rsplit("@", 1)[-1]
    quoted = "".join(
        f"%{byte:02x}" if chr(byte) in '\\|{}[]<>"^~_=!@#$%^&*' or byte < 0x21 or byte > 0x7E else chr(byte)
        for byte in f"{host}/{path}".encode()
    )
    return quoted.replace("/", "_").rstrip("_") + "_"


def has_index(uri: str, root: str = "") -> bool:
    """Whether the package index of the flat repository at URI has been fetched."""
    prefix = list_prefix(uri)
    names = _files.names(root + "/var/lib/apt/lists")
    return any(name.startswith(prefix) and "Packages" in name for name in names)
