# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Facts about a task in Ansible's result: its host, its name, its kind, its outcome. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean

_OURS = "wslfleet.cuda."
_HOLDS = "All assertions passed"
"""The default message of assert."""


def host_of(result: t.Any) -> str:
    """The name of the host."""
    return str(result._host.get_name())


def step_of(task: t.Any) -> str:
    """The name of TASK without that of its role."""
    return clean(str(task.get_name()).strip().rpartition(" : ")[2])


def has_items(result: t.Any) -> bool:
    """Whether it is the result of a loop, whose items were shown one by one."""
    return bool(result._task.loop) and bool(result._result.get("results"))


def is_ours(result: t.Any) -> bool:
    """Whether it is the result of a module of this collection."""
    return str(getattr(result._task, "resolved_action", None) or result._task.action).startswith(_OURS)


def shows(result: t.Any) -> bool:
    """Whether the task shows something, like debug, or assert with its own message."""
    told = result._result
    return bool(told.get("_ansible_verbose_always")) and told.get("msg") != _HOLDS


def is_a_change_to_say(result: t.Any) -> bool:
    """Whether something changed without a difference to show."""
    return bool(result._result.get("changed")) and not (result._task.diff and result._result.get("diff"))


def word_of(result: t.Any) -> str:
    """The outcome of a task that did not fail."""
    if not result._result.get("changed"):
        return "ok"
    return "would change" if result._task.check_mode else "changed"
