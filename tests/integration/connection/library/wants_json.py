#!/usr/bin/python3
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that wants its arguments as a file of JSON: WANT_JSON."""

import json
import sys
from pathlib import Path

given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
print(json.dumps({"changed": False, "said": given["text"]}))
