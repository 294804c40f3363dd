#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: distribution_network
short_description: Configure the proxy and the trusted certificates of a distribution
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Writes the proxy for apt and into C(/etc/environment). WSL itself passes the proxy of Windows to shells only, so
    C(apt) under C(sudo) and services do not see it.
  - Copies certificate authorities from the Root store of Windows into the distribution, with C(update-ca-certificates).
  - What is not set is not changed. An empty value removes what this module wrote earlier. Files of others are kept; the
    old C(/etc/environment) and removed authorities are kept in
    C(/var/lib/wslfleet/backup/).
  - Nothing is downloaded, except the package C(ca-certificates) if an authority is requested and it is missing.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.linux
attributes:
  action:
    support: partial
    details:
      - With O(windows_certificates) the controller reads them from Windows before the module runs.
  async:
    support: none
  diff_mode:
    details:
      - Credentials are shown as C((credentials)).
options:
  proxy:
    description:
      - Address of the proxy, C(http://host:port) or C(https://host:port). PAC scripts cannot be used, because apt reads
        none.
      - Can contain a user name and a password, but O(proxy_username) and O(proxy_password) keep them out of the
        controller's logs too.
      - When empty, the proxy that this module wrote is removed. When unset, nothing is changed.
    type: str
  proxy_username:
    description:
      - User name for O(proxy), for a proxy with Basic authentication. For a proxy that accepts only Kerberos or
        NTLM, set O(proxy) to a helper such as C(px) or C(cntlm) that runs on the laptop.
      - When unset, no credentials are used, and those that an earlier run wrote are removed.
    type: str
  proxy_password:
    description:
      - Password for O(proxy), without blanks.
      - User name and password are written to C(/etc/apt/auth.conf.d/wslfleet-proxy.conf), which only root can read.
        They are neither in apt's configuration nor in C(/etc/environment), which everybody can read, nor in any output.
        So only apt has them; other programs ask the developer.
      - When unset, no credentials are used.
    type: str
  no_proxy:
    description:
      - Hosts to reach without the proxy. C(localhost), C(127.0.0.1) and C(::1) always are.
      - apt accepts whole host names only. Domains (V(.example.com)) and networks are written to C(/etc/environment)
        only.
    type: list
    elements: str
    default: []
  environment:
    description:
      - Whether to write O(proxy) and O(no_proxy) to C(/etc/environment) too, as the usual variables in lower and upper
        case (C(https_proxy), C(HTTPS_PROXY), and so on), between two marks at its end. When false, it
        loses those that this module wrote.
    type: bool
    default: true
  windows_certificates:
    description:
      - Certificate authorities to copy from Windows, by their thumbprints (SHA-1, 40 hex digits, as C(certlm.msc) shows
        them), or V(all) alone.
      - V(all) means those that the company added by group policy or Active Directory, not those of Microsoft or of an
        installer. A thumbprint can name any certificate of the computer's Root store, also one that Intune or the agent
        of a proxy added. Certificates that Windows distrusts are never copied, and stores of users are not read.
      - Read from the registry in one command that changes nothing. Needs P(wslfleet.cuda.wsl#connection).
      - When the list is empty, authorities that this module wrote are removed. When unset, nothing is changed.
    type: list
    elements: str
  certificates:
    description:
      - Certificate authorities in PEM form, for those that Windows does not have. Together with
        O(windows_certificates) they are all that this module adds to the trusted ones.
      - When the list is empty, authorities that this module wrote are removed. When unset, nothing is changed.
    type: list
    elements: str
seealso:
  - module: wslfleet.cuda.wsl_config
    description: Settings such as C(dnsTunneling), if names cannot be resolved inside a distribution.
"""

EXAMPLES = r"""
- name: Out through the proxy, which looks into TLS
  wslfleet.cuda.distribution_network:
    proxy: http://proxy.example.com:8080
    proxy_username: svc-cuda
    proxy_password: "{{ vaulted_proxy_password }}"
    no_proxy:
      - mirror.example.com
      - .corp.example.com
    windows_certificates:
      - all

- name: Neither of them any more
  wslfleet.cuda.distribution_network:
    proxy: ""
    windows_certificates: []
"""

RETURN = r"""
steps:
  description: What was done, or would be done in check mode.
  returned: success
  type: list
  elements: str
  sample:
    - write /etc/apt/apt.conf.d/95wslfleet-proxy
    - trust Corp-TLS-Inspection-CA-1a2b3c4d
    - update-ca-certificates
certificates:
  description: The authorities that this module makes the distribution trust, if any were requested.
  returned: success
  type: list
  elements: dict
  contains:
    subject:
      description: Whose it is.
      type: str
      sample: Corp TLS Inspection CA
    thumbprint:
      description: Its SHA-1, as Windows shows it.
      type: str
      sample: 2FD4E1C67A2D28FCED849EE1BB76E7391B93EB12
    not_after:
      description: Its last day.
      type: str
      sample: "2031-12-31"
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials, proxy, trusted_certificates
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups, entry
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def work(module: AnsibleModule, system: System) -> t.Dict[str, t.Any]:
    """Observe, plan, apply."""
    when = backups.stamp()
    options = credentials.hidden(module, "proxy")
    changes = proxy.plan(system, proxy.resolve(options), when) if options["proxy"] is not None else []
    asked = module.params["certificates"]
    wanted = trusted_certificates.read(asked or [])
    trust = trusted_certificates.plan(system, wanted, when) if asked is not None else trusted_certificates.Plan()
    if not module.check_mode:
        system_changes.apply(system, changes)
        trusted_certificates.apply(system, wanted, trust)
    if module.params["proxy"]:
        for path in proxy.overruling(system):
            module.warn(f"{path} sets a proxy for apt too, or detects one, and is read after {proxy.APT_PATH}")
    steps = [f"{'remove' if change.after is None else 'write'} {change.path}" for change in changes] + trust.steps
    return {
        "changed": bool(steps),
        "steps": steps,
        "certificates": [
            {"subject": item.subject, "thumbprint": item.thumbprint, "not_after": item.not_after} for item in wanted
        ],
        "diff": system_changes.diff([*changes, *trust.changes]),
    }


def main() -> None:
    """Observe, plan, apply."""
    entry.run(
        {
            "proxy": {"type": "str"},
            "proxy_username": {"type": "str"},
            "proxy_password": {"type": "str", "no_log": True},
            "no_proxy": {"type": "list", "elements": "str", "default": []},
            "environment": {"type": "bool", "default": True},
            "windows_certificates": {"type": "list", "elements": "str"},
            "certificates": {"type": "list", "elements": "str"},
        },
        work,
    )


if __name__ == "__main__":
    main()
