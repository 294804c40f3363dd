# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The port to commands: run an argument list, get what it left. Modules bring Ansible's, tests a scripted one."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils import _addresses, _transaction


class Completed(t.NamedTuple):
    """What a command left behind, output decoded."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Both streams, errors last."""
        return self.stdout + ("\n" if self.stdout and self.stderr else "") + self.stderr

    @property
    def last_line(self) -> str:
        """What the command said last, for a message: the last line of the output that is not blank."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1] if lines else "no reason given"


Runner = t.Callable[[t.Sequence[str]], Completed]


def runner_of(module: t.Any) -> Runner:
    """A runner on MODULE (an AnsibleModule): argument lists only, C locale, nothing may ask a question."""
    environment = {**_transaction.ENVIRONMENT, "LANGUAGE": "C"}

    def run(arguments: t.Sequence[str]) -> Completed:
        code, stdout, stderr = module.run_command(list(arguments), environ_update=environment)
        # What a program complains of ends in messages, and may name the address that it was given.
        return Completed(code, _addresses.masked(stdout) if code else stdout, _addresses.masked(stderr))

    return run
