# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Shared base of the action plugins: their results, their arguments, and the base of Windows-side modules.

These actions run on the controller and send native command lines to the host; nothing is copied there. They work over
all connections in ``_port/roads.py``.
"""

from __future__ import annotations

import contextlib
import functools
import os
import typing as t

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses, version_text
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean, clean_result
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import preload, result_shape
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.spec import argument_spec
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import CmdLineError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    CONNECT_TIMEOUT,
    CommandRunner,
    CommandTimeout,
    HostUnreachable,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.roads import runner_for
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.telling import TellingRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles.names import told_to_user_of
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import progress
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import sources

display = Display()

preload.preload()


@contextlib.contextmanager
def failures_in(result: dict[str, t.Any]) -> t.Iterator[None]:
    """Turn every expected failure into a RESULT of one line."""
    try:
        yield
    except AnsibleActionFail as error:
        result.update(failed=True, msg=" ".join(str(error.message).split()))
    except HostUnreachable as error:
        result.update(unreachable=True, msg=clean(str(error)), cause=error.cause)
    except (StepFailed, CommandTimeout, CmdLineError) as error:
        result.update(failed=True, msg=clean(str(error)))


VERSIONS = ("minimum", "minimum_driver", "toolkit", "version")
"""Options for versions, if they are text."""


def taken(module: str, result: dict[str, t.Any], complete: bool = True) -> dict[str, t.Any]:
    """RESULT of MODULE, which ran inside a distribution, after checking the documented shape and cleaning it.

    It is not trusted, because root in the distribution can forge it. Modules of this collection return no facts.
    :arg complete: all documented values must be there.
    """
    result = {name: value for name, value in result.items() if name != "ansible_facts"}
    wrong = None if result.get("unreachable") else result_shape.damage(module, result, complete)
    if wrong:
        message = f"damaged result of {module}: {wrong}; check the distribution, and do not trust it"
        return {"changed": False, "failed": True, "msg": clean(message)}
    return harmless(result)


def harmless(result: dict[str, t.Any]) -> dict[str, t.Any]:
    """RESULT in a form that can be shown: values that Ansible prints (message, warnings) in one line, others cleaned.

    Passwords are removed from addresses, because other programs repeat them in their errors.
    """
    cleaned: dict[str, t.Any] = clean_result(addresses.masked_result(result))
    if isinstance(cleaned.get("msg"), str):
        cleaned["msg"] = clean(cleaned["msg"])
    if isinstance(cleaned.get("warnings"), list):
        cleaned["warnings"] = [clean(one) if isinstance(one, str) else one for one in cleaned["warnings"]]
    return cleaned


def named(action: ActionBase, result: dict[str, t.Any], task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
    """RESULT of ACTION; if it failed in a role of ours, the message names the role's variables."""
    role = (task_vars or {}).get("role_path")
    if role and result.get("failed") and isinstance(result.get("msg"), str):
        result["msg"] = told_to_user_of(role, str(action._task.action), result["msg"])
    return result


def plain(value: t.Any) -> t.Any:
    """VALUE without core's tags on text, which take long to copy; core copies arguments to check them."""
    if isinstance(value, dict):
        return {plain(name): plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return "".join((value, "")) if isinstance(value, str) else value


def checked_arguments(action: ActionBase, documentation: str) -> dict[str, t.Any]:
    """The arguments of the task with their defaults, by the DOCUMENTATION of the module; raises AnsibleActionFail."""
    validate: t.Any = action.validate_argument_spec
    spec = argument_spec(documentation)
    given: dict[str, t.Any] = plain(action._task.args)
    action._task.args = given
    for name in VERSIONS:
        problem = version_text.problem(name, given.get(name)) if spec.get(name, {}).get("type", "str") == "str" else ""
        if problem:
            raise AnsibleActionFail(f"{problem}; nothing was changed")
    _validation, arguments = validate(spec)
    return dict(arguments)


class WindowsAction(ActionBase):
    """Subclasses set ``WSLFLEET_DOCUMENTATION`` and implement ``wslfleet_run``."""

    WSLFLEET_DOCUMENTATION = ""
    """DOCUMENTATION of the module: the only definition of its options."""

    def __init_subclass__(cls) -> None:
        """Read the documentation once, see ``preload``."""
        super().__init_subclass__()
        argument_spec(cls.WSLFLEET_DOCUMENTATION)

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Validate the arguments, do the work, and turn every expected failure into a result of one line."""
        del tmp
        self.wslfleet_vars = task_vars or {}
        result: dict[str, t.Any] = super().run(None, self.wslfleet_vars)
        with failures_in(result):
            self.wslfleet_run(checked_arguments(self, self.WSLFLEET_DOCUMENTATION), result)
        return named(self, harmless(result), task_vars)

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        """Do the work and fill RESULT step by step, so a failure also says what was done before it."""
        raise NotImplementedError

    @functools.cached_property
    def wslfleet_runner(self) -> CommandRunner:
        """The runner of the task's host; made when it is first used, so an action without work does not connect."""
        return TellingRunner(runner_for(self._connection, self._wslfleet_connect_timeout), self.wslfleet_show)

    def wslfleet_show(self, text: str) -> None:
        """Show one line of progress."""
        display.display(progress.line(self.wslfleet_host, text), color="bright gray")

    @property
    def wslfleet_host(self) -> str:
        """The name of the task's host in the inventory."""
        return str(self.wslfleet_vars.get("inventory_hostname", ""))

    @property
    def _wslfleet_connect_timeout(self) -> float:
        """Seconds that the laptop may take for its first answer."""
        templar: t.Any = self._templar
        value = templar.template(self.wslfleet_vars.get("wslfleet_connect_timeout", CONNECT_TIMEOUT))
        try:
            seconds = float(value)
        except (TypeError, ValueError):
            seconds = 0
        if seconds <= 0:
            raise AnsibleActionFail(f"wslfleet_connect_timeout is {value!r}: set it to a number of seconds above 0")
        return seconds

    @property
    def wslfleet_executable(self) -> str | None:
        """The wsl.exe in the inventory; None: that of the package."""
        return self.wslfleet_vars.get("ansible_wsl_executable")

    def wslfleet_local_path(self, where: str) -> str:
        """WHERE; a path on the controller as Ansible finds files: next to the play, or in its or the role's files/.

        An address, a share and a missing file stay unchanged; the error about a missing file comes later.
        """
        path = os.path.expanduser(where)
        if sources.kind(path) != sources.CONTROLLER or os.path.isabs(path):
            return path
        try:
            find: t.Any = self._find_needle
            return str(find("files", path))
        except AnsibleError:
            return path

    def wslfleet_plan(self, result: dict[str, t.Any], steps: t.Sequence[object]) -> bool:
        """Add STEPS to RESULT and its diff; True if they are to be carried out now."""
        texts = [str(step) for step in steps]
        result.update(changed=bool(texts), steps=texts)
        if self._task.diff:
            result["diff"] = {"prepared": "".join(f"+ {text}\n" for text in texts)}
        return bool(texts) and not self._task.check_mode
