# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""--list, --status, --version: what wsl.exe shows. The table of ``-l -v`` is the same in every language."""

from __future__ import annotations

from lab.windows.version import windows_version
from lab.wsl import manifest, windows_state
from lab.wsl.disks import running_disk
from lab.wsl.errors import UsageError, WslError, no_default_distribution
from lab.wsl.options import Options, Spec, parse
from lab.wsl.registrations import Distribution, State
from lab.wsl.session import Session

LIST = Spec(
    switches={
        "--all": "all",
        "--online": "online",
        "-o": "online",
        "--quiet": "quiet",
        "-q": "quiet",
        "--running": "running",
        "--verbose": "verbose",
        "-v": "verbose",
    }
)
STATES = {
    State.INSTALLED: "Stopped",
    State.INSTALLING: "Installing",
    State.UNINSTALLING: "Uninstalling",
    State.CONVERTING: "Converting",
    State.EXPORTING: "Exporting",
}
MINIMAL_WIDTH = 4
COLUMN_GAP = 4
ONLINE_VERSIONS = 4
"""How many versions of a flavor ``--list --online`` shows."""

KERNELS: dict[tuple[int, ...], str] = {(2, 5): "6.6.87.1-1", (2, 6): "6.6.87.2-1", (2, 7): "6.6.114.1-1"}
NEWEST_KERNEL = "6.18.20.1-1"
OLD_KERNEL = "5.15.153.1-2"


def list_(session: Session, rest: str) -> int:
    """``--list`` with all its switches."""
    options = parse(rest, LIST)
    given = options.switches
    if {"quiet", "verbose"} <= given or {"all", "running"} <= given:
        raise UsageError
    if "online" in given:
        if given & {"verbose", "all"}:
            raise UsageError
        return _online(session)
    session.check_service()
    found = session.distributions.all()
    if "verbose" in given:
        return _table(session, found)
    return _names(session, _filtered(session, found, options), options)


def state_name(session: Session, item: Distribution) -> str:
    """The word of the STATE column."""
    if item.state == State.INSTALLED and running_disk(session.laptop, item) is not None:
        return "Running"
    return STATES.get(State(item.state), "Stopped") if item.state in set(State) else "Stopped"


def _filtered(session: Session, found: list[Distribution], options: Options) -> list[Distribution]:
    if "running" in options.switches:
        return [item for item in found if state_name(session, item) == "Running"]
    if "all" in options.switches:
        return found
    return [item for item in found if item.state == State.INSTALLED]


def _names(session: Session, found: list[Distribution], options: Options) -> int:
    if "quiet" in options.switches:
        for item in found:
            session.console.line(item.name)
        return 0
    if not found:
        raise WslError(name="NoRunningDistro") if "running" in options.switches else no_default_distribution()
    session.console.text("RegisteredDistrosHeader")
    default = session.distributions.default_id()
    for item in found:
        if item.id == default:
            session.console.text("PrintDistroDefault", item.name)
        else:
            session.console.line(item.name)
    return 0


def _table(session: Session, found: list[Distribution]) -> int:
    """``-l -v``: every state, ``--running`` is ignored."""
    if not found:
        raise no_default_distribution()
    width = max(MINIMAL_WIDTH, *(len(item.name) for item in found)) + COLUMN_GAP
    default = session.distributions.default_id()
    session.console.line(f"  {'NAME':<{width}}{'STATE':<16}VERSION")
    for item in found:
        flag = "*" if item.id == default else " "
        session.console.line(f"{flag} {item.name:<{width}}{state_name(session, item):<16}{item.version}")
    return 0


def _online(session: Session) -> int:
    rows = manifest.load(session, "Wsl").listing(ONLINE_VERSIONS)
    width = max(MINIMAL_WIDTH, *(len(name) for name, _friendly in rows), 0) + COLUMN_GAP
    session.console.text("DistributionListOnline", "--install")
    session.console.line(f"{'NAME':<{width}}FRIENDLY NAME")
    for name, friendly in rows:
        session.console.line(f"{name:<{width}}{friendly}")
    return 0


def status(session: Session) -> int:
    """``--status``."""
    session.check_service()
    default = session.distributions.default()
    if default is not None:
        session.console.text("StatusDefaultDistro", default.name)
    session.console.text("StatusDefaultVersion", str(session.distributions.default_version()))
    if not windows_state.service_exists(session.laptop, "LxssManager"):
        session.console.text("Wsl1NotSupported")
    if not windows_state.service_exists(session.laptop, "vmcompute"):
        session.console.text("EnableVirtualization")
    return 0


def version(session: Session) -> int:
    """``--version``: seven lines; the first is the package, the last Windows, the others are plausible."""
    kernel = KERNELS.get(session.version[:2], OLD_KERNEL if session.version < (2, 5) else NEWEST_KERNEL)
    session.console.text(
        "PackageVersions",
        session.version_text,
        kernel,
        "1.0.71",
        "1.2.6353",
        "1.611.1-81528511",
        "10.0.26100.1-240331-1435.ge-release",
        windows_version(session.laptop),
    )
    return 0
