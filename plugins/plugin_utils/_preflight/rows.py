# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""All verdicts about a host before anything changes on it, so that an admin can fix all problems at once.

The row ids G1, G5, … are those of NVIDIA's "CUDA on WSL User Guide", see ``_report/guide.py`` and the page audit_rows.
"""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import Verdict
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.state import HostState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight import cuda, gpu, remote, windows, wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.needs import Needs


def preflight(state: HostState, needs: Needs | None = None) -> list[Verdict]:
    """The verdicts on STATE, compared with NEEDS, in the order in which an admin would check."""
    needs = needs or Needs()
    return [
        windows.build(state),
        windows.architecture(state),
        remote.account(state),
        remote.elevation(state),
        remote.administrator_protection(state),
        remote.autorun(state),
        remote.proxy(state),
        remote.certificates(state),
        wsl.policy(state),
        wsl.kind(state),
        wsl.app_control(state),
        wsl.files(state),
        wsl.registrations(state),
        wsl.distributions(state),
        wsl.kernel(state),
        windows.features(state),
        windows.virtualization(state),
        windows.free_space(state, needs),
        windows.drives(state, needs),
        gpu.gpu(state),
        gpu.driver(state, needs),
        gpu.cuda_library(state),
        gpu.driver_model(state),
        gpu.compute_capability(state, needs),
        cuda.legacy_ipc(state, needs),
        *cuda.developer_tools(state, needs),
        *cuda.known_limits(state),
        windows.pending_reboot(state),
        windows.bitlocker_pin(state),
        windows.wireless(state),
        windows.sleep(state),
        windows.battery(state),
    ]
