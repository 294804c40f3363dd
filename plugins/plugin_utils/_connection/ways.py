# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""How the commands of a task get into its distribution: over WinRM or SSH, with or without a kept session.

In a loop Ansible keeps the connection and only sets its options again, so they are read at every call.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.utils.display import Display

# Everything else is imported only when needed: Ansible compiles the files of a collection anew in the process of every
# task, and a task of a kept session needs neither pywinrm nor the files that use it.
if t.TYPE_CHECKING:
    import socket

    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.home import Home
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.client import Kept
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.linux import KeptLinux
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.program import Program
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.session import KeptSession
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import LinuxRunner
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import ClosableRunner, OpeningRunner

_ACCOUNT = ("remote_addr", "port", "windows_user", "windows_password", "connect_timeout")
"""Options on which every connection to Windows depends."""
_OF_SSH = {
    "private_key_file": "private_key_file",
    "host_key_checking": "host_key_checking",
    "ssh_args": "ssh_args",
    "ssh_common_args": "ssh_common_args",
    "ssh_extra_args": "ssh_extra_args",
    "ssh_executable": "ssh_executable",
}
"""Options for SSH only -> their names in core's ``ssh``. Core reads those that are not set from its configuration."""
_PLACE = ("remote_addr", "port", "windows_user", "distribution", "remote_user", "executable", "connect_timeout")
"""Options that distinguish kept sessions, apart from the secret ones."""


_PORTS = {22: "ssh", 5985: "winrm", 5986: "winrm"}


class Ways:
    """The ways of one connection."""

    def __init__(self, option: t.Callable[[str], t.Any]) -> None:
        """OPTION returns the current value of an option of the connection."""
        self._option = option
        self._runner: ClosableRunner | None = None
        self._runner_options: tuple[t.Any, ...] | None = None

    @property
    def windows(self) -> ClosableRunner:
        """Runs command lines on the Windows side. Users and distributions of one Windows account share the shell."""
        options = self.windows_options()
        if self._runner is not None and self._runner_options != options:
            self.close()
        if self._runner is None:
            self.use(self._new_runner())
        return t.cast("ClosableRunner", self._runner)

    def use(self, runner: t.Any) -> None:
        """Use RUNNER as long as the options do not change."""
        self._runner, self._runner_options = runner, self.windows_options()

    def windows_options(self) -> tuple[t.Any, ...]:
        """The values that the connection to Windows depends on."""
        names = (*_ACCOUNT, *(("windows_shell", *_OF_SSH) if self.transport == "ssh" else ("_extras",)))
        return (self.transport, *(self._option(name) for name in names))

    @property
    def transport(self) -> str:
        """``winrm`` or ``ssh``: as the options say, otherwise a guess from the other options."""
        given = self._option("transport")
        if given:
            return str(given)
        port = self._option("port")
        if port in _PORTS:
            return _PORTS[port]
        of_ssh = any(self._option(name) is not None for name in _OF_SSH)
        return "ssh" if of_ssh and not self._option("_extras") else "winrm"

    @property
    def ordinary(self) -> LinuxRunner:
        """Runs commands in the distribution, as the user in the options."""
        return self._linux_on(self.windows)

    def _linux_on(self, runner: ClosableRunner) -> LinuxRunner:
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import LinuxRunner
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import CmdLineError

        host, distribution = self._option("remote_addr"), self._option("distribution")
        if not distribution:
            raise AnsibleError(f"{host}: no distribution is named: set ansible_wsl_distribution")
        try:
            return LinuxRunner(runner, host, distribution, self._option("remote_user"), self._option("executable"))
        except CmdLineError as error:
            raise AnsibleError(f"{host}: {error}") from None

    @property
    def quick(self) -> LinuxRunner | KeptLinux:
        """The runner for commands without a dialogue: through the kept session if the options want one."""
        seconds = self._option("persist")
        if seconds <= 0 or not self._option("distribution"):
            return self.ordinary
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.linux import KeptLinux

        kept, host = self._kept(), self._option("remote_addr")
        display: t.Any = Display()

        def start(listener: socket.socket, python: Program) -> None:
            from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept import broker

            broker.start(listener, kept, lambda: self._new_session(python, seconds), seconds)

        return KeptLinux(kept, lambda: self.ordinary, start, lambda text: display.vv(text, host=host))

    def _kept(self) -> Kept:
        """The kept session that belongs to the options; it may not exist yet."""
        from ansible import constants
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.client import Kept

        untyped: t.Any = constants
        place = [self.transport, *(self._option(name) for name in _PLACE)]
        return Kept(Path(untyped.DEFAULT_LOCAL_TMP), place, self.windows_options())

    @property
    def home(self) -> Home:
        """The home of root in the distribution of the options."""
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.home import Home

        path = self._kept().path
        return Home(path.with_name(f"{path.name}-home"))

    def _new_session(self, python: Program, seconds: int) -> KeptSession:
        """Called in the process that keeps the session, and has its own connection."""
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.session import KeptSession

        runner = self._new_runner(f"PT{2 * seconds + 60}S")
        return KeptSession(self._linux_on(runner), runner, python.interpreter, seconds)

    def _new_runner(self, shell_idle_timeout: str | None = None) -> OpeningRunner:
        """SHELL_IDLE_TIMEOUT: option of the WinRM shell."""
        host, port, user, password, connect_timeout = (self._option(name) for name in _ACCOUNT)
        if self.transport == "ssh":
            return self._new_ssh_runner({"host": host, "port": port, "remote_user": user, "password": password})
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.winrs import WinRsRunner, core_winrm

        connection = core_winrm(host, port, user, password, self._option("_extras"))
        return WinRsRunner(connection, connect_timeout=connect_timeout, shell_idle_timeout=shell_idle_timeout)

    def _new_ssh_runner(self, options: dict[str, t.Any]) -> OpeningRunner:
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.openssh import SshRunner, core_ssh

        options.update((name, self._option(own)) for own, name in _OF_SSH.items())
        given = {name: value for name, value in options.items() if value is not None}
        inner = core_ssh(given, self._option("connect_timeout"))
        return SshRunner(inner, self._option("windows_shell"), "ansible_wsl_windows_shell")

    def end_kept(self) -> None:
        """End the kept session, if there is one, and forget what is known of the distribution."""
        self._kept().end()
        self.home.forget()

    def reset(self) -> None:
        """Close the connection to Windows."""
        reset = getattr(self.windows, "reset", None) if self.transport == "ssh" else None
        if reset is not None:
            reset()

    def close(self) -> None:
        """Close the WinRM shell, or give up a broken SSH connection. Distribution and kept session go on."""
        if self._runner is not None:
            self._runner.close()
        self._runner = self._runner_options = None
