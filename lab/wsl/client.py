# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""C:\\Program Files\\WSL\\wsl.exe, the client that the MSI installs (program ``wsl``).

Its own failures end with -1 and a text on standard output; standard error has warnings and what Linux writes.
Not modelled, so NOT_MODELLED_EXIT_CODE and ``lab: not modelled``: bash.exe, wslconfig.exe and wslg.exe, --system,
--mount and --unmount, --debug-shell, --parent-console, distributions of WSL 1, appx distributions, systemd.
"""

from __future__ import annotations

import ntpath
import typing as t

from lab.machine.drive import BadName, NoSuchDrive
from lab.machine.process import NotModelled, Process, program
from lab.wsl import install, linux_command, listing, manage, transfer, update
from lab.wsl.argv import split
from lab.wsl.command_line import Failure, Invocation, Problem, parse
from lab.wsl.errors import UsageError, WslError, invalid_argument
from lab.wsl.options import MissingValue, UnknownArgument
from lab.wsl.session import Session
from lab.wsl.usage import usage

FAILURE = -1

COMMANDS: dict[str, t.Callable[[Session, str], int]] = {
    "--export": transfer.export,
    "--import": transfer.import_,
    "--import-in-place": transfer.import_in_place,
    "--install": install.install,
    "--list": listing.list_,
    "--manage": manage.manage,
    "--set-default": manage.set_default,
    "--set-default-version": manage.set_default_version,
    "--set-version": manage.set_version,
    "--shutdown": manage.shutdown,
    "--status": lambda session, rest: listing.status(session),
    "--terminate": manage.terminate,
    "--uninstall": update.uninstall,
    "--unregister": manage.unregister,
    "--update": update.update,
    "--version": lambda session, rest: listing.version(session),
}


@program("wsl")
def main(process: Process) -> int:
    """Run one command line."""
    stem = ntpath.splitext(ntpath.basename(split(process.command_line)[0]))[0].lower()
    if stem in ("bash", "wslconfig", "wslg"):
        raise NotModelled(f"{stem}.exe")
    session = Session(process)
    try:
        session.check_policy()
        return _run(session, parse(process.command_line))
    except WslError as error:
        session.console.line(error.render(session.console.language, session.version))
    except NoSuchDrive:
        # Of a drive that is not there Windows says what it says of any folder that is not there.
        _print(session, WslError("ERROR_PATH_NOT_FOUND"))
    except BadName as error:
        raise NotModelled(f"wsl.exe: {error}") from None
    except UsageError:
        session.console.line(usage())
    except UnknownArgument as error:
        _print(session, WslError("E_INVALIDARG", name="InvalidCommandLine", arguments=(str(error),)))
    except MissingValue as error:
        _print(session, WslError("E_INVALIDARG", name="MissingArgument", arguments=(str(error),)))
    return FAILURE


def _print(session: Session, error: WslError) -> None:
    session.console.line(error.render(session.console.language, session.version))


def _run(session: Session, invocation: Invocation) -> int:
    """The distribution of -d is looked up before anything right of it counts."""
    item = None
    if invocation.distribution is not None:
        session.check_service()
        item = session.named(invocation.distribution)
    if invocation.failure is not None:
        raise _error(invocation.failure)
    if invocation.management == "--help":
        raise UsageError
    if invocation.management is not None:
        if invocation.management not in COMMANDS:
            raise NotModelled(f"wsl.exe {invocation.management}")
        return COMMANDS[invocation.management](session, invocation.rest)
    session.check_service()
    return linux_command.run(session, invocation, item or linux_command.chosen(session, invocation))


def _error(failure: Failure) -> WslError:
    if failure.problem is Problem.UNKNOWN_OPTION:
        return WslError(name="InvalidCommandLine", arguments=(failure.token,))
    if failure.problem is Problem.MISSING_VALUE:
        return WslError(name="RequiredParameterMissing", arguments=(failure.token,))
    if failure.problem is Problem.DISTRIBUTION_TWICE:
        return WslError(name="DistroAlreadySet")
    return invalid_argument()
