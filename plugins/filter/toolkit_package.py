# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that names the package of a toolkit version."""

from __future__ import annotations

DOCUMENTATION = r"""
name: toolkit_package
short_description: Name of the package of a toolkit version
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - The apt package that installs the whole toolkit of a version. Its name contains only the major and minor number, so
    all patch releases of one toolkit have the same package.
options:
  _input:
    description:
      - The toolkit version, such as V(12.8), V(12.8.1) or V(12.latest).
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Show the package that developers install instead of a driver
  ansible.builtin.debug:
    msg: "apt install {{ '12.8.1' | wslfleet.cuda.toolkit_package }}"
"""

RETURN = r"""
_value:
  description:
    - The package name; C(cuda-toolkit-12) for V(12.latest).
  type: str
  sample: cuda-toolkit-12-8
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue, package_names


def toolkit_package(version: t.Any) -> str:
    """The package of toolkit VERSION, such as ``cuda-toolkit-12-8``. Raises AnsibleFilterError for an unknown one."""
    try:
        return package_names.toolkit_package(str(version))
    except catalogue.CatalogueError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"toolkit_package": toolkit_package}
