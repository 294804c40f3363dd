# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Why an installed package is a driver, whatever its name: dpkg's lists contain the files that it installed."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dependencies, dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import loader
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def drivers(system: System, packages: t.Iterable[dpkg.Package]) -> t.Dict[t.Tuple[str, str], str]:
    """Key of a package -> why it is a driver, for those of PACKAGES of which something is left."""
    brought = _brought(system)
    found = {}
    for package in packages:
        name = package.name
        paths = brought.get(f"{name}:{package.architecture}") or brought.get(name) or ()
        why = driver_packages.why_driver(name, package.source, dependencies.provided(package.fields), paths)
        if why is not None and package.left:
            found[package.key] = why
    return found


def _brought(system: System) -> t.Dict[str, t.List[str]]:
    """Package as dpkg names its list -> files in it that only a driver has.

    Links to WSL's files do not count, because they are a harmless workaround, and neither do missing files: ldconfig
    removes such links if the laptop has no driver.
    """
    marks = [mark.encode() for mark in driver_packages.FILE_MARKS]
    found = {}
    for package, text in dpkg.file_lists(system):
        # Some 1,000 lists with some 100,000 lines: looking for a few words in all of them takes 20 ms.
        if any(mark in text for mark in marks):
            lines = text.decode("utf-8", "surrogateescape").split("\n")
            paths = [path for path in lines if driver_packages.is_carried(path)]
            there = [path for path in paths if system.lexists(path)]
            found[package] = [path for path in there if not loader.leads_to_wsl(system, path)]
    return found
