# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Base of the action plugins that send orders: the contents of an order, and the way into the distribution."""

from __future__ import annotations

import hashlib
import json
import typing as t

from ansible.release import __version__ as core_version
from ansible_collections.wslfleet.cuda.plugins.module_utils._bundle import FOLDER
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import archive, expand, follow
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order.way import (
    OverLinux,
    OverWindows,
    distribution_of,
    is_another,
    named_distribution,
    require_root,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.roads import (
    is_inside,
    leads_to_windows,
    reaches_windows,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import certificates as store

RECONNECT_SECONDS = 300
"""The default of ``reconnect_timeout``."""


class Orders(WindowsAction):
    """Base of actions that send orders."""

    def wslfleet_document(self, name: str, steps: t.Sequence[plans.Step], **options: t.Any) -> tuple[str, bytes]:
        """The identity and the archive of the order for the distribution NAME."""
        environment: dict[str, str] = {}
        untyped: t.Any = self
        untyped._compute_environment_string(environment)
        document: dict[str, t.Any] = {
            "name": name,
            "settings": plans.settings(self._task.check_mode, self._task.diff, core_version),
            "steps": [{**step, "arguments": self.wslfleet_with_certificates(step["arguments"])} for step in steps],
            "environment": environment,
            "folder": FOLDER,
            **options,
        }
        identity = hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()[:32]
        return identity, archive.archive({**document, "id": identity})

    def wslfleet_way(self, name: str | None, may_stop: bool) -> tuple[str, follow.Way]:
        """The distribution (NAME, or that of the variables, or that of the connection), and the way into it.

        :arg may_stop: whether the program there may request that the distribution is stopped.
        """
        host = str(self.wslfleet_vars.get("inventory_hostname", ""))
        if self.wslfleet_goes_by_windows(name):
            name = name or distribution_of(self, self.wslfleet_vars)
            return name, OverWindows(self.wslfleet_runner, host, name, self.wslfleet_executable, may_stop)
        if is_inside(self._connection):
            require_root(self, host)
        way = OverLinux(self, host)
        return way.distribution, way

    def wslfleet_goes_by_windows(self, name: str | None = None) -> bool:
        """Whether wsl.exe, and not the connection, enters the distribution NAME or that of the variables."""
        if not is_inside(self._connection):
            return leads_to_windows(self._connection)
        return is_another(name or named_distribution(self, self.wslfleet_vars))

    def wslfleet_order(
        self, steps: t.Sequence[plans.Step], name: str | None = None, stop_if: str | None = None, **options: t.Any
    ) -> tuple[str, plans.Outcome]:
        """Carry STEPS out in the distribution; returns its name and the outcome. Raises as ``follow.Work.run`` does.

        :arg options: ``stop``, ``timeout``, ``reconnect_timeout`` of M(wslfleet.cuda.cuda_bundle).
        """
        check = bool(self._task.check_mode)
        stop_if = "" if check else stop_if or ""
        started = bool(options.get("stop"))
        name, way = self.wslfleet_way(name, bool(started or stop_if))
        identity, packed = self.wslfleet_document(
            name, steps, stop_if=stop_if, hold=follow.HOLD_SECONDS, started=started
        )
        self.wslfleet_where = way.where
        goal = follow.Goal(
            name=name,
            identity=identity,
            packed=packed,
            steps=tuple(steps),
            may_install=not check,
            proxy=expand.proxy(steps),
            timeout=options.get("timeout", 3600),
            reconnect_timeout=options.get("reconnect_timeout", RECONNECT_SECONDS),
        )
        outcome = follow.Work(way, goal, self.wslfleet_show).run()
        return name, outcome

    def wslfleet_with_certificates(self, arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """ARGUMENTS of a module, with the certificates of Windows that they request, in PEM form."""
        given = dict(arguments)
        wanted = given.pop("windows_certificates", None)
        if wanted is None:
            return given
        if wanted and not self.wslfleet_has_windows:
            raise StepFailed(
                "windows_certificates needs a connection to Windows, or wslfleet.cuda.wsl; nothing was changed"
            )
        names = [wanted] if isinstance(wanted, str) else wanted
        found = store.read_pem(self.wslfleet_runner, names) if names else []
        return {**given, "certificates": [*(given.get("certificates") or []), *found]}

    @property
    def wslfleet_has_windows(self) -> bool:
        """Whether the Windows side of the host can be reached."""
        return reaches_windows(self._connection)
