# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands about registered distributions: default, version, terminate, shutdown, unregister, --manage."""

from __future__ import annotations

import contextlib
import dataclasses

from lab.linux import disks as linux_disks
from lab.machine.process import NotModelled
from lab.wsl import linux_command, windows_state
from lab.wsl.command_line import Invocation, token
from lab.wsl.disks import attach, convert_wsl1, known_disk, note, running_disk
from lab.wsl.errors import SERVICE, UsageError, WslError
from lab.wsl.options import Options, Spec, parse
from lab.wsl.registrations import WSL2_FLAG, Distribution
from lab.wsl.session import Session
from lab.wsl.sizes import size

MANAGE = Spec(
    switches={"--allow-unsafe": "allow-unsafe"},
    values={
        "--move": "move",
        "-m": "move",
        "--resize": "resize",
        "-r": "resize",
        "--set-default-user": "set-default-user",
        "--set-sparse": "set-sparse",
        "-s": "set-sparse",
    },
    positionals=1,
)
SHUTDOWN = Spec(switches={"--force": "force"})
SMALLEST_DISK = 1 << 30
"""Bytes; a resize below fails. Real WSL fails below what the file system holds, whatever that is."""


def value(rest: str) -> tuple[str, str]:
    """The raw value of the management command that begins REST, and what follows it."""
    name, after = token(rest)
    found, after = token(after)
    if not found:
        raise WslError(name="RequiredParameterMissing", arguments=(name,))
    return found, after


def set_default(session: Session, rest: str) -> int:
    """``--set-default NAME``."""
    name, _after = value(rest)
    session.check_service()
    session.distributions.set_default(session.settled(name))
    session.console.system("ERROR_SUCCESS")
    return 0


def terminate(session: Session, rest: str) -> int:
    """``--terminate NAME``; well also when it does not run."""
    name, _after = value(rest)
    session.check_service()
    _stop(session, session.settled(name))
    session.console.system("ERROR_SUCCESS")
    return 0


def shutdown(session: Session, rest: str) -> int:
    """``--shutdown [--force]``: every distribution of this user; prints nothing."""
    parse(rest, SHUTDOWN)
    session.check_service()
    for item in session.distributions.all():
        _stop(session, item)
    return 0


def _stop(session: Session, item: Distribution) -> None:
    disk = running_disk(session.laptop, item)
    if disk is not None:
        session.laptop.instances.terminate(disk)


def set_default_version(session: Session, rest: str) -> int:
    """``--set-default-version 1|2``."""
    text, _after = value(rest)
    if text not in ("1", "2"):
        raise WslError("ERROR_VERSION_PARSE_ERROR")
    if text == "1":
        with contextlib.suppress(NotModelled):  # only the distributions of WSL 1 are missing from the model
            session.check_wsl1("Wsl")
    else:
        session.console.text("VmModeConversionInfo")
    session.distributions.set_default_version(int(text))
    session.console.system("ERROR_SUCCESS")
    return 0


def set_version(session: Session, rest: str) -> int:
    """``--set-version NAME 1|2``."""
    name, after = value(rest)
    text, _after = token(after)
    if not text:
        raise WslError(name="RequiredParameterMissing", arguments=("--set-version",))
    if text not in ("1", "2"):
        raise WslError("ERROR_VERSION_PARSE_ERROR")
    session.check_service()
    if text == "2":
        session.console.text("VmModeConversionInfo")
    item = session.settled(name)
    if item.version == int(text):
        raise WslError("WSL_E_VM_MODE_INVALID_STATE", SERVICE, "AlreadyRequestedVersion")
    if text == "1":
        session.check_wsl1()
    if not windows_state.service_exists(session.laptop, "LxssManager"):
        raise WslError("WSL_E_WSL1_NOT_SUPPORTED", SERVICE, "Wsl1NotSupported")
    session.check_space(SERVICE)
    session.start_virtual_machine(SERVICE)
    if item.base_path is None:
        raise WslError("E_UNEXPECTED", SERVICE)
    convert_wsl1(session.laptop, item.base_path)
    session.distributions.set_number(item, "Flags", item.flags | WSL2_FLAG)
    session.console.system("ERROR_SUCCESS")
    return 0


