# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of the lab: ``python -m lab up|down|status|log|shell|fault|serve``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from lab.laptops import profiles
from lab.machine.faults import KNOWN, Faults
from lab.server import fleet, service
from lab.wsman import link


class UsageError(Exception):
    """Bad input; one line for the person at the terminal."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="Simulated Windows laptops with WSL for tests.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str, laptop: bool = False) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--state", type=Path, required=True, metavar="DIR", help="the lab's state directory")
        if laptop:
            command.add_argument("laptop", metavar="LAPTOP", help="name of a laptop, see 'status'")
        return command

    def add_reach(command: argparse.ArgumentParser) -> None:
        also = "an SSH server on each laptop too, and DIR/inventory_ssh.yml"
        command.add_argument("--ssh", action="store_true", help=also)
        distance = "the round trip from the controller to each laptop, for example 40ms (default: none)"
        command.add_argument("--latency", type=_duration, default=0.0, metavar="TIME", help=distance)
        width = "what the link of each laptop carries in each direction, for example 20mbit (default: no limit)"
        command.add_argument("--bandwidth", type=_rate, default=0.0, metavar="RATE", help=width)

    up = add("up", "Start laptops, write DIR/inventory.yml and return.")
    up.add_argument("--laptops", type=int, default=1, metavar="N", help="laptops of each profile (default: 1)")
    up.add_argument(
        "--profile",
        action="append",
        choices=sorted(profiles.PROFILES),
        metavar="NAME",
        help="what the laptops are like (default: fresh; may be given several times): "
        + "; ".join(f"{name}: {text}" for name, text in profiles.PROFILES.items()),
    )
    up.add_argument(
        "--probe",
        action="append",
        type=Path,
        metavar="FILE",
        help="a laptop that answers as a real one did: the JSON that playbooks/doctor.yml wrote",
    )
    up.add_argument(
        "--language",
        default="en-US",
        choices=profiles.LANGUAGES,
        metavar="TAG",
        help=f"display language: {', '.join(profiles.LANGUAGES)} (default: en-US)",
    )
    up.add_argument(
        "--without-compiler",
        action="store_true",
        help="toolkit packages without the real nvcc: nothing to download, for tests that do not compile",
    )
    up.add_argument(
        "--without-archive",
        action="store_true",
        help="distributions that do not know Debian's archive, and small files in the place of their images: quicker, "
        "for tests that install nothing of it",
    )
    up.add_argument(
        "--stop-after",
        type=int,
        default=7200,
        metavar="SECONDS",
        help="the lab stops by itself after this long (default: 7200)",
    )
    shown = "distributions see this folder of this machine, read-only, as /run/shown/ and its name (several times)"
    up.add_argument("--show", action="append", default=[], type=Path, metavar="FOLDER", help=shown)
    add_reach(up)
    down = add("down", "Stop the laptops; nothing stays running or mounted.")
    down.add_argument("--purge", action="store_true", help="delete the state directory too")
    add("status", "List the laptops.")
    log = add("log", "Print the journal: one JSON object per command of WinRM or SSH.", laptop=True)
    log.add_argument("--requests", action="store_true", help="one JSON object per HTTP request instead")
    shell = add("shell", "Open a root shell inside a distribution.", laptop=True)
    shell.add_argument("distribution", metavar="DISTRIBUTION")
    fault = add("fault", f"Switch a fault on. Faults: {'; '.join(f'{k}: {v}' for k, v in KNOWN.items())}", laptop=True)
    fault.add_argument("fault", metavar="FAULT", choices=sorted(KNOWN))
    fault.add_argument("settings", nargs="*", metavar="KEY=VALUE", help="for example count=1 seconds=2 match=base64")
    fault.add_argument("--off", action="store_true", help="switch it off instead")
    serve = add("serve", "Run the laptops of DIR in this process; 'up' starts this.")
    serve.add_argument("--stop-after", type=int, default=7200, metavar="SECONDS")
    serve.add_argument("--show", action="append", default=[], type=Path, metavar="FOLDER")
    add_reach(serve)
    return parser


def _duration(text: str) -> float:
    try:
        return link.seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _rate(text: str) -> float:
    try:
        return link.bits_per_second(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _laptop_directory(state: Path, name: str) -> Path:
    directory = state / "laptops" / name
    if not directory.is_dir():
        known = sorted(entry.name for entry in (state / "laptops").glob("*")) if state.is_dir() else []
        raise UsageError(f"no laptop {name!r} in {state}; there are: {', '.join(known) or 'none'}")
    return directory


def _setting(text: str) -> tuple[str, object]:
    key, separator, value = text.partition("=")
    if not separator:
        raise UsageError(f"a fault's setting must read KEY=VALUE, not {text!r}")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def _up(arguments: argparse.Namespace) -> int:
    if arguments.laptops < 1:
        raise UsageError("--laptops must be at least 1")
    if os.geteuid() != 0:
        raise UsageError("the lab needs root: it mounts file systems and creates namespaces; run it with sudo")
    chosen = arguments.profile or ([] if arguments.probe else ["fresh"])
    wanted = [(profile, number + 1) for profile in chosen for number in range(arguments.laptops)]
    fleet.prepare(
        arguments.state,
        fleet.Wanted(
            wanted,
            arguments.probe or [],
            arguments.language,
            real_compiler=not arguments.without_compiler,
            package_archive=not arguments.without_archive,
        ),
        say=_say,
    )
    distance = [f"--latency={arguments.latency}s", f"--bandwidth={arguments.bandwidth / 1000}kbit"]
    shown = [f"--show={folder.resolve()}" for folder in arguments.show]
    reach = [*distance, *(["--ssh"] if arguments.ssh else [])]
    service.start(arguments.state, arguments.stop_after, [*reach, *shown])
    print(f"inventory: {arguments.state / 'inventory.yml'}")
    return 0


def _say(text: str) -> None:
    print(f"lab: {text}", file=sys.stderr, flush=True)


def _status(arguments: argparse.Namespace) -> int:
    print(fleet.status_table(arguments.state, running=service.is_running(arguments.state)))
    return 0


def _log(arguments: argparse.Namespace) -> int:
    name = "requests.jsonl" if arguments.requests else "commands.jsonl"
    journal = _laptop_directory(arguments.state, arguments.laptop) / name
    if journal.exists():
        sys.stdout.write(journal.read_text(encoding="utf-8"))
    return 0


def _shell(arguments: argparse.Namespace) -> int:
    directory = _laptop_directory(arguments.state, arguments.laptop)
    return fleet.shell(arguments.state, directory, arguments.distribution)


def _fault(arguments: argparse.Namespace) -> int:
    faults = Faults(_laptop_directory(arguments.state, arguments.laptop) / "faults.json")
    if arguments.off:
        faults.switch_off(arguments.fault)
    else:
        faults.switch_on(arguments.fault, **dict(_setting(text) for text in arguments.settings))
    return 0


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 on success, 1 with one line on stderr when something is wrong."""
    arguments = _parser().parse_args(argv)
    arguments.state = arguments.state.resolve()
    try:
        if arguments.command == "up":
            return _up(arguments)
        if arguments.command == "down":
            service.stop(arguments.state, purge=arguments.purge)
            return 0
        if arguments.command == "status":
            return _status(arguments)
        if arguments.command == "log":
            return _log(arguments)
        if arguments.command == "shell":
            return _shell(arguments)
        if arguments.command == "fault":
            return _fault(arguments)
        return service.serve(
            arguments.state,
            arguments.stop_after,
            link.LinkSettings(round_trip=arguments.latency, bits_per_second=arguments.bandwidth),
            arguments.show,
            arguments.ssh,
        )
    except (UsageError, fleet.LabError, OSError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
