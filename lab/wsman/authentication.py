# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is at the other end of a TCP connection: Basic, and Negotiate with NTLM inside. Kerberos is not offered.

NTLM authenticates the connection, not the request: after the handshake later requests carry no Authorization header,
and the security context seals the messages. So there is one Authenticator per connection.
"""

from __future__ import annotations

import base64
import binascii
import os
import struct
import tempfile
import threading
import typing as t
from dataclasses import dataclass, field

import spnego
from spnego.exceptions import SpnegoError

from lab.machine.machine import Machine
from lab.machine.state import User
from lab.wsman.settings import Settings

_USER_FILE = "NTLM_USER_FILE"
_user_file_lock = threading.Lock()
"""pyspnego reads accounts from a file named by an environment variable: one handshake step at a time, then."""


@dataclass(frozen=True)
class Verdict:
    """The account, or None with the WWW-Authenticate headers of the 401."""

    user: User | None
    headers: list[tuple[str, str]] = field(default_factory=list)


class Authenticator:
    """The authentication state of one connection."""

    def __init__(self, laptop: Machine, settings: Settings, secure: bool) -> None:
        """SECURE: the connection is HTTPS."""
        self._laptop = laptop
        self._basic_allowed = secure or settings.allow_unencrypted
        self._context: spnego.ContextProxy | None = None
        self._user: User | None = None

    @property
    def context(self) -> spnego.ContextProxy | None:
        """The security context that can seal messages; None before an NTLM handshake has succeeded."""
        return self._context if self._user is not None else None

    def check(self, authorization: str | None) -> Verdict:
        """Judge a request by its Authorization header, if any, and by what the connection has proved before."""
        if authorization is None:
            return Verdict(self._user) if self._user is not None else self._refusal()
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "negotiate":
            return self._negotiate(value)
        if scheme.lower() == "basic" and self._basic_allowed:
            return self._basic(value)
        return self._refusal()

    def _refusal(self) -> Verdict:
        offers = [("WWW-Authenticate", "Negotiate")]
        if self._basic_allowed:
            offers.append(("WWW-Authenticate", 'Basic realm="WSMAN"'))
        return Verdict(None, offers)

    def _basic(self, value: str) -> Verdict:
        try:
            raw = base64.b64decode(value, validate=True)
        except binascii.Error:
            return self._refusal()
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")  # what requests sends for str
        name, _, password = text.partition(":")
        user = self._laptop.user(name)
        if user is None or user.password != password:
            return self._refusal()
        return Verdict(user)

    def _negotiate(self, value: str) -> Verdict:
        if self._context is None or self._user is not None:
            self._context, self._user = _new_context(), None
        try:
            token = base64.b64decode(value, validate=True)
            answer = self._step(self._context, token)
        except (SpnegoError, binascii.Error, struct.error, ValueError):
            self._context = None
            return self._refusal()
        headers = [("WWW-Authenticate", f"Negotiate {base64.b64encode(answer).decode()}")] if answer else []
        if not self._context.complete:
            return Verdict(None, headers)
        self._user = self._laptop.user(self._context.client_principal or "")
        return Verdict(self._user, headers)

    def _step(self, context: spnego.ContextProxy, token: bytes) -> bytes | None:
        """One step of the handshake, with the one account that TOKEN names, if any, in pyspnego's account file."""
        with _user_file_lock, tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="lab-ntlm-") as file:
            file.write(self._account_line(token))
            file.flush()
            before = os.environ.get(_USER_FILE)
            os.environ[_USER_FILE] = file.name
            try:
                return context.step(token)
            finally:
                if before is None:
                    del os.environ[_USER_FILE]
                else:
                    os.environ[_USER_FILE] = before

    def _account_line(self, token: bytes) -> str:
        """``DOMAIN:user:password`` as the client spelt it: Windows takes any domain for a local account."""
        named = _named_account(token)
        if named is None:
            return ""
        domain, name = named
        user = self._laptop.user(name)
        return f"{domain}:{name}:{user.password}\n" if user is not None else ""


def require_checkable(users: t.Iterable[User]) -> None:
    """Raises ValueError for a password that pyspnego's account file cannot hold."""
    for user in users:
        if any(character in user.password for character in ":\r\n"):
            raise ValueError(
                f"lab: password of {user.name}: a colon or a line break cannot be checked by NTLM; use another"
            )


def _new_context() -> spnego.ContextProxy:
    return spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)


def _named_account(token: bytes) -> tuple[str, str] | None:
    """(domain, user) of the NTLM AUTHENTICATE message in TOKEN (MS-NLMP 2.2.1.3); None for any other message."""
    start = token.find(b"NTLMSSP\0\3\0\0\0")
    if start < 0:
        return None
    message = token[start:]

    def text(field_offset: int) -> str:
        length, _, offset = struct.unpack_from("<HHI", message, field_offset)
        return message[offset : offset + length].decode("utf-16-le")

    return text(28), text(36)
