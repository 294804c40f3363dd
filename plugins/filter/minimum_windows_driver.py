# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that tells the lowest Windows driver for a toolkit version."""

from __future__ import annotations

DOCUMENTATION = r"""
name: minimum_windows_driver
short_description: Lowest Windows driver for a toolkit version
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - The oldest NVIDIA driver for Windows with which programs of a toolkit run, by NVIDIA's rule of minor-version
    compatibility.
options:
  _input:
    description:
      - The toolkit version, such as V(12.8), V(12.8.1) or V(12.latest).
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Show the driver that a toolkit needs
  ansible.builtin.debug:
    msg: "{{ '13.0' | wslfleet.cuda.minimum_windows_driver }}"
"""

RETURN = r"""
_value:
  description:
    - The version, as shown by C(nvidia-smi).
  type: str
  sample: "527.41"
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue


def minimum_windows_driver(version: t.Any) -> str:
    """The driver for toolkit VERSION, such as ``527.41``. Raises AnsibleFilterError for an unknown version."""
    try:
        branch, build = catalogue.minimum_driver(version)
    except catalogue.CatalogueError as error:
        raise AnsibleFilterError(str(error)) from None
    return f"{branch}.{build:02d}"


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"minimum_windows_driver": minimum_windows_driver}
