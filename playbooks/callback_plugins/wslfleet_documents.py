# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the callback plugin ``wslfleet.cuda.documents`` along: Ansible loads what lies beside a playbook by itself.

A last play would not do: Ansible ends a playbook as soon as no host is left, and just then a report is wanted.
"""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.callback import documents


class CallbackModule(documents.CallbackModule):
    """Works without being named in ansible.cfg, and only where variable ``wslfleet_report`` names a folder."""

    CALLBACK_NEEDS_ENABLED = False
