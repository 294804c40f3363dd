# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""How long the first answer of a host may take.

pywinrm has one time limit for connecting and for reading, and a read has to outlast a command that is silent. A host
that is off, asleep or hung would cost that long each time. The first request of most ways to log on carries no account
yet, so its answer comes at once. Where the account goes along, Windows may be making the profile of a new one: there
TLS was the answer.
"""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    import requests


def adapter(seconds: float) -> requests.adapters.HTTPAdapter:
    """An adapter for a session that gives the first answer SECONDS; later ones may take as long as the request says."""
    # Here, so that this file can be loaded where requests, which pywinrm brings, is missing.
    from requests.adapters import HTTPAdapter

    class FirstAnswer(HTTPAdapter):
        """Remembers whether the host has answered."""

        answered = False

        def send(self, request: requests.PreparedRequest, *args: t.Any, **kwargs: t.Any) -> requests.Response:
            """Send REQUEST, as HTTPAdapter does."""
            logs_on_over_tls = "Authorization" in request.headers and str(request.url).startswith("https:")
            if not self.answered and not logs_on_over_tls:
                kwargs["timeout"] = seconds
            response = super().send(request, *args, **kwargs)
            self.answered = True
            return response

    return FirstAnswer()
