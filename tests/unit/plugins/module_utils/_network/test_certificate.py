# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import certificate

from tests.unit.plugins.module_utils.certificate_data import AUTHORITY, OLD_AUTHORITY, SERVER

PARSED = certificate.from_pem(AUTHORITY)[0]


@pytest.mark.parametrize(
    ("pem", "subject", "not_after", "is_authority"),
    [
        (AUTHORITY, "Corp TLS Inspection CA", "2051-07-15", True),
        (SERVER, "Corp", "2026-12-03", False),
        (OLD_AUTHORITY, "Old Corp", "2026-11-26", True),
    ],
)
def test_from_pem(pem: str, subject: str, not_after: str, is_authority: bool) -> None:
    (found,) = certificate.from_pem(f"Bag Attributes\n{pem}")
    assert (found.subject, found.issuer) == (subject, subject)
    assert (found.not_after, found.is_authority) == (not_after, is_authority)
    assert found.pem == pem


def test_thumbprint_is_that_of_openssl() -> None:
    assert PARSED.thumbprint == "B757614A8CCE3E9497B6742EA6675860FD38231E"


def test_several_in_one_text() -> None:
    assert [item.subject for item in certificate.from_pem(AUTHORITY + "text\n" + SERVER)] == [PARSED.subject, "Corp"]


def test_names_in_two_bytes() -> None:
    name = b"\x31\x13\x30\x11\x06\x03\x55\x04\x03\x1e\x0a" + "Ünder".encode("utf-16-be")
    assert certificate._name(name) == "Ünder"
    assert certificate._name(b"") == ""


@pytest.mark.parametrize(
    ("tag", "text", "day"), [(0x17, b"991231235959Z", "1999-12-31"), (0x18, b"20500101000000Z", "2050-01-01")]
)
def test_days(tag: int, text: bytes, day: str) -> None:
    assert certificate._day((tag, text)) == day


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no certificate in PEM form"),
        ("-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----\n", "damaged base64"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "not a certificate|after"),
    ],
)
def test_no_certificate(text: str, words: str) -> None:
    with pytest.raises(certificate.CertificateError, match=words):
        certificate.from_pem(text)


def test_no_damage_crashes() -> None:
    der = PARSED.der
    for at in range(len(der)):
        for damaged in (der[:at], der[:at] + bytes([der[at] ^ 0xFF]) + der[at + 1 :]):
            try:
                certificate.from_der(damaged)
            except certificate.CertificateError:
                continue
    with pytest.raises(certificate.CertificateError, match="after the certificate"):
        certificate.from_der(der + b"\x05\x00")
