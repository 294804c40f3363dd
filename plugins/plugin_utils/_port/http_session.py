# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The HTTP session of pywinrm, changed so that a task waits less.

For the first answer: pywinrm has one time limit for connecting and for reading, and a read has to be longer than a
command is silent. A host that is off, asleep or hung would cost that long each time. The first request of most ways to
log on has no account yet, so its answer comes at once. If it has one, Windows may be making the profile of a new
account: then the TLS handshake counts as the answer.

For long output: an answer may be as large as PowerShell's own client allows, three times the size in pywinrm.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.ntlm import GREETING, greet

if t.TYPE_CHECKING:
    import requests

ANSWER_BYTES = 500 << 10
"""Windows does not send more than its own MaxEnvelopeSizekb either, which is 500 by default."""


def open_session(protocol: t.Any, connect_timeout: float) -> None:
    """Give pywinrm's PROTOCOL an HTTP session that waits CONNECT_TIMEOUT seconds for the first answer of its host."""
    transport = protocol.transport
    is_new = transport.session is None
    if is_new:
        # Where messages are sealed, building the session already asks.
        transport.read_timeout_sec = connect_timeout
        seal = transport.setup_encryption

        def setup_encryption(session: requests.Session) -> None:
            greet(session)
            seal(session)

        transport.setup_encryption = setup_encryption
    session = transport.build_session()
    # pywinrm reads proxies and certificates from the environment once; requests would read them at each request.
    session.trust_env = False
    if is_new:
        transport.setup_encryption = seal
        transport.read_timeout_sec = (connect_timeout, protocol.read_timeout_sec)
    if is_new and transport.encryption is None:
        session.mount(transport.endpoint, adapter(connect_timeout))
        greet(session)


def ask_for_large_answers(protocol: t.Any) -> None:
    """Let every later request of pywinrm's PROTOCOL allow an answer of ANSWER_BYTES."""
    usual = protocol.build_wsman_header

    def build_wsman_header(*arguments: t.Any, **keywords: t.Any) -> dict[str, t.Any]:
        header: dict[str, t.Any] = usual(*arguments, **keywords)
        header["env:Header"]["w:MaxEnvelopeSize"]["#text"] = str(ANSWER_BYTES)
        return header

    protocol.build_wsman_header = build_wsman_header


def adapter(seconds: float) -> requests.adapters.HTTPAdapter:
    """An adapter for a session that gives the first answer SECONDS; later ones may take as long as the request says."""
    # Imported here, so that this file can be loaded if requests, a dependency of pywinrm, is missing.
    from requests.adapters import HTTPAdapter

    class FirstAnswer(HTTPAdapter):
        """Remembers whether the host has answered."""

        answered = False

        def send(self, request: requests.PreparedRequest, *args: t.Any, **kwargs: t.Any) -> requests.Response:
            """Send REQUEST, as HTTPAdapter does."""
            names_account = not str(request.headers.get("Authorization", GREETING)).startswith(GREETING)
            if not self.answered and not (names_account and str(request.url).startswith("https:")):
                kwargs["timeout"] = seconds
            response = super().send(request, *args, **kwargs)
            self.answered = True
            return response

    return FirstAnswer()
