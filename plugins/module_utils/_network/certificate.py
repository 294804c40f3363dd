# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What an X.509 certificate contains, read from its DER bytes (RFC 5280). Nothing is verified here.

Python's ssl module does not decode certificates that it does not verify, and a distribution may have no openssl.
"""

from __future__ import annotations

import base64
import hashlib
import re
import textwrap
import typing as t
from dataclasses import dataclass

_COMMON_NAME = b"\x55\x04\x03"
_ORGANISATION = b"\x55\x04\x0a"
_BASIC_CONSTRAINTS = b"\x55\x1d\x13"
_BOOLEAN, _OID, _UTC_TIME = 0x01, 0x06, 0x17
_BMP_STRING = 0x1E
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s*([A-Za-z0-9+/=\s]+?)\s*-----END CERTIFICATE-----")


class CertificateError(ValueError):
    """The bytes are no certificate. One line, without the bytes."""


@dataclass(frozen=True)
class Certificate:
    """One certificate."""

    der: bytes
    subject: str
    """The common name, or else the organisation; empty if there is neither."""
    issuer: str
    not_after: str
    """The last day, ``2031-12-31``."""
    is_authority: bool
    """Whether it may sign others: by its basic constraints, or because it is older than those (version 1)."""

    @property
    def thumbprint(self) -> str:
        """SHA-1, 40 hex digits in upper case, as Windows names it. A name, not a proof."""
        return hashlib.new("sha1", self.der).hexdigest().upper()

    @property
    def pem(self) -> str:
        """As text, with a line break at its end."""
        body = "\n".join(textwrap.wrap(base64.b64encode(self.der).decode("ascii"), 64))
        return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


def from_pem(text: str) -> t.List[Certificate]:
    """The certificates in TEXT; other text is ignored. Raises CertificateError if there are none."""
    bodies = _PEM.findall(text)
    if not bodies:
        raise CertificateError("no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
    return [from_der(_decoded(body)) for body in bodies]


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except ValueError as error:
        raise CertificateError("damaged base64 in a certificate") from error


def from_der(der: bytes) -> Certificate:
    """The certificate in DER, which must be one whole certificate. Raises CertificateError."""
    try:
        outer = _items(der)
        if len(outer) != 1:
            raise CertificateError("bytes after the certificate")
        fields = _items(_items(outer[0][1])[0][1])
        if fields[0][0] == _VERSION:
            fields = fields[1:]
        # serial number, algorithm, issuer, validity, subject, key, then what is optional
        issuer, validity, subject = fields[2][1], fields[3][1], fields[4][1]
        extensions = next((_items(content)[0][1] for tag, content in fields[6:] if tag == _EXTENSIONS), None)
        return Certificate(
            der, _name(subject), _name(issuer), _day(_items(validity)[1]), extensions is None or _signs(extensions)
        )
    except (IndexError, UnicodeDecodeError) as error:
        raise CertificateError("not a certificate in DER form") from error


def _items(data: bytes) -> t.List[t.Tuple[int, bytes]]:
    """(tag, content) of each element in DATA. Raises CertificateError."""
    found, at = [], 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        if at + length > len(data):
            raise CertificateError("cut off")
        found.append((tag, data[at : at + length]))
        at += length
    return found


def _name(data: bytes) -> str:
    """The name in DATA, for a person."""
    parts = {}
    for _tag, group in _items(data):
        for _tag, pair in _items(group):
            (_oid, kind), (tag, value) = _items(pair)[:2]
            parts[kind] = value.decode("utf-16-be" if tag == _BMP_STRING else "utf-8", "replace")
    return parts.get(_COMMON_NAME) or parts.get(_ORGANISATION) or ""


def _day(item: t.Tuple[int, bytes]) -> str:
    tag, content = item
    digits = content.decode("ascii")
    if tag == _UTC_TIME:  # two digits of the year, 1950 to 2049
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"


def _signs(extensions: bytes) -> bool:
    for _tag, extension in _items(extensions):
        parts = _items(extension)
        if parts[0] == (_OID, _BASIC_CONSTRAINTS):
            values = _items(_items(parts[-1][1])[0][1])
            return bool(values) and values[0][0] == _BOOLEAN and values[0][1] != b"\0"
    return False
