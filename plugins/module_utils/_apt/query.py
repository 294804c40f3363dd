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

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import at_hand, dpkg, plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command as apt_command
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import deb822
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import faults
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import files as sources_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed, System

LISTS = "/var/lib/apt/lists"
_NOTHING = re.compile(r"^(No packages found|Unable to locate package .*)$")
"""Errors that are an answer: apt has read its sources, and they contain no package of that name."""


class AptError(Failure):
    """apt cannot answer the question. One line for a person: apt's words, and what to do."""


def ask(system: System, command: t.Sequence[str]) -> Completed:
    """The answer of apt to COMMAND; that no source has a package is an answer too. Raises AptError."""
    done = system.run(command)
    # Some errors of apt-cache leave the exit code 0.
    found = [text for text in plan.errors(done.stderr) if not _NOTHING.match(text)]
    if found or (done.code != 0 and not plan.errors(done.stderr)):
        raise AptError(f"apt cannot answer: {_words(system, found, done)}")
    return done


def _words(system: System, found: t.Sequence[str], done: Completed) -> str:
    """apt's words in one line, with what to do about a source that it cannot read."""
    silent = f"{done.last_line} (code {done.code})" if done.output.strip() else f"apt-get failed with code {done.code}"
    text = "; ".join(dict.fromkeys(item.rstrip(".") for item in found)) or silent
    advice = faults.advice(text, sources_files.read(system)) if found else ""
    return f"{text}; {advice}" if advice else text


def names(system: System, prefix: str = "") -> t.List[str]:
    """The names of the packages that apt knows. Raises AptError."""
    return ask(system, apt_command.cache("pkgnames", *([prefix] if prefix else []))).stdout.split()


def records(system: System, packages: t.Sequence[str], all_versions: bool = True) -> t.List[t.Dict[str, str]]:
    """The stanzas of PACKAGES (names, ``name=version``), as far as the sources contain them. Raises AptError."""
    if not packages:
        return []
    options = [] if all_versions else ["--no-all-versions"]
    return deb822.parse_stanzas(ask(system, apt_command.cache("show", *options, *packages)).stdout)


def plan_install(
    system: System,
    packages: t.Sequence[str],
    options: t.Sequence[str] = (),
    allowed_removals: t.Collection[str] = (),
    installed: t.Sequence[dpkg.Package] = (),
) -> plan.Judgement:
    """What ``_apt.command.install`` of PACKAGES with OPTIONS would do, judged.

    With INSTALLED (what is on the system) a driver that is there already is seen.
    """
    command = apt_command.simulation(apt_command.install(*packages, options=options))
    done = system.run(command)
    if done.code == 0:
        return _judged(system, done.stdout, allowed_removals, installed, packages)
    return _refused(system, done, command, installed, packages)


def plan_purge(
    system: System, packages: t.Sequence[str], allowed_removals: t.Collection[str] = (), options: t.Sequence[str] = ()
) -> plan.Judgement:
    """What ``_apt.command.purge`` of PACKAGES would do, judged. ALLOWED_REMOVALS may be removed too."""
    done = system.run(apt_command.simulation(apt_command.purge(*packages, options=options)))
    if done.code != 0:
        return plan.Judgement((), (), (_apt_reason(system, done),))
    return _judged(system, done.stdout, {*packages, *allowed_removals})


def purge(system: System, names: t.Sequence[str]) -> t.List[str]:
    """The command that purges NAMES. Raises Failure if apt refuses that, or would remove more."""
    why = plan_purge(system, names).why
    if why:
        raise Failure(f"refused, nothing was changed: purging {' '.join(names)}: {why}; remove those first")
    return apt_command.purge(*names)


def _judged(
    system: System,
    simulation: str,
    allowed: t.Collection[str],
    installed: t.Sequence[dpkg.Package] = (),
    asked: t.Sequence[str] = (),
) -> plan.Judgement:
    actions = plan.parse_simulation(simulation)
    wanted = plan.requests([action for action in actions if action.kind == "Inst"])
    found = records(system, wanted, all_versions=False)
    present = [package.fields for package in installed if package.present]
    return plan.judge(actions, found, allowed, present, at_hand.read(system, asked, found))


def _refused(
    system: System,
    done: Completed,
    command: t.Sequence[str],
    installed: t.Sequence[dpkg.Package],
    asked: t.Sequence[str],
) -> plan.Judgement:
    """apt found no solution. Plan again without the guard, to name the driver package that it stopped."""
    if faults.concerns(done.stderr):
        return plan.Judgement((), (), (_apt_reason(system, done),))
    with files.scratch() as empty:
        again = system.run([command[0], "-o", f"Dir::Etc::PreferencesParts={empty}", *command[1:]])
    if again.code == 0:
        judged = _judged(system, again.stdout, (), installed, asked)
        if judged.reasons:
            return judged
    return plan.Judgement((), (), (_apt_reason(system, done),))


def _apt_reason(system: System, done: Completed) -> plan.Reason:
    found = plan.errors(done.output)
    return plan.Reason("", f"apt refuses: {_words(system, found, done)}")


def interruption(database: dpkg.Database) -> plan.Reason | None:
    """Why a real transaction would fail at once although its simulation does not; None if dpkg is in order."""
    if not database.interrupted:
        return None
    half = [f"{package.name} {package.code}" for package in database.broken]
    what = "dpkg was interrupted" if database.journal_dirty else "packages are half way"
    names = f" ({', '.join(half[:5])}{' …' if len(half) > 5 else ''})" if half else ""
    return plan.Reason("", f"{what}{names}: run wslfleet.cuda.cuda_repair first", "dpkg")


def update(system: System, options: t.Sequence[str] = (), seconds: float = 300.0) -> Completed:
    """Fetch the indexes. apt does not wait for the lock of the lists, so this does, at most SECONDS."""
    end = time.monotonic() + seconds
    while True:
        done = system.run(apt_command.update(*options))
        if done.code == 0 or "/lists/lock" not in done.output or time.monotonic() >= end:
            return done
        time.sleep(2.0)


def lists_age(system: System, now: float) -> float | None:
    """Seconds since the newest package index was fetched; None when there is no index at all."""
    if not any("_Packages" in name for name in system.names(LISTS)):
        return None
    # Index files have the server's time. The time of the folder is when apt last renamed something in it.
    return now - os.stat(system.path(LISTS)).st_mtime


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


def has_index(system: System, uri: str) -> bool:
    """Whether the package index of the flat repository at URI has been fetched."""
    prefix = list_prefix(uri)
    return any(name.startswith(prefix) and "Packages" in name for name in system.names(LISTS))
