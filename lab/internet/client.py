# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a laptop gets when it opens a URL: public addresses are answered by the lab's own web server.

Nothing here ever leaves this machine. An address that the lab does not know raises NotModelled.
"""

from __future__ import annotations

import http.client
import io
import re
import typing as t
import urllib.parse
from dataclasses import dataclass

from lab.machine.machine import Machine
from lab.machine.process import NotModelled

TIMEOUT_SECONDS = 60
MOST_REDIRECTS = 20

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ASSETS = "https://release-assets.githubusercontent.com/github-production-release-asset/55626935/"

_REDIRECTS = ((re.compile(r"https://github\.com/microsoft/WSL/releases/download/[^/?#]+/([^/?#]+)"), _ASSETS + r"\1"),)
"""Public addresses that answer with a redirect: GitHub's release files stand on another host."""

_FILES = (
    (re.compile(re.escape(_ASSETS) + r"([^/?#]+)"), r"/wsl/\1"),
    (
        re.compile(r"https://raw\.githubusercontent\.com/microsoft/WSL/[^/]+/distributions/DistributionInfo\.json"),
        "/wsl/DistributionInfo.json",
    ),
    (re.compile(r"https://images\.wslfleet\.example/([^?#]+)"), r"/images/\1"),
)
"""Public addresses, and the path at the laptop's ``web_url`` that answers for them."""


class Offline(OSError):
    """No way to the host: its name is not resolved."""

    def __init__(self, host: str) -> None:
        super().__init__(f"could not resolve host: {host}")
        self.host = host


class TooManyRedirects(OSError):
    """A redirect leads to a redirect, and so on."""


@dataclass
class Response:
    """An HTTP answer. Read ``body`` to its end or close it; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: t.BinaryIO
    url: str
    """The address that answered, after redirects."""


def open_url(
    laptop: Machine,
    url: str,
    proxy: str | None = None,
    headers: t.Mapping[str, str] | None = None,
    follow: bool = True,
) -> Response:
    """GET URL as LAPTOP; PROXY is an ``http://host:port`` on loopback. FOLLOW redirects, as most clients do.

    An HTTP error is an answer, not an exception. Raises Offline when the address is public and the laptop has neither a
    connection nor a proxy, OSError when the server cannot be reached, NotModelled for an unknown public address.
    """
    for _ in range(MOST_REDIRECTS):
        response = _get(laptop, url, proxy, dict(headers or {}))
        location = response.headers.get("location")
        if not follow or response.status not in (301, 302, 303, 307, 308) or not location:
            return response
        response.body.close()
        url = urllib.parse.urljoin(url, location)
    raise TooManyRedirects(f"more than {MOST_REDIRECTS} redirects from {url}")


def _get(laptop: Machine, url: str, proxy: str | None, headers: dict[str, str]) -> Response:
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https"):
        raise NotModelled(f"the scheme of {url}")
    if host in _LOOPBACK:
        return _fetch(url, url, proxy, headers)
    if (not laptop.state.online and not proxy) or host.endswith(".invalid"):
        raise Offline(host)
    if laptop.faults.strike("download_forbidden", url):
        return _made(403, {"content-type": "text/plain"}, b"Forbidden\n", url)
    for pattern, target in _REDIRECTS:
        match = pattern.fullmatch(url)
        if match:
            return _made(302, {"location": match.expand(target)}, b"", url)
    for pattern, path in _FILES:
        match = pattern.fullmatch(url)
        if match:
            return _fetch(_at_lab(laptop, match.expand(path), url), url, proxy, headers)
    raise NotModelled(f"the public address {url}")


def _at_lab(laptop: Machine, path: str, url: str) -> str:
    if not laptop.web_url:
        raise NotModelled(f"{url} without a web server of the lab (web_url)")
    return laptop.web_url.rstrip("/") + path


def _made(status: int, headers: dict[str, str], body: bytes, url: str) -> Response:
    return Response(status, {"content-length": str(len(body)), **headers}, io.BytesIO(body), url)


def _fetch(real_url: str, shown_url: str, proxy: str | None, headers: dict[str, str]) -> Response:
    """GET REAL_URL, a loopback address; a proxy gets the whole address, as HTTP wants it."""
    parts = urllib.parse.urlsplit(real_url)
    path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    target = parts
    if proxy:
        target = urllib.parse.urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if (target.hostname or "") not in _LOOPBACK or parts.scheme == "https":
            raise NotModelled(f"the proxy {proxy} for {shown_url} (only loopback, only http)")
        path = real_url
    secure = target.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(target.hostname or "", target.port, timeout=TIMEOUT_SECONDS)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    names = {name.lower(): value for name, value in answer.getheaders()}
    return Response(answer.status, names, t.cast(t.BinaryIO, answer), shown_url)
