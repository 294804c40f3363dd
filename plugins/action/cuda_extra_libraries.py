# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of M(wslfleet.cuda.cuda_extra_libraries): follows the transaction as that of the toolkit."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.action.cuda_toolkit import ActionModule as ToolkitAction


class ActionModule(ToolkitAction):
    """Runs the module until its transaction has ended."""

    MODULE = "cuda_extra_libraries"
