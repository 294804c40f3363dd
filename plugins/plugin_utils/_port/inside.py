# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The distribution in which Ansible itself runs: its name, where Windows is, why Windows cannot be reached from here.

A command that ends this distribution would end the run in the middle. It is refused, and the message contains the
command for a person to run.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import ini
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import HostUnreachable

WSL_CONF = Path("/etc/wsl.conf")
_NAME = "WSL_DISTRO_NAME"
_ENDS_ALL = r"--shutdown|--update|--uninstall"
_ENDS_ONE = r"--terminate|-t|--unregister|--set-version|--export|--manage"
_RESTART = re.compile(r"\\shutdown\.exe\s+/[rs]\b[^&|]*", re.IGNORECASE)
_SERVICE = re.compile(r"\\sc\.exe\s+stop\s+WSLService\b", re.IGNORECASE)
_PACKAGE = re.compile(r"\\msiexec\.exe\s[^&|]*wsl\.msi[^&|]*", re.IGNORECASE)
OUTPUT_SHOWN = 200
HERE = "this laptop"
"""The name of the laptop in messages."""


class NoInterop(HostUnreachable):
    """Windows cannot be reached from this distribution."""

    cause = "no interop"


@dataclass(frozen=True)
class Inside:
    """The distribution that this process runs in."""

    distribution: str
    """Its name; empty if it is not known."""
    cmd_exe: str
    """Linux path of cmd.exe."""

    def refuse_own_end(self, line: str) -> None:
        """Raise StepFailed if LINE ends this distribution, because Ansible would end too."""
        command = self._own_end(line)
        if command:
            raise StepFailed(
                f"{HERE}: this would end distribution {self.distribution}, in which Ansible runs: run it yourself in a"
                f" terminal of Windows, then run the playbook again: {command}"
            )

    def _own_end(self, line: str) -> str:
        """The command in LINE that ends this distribution; empty if there is none."""
        found = _RESTART.search(line) or _PACKAGE.search(line) or _SERVICE.search(line)
        if found:
            return found.group(0).lstrip("\\").strip()
        every = re.search(rf"\\wsl\.exe\"? ({_ENDS_ALL})\b[^&|]*", line, re.IGNORECASE)
        own = rf"({_ENDS_ONE}) {re.escape(self.distribution)}(?![\w.-])"
        one = re.search(rf"\\wsl\.exe\"? {own}[^&|]*", line, re.IGNORECASE)
        ends = every or (one if self.distribution else None)
        return "wsl.exe " + ends.group(0).partition(" ")[2].strip() if ends else ""

    def not_started(self, error: OSError) -> NoInterop:
        """Why Linux could not start cmd.exe."""
        if error.errno == errno.ENOEXEC:
            return NoInterop(
                f"{HERE}: Linux does not know Windows programs (Exec format error): the entry WSLInterop in"
                " /proc/sys/fs/binfmt_misc is gone or off, which systemd-binfmt sometimes causes; run wsl.exe"
                " --shutdown in Windows, or see https://github.com/microsoft/WSL/issues/8843"
            )
        if error.errno == errno.ENOENT:
            return NoInterop(
                f"{HERE}: there is no {self.cmd_exe}: drive C: is not mounted; set enabled=true in section [automount]"
                f" of {WSL_CONF} and run {self._terminate} in Windows"
            )
        said = os.strerror(error.errno or 0)
        return NoInterop(f"{HERE}: {self.cmd_exe} cannot be started: {said}; check its rights and {WSL_CONF}")

    def not_run(self, code: int, stderr: bytes) -> NoInterop:
        """Why cmd.exe, which Linux has started, has not reported an exit code."""
        if _setting("interop", "enabled").lower() in ("false", "0"):
            return NoInterop(
                f"{HERE}: interop is switched off: set enabled=true in section [interop] of {WSL_CONF} and run"
                f" {self._terminate} in Windows"
            )
        said = " ".join(stderr.decode("utf-8", "replace").split())[:OUTPUT_SHOWN]
        return NoInterop(
            f"{HERE}: Windows did not run the command (exit code {code}: {said or 'it said nothing'}), or ended it:"
            " run again in a new terminal; if that does not help, run wsl.exe --shutdown in Windows first"
        )

    @property
    def _terminate(self) -> str:
        return f"wsl.exe --terminate {self.distribution or 'NAME'}"


def is_inside() -> bool:
    """Whether this process runs in WSL."""
    return os.path.isdir("/run/WSL") or _NAME in os.environ


def look() -> Inside:
    """Find out where this process runs, without starting a program."""
    root = _setting("automount", "root") or "/mnt/"
    usual = f"{root.rstrip('/')}/c/Windows/System32/cmd.exe"
    found = usual if os.path.exists(usual) else shutil.which("cmd.exe") or usual
    return Inside(_own_name(), found)


def _own_name() -> str:
    """From the environment, or from that of a parent process, because sudo removes the variable."""
    if os.environ.get(_NAME):
        return os.environ[_NAME]
    process = os.getppid()
    while process > 1:
        try:
            variables = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
            parent = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        except OSError:
            return ""
        named = next((one for one in variables if one.startswith(f"{_NAME}=".encode())), None)
        if named:
            return named.partition(b"=")[2].decode("utf-8", "replace")
        process = int(parent.split()[1])
    return ""


def _setting(section: str, key: str) -> str:
    """The value in wsl.conf; empty if it is not set."""
    try:
        text = WSL_CONF.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    entries = ini.parse(text, strict=True).entries
    names = (section, key)
    return next((one.value for one in entries if (one.section.lower(), one.key.lower()) == names), "")
