# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of M(wslfleet.cuda.distribution_network): brings the company's authorities over from Windows."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.modules.distribution_network import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import checked_arguments
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order.linux_action import LinuxAction


class ActionModule(LinuxAction):
    """Reads the requested certificates, then runs the module."""

    def wslfleet_check(self) -> None:
        """Called before Windows is asked."""
        checked_arguments(self, DOCUMENTATION)
