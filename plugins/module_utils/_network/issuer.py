# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Who signed the certificate that a server shows on the way through a proxy."""

from __future__ import annotations

import base64
import socket
import ssl

from ansible_collections.wslfleet.cuda.plugins.module_utils._network import certificate
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import proxy as network_proxy
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

SECONDS = 10.0
"""For each connection that is made to read a certificate."""


def shown_issuer(system: System, url: str, proxy: str) -> str:
    """Who signed the certificate that the server at URL shows; empty if that cannot be seen. No request is sent."""
    parts = addresses.split(url)
    host, port = parts.hostname or "", parts.port or 443
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it is only looked at
    try:
        with _connection(system, host, port, proxy) as plain, context.wrap_socket(plain, server_hostname=host) as tls:
            return certificate.from_der(tls.getpeercert(binary_form=True) or b"").issuer
    except (OSError, ValueError):
        return ""  # the cause is known already; this only names somebody


def _connection(system: System, host: str, port: int, proxy: str) -> socket.socket:
    """A connection to HOST, through PROXY where one is used. Raises OSError."""
    if not proxy:
        return socket.create_connection((host, port), SECONDS)
    way = addresses.split(proxy)
    plain = socket.create_connection((way.hostname or "", way.port or 8080), SECONDS)
    try:
        login = ""
        credentials = network_proxy.password_of(system, proxy)
        if credentials:
            word = base64.b64encode(f"{credentials.username}:{credentials.password}".encode()).decode("ascii")
            login = f"Proxy-Authorization: Basic {word}\r\n"
        plain.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{login}\r\n".encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            byte = plain.recv(1)  # nothing of what follows may be taken away from TLS
            if not byte or len(answer) > 65536:
                raise OSError("the proxy ended the connection")
            answer += byte
        if b" 200 " not in answer.split(b"\r\n")[0] + b" ":
            raise OSError("the proxy refused")
    except BaseException:
        plain.close()
        raise
    return plain
