# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The distributions of one Windows user, as they stand in that user's part of the registry.

Every question reads the registry anew, so a test or an administrator can change it at any time.
Source: microsoft/WSL, src/windows/service/exe/DistributionRegistration.cpp.
"""

from __future__ import annotations

import enum
import re
import typing as t
import uuid
from dataclasses import dataclass

from lab.machine.registry import Registry

LXSS = "Software\\Microsoft\\Windows\\CurrentVersion\\Lxss"
WSL2_FLAG = 8
FLAGS_WSL1 = 7
FLAGS_WSL2 = 15
FILE_SYSTEM_WSLFS = 2
VHD = "ext4.vhdx"

NAME = re.compile(r"[a-zA-Z0-9._-]{1,256}")
RESERVED_NAME = "legacy"


class State(enum.IntEnum):
    """What the value State says; that a distribution runs is never stored."""

    INSTALLED = 1
    INSTALLING = 3
    UNINSTALLING = 4
    CONVERTING = 5
    EXPORTING = 6


@dataclass(frozen=True)
class Distribution:
    """One registration."""

    id: str
    """``{guid}``, lower case."""
    name: str
    base_path: str | None
    """Windows path of its folder; None on a broken registration."""
    vhd_file_name: str = VHD
    state: int = State.INSTALLED
    flags: int = FLAGS_WSL2
    default_uid: int = 0
    run_oobe: bool = False

    @property
    def version(self) -> int:
        """1 or 2: WSL 1 or WSL 2."""
        return 2 if self.flags & WSL2_FLAG else 1

    @property
    def vhd(self) -> str | None:
        """Windows path of the virtual disk; None on a broken registration."""
        return None if self.base_path is None else f"{self.base_path}\\{self.vhd_file_name}"


def valid_name(name: str) -> bool:
    """May a new distribution be called NAME?"""
    return NAME.fullmatch(name) is not None and name.lower() != RESERVED_NAME


class Registrations:
    """The key Lxss of the user with the security id SID."""

    def __init__(self, registry: Registry, sid: str) -> None:
        self.key = f"HKU\\{sid}\\{LXSS}"
        self._registry = registry

    # -- reading -------------------------------------------------------------------------------------------------

    def all(self) -> list[Distribution]:
        """Every registration with a name, the default first."""
        found = [item for key in self._registry.subkeys(self.key) if (item := self._read(key)) is not None]
        default = self.default_id()
        return sorted(found, key=lambda item: item.id != default)

    def find(self, name: str) -> Distribution | None:
        """The distribution called NAME, without case."""
        return next((item for item in self.all() if item.name.lower() == name.lower()), None)

    def get(self, guid: str) -> Distribution | None:
        """The distribution with GUID (``{…}``)."""
        return next((item for item in self.all() if item.id == guid.lower()), None)

    def default_id(self) -> str | None:
        """The GUID that is noted as default, whether or not there is such a distribution."""
        value = self._registry.get(self.key, "DefaultDistribution")
        return str(value.data).lower() if value is not None and value.data else None

    def default(self) -> Distribution | None:
        """The default distribution; None when there is none or it is stale."""
        guid = self.default_id()
        return None if guid is None else self.get(guid)

    def default_version(self) -> int:
        """1 or 2: what new distributions become."""
        value = self._registry.get(self.key, "DefaultVersion")
        return 1 if value is not None and value.data == 1 else 2

    def _read(self, guid: str) -> Distribution | None:
        if not guid.startswith("{"):
            return None
        values = {name.lower(): value.data for name, value in self._registry.values(f"{self.key}\\{guid}").items()}
        if "distributionname" not in values:
            return None

        def number(name: str, default: int) -> int:
            data = values.get(name.lower(), default)
            return data if isinstance(data, int) else default

        base_path = values.get("basepath")
        return Distribution(
            id=guid.lower(),
            name=str(values["distributionname"]),
            base_path=None if base_path is None else str(base_path).removeprefix("\\\\?\\"),
            vhd_file_name=str(values.get("vhdfilename", VHD)),
            state=number("State", 0),
            flags=number("Flags", FLAGS_WSL1),
            default_uid=number("DefaultUid", 0),
            run_oobe=number("RunOOBE", 0) == 1,
        )

    # -- writing -------------------------------------------------------------------------------------------------

    def add(self, item: Distribution, *, modern: bool, os_release: t.Mapping[str, str]) -> None:
        """Register ITEM; it becomes the default when there is none or a stale one."""
        had_default = self.default() is not None
        numbers = {
            "State": item.state,
            "Version": FILE_SYSTEM_WSLFS,
            "Flags": item.flags,
            "DefaultUid": item.default_uid,
            "RunOOBE": int(item.run_oobe),
        }
        if modern:
            numbers["Modern"] = 1
        strings = {"DistributionName": item.name, "BasePath": item.base_path or "", "VhdFileName": item.vhd_file_name}
        for value, field in (("Flavor", "ID"), ("OsVersion", "VERSION_ID")):
            if field in os_release:
                strings[value] = os_release[field]
        key = f"{self.key}\\{item.id}"
        for name, number in numbers.items():
            self._registry.set(key, name, "REG_DWORD", number)
        for name, text in strings.items():
            self._registry.set(key, name, "REG_SZ", text)
        if not had_default:
            self.set_default(item)

    def remove(self, item: Distribution) -> None:
        """Forget ITEM; when it was the default, the next one becomes it."""
        was_default = self.default_id() == item.id
        self._registry.delete(f"{self.key}\\{item.id}")
        if not was_default:
            return
        following = self.all()
        if following:
            self.set_default(following[0])
        else:
            self._registry.delete(self.key, "DefaultDistribution")

    def set_default(self, item: Distribution) -> None:
        """Note ITEM as the default."""
        self._registry.set(self.key, "DefaultDistribution", "REG_SZ", item.id)

    def set_default_version(self, version: int) -> None:
        """Note what new distributions become, 1 or 2."""
        self._registry.set(self.key, "DefaultVersion", "REG_DWORD", version)

    def set_number(self, item: Distribution, name: str, number: int) -> None:
        """Write one REG_DWORD of ITEM."""
        self._registry.set(f"{self.key}\\{item.id}", name, "REG_DWORD", number)

    def set_text(self, item: Distribution, name: str, text: str) -> None:
        """Write one REG_SZ of ITEM."""
        self._registry.set(f"{self.key}\\{item.id}", name, "REG_SZ", text)


def new_id() -> str:
    """A fresh ``{guid}``."""
    return "{" + str(uuid.uuid4()) + "}"