def unregister(session: Session, rest: str) -> int:
    """``--unregister NAME``: no question asked; works on broken registrations too."""
    name, _after = value(rest)
    session.check_service()
    item = session.settled(name)
    disk = known_disk(session.laptop, item)
    if disk is not None:
        linux_disks.delete_disk(session.laptop, disk)
    if item.vhd is not None and item.base_path is not None:
        drive = session.laptop.drive
        drive.host_path(item.vhd).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # a folder that holds more stays
            drive.host_path(item.base_path).rmdir()
    session.distributions.remove(item)
    session.console.system("ERROR_SUCCESS")
    return 0


# -- --manage --------------------------------------------------------------------------------------------------------


def manage(session: Session, rest: str) -> int:
    """``--manage NAME`` and exactly one option."""
    options = parse(rest, MANAGE)
    if len(options.positionals) != 1 or len(options.values) != 1:
        raise UsageError
    session.check_service()
    [(action, argument)] = options.values.items()
    actions = {
        "move": _move,
        "resize": _resize,
        "set-default-user": _set_default_user,
        "set-sparse": _set_sparse,
    }
    name = options.positionals[0]
    code = actions[action](session, name, argument, options)
    if code == 0:
        session.console.system("ERROR_SUCCESS")
    return code


def _set_sparse(session: Session, name: str, argument: str, options: Options) -> int:
    if argument not in ("true", "false"):
        raise WslError("E_INVALIDARG", name="InvalidBoolean", arguments=(argument,))
    item = session.settled(name)
    if item.version == 1:
        raise WslError("WSL_E_WSL2_NEEDED", SERVICE, "SparseVhdWsl2Only")
    if argument == "true" and "allow-unsafe" not in options.switches:
        raise WslError("E_INVALIDARG", SERVICE, "SparseVhdDisabled")
    _check_detached(session, item, SERVICE)
    note(session.laptop, _disk_file(session, item), sparse=argument == "true")
    return 0


def _resize(session: Session, name: str, argument: str, _options: Options) -> int:
    wanted = size(argument)
    if wanted is None:
        raise WslError("E_INVALIDARG", name="InvalidSize", arguments=(argument,))
    item = session.settled(name)
    if item.version == 1:
        raise WslError("WSL_E_WSL2_NEEDED", SERVICE, "Wsl2Needed")
    _check_detached(session, item, SERVICE)
    if wanted < SMALLEST_DISK:
        raise WslError("E_FAIL", SERVICE, "FailedToResizeDisk")
    note(session.laptop, _disk_file(session, item), bytes=wanted)
    return 0


def _move(session: Session, name: str, argument: str, _options: Options) -> int:
    context = f"{SERVICE}/MoveDistro"
    item = session.settled(name)
    if item.version == 1:
        raise WslError("E_NOTIMPL", context)
    _check_detached(session, item, context)
    folder = session.path(argument)
    used = {other.base_path.lower() for other in session.distributions.all() if other.base_path is not None}
    target = f"{folder}\\{item.vhd_file_name}"
    drive = session.laptop.drive
    if folder.lower() in used or drive.exists(target):
        raise WslError("ERROR_FILE_EXISTS", context, "DistroInstallPathAlreadyExists")
    source = _disk_file(session, item, context)
    drive.host_path(folder).mkdir(parents=True, exist_ok=True)
    drive.host_path(source).rename(drive.host_path(target))
    session.distributions.set_text(item, "BasePath", folder)
    return 0


def _set_default_user(session: Session, name: str, argument: str, _options: Options) -> int:
    """Ask ``id -u`` inside, as root; its failure is wsl.exe's exit code."""
    item = session.settled(name)
    output = _Collected()
    inner = dataclasses.replace(session.process, stdout=output)
    invocation = Invocation(user="root", directory="/", execute=True, rest=f'/usr/bin/id -u "{argument}"')
    asking = Session(inner)
    code = linux_command.run(asking, invocation, item)
    if code != 0:
        return code
    session.distributions.set_number(item, "DefaultUid", int(output.data))
    _stop(session, item)
    return 0


def _disk_file(session: Session, item: Distribution, context: str = SERVICE) -> str:
    """The Windows path of the virtual disk, which is a good one; raises WslError."""
    if item.vhd is None:
        raise WslError("ERROR_FILE_NOT_FOUND", context)
    attach(session.laptop, item.vhd, context)
    return item.vhd


def _check_detached(session: Session, item: Distribution, context: str) -> None:
    """The virtual disk must not be in use. Real WSL keeps it attached until --shutdown; the lab until the end."""
    if running_disk(session.laptop, item) is not None:
        raise WslError("WSL_E_DISTRO_NOT_STOPPED", context, "VhdInUse")


class _Collected:
    """A sink that keeps what is written."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data
