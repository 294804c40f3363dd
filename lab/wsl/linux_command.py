# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a Linux program: which distribution, which user, which directory, which of the three launch forms.

No command: the user's login shell. ``--exec``: the rest, cut by CommandLineToArgvW, without a shell. Everything else,
also after ``--``: the rest byte for byte as one string for ``$SHELL -c``.
Source: microsoft/WSL, src/windows/common/WslClient.cpp and src/linux/init/init.cpp.
"""

from __future__ import annotations

from lab.linux import disks as linux_disks
from lab.linux.instances import InstanceError
from lab.machine.process import NotModelled
from lab.wsl import environment, linux_files
from lab.wsl.argv import split
from lab.wsl.command_line import Invocation
from lab.wsl.disks import attach
from lab.wsl.errors import CREATE_INSTANCE, WslError, distribution_not_found, no_default_distribution
from lab.wsl.linux_files import LinuxUser
from lab.wsl.registrations import Distribution, State
from lab.wsl.session import Session

EXIT_NO_USER = 67
EXIT_NO_TERMINAL = 87
MODELLED_STATES = (State.INSTALLED,)


class LinuxCommand:
    """One launch in one distribution."""

    def __init__(self, session: Session, invocation: Invocation, item: Distribution) -> None:
        self.session = session
        self.invocation = invocation
        self.item = item
        self.disk = create_instance(session, item)
        passwd = self._read(linux_files.PASSWD)
        self.users = linux_files.users(passwd)

    def run(self) -> int:
        """Run it; wsl.exe's exit code. Raises WslError."""
        self._warn_of_configuration()
        oobe = not self.invocation.rest and self.item.run_oobe
        if oobe and (code := self._first_use()) != 0:
            return code
        user = self._user()
        argv, arg0 = self._argv(user)
        code = self._start(argv, user, arg0=arg0)
        if code == EXIT_NO_USER:
            raise WslError("WSL_E_USER_NOT_FOUND", name="UserNotFound")
        if code == EXIT_NO_TERMINAL:
            raise WslError("WSL_E_TTY_LIMIT", name="TtyLimit")
        return code

    def _start(self, argv: list[str], user: LinuxUser, *, arg0: str | None = None) -> int:
        process = self.session.process
        env = environment.shared(process.env)
        env["WSLENV"] = process.env.get("WSLENV", "")
        directory = self._directory(user)
        try:
            return self.session.laptop.instances.run(
                self.disk,
                argv,
                user.name,
                directory,
                env,
                process,
                name=self.item.name,
                arg0=arg0,
                version=self.session.version_text,
            )
        except InstanceError as error:
            raise NotModelled(f"the instance of {self.item.name} on {self.session.laptop.name}: {error}") from error

    # -- the parts of a launch -----------------------------------------------------------------------------------

    def _argv(self, user: LinuxUser) -> tuple[list[str], str | None]:
        """The arguments, and argv[0] when it is not the program."""
        invocation = self.invocation
        login_name = "-" + user.shell.rsplit("/", 1)[-1]
        if invocation.execute or (invocation.shell_type == "none" and invocation.rest):
            return split(invocation.rest), None
        if not invocation.rest:
            return [user.shell], login_name
        arg0 = login_name if invocation.shell_type == "login" else None
        return [user.shell, "-c", invocation.rest], arg0

    def _user(self) -> LinuxUser:
        """-u, else wsl.conf's [user] default, else the registry's DefaultUid."""
        name = self.invocation.user or self._config(linux_files.WSL_CONF).values.get("user.default")
        if name:
            found = next((user for user in self.users if user.name == name), None)
            return found or self._no_user(f"getpwnam({name}) failed 0")
        uid = self.item.default_uid
        found = next((user for user in self.users if user.uid == uid), None)
        return found or self._no_user(f"getpwuid({uid}) failed 0")

    def _no_user(self, reason: str) -> LinuxUser:
        text = f"<3>WSL (8 - Relay) ERROR: CreateProcessParseCommon:909: {reason}\n"
        self.session.process.stderr.write(text.encode())
        raise WslError("WSL_E_USER_NOT_FOUND", name="UserNotFound")

    def _directory(self, user: LinuxUser) -> str:
        """Where the program starts: an absolute Linux path, existing or not."""
        wanted = self.invocation.directory
        if wanted is not None and wanted.startswith("/"):
            return wanted
        if wanted is not None and wanted.startswith("~"):
            return user.home + wanted[1:] if wanted[1:].startswith("/") else user.home
        path = self.session.process.cwd if wanted is None else self._windows_directory(wanted)
        translated = environment.linux_path(path)
        if translated is None:
            self.session.console.warn("FailedToTranslate", path)
            return user.home
        return translated

    def _windows_directory(self, path: str) -> str:
        """PATH when it can be entered."""
        drive = self.session.laptop.drive
        if not drive.is_dir(path):
            parent = path.rstrip("\\/").rsplit("\\", 1)[0]
            raise WslError("ERROR_FILE_NOT_FOUND" if drive.is_dir(parent + "\\") else "ERROR_PATH_NOT_FOUND")
        return path

    # -- first use -----------------------------------------------------------------------------------------------

    def _first_use(self) -> int:
        """The distribution's out-of-box experience; 0 when it is done, else its failure is wsl.exe's exit code 1."""
        settings = self._config(linux_files.DISTRIBUTION_CONF).values
        command = settings.get("oobe.command")
        root = next((user for user in self.users if user.uid == 0), LinuxUser("root", 0, "/root", "/bin/sh"))
        if command and self._start(["/bin/sh", "-c", command], root) != 0:
            text = f'OOBE command "{command}" failed, exiting\n'
            self.session.process.stderr.write(text.encode())
            return 1
        registrations = self.session.distributions
        registrations.set_number(self.item, "RunOOBE", 0)
        uid = settings.get("oobe.defaultuid", "")
        self.users = linux_files.users(self._read(linux_files.PASSWD))
        if uid.isdigit() and any(user.uid == int(uid) for user in self.users):
            registrations.set_number(self.item, "DefaultUid", int(uid))
        self.item = registrations.get(self.item.id) or self.item
        return 0

    def _warn_of_configuration(self) -> None:
        """Problems of wsl.conf go to whoever starts the instance, once, from Linux: UTF-8 whatever WSL_UTF8 says."""
        if self.disk in self.session.laptop.instances.running():
            return
        for warning in self._config(linux_files.WSL_CONF).warnings:
            self.session.process.stderr.write(f"wsl: {warning}\r\n".encode())

    def _config(self, path: str) -> linux_files.Config:
        """Only wsl.conf is checked."""
        keys = linux_files.WSL_CONF_KEYS if path == linux_files.WSL_CONF else None
        return linux_files.config(self._read(path), path, keys)

    def _read(self, path: str) -> str:
        content = linux_disks.read_file(self.session.laptop, self.disk, path) or b""
        return content.decode("utf-8", "replace")


