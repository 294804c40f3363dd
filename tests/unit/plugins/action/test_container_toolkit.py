# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action beside module container_toolkit; how it follows a transaction is in test_cuda_toolkit.py."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.action import container_toolkit, cuda_toolkit


def test_the_transaction_is_followed_as_that_of_the_toolkit() -> None:
    assert issubclass(container_toolkit.ActionModule, cuda_toolkit.ActionModule)
