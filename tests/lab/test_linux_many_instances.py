# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab of hundreds of laptops has more open files than select() takes."""

from __future__ import annotations

import fcntl
import os
import resource
import socket
import subprocess

from lab.linux.instances import _Instance

BEYOND_SELECT = 1024


def test_an_instance_is_watched_whatever_the_number_of_its_descriptor() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * BEYOND_SELECT), hard))
    control, other = socket.socketpair()
    with other, subprocess.Popen(["sleep", "60"]) as process:
        low = os.pidfd_open(process.pid)
        high = fcntl.fcntl(low, fcntl.F_DUPFD, BEYOND_SELECT)
        os.close(low)
        instance = _Instance(process, control, process.pid, high, None)
        assert instance.alive()
        instance.kill()
        instance.collect()
        assert process.returncode
