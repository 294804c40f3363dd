# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates in the stores of the computer, as Windows keeps them in the registry.

A key named after the SHA-1 thumbprint holds one value, Blob: properties one after the other, each as id, 1 and length
(32 bits, little-endian) and its bytes. [MS-GPEF] 2.2.1.2.1 describes it; the ids are those of wincrypt.h.
"""

from __future__ import annotations

import hashlib
import struct

from lab.machine.registry import Registry

PLACES = {
    "local": "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\{store}\\Certificates",
    "policy": "HKLM\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\{store}\\Certificates",
    "enterprise": "HKLM\\SOFTWARE\\Microsoft\\EnterpriseCertificates\\{store}\\Certificates",
}
"""Who put a certificate into a store: anybody with the right to, group policy, Active Directory."""

_SHA1, _MD5, _FRIENDLY_NAME, _CERTIFICATE = 3, 4, 11, 32


def blob(der: bytes, friendly_name: str = "") -> bytes:
    """The value for a certificate."""
    properties = {
        _SHA1: hashlib.sha1(der, usedforsecurity=False).digest(),
        _MD5: hashlib.md5(der, usedforsecurity=False).digest(),
    }
    if friendly_name:
        properties[_FRIENDLY_NAME] = (friendly_name + "\0").encode("utf-16-le")
    properties[_CERTIFICATE] = der  # always the last one
    return b"".join(struct.pack("<III", kind, 1, len(data)) + data for kind, data in properties.items())


def add(registry: Registry, der: bytes, place: str = "local", store: str = "Root", friendly_name: str = "") -> str:
    """Put a certificate into STORE (Root, Disallowed, …) at PLACE; its thumbprint."""
    thumbprint = hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()
    key = f"{PLACES[place].format(store=store)}\\{thumbprint}"
    registry.set(key, "Blob", "REG_BINARY", blob(der, friendly_name).hex().upper())
    return thumbprint


def remove(registry: Registry, thumbprint: str, place: str = "local", store: str = "Root") -> None:
    """Take a certificate out of STORE; no error when it is not there."""
    registry.delete(f"{PLACES[place].format(store=store)}\\{thumbprint}")
