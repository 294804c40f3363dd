# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Load what the process of every task needs before the first one is started.

Ansible starts a process for every task of every host. Each of them compiles the files of a collection and reads the
documentation of the filters, unless the main process has loaded them before. The main process loads a task's action
plugin and evaluates the ``hosts`` of a play.
"""

from __future__ import annotations

import contextlib
import functools
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.loader import connection_loader, filter_loader, lookup_loader, test_loader
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import winrs
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import variables

_COLLECTION = "wslfleet.cuda"
_PORTS = (winrs,)
"""Modules that most connections need, and that the roads only import when they are used."""


@functools.lru_cache(maxsize=None)
def preload() -> None:
    """Load what tasks of the roles and playbooks share; errors are ignored here and raised where it is used."""
    variables.all_variables()
    # One name is enough, because Ansible opens all files of a collection and keeps them.
    for loader, name in ((filter_loader, "bool"), (test_loader, "defined")):
        _get(loader, f"ansible.builtin.{name}")
    _get(filter_loader, f"{_COLLECTION}.report_table")
    _get(lookup_loader, f"{_COLLECTION}.variable_problems")
    _get(connection_loader, "ansible.builtin.winrm", class_only=True)


def _get(loader: t.Any, name: str, **options: bool) -> None:
    with contextlib.suppress(KeyError, AnsibleError):
        loader.get(name, **options)
