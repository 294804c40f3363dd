# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The laptop's WS-Management service: WinRS over HTTP and HTTPS, as pywinrm, core's winrm and pypsrp speak it."""
