# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP proxy of a company, on the loopback address: the only way to the names behind it.

It takes whole addresses (``GET http://host/…``) and CONNECT. A name is answered for by a server of the lab; any other
is refused with 502 and noted in ``problems``, so that nothing leaves this machine. It may ask for an account (Basic),
look into TLS with an authority of its own, refuse, or show the page of a hotel's network.
"""

from __future__ import annotations

import base64
import http.client
import ssl
import threading
import typing as t
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lab.internet.authority import Authority

Mode = t.Literal["", "refuse", "captive"]
TIMEOUT_SECONDS = 60
LOGIN_PAGE = b"<!DOCTYPE html><html><title>Welcome</title><body>Please log in to use this network.</body></html>\n"
_PASSED = ("If-Modified-Since", "If-Range", "Range", "Authorization")
_RETURNED = ("Content-Type", "Content-Range", "Last-Modified", "Accept-Ranges", "WWW-Authenticate")


class ProxyServer:
    """A proxy on 127.0.0.1:PORT; port 0 takes a free one, known after ``start``."""

    def __init__(
        self,
        hosts: t.Mapping[str, str],
        port: int = 0,
        account: tuple[str, str] | None = None,
        authority: Authority | None = None,
    ) -> None:
        """HOSTS: name -> address of the lab's server that answers for it. AUTHORITY signs for every name."""
        self.hosts = dict(hosts)
        self.account = account
        self.authority = authority
        self.mode: Mode = ""
        self.requests: list[str] = []
        """``METHOD target status`` of every request, for tests."""
        self.problems: list[str] = []
        """What the lab does not model."""
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self._wanted_port = port
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``. Raises RuntimeError when it is not running."""
        if self._server is None:
            raise RuntimeError("the proxy is not running")
        return f"http://127.0.0.1:{int(self._server.server_address[1])}"

    def start(self) -> ProxyServer:
        """Listen and serve on threads of its own; returns itself. Raises OSError when the port is taken."""
        self._server = _Server(("127.0.0.1", self._wanted_port), _Handler)
        self._server.proxy = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="lab proxy", daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop listening; no error when it is not running."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def __enter__(self) -> ProxyServer:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def lets_in(self, authorization: str | None) -> bool:
        """Whether a request with this Proxy-Authorization header may pass."""
        if self.account is None:
            return True
        return authorization == f"Basic {base64.b64encode(':'.join(self.account).encode()).decode()}"

    def context(self, host: str) -> ssl.SSLContext | None:
        """TLS settings for HOST by the proxy's own authority; None without one."""
        with self._lock:
            if self.authority is not None and host not in self._contexts:
                self._contexts[host] = self.authority.server_context(host)
            return self._contexts.get(host)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    proxy: ProxyServer

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """A client that goes away, or does not like the certificate, is no event."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 120
    inside = ""
    """``https://host`` while it speaks TLS as that host."""

    def log_message(self, format: str, *args: t.Any) -> None:
        """Quiet."""

    def do_CONNECT(self) -> None:
        proxy = self.server.proxy
        host = self.path.rpartition(":")[0]
        if not self._may_pass():
            return
        context = proxy.context(host)
        if host not in proxy.hosts or context is None:
            self._unknown(f"CONNECT {self.path}")
            return
        self._note(200)
        self.send_response(200, "Connection established")
        self.end_headers()
        self.wfile.flush()
        try:
            with context.wrap_socket(self.connection, server_side=True) as secure:
                _Inside.serve(secure, self.client_address, self.server, f"https://{host}")
        except (OSError, ssl.SSLError):
            pass  # the client does not trust us
        self.close_connection = True

    def do_GET(self) -> None:
        if self.inside or self._may_pass():
            self._forward()

    do_HEAD = do_GET

    def _may_pass(self) -> bool:
        proxy = self.server.proxy
        if proxy.mode == "refuse":
            self._answer(403, b"Blocked by policy\n", {"Content-Type": "text/plain"})
        elif proxy.mode == "captive" and self.command != "CONNECT":
            self._answer(200, LOGIN_PAGE, {"Content-Type": "text/html"})
        elif not proxy.lets_in(self.headers.get("Proxy-Authorization")):
            self._answer(407, b"Who are you?\n", {"Proxy-Authenticate": 'Basic realm="corp"'})
        else:
            return True
        return False

    def _forward(self) -> None:
        proxy = self.server.proxy
        parts = urllib.parse.urlsplit(self.inside + self.path)
        target = proxy.hosts.get(parts.hostname or "")
        if target is None:
            self._unknown(f"{self.command} {parts.geturl()}")
            return
        if proxy.mode == "captive":
            self._answer(200, LOGIN_PAGE, {"Content-Type": "text/html"})
            return
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(target).netloc, timeout=TIMEOUT_SECONDS)
        path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        headers = {name: self.headers[name] for name in _PASSED if name in self.headers}
        try:
            connection.request(self.command, path, headers=headers)
            answer = connection.getresponse()
            back = {name: answer.headers[name] for name in _RETURNED if name in answer.headers}
            length = answer.headers.get("Content-Length", "0")
            body = answer.read()
        finally:
            connection.close()
        self._answer(answer.status, body, back, length)

    def _unknown(self, what: str) -> None:
        self.server.proxy.problems.append(what)
        self._answer(502, b"The lab answers for no such name\n", {"Content-Type": "text/plain"})

    def _answer(self, status: int, body: bytes, headers: t.Mapping[str, str], length: str = "") -> None:
        self._note(status)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _note(self, status: int) -> None:
        self.server.proxy.requests.append(f"{self.command} {self.inside}{self.path} {status}")


class _Inside(_Handler):
    """The same, in a tunnel whose TLS ends here."""

    @classmethod
    def serve(cls, connection: ssl.SSLSocket, address: t.Any, server: _Server, origin: str) -> None:
        """Answer what comes through CONNECTION as ORIGIN, until the client goes away."""
        handler = type("_Inside", (cls,), {"inside": origin})
        handler(connection, address, server)
