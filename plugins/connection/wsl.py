# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: wsl
short_description: Run tasks inside a WSL distribution of a Windows host, over WinRM or SSH
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Runs ordinary Linux modules inside a distribution of the Windows Subsystem for Linux, over the WinRM or SSH
    connection that you already use for the Windows host. There is one inventory host per laptop, for its Windows and
    its Linux side.
  - The Windows command line is the same for every task. Commands, module code and files are sent on standard input, so
    there is nothing to quote, no limit of length, and no secret in the process log of Windows.
  - Every C(ansible_winrm_*) variable works as with P(ansible.builtin.winrm#connection), which does the authentication.
  - Over SSH P(ansible.builtin.ssh#connection) does the authentication, and keeps its connection from task to task. Its
    settings in the configuration of Ansible apply here too.
  - Each distribution belongs to one Windows account. This plugin sees the distributions of the account that it logs on
    with.
  - Tasks start the distribution if it is not running, and never stop it.
  - Privilege escalation can ask for a password, which is sent on standard input. There is no terminal, so programs and
    settings that require one, such as C(requiretty) of sudo, do not work. The default Linux user is V(root), who needs
    no password.
  - If a signal ends a command, the return code is 128 plus the number of the signal.
requirements:
  - pywinrm >= 0.5.0 (on the controller, for WinRM)
  - C(ssh) (on the controller, for SSH)
  - C(sh), C(base64) and C(sha256sum) (in the distribution)
  - Python 3.8 or later (in the distribution, for modules)
options:
  pipelining:
    description:
      - Send the code of a module on standard input instead of copying it first. This takes one command instead of four.
      - On by default here, because nothing between the controller and the distribution requires a terminal.
    type: boolean
    default: true
    vars:
      - name: ansible_pipelining
    env:
      - name: ANSIBLE_PIPELINING
    ini:
      - section: defaults
        key: pipelining
      - section: connection
        key: pipelining
  remote_addr:
    description: Address of the Windows host.
    type: str
    default: inventory_hostname
    vars:
      - name: inventory_hostname
      - name: ansible_host
      - name: ansible_winrm_host
      - name: ansible_ssh_host
  port:
    description:
      - Port of the WinRM listener or of the SSH server.
      - With WinRM, V(5985) is HTTP. Every other port is HTTPS, unless C(ansible_winrm_scheme) says otherwise.
      - When unset, 5986 for WinRM. For SSH it is the port that C(ssh) uses, which is 22 unless its configuration says
        otherwise.
    type: int
    vars:
      - name: ansible_port
      - name: ansible_winrm_port
      - name: ansible_ssh_port
    keyword:
      - name: port
  connect_timeout:
    description:
      - Seconds that the laptop may take for its first answer. This is the first answer of TCP, of TLS, or of HTTP if no
        account was sent yet.
      - A laptop that is off or does not answer is unreachable after that time. Later answers may take longer.
      - Modules for Windows use the variable too, whichever connection they use.
    type: float
    default: 10
    vars:
      - name: wslfleet_connect_timeout
  transport:
    description:
      - How the Windows host is reached.
      - When unset, it is guessed. Port 22 is V(ssh), 5985 and 5986 are V(winrm).
      - With another port or none, it is V(ssh) if a variable sets one of O(private_key_file), O(host_key_checking),
        O(ssh_args), O(ssh_common_args), O(ssh_extra_args), and O(ssh_executable), and no other variable begins with
        C(ansible_winrm_). Otherwise it is V(winrm).
    type: str
    choices: [winrm, ssh]
    version_added: 0.2.0
    vars:
      - name: ansible_wsl_transport
    env:
      - name: ANSIBLE_WSL_TRANSPORT
    ini:
      - section: wsl_connection
        key: transport
  windows_shell:
    description:
      - The default shell of the SSH server, as set in C(DefaultShell) below C(HKLM\SOFTWARE\OpenSSH).
      - This is not C(ansible_shell_type), which is the shell of the distribution.
    type: str
    choices: [cmd, powershell]
    default: cmd
    version_added: 0.2.0
    vars:
      - name: ansible_wsl_windows_shell
  private_key_file:
    description: File of the private key with which SSH logs on. When unset, C(ssh) chooses.
    type: path
    version_added: 0.2.0
    vars:
      - name: ansible_private_key_file
      - name: ansible_ssh_private_key_file
  host_key_checking:
    description:
      - Whether SSH requires a known host key. When unset, the configuration of P(ansible.builtin.ssh#connection)
        applies.
    type: bool
    version_added: 0.2.0
    vars:
      - name: ansible_host_key_checking
      - name: ansible_ssh_host_key_checking
  ssh_args:
    description: Arguments of C(ssh). When unset, those that P(ansible.builtin.ssh#connection) is configured to use.
    type: str
    version_added: 0.2.0
    vars:
      - name: ansible_ssh_args
  ssh_common_args:
    description: More arguments of C(ssh), for example for a jump host. When unset, none.
    type: str
    version_added: 0.2.0
    vars:
      - name: ansible_ssh_common_args
  ssh_extra_args:
    description: More arguments of C(ssh), after the others. When unset, none.
    type: str
    version_added: 0.2.0
    vars:
      - name: ansible_ssh_extra_args
  ssh_executable:
    description:
      - The C(ssh) program on the controller. When unset, the one that P(ansible.builtin.ssh#connection) runs.
    type: str
    version_added: 0.2.0
    vars:
      - name: ansible_ssh_executable
  distribution:
    description:
      - Name of the distribution, as C(wsl.exe --list) shows it.
      - Required, because the owner of an account can change its default distribution at any time.
    type: str
    vars:
      - name: ansible_wsl_distribution
    env:
      - name: ANSIBLE_WSL_DISTRIBUTION
    ini:
      - section: wsl_connection
        key: distribution
  remote_user:
    description:
      - The Linux user that runs the tasks. It must exist.
      - C(ansible_user) is not used for this, it is the Windows account (see O(windows_user)).
    type: str
    default: root
    vars:
      - name: ansible_wsl_user
  windows_user:
    description:
      - The Windows account that logs on, and whose distributions can be used.
      - The playbook keyword for the remote user and the command line option C(--user) mean this account too.
      - When unset, core takes the account from the Kerberos ticket or the client certificate.
    type: str
    vars:
      - name: ansible_user
      - name: ansible_winrm_user
      - name: ansible_ssh_user
      - name: ansible_wsl_windows_user
  windows_password:
    description:
      - Password of O(windows_user).
      - When unset, a Kerberos ticket or a client certificate is used, or a key over SSH.
    # To come: "secret: true", which ansible-core 2.22 honours. The sanity tests of 2.16 and 2.18 refuse the key.
    type: str
    vars:
      - name: ansible_password
      - name: ansible_winrm_pass
      - name: ansible_winrm_password
      - name: ansible_ssh_pass
      - name: ansible_ssh_password
      - name: ansible_wsl_windows_password
    aliases:
      - password
  executable:
    description:
      - Windows path of C(wsl.exe).
      - The alias in C(WindowsApps) does not work in a remote session, and the one in C(System32) not on every Windows.
    type: str
    default: C:\Program Files\WSL\wsl.exe
    vars:
      - name: ansible_wsl_executable
  become_success_timeout:
    description:
      - Seconds within which a become plugin must ask for its password or run the command.
      - They include the time that the distribution needs to start.
    type: float
    default: 30
    vars:
      - name: ansible_wsl_become_success_timeout
  persist:
    description:
      - Seconds for which a session is kept after a task, for the next task of the same host, user and distribution.
      - The first Python module of a playbook starts a process on the controller. This process keeps the WinRM
        connection, or an C(ssh) process, and a Python in the distribution. That Python has already loaded its library,
        and forks for each module. Over WinRM a task then needs two requests for each command instead of a logon, a
        shell and a start of Python. Over SSH it starts no C(ssh) and nothing on Windows.
      - The session ends after that number of seconds without a task, at the end of the playbook, by
        C(reset_connection) of M(ansible.builtin.meta), and when the laptop or the distribution is no longer there.
        Until then the distribution keeps running.
      - Tasks with C(become), tasks that run while the session is busy, and work that the session does not support run
        without it. C(-vv) shows the latter.
      - With V(0) no session is kept.
    type: int
    default: 60
    version_added: 0.2.0
    vars:
      - name: ansible_wsl_persist
    env:
      - name: ANSIBLE_WSL_PERSIST
    ini:
      - section: wsl_connection
        key: persist
  transfer:
    description:
      - How the content of files is sent.
      - With V(auto), raw bytes are sent and compared by SHA-256. If they do not arrive unchanged, base64 is used.
      - With V(base64), base64 is used from the start, which takes a third more time.
    type: str
    choices: [auto, base64]
    default: auto
    vars:
      - name: ansible_wsl_transfer
"""

EXAMPLES = r"""
- name: Run tasks inside a distribution of each laptop
  hosts: laptops
  gather_facts: false
  vars:
    ansible_connection: wslfleet.cuda.wsl
    ansible_wsl_distribution: Ubuntu-24.04
    ansible_shell_type: sh
    ansible_python_interpreter: /usr/bin/python3
  tasks:
    - name: Any Linux module works
      ansible.builtin.command: uname -r
      changed_when: false

    - name: Run a command as a user of the distribution
      ansible.builtin.command: id -un
      changed_when: false
      vars:
        ansible_wsl_user: daemon

    - name: Run a module for Windows on the same host, over the same connection
      wslfleet.cuda.host_info:
        gather_subset: [machine]
      register: host

    - name: Show the edition of Windows
      ansible.builtin.debug:
        msg: "{{ host.windows.product }}"
"""

import typing as t
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.plugins.connection import ConnectionBase
from ansible.utils.display import Display
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.failures import file_not_found, told
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.waiting import MOST_BYTES, Waiting
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.ways import Ways
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.program import inner_command
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed

# Everything else is imported only when needed: Ansible compiles the files of a collection anew in the process of every
# task, and a task of a kept session needs neither pywinrm nor the files that use it.
if t.TYPE_CHECKING:
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.carrying import Carrying
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.files import LinuxFiles
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import ClosableRunner, Completed

display = Display()

Result = t.TypeVar("Result")


class Connection(ConnectionBase):
    """Linux modules inside a distribution of a Windows host."""

    transport = "wslfleet.cuda.wsl"
    has_pipelining = True
    has_tty = False
    allow_extras = True
    _extras_prefix = "winrm"

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self.ways = Ways(self._option)
        self._waiting = Waiting()
        self._in_base64 = False

    def set_options(
        self,
        task_keys: dict[str, t.Any] | None = None,
        var_options: dict[str, t.Any] | None = None,
        direct: dict[str, t.Any] | None = None,
    ) -> None:
        """Use the keyword remote_user for the Windows account, so ``-u`` has the same meaning as with winrm."""
        keys = dict(task_keys or {})
        account = keys.pop("remote_user", None)
        if account:
            keys["windows_user"] = account
        base: t.Any = super()
        base.set_options(task_keys=keys, var_options=var_options, direct=direct)

    def _option(self, name: str) -> t.Any:
        untyped: t.Any = self
        return untyped.get_option(name)

    @property
    def windows_runner(self) -> ClosableRunner:
        """Runs command lines on the Windows side of the same host."""
        self._flush()
        return self.ways.windows

    def _connect(self) -> Connection:
        """Send nothing: the first command finds out whether host and distribution can be reached."""
        self._connected = True
        return self

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Run CMD, text for the distribution's /bin/sh, with IN_DATA as its standard input."""
        host, payload = self._option("remote_addr"), in_data or b""
        self._connect()
        display.vvv(f"EXEC IN {self._option('distribution')} AS {self._option('remote_user')}: {cmd}", host=host)
        display.vvvv(f"STDIN {len(payload)} bytes", host=host)
        if sudoable and self.become and self.become.success and self.become.success in cmd:
            completed = self._become_and_run(cmd, payload)
        elif (printed := self._waiting.command(cmd)) is not None:
            display.vvvv("DONE WITH THE NEXT COMMAND", host=host)
            return 0, printed, b""
        elif self._option("remote_user") == "root" and inner_command(cmd) == "echo ~root":
            completed = self._home_of_root(cmd)
        else:
            completed = self._run(cmd, payload)
        return completed.exit_code, completed.stdout, completed.stderr

    def _run(self, cmd: str, payload: bytes = b"") -> Completed:
        """Run CMD after the steps that wait."""
        return self._call(lambda: (self._carrying() if self._waiting else self.ways.quick).run(cmd, payload))

    def _home_of_root(self, cmd: str) -> Completed:
        """The output of CMD, which prints the home of root."""
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed

        known = self.ways.home.known()
        if known is not None:
            display.vvvv("KNOWN FROM AN EARLIER TASK", host=self._option("remote_addr"))
            return Completed(0, known, b"")
        answer = self._run(cmd)
        self.ways.home.learn(answer)
        return answer

    def _carrying(self) -> Carrying:
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.carrying import Carrying

        self._connect()
        return Carrying(
            self.ways.quick,
            self._waiting,
            lambda: self.ways.ordinary,
            self._option("transfer") == "base64",
            lambda text: display.v(text, host=self._option("remote_addr")),
        )

    def _flush(self) -> None:
        if self._waiting:
            self._run(":")

    def _become_and_run(self, cmd: str, payload: bytes) -> Completed:
        """Run CMD, which the become plugin has built; PAYLOAD is never sent to a prompt."""
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.become_prompt import BecomePrompt

        self._flush()
        become: t.Any = self.become
        linux = self.ways.ordinary
        dialogue = BecomePrompt(become, linux.where, self._option("become_success_timeout"))
        try:
            if payload or become.expect_prompt():
                return dialogue.result(self._call(lambda: linux.converse(cmd, dialogue, payload)))
            return dialogue.result(self._call(lambda: linux.run(cmd)))
        except StepFailed as error:
            raise AnsibleError(str(error)) from None

    def put_file(self, in_path: str, out_path: str) -> None:
        """Copy IN_PATH of the controller to OUT_PATH in the distribution; relative ones are below /."""
        local, remote = Path(in_path), _absolute(out_path)
        display.vvv(f"PUT {in_path} TO {remote}", host=self._option("remote_addr"))
        if not local.is_file():
            raise file_not_found(f"file or module does not exist on the controller: {in_path}")
        if local.stat().st_size <= MOST_BYTES and self._waiting.file(remote, local.read_bytes()):
            display.vvvv("DONE WITH THE NEXT COMMAND", host=self._option("remote_addr"))
        else:
            self._transfer(lambda files: files.put(local, remote))

    def fetch_file(self, in_path: str, out_path: str) -> None:
        """Copy IN_PATH in the distribution to OUT_PATH of the controller; relative ones are below /."""
        remote = _absolute(in_path)
        display.vvv(f"FETCH {remote} TO {out_path}", host=self._option("remote_addr"))
        self._transfer(lambda files: files.get(remote, Path(out_path)))

    def reset(self) -> None:
        """End the kept session and the connection to Windows; the next command opens another one."""
        self.ways.end_kept()
        self.ways.reset()
        self.close()

    def close(self) -> None:
        """Close the WinRM shell. The distribution keeps running, and ControlPersist of SSH keeps its connection.

        Steps that still wait belong to a module that was not run.
        """
        self._waiting = Waiting()
        self.ways.close()
        self._connected = False

    def _call(self, function: t.Callable[[], Result]) -> Result:
        return told(function, self._option("distribution"))

    def _transfer(self, work: t.Callable[[LinuxFiles], None]) -> None:
        """Do WORK with the files of the distribution."""
        # Imported here, because Ansible compiles the files of a collection anew in the process of every task.
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.files import RemoteFileMissing, TransferError

        try:
            self._call(lambda: self._carrying().files(work))
        except RemoteFileMissing as error:
            raise file_not_found(str(error)) from None
        except (TransferError, OSError) as error:
            raise AnsibleError(str(error)) from None


def _absolute(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"
