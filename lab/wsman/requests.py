# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""requests.jsonl: one line for each HTTP request of a laptop, since over a slow link each of them is waited for."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

from lab.wsman.http import Request, Response


class RequestJournal:
    """Written by the threads of all connections of one laptop."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def add(self, request: Request, response: Response | None) -> None:
        """REQUEST and its RESPONSE, None where the client had gone."""
        entry = {
            "time": round(time.time(), 3),
            "operation": response.operation if response else "",
            "status": response.status if response else None,
            "bytes_in": len(request.body),
            "bytes_out": len(response.body) if response else 0,
        }
        with self._lock, self._file.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(entry) + "\n")
