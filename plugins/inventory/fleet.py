# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory plugin that puts laptops into groups by what the last runs found."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet
short_description: Group laptops by what the last runs found
version_added: 0.2.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Reads the documents that runs with the variable C(wslfleet_report) write, one for each laptop and playbook, and puts
    the laptops of the inventory into groups, so that C(--limit broken_driver) works in the next run.
  - Each laptop is in exactly one of the groups V(conforming), V(not_conforming), V(unknown) and V(unreachable),
    according to its newest document.
  - Group V(broken_driver) contains laptops whose NVIDIA driver on Windows is too old, and laptops with a Linux driver,
    or remains of one, in a distribution. V(awaiting_restart) and V(awaiting_logon) contain laptops that wait for a
    restart or for a user's logon.
  - Groups such as V(toolkit_12_8) and V(driver_572_61) are named after versions. Text that is not a version does not
    make a group.
  - A laptop that cannot be reached keeps the findings and versions of its earlier documents.
  - The name of the inventory file must end with C(fleet.yml) or C(fleet.yaml). The file must come after the inventory
    that contains the laptops. Ansible reads sources in the order of C(-i), and sources in a folder in the order of
    their names.
notes:
  - Documents contain answers of laptops, which are not trusted. So the plugin adds no host and sets no variable.
    Otherwise a laptop, or anybody who can write to the folder, could have credentials of the inventory sent to any
    address. Laptops that are not in the inventory are left out, and a warning names them.
  - Do not set variables for these groups, for example in C(group_vars/broken_driver.yml). The answers of a laptop
    decide which groups it is in.
  - Documents that are truncated, that are not documents, or whose schema is newer are left out, with a warning.
  - Documents of later runs do not contain these groups, only the groups of the other sources.
  - The callback plugin P(wslfleet.cuda.fleet#callback) has the same name and is another plugin.
seealso:
  - plugin: wslfleet.cuda.documents
    plugin_type: callback
options:
  plugin:
    description:
      - Name of this plugin. It marks the file as an inventory file of this plugin.
    type: str
    required: true
    choices: [wslfleet.cuda.fleet]
  src:
    description:
      - Folders on the controller. Each is the C(wslfleet_report) folder of a run, or contains documents only.
      - A relative path starts at the folder of the inventory file.
      - Folders of runs with C(wslfleet_report_names=false) do not contain the names of laptops and are refused.
    type: list
    elements: str
    required: true
  prefix:
    description:
      - Prefix for the name of each group. Letters, digits and V(_).
      - Needed if the inventory has a group with the same name, because that is refused.
    type: str
    default: ""
"""

EXAMPLES = r"""
# states.fleet.yml: ansible-playbook -i inventory.yml -i states.fleet.yml wslfleet.cuda.repair --limit broken_driver
plugin: wslfleet.cuda.fleet
src:
  - /srv/cuda-report
"""

import os
import re
import typing as t

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import groups, made_groups, reading, shape, store
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import merge

_PREFIX = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]{0,39})?")
_SHOWN = 5
"""Most names in a message."""


class InventoryModule(BaseInventoryPlugin):
    """Inventory plugin ``wslfleet.cuda.fleet``."""

    NAME = "wslfleet.cuda.fleet"

    def verify_file(self, path: str) -> bool:
        """Whether PATH can be a file of this plugin."""
        ansible: t.Any = super()
        return bool(ansible.verify_file(path)) and path.endswith(("fleet.yml", "fleet.yaml"))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Put the hosts of INVENTORY into groups."""
        super().parse(inventory, loader, path, cache)
        ansible: t.Any = self
        ansible._read_config_data(path)
        home = os.path.dirname(os.path.abspath(path))
        folders = [os.path.join(home, os.path.expanduser(str(one))) for one in ansible.get_option("src")]
        try:
            found = self._wslfleet_groups(folders, str(ansible.get_option("prefix") or ""))
            self._wslfleet_fill(inventory, found)
        except store.StoreError as error:
            raise AnsibleParserError(str(error)) from error

    def _wslfleet_groups(self, folders: t.Sequence[str], prefix: str) -> dict[str, list[str]]:
        if not _PREFIX.fullmatch(prefix):
            raise store.StoreError(f"prefix {prefix!r} is no beginning of a group's name: use letters, digits and _")
        hidden = next((one for one in folders if os.path.exists(os.path.join(one, store.KEY))), None)
        if hidden:
            raise store.StoreError(
                f"{hidden} has documents without the names of laptops: name the folder of runs with"
                " wslfleet_report_names=true in src"
            )
        fleet = merge([reading.read(one, with_history=False) for one in folders], shape.now())
        for problem in fleet.problems:
            self.display.warning(f"groups by state: {problem}")
        return groups.of_fleet(fleet, prefix)

    def _wslfleet_fill(self, inventory: t.Any, found: t.Mapping[str, t.Sequence[str]]) -> None:
        taken = sorted(set(found) & set(inventory.groups))
        if taken:
            raise store.StoreError(
                f"the inventory already has groups {', '.join(taken[:_SHOWN])}: set prefix, so that these are not"
                " changed"
            )
        strangers = sorted({name for names in found.values() for name in names if name not in inventory.hosts})
        made_groups.add(found)
        for group, names in found.items():
            inventory.add_group(group)
            for name in names:
                if name in inventory.hosts:
                    inventory.add_host(name, group)
        if strangers:
            more = " …" if len(strangers) > _SHOWN else ""
            self.display.warning(
                f"groups by state: {len(strangers)} laptops of the documents are not in the inventory and left out"
                f" ({', '.join(strangers[:_SHOWN])}{more}): name their inventory before this file, or delete these"
            )
