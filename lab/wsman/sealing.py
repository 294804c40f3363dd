# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Message encryption of WinRM over plain HTTP: one sealed MIME part (MS-WSMV 2.2.9.1, Negotiate)."""

from __future__ import annotations

import struct

import spnego
from spnego.exceptions import SpnegoError

PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
CONTENT_TYPE = f'multipart/encrypted;protocol="{PROTOCOL}";boundary="Encrypted Boundary"'

_BOUNDARY = b"--Encrypted Boundary\r\n"
_END = b"--Encrypted Boundary--\r\n"
_OCTETS = b"\tContent-Type: application/octet-stream\r\n"


class SealError(ValueError):
    """The body is not what this connection's security context has sealed."""


def seal(data: bytes, context: spnego.ContextProxy) -> bytes:
    """The multipart/encrypted body that holds DATA."""
    sealed = context.wrap_winrm(data)
    original = f"type=application/soap+xml;charset=UTF-8;Length={len(data)}"
    part = f"\tContent-Type: {PROTOCOL}\r\n\tOriginalContent: {original}\r\n"
    signature = struct.pack("<i", len(sealed.header)) + sealed.header
    return b"".join((_BOUNDARY, part.encode("ascii"), _BOUNDARY, _OCTETS, signature, sealed.data, _END))


def unseal(body: bytes, context: spnego.ContextProxy) -> bytes:
    """What a multipart/encrypted BODY holds. The sealed bytes may contain anything, so only the ends are searched."""
    try:
        head, octets = body.split(_OCTETS, 1)
        length = int(head.partition(b"Length=")[2].split(b"\r\n", 1)[0])
        sealed = octets[: octets.rindex(_END)]
        (signature_length,) = struct.unpack_from("<i", sealed)
        signature, sealed = sealed[4 : 4 + signature_length], sealed[4 + signature_length :]
    except (ValueError, struct.error) as error:
        raise SealError(f"not a multipart/encrypted body: {error}") from error
    try:
        data = context.unwrap_winrm(signature, sealed)
    except SpnegoError as error:
        raise SealError(f"sealed by another security context: {error}") from error
    if len(data) != length:
        raise SealError(f"the sealed part holds {len(data)} bytes, its header says {length}")
    return data
