# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's certificates."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

from cryptography import x509

from lab.wsman import certificates


def test_made_once_and_private(tmp_path: Path) -> None:
    files = certificates.make(tmp_path / "lab")
    before = files.ca.read_bytes(), files.server.read_bytes(), files.server_key.read_bytes()
    assert certificates.make(tmp_path / "lab") == files
    assert before == (files.ca.read_bytes(), files.server.read_bytes(), files.server_key.read_bytes())
    assert stat.S_IMODE(files.server_key.stat().st_mode) == 0o600
    files.server.unlink()
    assert certificates.make(tmp_path / "lab").server.exists()


def test_server_is_signed_by_the_authority_for_loopback_names(tmp_path: Path) -> None:
    files = certificates.make(tmp_path)
    server, ca = (x509.load_pem_x509_certificate(file.read_bytes()) for file in (files.server, files.ca))
    server.verify_directly_issued_by(ca)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_strict_clients_accept_the_chain(tmp_path: Path) -> None:
    """Python 3.13 and later check RFC 5280 strictly by default."""
    files = certificates.make(tmp_path)
    client = ssl.create_default_context(cafile=files.ca)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.server, files.server_key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname="127.0.0.1"),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(3):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert ends[0].getpeercert()
