# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of M(wslfleet.cuda.cuda_toolkit)."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order.linux_action import LinuxAction as ActionModule

__all__ = ["ActionModule"]
