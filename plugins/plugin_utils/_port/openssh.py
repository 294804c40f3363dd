# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The port on OpenSSH for Windows: the only file that knows core's ``ssh`` connection.

Core's connection is used by composition: it authenticates (keys, agents, passwords, jump hosts), and its ControlPersist
keeps the connection from task to task. For Windows it would wrap each command in PowerShell, so a second one is made
from its options, whose shell does not change commands; both share the kept connection. Its method that sends the input
to the process of ssh is replaced, see ``_port.exchange``.

Unlike over WinRM, a command that is given up goes on on Windows until it prints (Win32-OpenSSH issue 1751).
"""

from __future__ import annotations

import contextlib
import math
import time
import typing as t

from ansible.errors import AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader, get_shell_plugin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import (
    ssh_errors,
    ssh_line,
    ssh_open,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.exchange import Exchange
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    CONNECT_TIMEOUT,
    Completed,
    Dialogue,
    Heard,
    HostUnreachable,
    Stdin,
)

_WATCH = "-o LogLevel=ERROR -o ServerAliveInterval=5 -o ServerAliveCountMax=3"
"""After the options of the user, which win: no notices in the output of commands, and a limit to waiting for a laptop
that is gone."""


def runner_on(connection: t.Any, connect_timeout: float = CONNECT_TIMEOUT) -> SshRunner:
    """The runner on core's ``ssh`` CONNECTION of a task; its shell plugin says what Windows' default shell is."""
    options = {name: value for name, value in connection.get_options().items() if value is not None}
    inner = core_ssh(options, connect_timeout, connection._play_context)
    return SshRunner(inner, shell_of(connection))


def shell_of(connection: t.Any) -> str:
    """The default shell of Windows, from the shell plugin of CONNECTION; empty if that is for Linux."""
    family = str(getattr(getattr(connection, "_shell", None), "SHELL_FAMILY", ""))
    return family if family in ssh_line.SHELLS else ""


def core_ssh(options: t.Mapping[str, t.Any], connect_timeout: float, play_context: t.Any = None) -> t.Any:
    """A connection ``ssh`` of core with OPTIONS that does not change commands.

    Core does not retry a command, because the first one may have begun.
    """
    loader: t.Any = connection_loader
    shell: t.Any = get_shell_plugin
    context: t.Any = PlayContext
    # Its short name, because ansible-playbook has already read the documentation of that in the parent process.
    connection = loader.get("ssh", play_context or context(), "/dev/null", shell=shell(shell_type="sh"))
    extra = f"{options.get('ssh_extra_args') or ''} {_WATCH}".strip()
    own = {"ssh_extra_args": extra, "timeout": math.ceil(connect_timeout), "reconnection_retries": 0}
    connection.set_options(direct={**options, **own})
    return connection


class SshRunner:
    """Runs command lines, each in an ssh process, over the connection that core keeps."""

    def __init__(self, connection: t.Any, shell: str = "cmd", variable: str = "ansible_shell_type") -> None:
        """CONNECTION: see ``core_ssh``. SHELL: the default shell of OpenSSH on the host, which VARIABLE names."""
        self._connection = connection
        self._shell = shell
        self._variable = variable
        self._lost = False
        """The connection that core keeps may be broken."""
        self._host = str(connection.get_option("host"))

    # -- the port ------------------------------------------------------------------------------------------------

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None, heard: Heard | None = None) -> Completed:
        """See ``HearingRunner.run``."""
        return self._run(line, stdin, timeout=timeout, heard=heard)

    def converse(self, line: str, dialogue: Dialogue, stdin: Stdin = b"") -> Completed:
        """See ``ConversingRunner.converse``."""
        return self._run(line, stdin, dialogue=dialogue)

    def open(self, line: str) -> ssh_open.OpenSsh:
        """See ``OpeningRunner.open``."""
        said = ssh_line.ssh_line(line, self._shell)
        if not said.mark:
            raise HostUnreachable(f"{self._host}: the line is too long to be kept open: {line[:120]}")
        opened = ssh_open.OpenSsh(said, self._host, self._lost_in_the_middle)
        self._connection._send_initial_data = opened.carry
        began = time.monotonic()
        try:
            self._connection.exec_command(said.text, in_data=opened, sudoable=False)
        except ssh_open.Taken:
            return opened
        except AnsibleError as error:
            raise self._failed(str(error.message), said, opened, began) from None
        raise self._other_shell(opened.stderr.decode("utf-8", "replace"))

    def _lost_in_the_middle(self, text: str) -> HostUnreachable:
        self._lost = True
        return ssh_errors.describe_failure(text, self._host, None, begun=True)

    def close(self) -> None:
        """Drop the connection that core keeps if a command was lost on it; nothing else is open. Never raises."""
        if self._lost:
            self.reset()

    def reset(self) -> None:
        """Make core open a new connection next time. Never raises."""
        self._lost = False
        with contextlib.suppress(AnsibleError, OSError):  # there was none, or it ends by itself
            self._connection.reset()

    # -- one command ---------------------------------------------------------------------------------------------

    def _run(self, line: str, stdin: Stdin, **how: t.Any) -> Completed:
        said = ssh_line.ssh_line(line, self._shell)

        def shown(stdout: bytes, stderr: bytes) -> tuple[bytes, bytes]:
            return said.stdout(stdout) or b"", said.stderr(stderr)

        exchange = Exchange((self._host, line), stdin, shown=shown, fate="left alone", **how)
        self._connection._send_initial_data = exchange.carry
        began = time.monotonic()
        try:
            status, _stdout, _stderr = self._connection.exec_command(said.text, in_data=exchange, sudoable=False)
        except AnsibleError as error:
            raise self._failed(str(error.message), said, exchange, began) from None
        return self._completed(status, said, exchange)

    def _completed(self, status: int, said: ssh_line.SshLine, exchange: Exchange) -> Completed:
        stdout, stderr = bytes(exchange.stdout), bytes(exchange.stderr)
        try:
            code = said.exit_code(status, stdout, stderr)
        except ssh_line.NotBegun:
            raise self._other_shell(stderr.decode("utf-8", "replace")) from None
        except ssh_line.NotEnded:
            raise ssh_errors.describe_failure("", self._host, None, begun=True) from None
        return Completed(code, said.stdout(stdout) or b"", said.stderr(stderr))

    def _failed(
        self, message: str, said: ssh_line.SshLine, exchange: Exchange | ssh_open.OpenSsh, since: float
    ) -> HostUnreachable:
        self._lost = True
        user, seconds = self._connection.get_option("remote_user"), time.monotonic() - since
        begun = said.begun(bytes(exchange.stdout))
        text = exchange.stderr.decode("utf-8", "replace").strip() or message
        found = ssh_errors.describe_failure(text, self._host, user, begun, seconds)
        if found.cause == "unreachable" and self._shell == "powershell":
            # With a line for PowerShell cmd.exe exits like ssh itself does after an error.
            return self._other_shell(text)
        return found

    def _other_shell(self, said: str) -> HostUnreachable:
        return ssh_errors.other_shell(self._host, self._shell, self._variable, said)
