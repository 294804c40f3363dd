# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every command of wsl.exe works with, and the checks that stand before most of them."""

from __future__ import annotations

from lab.machine.drive import absolute
from lab.machine.process import NotModelled, Process
from lab.wsl import package, settings, windows_state
from lab.wsl.console import Console
from lab.wsl.errors import CREATE_INSTANCE, SERVICE, WslError, distribution_not_found, virtualization_off
from lab.wsl.registrations import Distribution, Registrations, State
from lab.wsl.texts import parse_version

DEFAULT_VERSION = "2.6.3.0"
_BUSY = (State.EXPORTING, State.CONVERTING)


class Session:
    """One run of wsl.exe by one user."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.laptop = process.laptop
        self.user = process.user
        self.version_text = windows_state.installed_version(process.laptop) or DEFAULT_VERSION
        self.version = parse_version(self.version_text)
        self.console = Console(process, self.version)
        self.distributions = Registrations(process.laptop.registry, process.user.sid)

    # -- checks --------------------------------------------------------------------------------------------------

    def check_policy(self) -> None:
        """Raise WslError when WSL is forbidden on this computer."""
        if not windows_state.allowed(self.laptop, "AllowWSL"):
            raise WslError("ERROR_ACCESS_DISABLED_BY_POLICY")

    def check_service(self) -> None:
        """Raise WslError when WSLService cannot serve this user. Real wsl.exe tries for a minute first."""
        if not windows_state.service_exists(self.laptop, "WSLService"):
            raise WslError("REGDB_E_CLASSNOTREG")
        if windows_state.service_disabled(self.laptop, "WSLService"):
            raise WslError("ERROR_SERVICE_DISABLED")
        if self.user.sid == windows_state.LOCAL_SYSTEM:
            raise WslError("WSL_E_LOCAL_SYSTEM_NOT_SUPPORTED", SERVICE, "LocalSystemNotSupported")
        if self.process.batch_logon and self.laptop.faults.strike("wsl_needs_session"):
            raise WslError("E_ACCESSDENIED")

    def check_wsl1(self, context: str = SERVICE) -> None:
        """Raise what an operation on WSL 1 meets: a policy, the missing component, or the end of the model."""
        if not windows_state.allowed(self.laptop, "AllowWSL1"):
            raise WslError("WSL_E_WSL1_DISABLED", context, "WSL1Disabled")
        if not windows_state.service_exists(self.laptop, "LxssManager"):
            raise WslError("WSL_E_WSL1_NOT_SUPPORTED", context, "Wsl1NotSupported")
        raise NotModelled("WSL 1 distributions")

    def start_virtual_machine(self, context: str) -> None:
        """Raise WslError when no virtual machine can be started; the error's path begins with CONTEXT."""
        laptop = self.laptop
        if laptop.instances.running():
            return
        if (
            not laptop.state.firmware_virtualization
            or not windows_state.service_exists(laptop, "vmcompute")
            or laptop.faults.strike("virtual_machine_fails", self.process.command_line)
        ):
            raise virtualization_off(context)
        if not all(laptop.drive.exists(path) for path in package.VIRTUAL_DISKS):
            raise WslError("ERROR_FILE_NOT_FOUND", f"{context}/CreateVm/HCS")
        self._warn_of_settings()

    def _warn_of_settings(self) -> None:
        """Problems of .wslconfig go to whoever starts the virtual machine, once."""
        path = f"{self.user.profile}\\{settings.FILE}"
        if not self.laptop.drive.is_file(path):
            return
        found = settings.warnings(self.laptop.drive.host_path(path).read_bytes(), path)
        if found and self.console.language != "en-US":
            raise NotModelled(f"what wsl.exe says in {self.console.language} of {path}: {found[0]}")
        for text in found:
            self.console.warn_text(text)

    def check_space(self, context: str) -> None:
        """Raise WslError when the C: drive is full."""
        if self.laptop.faults.strike("disk_full", self.process.command_line):
            raise WslError("ERROR_DISK_FULL", context)

    # -- distributions -------------------------------------------------------------------------------------------

    def named(self, name: str, context: str = SERVICE) -> Distribution:
        """The distribution called NAME; raises WslError when there is none."""
        found = self.distributions.find(name)
        if found is None:
            raise distribution_not_found(context)
        return found

    def settled(self, name: str) -> Distribution:
        """As ``named``, for what changes it; raises NotModelled while something else is done with it."""
        found = self.named(name)
        if found.state in _BUSY:
            raise NotModelled(f"wsl.exe: a change of {name} while it is in the state {State(found.state).name}")
        return found

    def by_id(self, guid: str) -> Distribution:
        """The distribution with GUID, about to be started; raises WslError when there is none."""
        found = self.distributions.get(guid)
        if found is None:
            raise distribution_not_found(f"{CREATE_INSTANCE}/ReadDistroConfig")
        return found

    def path(self, text: str) -> str:
        """TEXT as an absolute Windows path."""
        return absolute(self.process.cwd, text)

    def __repr__(self) -> str:
        return f"<wsl.exe {self.version_text} of {self.user.name}>"
