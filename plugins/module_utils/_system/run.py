# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The port to commands: run an argument list, get what it left. Modules bring Ansible's, tests a scripted one."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses

ENVIRONMENT = {
    "DEBIAN_FRONTEND": "noninteractive",
    "DEBCONF_NONINTERACTIVE_SEEN": "true",
    "NEEDRESTART_SUSPEND": "1",
    "NEEDRESTART_MODE": "l",
    "APT_LISTCHANGES_FRONTEND": "none",
    "UCF_FORCE_CONFFOLD": "1",
    "LC_ALL": "C.UTF-8",
    "TERM": "dumb",
}
"""Nothing may ask a question: there is nobody to answer."""


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
    environment = {**ENVIRONMENT, "LANGUAGE": "C"}

    def run(arguments: t.Sequence[str]) -> Completed:
        code, stdout, stderr = module.run_command(list(arguments), environ_update=environment)
        # What a program complains of ends in messages, and may name the address that it was given.
        return Completed(code, addresses.masked(stdout) if code else stdout, addresses.masked(stderr))

    return run
