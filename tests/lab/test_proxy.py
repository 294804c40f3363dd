# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The company's proxy: who may pass, what it answers for, whose certificates it shows."""

from __future__ import annotations

import ssl
import typing as t
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from lab.internet import authority
from lab.internet.proxy import LOGIN_PAGE, ProxyServer
from lab.internet.web import WebServer

HOST = "packages.corp.invalid"


@pytest.fixture
def proxy(tmp_path: Path) -> t.Iterator[ProxyServer]:
    """A proxy with an account and an authority, before a server with one file."""
    (tmp_path / "file").write_bytes(b"0123456789")
    company = authority.make()
    with WebServer(tmp_path) as web, ProxyServer({HOST: web.url}, 0, ("me", "s3cret"), company) as server:
        yield server


def get(proxy: ProxyServer, url: str, trusting: bool = True, account: str = "me:s3cret@", **headers: str) -> bytes:
    """What a client gets for URL through PROXY. Raises OSError."""
    context = ssl.create_default_context()
    if trusting and proxy.authority is not None:
        context.load_verify_locations(cadata=proxy.authority.pem)
    address = proxy.url.replace("//", f"//{account}")
    handlers = [
        urllib.request.ProxyHandler({"http": address, "https": address}),
        urllib.request.HTTPSHandler(context=context),
    ]
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.build_opener(*handlers).open(request, timeout=30) as answer:
        content: bytes = answer.read()
    return content


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_account_leads_to_known_names(proxy: ProxyServer, scheme: str) -> None:
    url = f"{scheme}://{HOST}/file"
    assert get(proxy, url) == b"0123456789"
    assert get(proxy, url, Range="bytes=2-4") == b"234"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(proxy, f"{url}/nothing")
    for account in ("", "me:wrong@"):
        with pytest.raises(OSError, match="407"):
            get(proxy, url, account=account)
    with pytest.raises(OSError, match="502"):
        get(proxy, f"{scheme}://elsewhere.invalid/")
    assert len(proxy.problems) == 1 and "elsewhere.invalid" in proxy.problems[0]
    assert f"GET {scheme}://{HOST}/file 200" in proxy.requests


def test_its_authority_is_unknown_to_others(proxy: ProxyServer) -> None:
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        get(proxy, f"https://{HOST}/file", trusting=False)


def test_it_refuses_and_shows_a_page(proxy: ProxyServer) -> None:
    proxy.mode = "captive"
    assert {get(proxy, f"{scheme}://{HOST}/file") for scheme in ("http", "https")} == {LOGIN_PAGE}
    proxy.mode = "refuse"
    for scheme in ("http", "https"):
        with pytest.raises(OSError, match="403"):
            get(proxy, f"{scheme}://{HOST}/file")


def test_without_an_authority_it_speaks_no_tls(tmp_path: Path) -> None:
    with WebServer(tmp_path) as web, ProxyServer({HOST: web.url, "127.0.0.1": web.url}) as server:
        with pytest.raises(OSError, match="502"):
            get(server, f"https://{HOST}/file", account="")
        with pytest.raises(RuntimeError):
            _ = ProxyServer({}).url


def test_the_authority_is_kept(tmp_path: Path) -> None:
    first = authority.kept(tmp_path)
    again = authority.kept(tmp_path)
    assert again.thumbprint == first.thumbprint and len(first.thumbprint) == 40
    assert (tmp_path / "corporate-ca.pem").stat().st_mode & 0o777 == 0o600
    assert again.server_context("127.0.0.1").cert_store_stats()["x509"] == 0
