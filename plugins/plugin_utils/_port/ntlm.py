# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""NTLM in the first request.

requests-ntlm sends the first request without an account, to learn that Windows accepts NTLM: one round trip too many on
a slow link. Here the first request already contains the first message of NTLM, as the second one of requests-ntlm does.
If the host does not answer with a challenge, or the connection is lost, requests-ntlm does it in its own way.
"""

from __future__ import annotations

import base64
import typing as t
from urllib.parse import urlparse

if t.TYPE_CHECKING:
    import requests

GREETING = "Negotiate TlRMTVNTUAAB"
"""How the first message of NTLM begins. It names no account."""
_SCHEME = "Negotiate "


def greet(session: requests.Session) -> None:
    """Change SESSION, if it logs on with requests-ntlm, so that its first request begins NTLM."""
    try:
        import spnego
        from requests_ntlm.requests_ntlm import HttpNtlmAuth, ShimSessionSecurity
    except ImportError:
        return
    plain = session.auth
    # Not a subclass: a session that was changed before has one.
    if plain.__class__ is not HttpNtlmAuth or not plain.username or not plain.password:
        return

    class Greeting(HttpNtlmAuth):
        """The log-on of one session."""

        _answered = False
        _context: spnego.ContextProxy | None = None

        def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
            """Prepare R."""
            prepared = super().__call__(r)
            if not self._answered:
                self._context = spnego.client(
                    self.username,
                    self.password,
                    hostname=urlparse(str(r.url)).hostname or "unspecified",
                    service="http",
                    protocol="ntlm",
                    options=spnego.NegotiateOptions.use_ntlm,
                )
                prepared.headers["Authorization"] = _written(self._context.step())
            return prepared

        def response_hook(self, r: requests.Response, **kwargs: t.Any) -> requests.Response:
            """Continue with the answer of the host."""
            self._answered = True
            context, self._context = self._context, None
            if context is None or r.status_code != 401:
                return super().response_hook(r, **kwargs)
            certificate = self._get_server_cert(r)  # before the connection is released
            challenge = _read(r)
            request = _again(r)
            if challenge is None:
                del request.headers["Authorization"]
                return super().response_hook(_sent(r, request, kwargs), **kwargs)
            if certificate:
                data = b"tls-server-end-point:" + certificate
                context.channel_bindings = spnego.channel_bindings.GssChannelBindings(application_data=data)
            request.headers["Authorization"] = _written(context.step(challenge))
            self.session_security = ShimSessionSecurity(context)
            return _sent(r, request, kwargs)

    session.auth = Greeting(plain.username, plain.password, send_cbt=plain.send_cbt)


def _written(token: bytes | None) -> str:
    return _SCHEME + base64.b64encode(token or b"").decode()


def _read(response: requests.Response) -> bytes | None:
    """The challenge in RESPONSE."""
    offers = (offer.strip() for offer in response.headers.get("www-authenticate", "").split(","))
    for offer in offers:
        if offer.startswith(_SCHEME) and offer[len(_SCHEME) :].strip():
            return base64.b64decode(offer[len(_SCHEME) :])
    return None


def _again(response: requests.Response) -> requests.PreparedRequest:
    """The request of RESPONSE once more, on the same connection."""
    bytes(response.content)
    response.raw.release_conn()
    return response.request.copy()


def _sent(refused: requests.Response, request: requests.PreparedRequest, kwargs: dict[str, t.Any]) -> requests.Response:
    connection: t.Any = refused
    answer: requests.Response = connection.connection.send(request, **kwargs)
    answer.history.append(refused)
    return answer
