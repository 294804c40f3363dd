# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent to log on by NTLM, against a host that is pyspnego's other side."""

from __future__ import annotations

import base64
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
import spnego
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.ntlm import GREETING, greet
from requests.adapters import BaseAdapter
from requests.auth import HTTPBasicAuth
from requests_ntlm import HttpNtlmAuth

ADDRESS = "http://pc:5985/wsman"


class Host(BaseAdapter):
    """Answers as WinRM does. OFFERS: what it names where it refuses."""

    def __init__(self, offers: str = "Negotiate", greeted: bool = True) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.away = False
        self._offers = offers
        self._greeted = greeted
        self._context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)

    def send(self, request: requests.PreparedRequest, *_arguments: t.Any, **_keywords: t.Any) -> requests.Response:
        if self.away:
            raise requests.exceptions.ConnectionError("it is away")
        authorization = request.headers.get("Authorization", "")
        self.seen.append(authorization[: len(GREETING)])
        if self._context.complete:
            return self._response(request, 200)
        if not authorization.startswith("Negotiate ") or (not self._greeted and len(self.seen) == 1):
            return self._response(request, 401, self._offers)
        token = self._context.step(base64.b64decode(authorization.partition(" ")[2]))
        if self._context.complete:
            return self._response(request, 200)
        return self._response(request, 401, f"Negotiate {base64.b64encode(token or b'').decode()}, Basic realm=x")

    def _response(self, request: requests.PreparedRequest, status: int, offers: str = "") -> requests.Response:
        response = requests.Response()
        response.status_code = status
        response.request, response.url = request, str(request.url)
        response.headers["www-authenticate"] = offers
        response._content = b""
        response.raw = SimpleNamespace(release_conn=lambda: None)
        vars(response)["connection"] = self
        return response

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(autouse=True)
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "accounts"
    file.write_text(":admin:secret\n", encoding="utf-8")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


def session_to(host: Host, auth: t.Any = None) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.auth = auth or HttpNtlmAuth("admin", "secret", send_cbt=False)
    session.mount("http://", host)
    greet(session)
    return session


def test_it_begins_by_itself() -> None:
    host = Host()
    session = session_to(host)
    for _number in range(2):
        assert session.post(ADDRESS, data=b"x").status_code == 200
    assert [bool(seen) for seen in host.seen] == [True, True, False]
    assert host.seen[0] == GREETING


def test_messages_can_be_sealed() -> None:
    session = session_to(Host())
    session.post(ADDRESS, data=b"x")
    security: t.Any = session.auth
    sealed, signature = security.session_security.wrap(b"message")
    assert (len(sealed), len(signature)) == (7, 16)


def test_it_begins_by_itself_with_a_host_that_was_away() -> None:
    host = Host()
    session = session_to(host)
    host.away = True
    with pytest.raises(requests.exceptions.ConnectionError):
        session.post(ADDRESS, data=b"x")
    host.away = False
    assert session.post(ADDRESS, data=b"x").status_code == 200
    assert [bool(seen) for seen in host.seen] == [True, True]


def test_a_host_that_wants_to_be_asked_first() -> None:
    host = Host(greeted=False)
    assert session_to(host).post(ADDRESS, data=b"x").status_code == 200
    assert [bool(seen) for seen in host.seen] == [True, False, True, True]


def test_a_host_without_ntlm() -> None:
    host = Host("Basic realm=WSMAN", greeted=False)
    assert session_to(host).post(ADDRESS, data=b"x").status_code == 401
    assert host.seen == [GREETING, ""]


def test_a_wrong_password_stays_refused() -> None:
    host = Host()
    session = session_to(host, HttpNtlmAuth("admin", "wrong", send_cbt=False))
    with pytest.raises(spnego.exceptions.SpnegoError):  # of the host
        session.post(ADDRESS, data=b"x")
    assert len(host.seen) == 2


def test_other_ways_to_log_on_stay_as_they_are() -> None:
    auth = HTTPBasicAuth("admin", "secret")
    assert session_to(Host(), auth).auth is auth
