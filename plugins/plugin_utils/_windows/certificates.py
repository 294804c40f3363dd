# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The root certificates that a company has added to Windows, read from the registry in one WinRS command.

The machine's Root store consists of several keys: one of group policy, one of Active Directory, and a local one for
installers, Intune and Microsoft. ``certutil.exe`` prints no certificates, only writes files, is localised, and alarms
security software, so reg.exe reads the same store.

A certificate is the value ``Blob`` of a key named after its SHA-1 thumbprint: properties one after the other, each as
id, reserved (1) and length, 32 bits little-endian, then its bytes; id 32 is the certificate itself ([MS-GPEF] 2.2.1.2.1
and wincrypt.h, CERT_CERT_PROP_ID).
"""

from __future__ import annotations

import hashlib
import re
import ssl
import struct
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import registry as windows_registry
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import fits, read, registry_query

ALL = "all"
POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\Root\\Certificates"
ENTERPRISE = "HKLM\\SOFTWARE\\Microsoft\\EnterpriseCertificates\\Root\\Certificates"
LOCAL = "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\ROOT\\Certificates"
COMPANY = (POLICY, ENTERPRISE)
"""Stores that only the company writes: the meaning of V(all)."""
DISTRUSTED = (
    "HKLM\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\Disallowed\\Certificates",
    "HKLM\\SOFTWARE\\Microsoft\\EnterpriseCertificates\\Disallowed\\Certificates",
    "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\Disallowed\\Certificates",
)
"""A certificate listed here is distrusted, even if another store trusts it."""

_CERTIFICATE = 32
_PROPERTY = struct.Struct("<III")


def thumbprints(wanted: t.Sequence[str]) -> list[str]:
    """WANTED in the notation of Windows, or ``[ALL]``. Raises StepFailed."""
    bare = [re.sub(r"[\s:\u200e]", "", item).upper() for item in wanted]
    if bare == [ALL.upper()]:
        return [ALL]
    for item, text in zip(bare, wanted):
        if not re.fullmatch(r"[0-9A-F]{40}", item):
            raise StepFailed(
                f"windows_certificates: {text!r} is no thumbprint (40 hex digits), nor is it {ALL!r} alone; "
                "nothing was changed"
            )
    return list(dict.fromkeys(bare))


def read_pem(runner: CommandRunner, wanted: t.Sequence[str]) -> list[str]:
    """``read_certificates`` in PEM form, with WANTED in any notation of thumbprints. Raises the same errors."""
    return [ssl.DER_cert_to_PEM_cert(der) for der in read_certificates(runner, thumbprints(wanted))]


def read_certificates(runner: CommandRunner, wanted: t.Sequence[str]) -> list[bytes]:
    """The certificates WANTED (thumbprints, or ``[ALL]``) in DER form, in the order of their thumbprints.

    :raises StepFailed: one is not in the machine's Root store, is distrusted there, or cannot be read.
    :raises HostUnreachable, CommandTimeout: see the port.
    """
    if not wanted:
        return []
    reads = read(runner, _lines(wanted))
    distrusted = {_name(key) for place in DISTRUSTED for key in reads.registry.subkeys(place)}
    found: dict[str, bytes] = {}
    for place in (*COMPANY, LOCAL):
        for key in reads.registry.subkeys(place):
            if wanted == [ALL] or _name(key) in wanted:
                found.setdefault(_name(key), _read_one(reads.registry, key))
    if wanted == [ALL]:
        return [der for name, der in sorted(found.items()) if name not in distrusted]
    for name in wanted:
        if name in distrusted:
            raise StepFailed(f"Windows distrusts certificate {name} (store Disallowed); nothing was changed")
        if name not in found:
            raise StepFailed(
                f"no certificate {name} in the Root store of this computer; check it with certlm.msc; "
                "nothing was changed"
            )
    return [der for _name_, der in sorted(found.items())]


def _lines(wanted: t.Sequence[str]) -> dict[str, str]:
    """The reads. Single keys if the thumbprints are known, because the local store has dozens."""
    lines = {f"distrusted_{number}": registry_query(place) for number, place in enumerate(DISTRUSTED)}
    if wanted == [ALL]:
        return lines | {place: registry_query(place, recursive=True) for place in COMPANY}
    single = {f"{place}\\{name}": registry_query(f"{place}\\{name}") for place in (*COMPANY, LOCAL) for name in wanted}
    if fits(lines | single):
        return lines | single
    return lines | {place: registry_query(place, recursive=True) for place in (*COMPANY, LOCAL)}


def _name(key: str) -> str:
    return key.rsplit("\\", 1)[-1].upper()


def _read_one(registry: windows_registry.RegistryTree, key: str) -> bytes:
    blob = registry.get(key, "Blob")
    der = certificate_in(blob) if isinstance(blob, bytes) else b""
    if hashlib.sha1(der, usedforsecurity=False).hexdigest().upper() != _name(key):
        raise StepFailed(f"{key} contains no certificate with that thumbprint; it is damaged, or was not read in full")
    return der


def certificate_in(blob: bytes) -> bytes:
    """The certificate in BLOB; empty if there is none, or if the blob is damaged."""
    at = 0
    while at + _PROPERTY.size <= len(blob):
        kind, _reserved, length = _PROPERTY.unpack_from(blob, at)
        at += _PROPERTY.size
        if kind == _CERTIFICATE:
            return blob[at : at + length] if at + length <= len(blob) else b""
        at += length
    return b""