def chosen(session: Session, invocation: Invocation) -> Distribution:
    """The distribution that a launch is for; raises WslError."""
    if invocation.distribution is not None:
        return session.named(invocation.distribution)
    if invocation.distribution_id is not None:
        return session.by_id(invocation.distribution_id)
    if session.distributions.default_id() is None:
        raise no_default_distribution()
    default = session.distributions.default()
    if default is None:
        raise distribution_not_found(f"{CREATE_INSTANCE}/ReadDistroConfig")
    return default


def create_instance(session: Session, item: Distribution) -> str:
    """What stands before every start of ITEM; its disk. Raises WslError."""
    if item.state not in MODELLED_STATES:
        raise WslError("E_ILLEGAL_STATE_CHANGE", CREATE_INSTANCE, "InvalidState")
    if item.version == 1:
        session.check_wsl1(CREATE_INSTANCE)
    session.start_virtual_machine(CREATE_INSTANCE)
    if item.vhd is None:
        raise WslError("E_UNEXPECTED", f"{CREATE_INSTANCE}/ReadDistroConfig")
    return attach(session.laptop, item.vhd, CREATE_INSTANCE)


def run(session: Session, invocation: Invocation, item: Distribution) -> int:
    """Run what INVOCATION asks for in ITEM; wsl.exe's exit code. Raises WslError, NotModelled."""
    if invocation.system:
        raise NotModelled("wsl.exe --system (the system distribution)")
    if invocation.parent_console:
        raise NotModelled("wsl.exe --parent-console")
    return LinuxCommand(session, invocation, item).run()
