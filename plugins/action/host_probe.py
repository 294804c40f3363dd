# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test every assumption about a Windows host."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.modules.host_probe import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.roads import is_inside, road_of
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe import ask
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.questions import questions


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.host_probe``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        idle = 0 if is_inside(self._connection) else arguments["idle"]
        dest = Path(arguments["dest"]) if arguments["dest"] else None
        if dest and (dest.is_dir() or not os.access(dest.parent, os.W_OK | os.X_OK)):
            why = "it is a folder" if dest.is_dir() else "there is no such folder, or no right to write in it"
            raise StepFailed(f"cannot write {dest} on the controller: {why}; nothing was asked")
        rows = ask.probe(self.wslfleet_runner, questions(arguments["distribution"], idle))
        if dest:
            # Before the rows are in the result, because core would print all of them on a failure, half a megabyte.
            result["dest"] = str(self._write(dest, rows))
        result.update(
            changed=False,
            rows=rows,
            table=ask.table(rows),
            differing=[row["id"] for row in rows if row["verdict"] == "differs"],
            hindrances=ask.hindrances(rows),
        )

    def _write(self, dest: Path, rows: list[ask.Row]) -> Path:
        road = road_of(self._connection)
        text = json.dumps(
            ask.document(self.wslfleet_host, road.name if road else "", rows), indent=1, ensure_ascii=False
        )
        try:
            _write_private(dest, text + "\n")
        except OSError as error:
            raise StepFailed(f"cannot write {dest} on the controller: {error.strerror}") from None
        return dest.resolve()


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, because it contains users, policies and addresses of a company."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
