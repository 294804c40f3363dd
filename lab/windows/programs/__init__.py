# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of System32, but those of WSL. Importing this package enters them into lab.machine.process.PROGRAMS."""

from __future__ import annotations

from lab.windows.programs import certutil as certutil
from lab.windows.programs import chcp as chcp
from lab.windows.programs import cmd as cmd
from lab.windows.programs import conhost as conhost
from lab.windows.programs import curl as curl
from lab.windows.programs import dism as dism
from lab.windows.programs import find as find
from lab.windows.programs import fsutil as fsutil
from lab.windows.programs import hostname as hostname
from lab.windows.programs import icacls as icacls
from lab.windows.programs import nvidia_setup as nvidia_setup
from lab.windows.programs import nvidia_smi as nvidia_smi
from lab.windows.programs import pnputil as pnputil
from lab.windows.programs import powercfg as powercfg
from lab.windows.programs import reg as reg
from lab.windows.programs import robocopy as robocopy
from lab.windows.programs import sc as sc
from lab.windows.programs import schtasks as schtasks
from lab.windows.programs import shutdown as shutdown
from lab.windows.programs import tar as tar
from lab.windows.programs import tasklist as tasklist
from lab.windows.programs import wevtutil as wevtutil
from lab.windows.programs import where as where
