# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Message encryption, against pywinrm's own implementation and a stand-in for the security context."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from spnego.exceptions import BadMICError
from winrm.encryption import Encryption

from lab.wsman.sealing import CONTENT_TYPE, SealError, seal, unseal


class Mirror:
    """Seals by turning bits, signs with a constant."""

    signature = b"0123456789abcdef"

    def wrap_winrm(self, data: bytes) -> SimpleNamespace:
        return SimpleNamespace(header=self.signature, data=bytes(255 - byte for byte in data), padding_length=0)

    def unwrap_winrm(self, header: bytes, data: bytes) -> bytes:
        if header != self.signature:
            raise BadMICError()
        return bytes(255 - byte for byte in data)

    def wrap(self, data: bytes) -> tuple[bytes, bytes]:
        return self.wrap_winrm(data).data, self.signature

    def unwrap(self, data: bytes, signature: bytes) -> bytes:
        return self.unwrap_winrm(signature, data)


CONTEXT: t.Any = Mirror()
HOSTILE = bytes(255 - byte for byte in b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n")
CASES = [b"", b"x", bytes(range(256)), HOSTILE]


@pytest.mark.parametrize("data", CASES)
def test_round_trip(data: bytes) -> None:
    assert unseal(seal(data, CONTEXT), CONTEXT) == data


@pytest.mark.parametrize("data", [b"x", bytes(range(256)) * 10])
def test_pywinrm_understands_it_and_is_understood(data: bytes) -> None:
    client = Encryption(t.cast(t.Any, SimpleNamespace(auth=SimpleNamespace(session_security=CONTEXT))), "ntlm")
    assert unseal(client._encrypt_message(data, None) + b"--Encrypted Boundary--\r\n", CONTEXT) == data
    response: t.Any = SimpleNamespace(
        headers={"Content-Type": CONTENT_TYPE}, content=seal(data, CONTEXT), request=SimpleNamespace(url="http://x")
    )
    assert client.parse_encrypted_response(response) == data


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml/>",
        seal(b"abc", CONTEXT)[:-5],
        seal(b"abc", CONTEXT).replace(b"Length=3", b"Length=4"),
        seal(b"abc", CONTEXT).replace(b"Length=3", b""),
        seal(b"abc", CONTEXT).replace(b"0123", b"3210"),
    ],
)
def test_what_is_not_sealed_for_this_connection(body: bytes) -> None:
    with pytest.raises(SealError):
        unseal(body, CONTEXT)
