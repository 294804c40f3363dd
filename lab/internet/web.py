# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the internet and the mirrors serve in the lab: files over HTTP on the loopback address.

Supports what apt, curl and pip use: HEAD, If-Modified-Since, single ranges, keep-alive. Faults are switched on by path
prefix: a status such as 404 or 403, or ``hang`` (the answer never comes, until the server stops). Accounts ask for a
user name and a password (Basic) below a path prefix.
"""

from __future__ import annotations

import base64
import contextlib
import email.utils
import http
import re
import sys
import threading
import typing as t
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Fault = t.Union[int, t.Literal["hang"]]
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


class WebServer:
    """Serves the directory ROOT on 127.0.0.1:PORT; port 0 takes a free one, known after ``start``."""

    def __init__(self, root: Path, port: int = 0) -> None:
        self.root = root
        self.faults: dict[str, Fault] = {}
        """Path prefix such as ``/compute/cuda/repos/wsl-ubuntu/`` -> fault; the longest prefix counts."""
        self.accounts: dict[str, tuple[str, str]] = {}
        """Path prefix -> user name and password that it asks for."""
        self.requests: list[str] = []
        """``METHOD /path status`` of every request answered, for tests."""
        self.stopping = threading.Event()
        self._wanted_port = port
        self._server: _Server | None = None

    @property
    def port(self) -> int:
        """The port it listens on. Raises RuntimeError when it is not running."""
        if self._server is None:
            raise RuntimeError("the web server is not running")
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> WebServer:
        """Listen and serve on threads of its own; returns itself. Raises OSError when the port is taken."""
        self.stopping.clear()
        self._server = _Server(("127.0.0.1", self._wanted_port), _Handler)
        self._server.web = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="lab web server", daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop listening and release every hanging request; no error when it is not running."""
        self.stopping.set()
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def __enter__(self) -> WebServer:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def fault(self, path: str) -> Fault | None:
        """The fault that is switched on for the request path PATH."""
        matching = [prefix for prefix in list(self.faults) if path.startswith(prefix)]
        return self.faults.get(max(matching, key=len)) if matching else None

    def may_read(self, path: str, authorization: str | None) -> bool:
        """Whether a request with this Authorization header may read the request path PATH."""
        wanted = next((account for prefix, account in list(self.accounts.items()) if path.startswith(prefix)), None)
        if wanted is None:
            return True
        word = base64.b64encode(":".join(wanted).encode()).decode()
        return authorization == f"Basic {word}"

    def file(self, path: str) -> Path | None:
        """The file for the request path PATH; None when there is none, or it lies outside of the root."""
        parts = [part for part in path.split("/") if part not in ("", ".")]
        found = self.root.joinpath(*parts)
        return found if ".." not in parts and found.is_file() else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    web: WebServer

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """A client that goes away in mid-answer is no event; anything else is printed."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 120

    def log_message(self, format: str, *args: t.Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, with_body: bool) -> None:
        web = self.server.web
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        fault = web.fault(path)
        if fault == "hang":
            web.stopping.wait()
            self.close_connection = True
            return
        file = web.file(path)
        if not web.may_read(path, self.headers.get("Authorization")):
            fault = http.HTTPStatus.UNAUTHORIZED
        if fault is not None or file is None:
            self._refuse(path, fault or http.HTTPStatus.NOT_FOUND, with_body)
        else:
            self._serve(path, file, with_body)

    def _refuse(self, path: str, status: int, with_body: bool) -> None:
        body = f"{status} {http.HTTPStatus(status).phrase}\n".encode()
        headers = {"Content-Type": "text/plain"}
        if status == http.HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Basic realm="lab"'
        self._head(path, status, len(body), headers)
        if with_body:
            self.wfile.write(body)

    def _serve(self, path: str, file: Path, with_body: bool) -> None:
        with file.open("rb") as content:
            size, changed = file.stat().st_size, int(file.stat().st_mtime)
            headers = {
                "Content-Type": "application/octet-stream",
                "Accept-Ranges": "bytes",
                "Last-Modified": email.utils.formatdate(changed, usegmt=True),
            }
            if self._not_modified(changed):
                self._head(path, http.HTTPStatus.NOT_MODIFIED, None, headers)
                return
            part = _wanted_range(self.headers.get("Range"), size)
            if part is None:
                self._head(path, http.HTTPStatus.OK, size, headers)
                start, length = 0, size
            elif part[0] >= size:
                self._head(
                    path, http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, 0, {"Content-Range": f"bytes */{size}"}
                )
                return
            else:
                start, length = part[0], part[1] - part[0] + 1
                headers["Content-Range"] = f"bytes {part[0]}-{part[1]}/{size}"
                self._head(path, http.HTTPStatus.PARTIAL_CONTENT, length, headers)
            if with_body and length:
                self.wfile.flush()
                self.connection.sendfile(content, start, length)

    def _head(self, path: str, status: int, length: int | None, headers: t.Mapping[str, str]) -> None:
        self.server.web.requests.append(f"{self.command} {path} {int(status)}")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _not_modified(self, changed: int) -> bool:
        """True when the client has the file as it is; a request for a range is always answered."""
        since = self.headers.get("If-Modified-Since")
        if since is None or "Range" in self.headers:
            return False
        with contextlib.suppress(TypeError, ValueError):
            return changed <= email.utils.parsedate_to_datetime(since).timestamp()
        return False


def _wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte of a ``Range`` header; None for the whole file, or a form that is answered with all of it.

    The first byte may lie behind the end: that is status 416.
    """
    match = _RANGE.match(header or "")
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size - 1
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1
