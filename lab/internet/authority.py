# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A company's own certificate authority, which Windows trusts and no distribution knows."""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lab.wsman import certificates

NAME = "Corp TLS Inspection CA"


@dataclass(frozen=True)
class Authority:
    """An authority with its key, so that it can sign for any host."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        """The certificate as Windows keeps it."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> str:
        """The certificate as Linux keeps it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")

    @property
    def thumbprint(self) -> str:
        """SHA-1 of the certificate, 40 hex digits in upper case, as Windows names it."""
        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest().upper()

    def server_context(self, host: str) -> ssl.SSLContext:
        """TLS settings of a server that says to be HOST."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        certificate = certificates.server_certificate(key.public_key(), self.certificate, self.key, [name])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile() as file:  # the ssl module takes files only
            file.write(certificate.public_bytes(serialization.Encoding.PEM) + _private(key))
            file.flush()
            context.load_cert_chain(file.name)
        return context


def make(name: str = NAME) -> Authority:
    """A new authority called NAME."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Authority(certificates.authority(key, name), key)


def kept(directory: Path) -> Authority:
    """The authority in DIRECTORY, made when there is none: the laptops' registries name it."""
    file = directory / "corporate-ca.pem"
    if not file.exists():
        new = make()
        file.touch(mode=0o600)
        file.write_bytes(new.pem.encode("ascii") + _private(new.key))
    text = file.read_bytes()
    key = serialization.load_pem_private_key(text, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{file}: not the lab's authority")
    return Authority(x509.load_pem_x509_certificate(text), key)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
