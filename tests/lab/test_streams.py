# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pipes between the service and simulated programs."""

from __future__ import annotations

import threading

from lab.machine.streams import Pipe


def test_a_reader_that_waits_can_give_up_at_once_and_takes_nothing() -> None:
    pipe, over = Pipe(), threading.Event()
    answers: list[bytes | None] = []
    reader = threading.Thread(target=lambda: answers.append(pipe.read(given_up=over)), daemon=True)
    reader.start()
    over.set()
    pipe.wake()
    reader.join(30)
    assert answers == [None]
    pipe.write(b"for the next program")
    assert pipe.read(given_up=over) is None
    assert pipe.read() == b"for the next program"
