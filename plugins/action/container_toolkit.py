# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of M(wslfleet.cuda.container_toolkit): follows its transaction as that of the toolkit is."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.action import cuda_toolkit


class ActionModule(cuda_toolkit.ActionModule):
    """Runs the module until its transaction has ended."""

    MODULE = "container_toolkit"
