# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attacks on the collection, one file for each finding: ``test_<number>_<what is attacked>.py``.

The attacker is a developer, who owns his Windows profile and may be root in his distribution, or stands on the network
between laptop and mirror. The defender is an administrator's elevated session and root in the administrator's
distribution. A test does what the attacker does, with the collection's own code, and fails where he gets his way.

Who needs a laptop takes ``start_lab``; who runs a module against a folder takes ``box``; who needs a distribution takes
what tests/integration/linux offers.
"""

from __future__ import annotations

from tests.integration.conftest import start_lab
from tests.unit.plugins.modules.conftest import box

__all__ = ["box", "start_lab"]
