# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every program that the lab models: importing its file enters it into lab.machine.process.PROGRAMS."""

from __future__ import annotations

from lab.windows import programs as programs
from lab.wsl import client as client
from lab.wsl import inbox as inbox
from lab.wsl import msiexec as msiexec
from lab.wsl import stub as stub
