# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of distributions that ``wsl --install`` offers: Microsoft's, or an administrator's.

HKLM ...\\Lxss DistributionListUrl replaces the list, DistributionListUrlAppend is merged and goes first; ``file://``
URLs work. Source: microsoft/WSL, src/windows/common/Distribution.cpp.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

from lab.wsl import download
from lab.wsl.errors import WslError
from lab.wsl.session import Session
from lab.wsl.windows_state import MACHINE_LXSS

DEFAULT_URL = "https://raw.githubusercontent.com/microsoft/WSL/master/distributions/DistributionInfo.json"


@dataclass(frozen=True)
class Modern:
    """A distribution that comes as a tar file."""

    name: str
    friendly_name: str
    url: str
    sha256: str
    """Hex, lower case, without ``0x``; empty when the manifest names none."""
    written: str = ""
    """The same as the list writes it."""


@dataclass(frozen=True)
class Legacy:
    """A distribution that comes as an appx package."""

    name: str
    friendly_name: str
    url: str


@dataclass
class Manifest:
    """One list, or several merged."""

    default: str | None = None
    flavors: dict[str, list[Modern]] = field(default_factory=dict)
    """Flavor -> its versions, the default one first."""
    legacy: list[Legacy] = field(default_factory=list)

    def find(self, name: str, legacy: bool) -> Modern | Legacy | None:
        """The entry for NAME, a flavor or a version, without case; with LEGACY the appx packages only."""
        wanted = name.lower()
        if not legacy:
            for flavor, versions in self.flavors.items():
                if flavor.lower() == wanted and versions:
                    return versions[0]
            for versions in self.flavors.values():
                for entry in versions:
                    if entry.name.lower() == wanted:
                        return entry
        return next((entry for entry in self.legacy if entry.name.lower() == wanted), None)

    def listing(self, versions: int) -> list[tuple[str, str]]:
        """Rows of name and friendly name: up to VERSIONS of each flavor, then legacy ones not shown yet."""
        rows = [(entry.name, entry.friendly_name) for found in self.order.values() for entry in found[:versions]]
        shown = {name.lower() for name, _friendly in rows}
        return rows + [(entry.name, entry.friendly_name) for entry in self.legacy if entry.name.lower() not in shown]

    order: dict[str, list[Modern]] = field(default_factory=dict)
    """As ``flavors``, the versions in the order of the manifest."""


def load(session: Session, context: str) -> Manifest:
    """Fetch the list or lists; raises WslError with CONTEXT."""
    registry = session.laptop.registry
    append = registry.get(MACHINE_LXSS, "DistributionListUrlAppend")
    replace = registry.get(MACHINE_LXSS, "DistributionListUrl")
    merged = Manifest()
    if append is not None:
        _merge(merged, _fetch(session, str(append.data), context))
    _merge(merged, _fetch(session, DEFAULT_URL if replace is None else str(replace.data), context))
    return merged


def _fetch(session: Session, url: str, context: str) -> Manifest:
    try:
        content = download.fetch(session.laptop, url, context)
    except WslError as error:
        message = error.message(session.console.language, session.version)
        raise WslError(error.code, error.context, "CouldFetchDistributionList", (url, message)) from None
    try:
        return parse(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WslError("WSL_E_INVALID_JSON", context, "InvalidJson", (str(error),)) from None


def parse(content: t.Mapping[str, t.Any]) -> Manifest:
    """Read the JSON of a manifest. Raises KeyError, TypeError, AttributeError for another shape."""
    result = Manifest(default=content.get("Default"))
    for flavor, versions in content.get("ModernDistributions", {}).items():
        entries = [(_modern(entry), bool(entry.get("Default"))) for entry in versions if "Amd64Url" in entry]
        result.order[flavor] = [entry for entry, _default in entries]
        result.flavors[flavor] = [entry for entry, _default in sorted(entries, key=lambda pair: not pair[1])]
    for entry in content.get("Distributions", []):
        result.legacy.append(Legacy(entry["Name"], entry["FriendlyName"], entry.get("Amd64PackageUrl") or ""))
    return result


def _modern(entry: t.Mapping[str, t.Any]) -> Modern:
    address = entry["Amd64Url"]
    written = str(address.get("Sha256", ""))
    digest = written.lower().removeprefix("0x")
    return Modern(entry["Name"], entry["FriendlyName"], address["Url"], digest, written)


def _merge(target: Manifest, other: Manifest) -> None:
    """Add OTHER; what TARGET has already takes precedence."""
    target.default = target.default or other.default
    for flavor, versions in other.flavors.items():
        target.flavors.setdefault(flavor, versions)
        target.order.setdefault(flavor, other.order[flavor])
    known = {entry.name.lower() for entry in target.legacy}
    target.legacy += [entry for entry in other.legacy if entry.name.lower() not in known]
