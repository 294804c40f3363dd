# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of the lab's SSH servers and of its client, and whom a laptop lets in by key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import asyncssh

from lab.machine.machine import Machine
from lab.machine.state import User

_OF_ADMINISTRATORS = "C:\\ProgramData\\ssh\\administrators_authorized_keys"


@dataclass(frozen=True)
class Keys:
    """Files. The servers of all laptops show ``host``; a client logs on by ``client``."""

    host: Path
    client: Path
    known_hosts: Path


def make(directory: Path) -> Keys:
    """The keys of the lab in DIRECTORY, made when missing."""
    keys = Keys(directory / "ssh_host_key", directory / "ssh_key", directory / "known_hosts")
    for file in (keys.host, keys.client):
        if not file.exists():
            key = asyncssh.generate_private_key("ssh-ed25519", comment="wslfleet lab")
            file.touch(mode=0o600)
            file.write_bytes(key.export_private_key())
            file.with_suffix(".pub").write_bytes(key.export_public_key())
    return keys


def known_host(keys: Keys, port: int) -> str:
    """The line of ``known_hosts`` for the laptop at PORT."""
    kind, key = keys.host.with_suffix(".pub").read_text(encoding="ascii").split()[:2]
    return f"[127.0.0.1]:{port} {kind} {key}\n"


def authorize(laptop: Machine, public_key: str) -> None:
    """Let administrators of LAPTOP in by PUBLIC_KEY, a line of an ``authorized_keys``."""
    file = laptop.drive.host_path(_OF_ADMINISTRATORS)
    file.parent.mkdir(parents=True, exist_ok=True)
    known = file.read_text(encoding="ascii") if file.exists() else ""
    if public_key not in known:
        file.write_text(known + public_key, encoding="ascii")


def is_authorized(laptop: Machine, user: User, key: asyncssh.SSHKey) -> bool:
    """Whether USER of LAPTOP may log on by KEY; administrators have a file of their own (the default sshd_config)."""
    file = laptop.drive.host_path(_OF_ADMINISTRATORS if user.admin else f"{user.profile}\\.ssh\\authorized_keys")
    wanted = key.export_public_key().split()[:2]
    return file.exists() and any(line.split()[:2] == wanted for line in file.read_bytes().splitlines())
