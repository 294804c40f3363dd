#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: container_toolkit
short_description: Give docker, containerd or podman inside WSL access to the GPU
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Installs NVIDIA's container toolkit inside the distribution, writes the CDI specification of the GPU, and adds
    NVIDIA's runtime to the configuration of docker and containerd. It never installs a driver.
  - In WSL a container gets either all GPUs of the laptop or none, with C(docker run --gpus all) or
    C(podman run --device nvidia.com/gpu=all). Single GPUs cannot be chosen, because Windows shows all GPUs through one
    device, and the specification contains only that device.
  - A docker of Docker Desktop is not changed, because Docker Desktop provides the GPU itself. It is recognised by its
    links to C(/mnt/wsl/docker-desktop). If it is the only engine, nothing is installed.
  - Removes old sources of NVIDIA's container packages, such as C(nvidia-docker.list), and removes their key from the
    keyrings that every source trusts, each with a backup. The new source names its own keyring.
  - The key and the index are tested in a temporary folder first. A wrong address, key or version changes nothing.
  - The plan of apt is checked before anything is downloaded. A plan that would install a driver, or remove packages
    without being asked to, is refused. C(apt-get) runs detached; a lost connection does not stop it, and the next run
    finds it again.
  - The specification names files of the driver store, so it is written again if the Windows driver has changed.
  - The runtime is added to C(/etc/docker/daemon.json) and to the configuration of containerd as text; every other byte
    is kept. containerd 1.x takes the settings of a plugin from the last file that has any. So the runtime is added at
    the end of that file, in a marked block, and never as a drop-in that would hide the other settings. dockerd (23.0
    and later) and containerd check the result; if they refuse it, it is not kept.
  - docker gets a signal to read its runtimes again, and containerd is restarted if systemd is running. Containers keep
    running.
  - If nothing is missing, the module only reads files and starts no process.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.transaction
  - wslfleet.cuda.attributes.linux
attributes:
  check_mode:
    details:
      - The source is tested in a temporary folder. The plan is checked only if the source is already set up.
options:
  state:
    description:
      - V(present) gives the engines access to the GPU.
      - V(absent) removes the runtime if this module added it, the four packages, the specification and the source. A
        file that nobody else changed then contains the same bytes as before. The engines, their other settings and the
        guard are kept. It is refused, before anything is changed, if another package needs the toolkit or if the
        runtime is the default runtime, because no container would start without it.
    type: str
    choices:
      - present
      - absent
    default: present
  engines:
    description:
      - Engines to configure. A missing engine is installed, from Docker's own source if that is set up, otherwise from
        the source of the distribution. podman needs 4.1.0 or later.
      - When unset, the installed engines. If docker is installed, containerd belongs to docker and is not configured.
      - V(docker) and V(containerd) fail if Docker Desktop serves the distribution.
    type: list
    elements: str
    choices:
      - docker
      - containerd
      - podman
  rootless_users:
    description:
      - Users of the distribution whose own docker (C(dockerd-rootless-setuptool.sh), without root) gets the runtime, in
        C(~/.config/docker/daemon.json). The file is owned by that user. The docker of root is then not configured.
      - It sets C(no-cgroups) in C(/etc/nvidia-container-runtime/config.toml) for the whole distribution, because a
        daemon without root cannot change cgroups. Containers that a daemon of root starts then find no GPU. Use it only
        in distributions where nobody uses docker as root. It fails together with V(containerd) in O(engines). podman
        does not need it.
      - The users restart their docker themselves, with C(systemctl --user restart docker).
      - When unset, only the engines of root are configured.
    type: list
    elements: str
    default: []
  version:
    description:
      - Install exactly this version of the toolkit, even if a later one is installed. Three numbers, in quotes.
      - When unset, an installed version is kept if it is at least O(minimum_version). Otherwise the newest version of
        the source is installed.
    type: raw
  minimum_version:
    description:
      - The lowest version that is accepted. V(1.19.1) is the first version whose own refresh of the specification works
        in WSL. No version below V(1.13.0) works.
    type: raw
    default: 1.19.1
  url:
    description:
      - Address of the folder that contains C(InRelease) and C(Packages) of a mirror.
      - When unset, C(https://nvidia.github.io/libnvidia-container/stable/deb/amd64/).
    type: str
  username:
    description:
      - User name for O(url). Requires O(password).
      - When unset, no credentials are used, and those that an earlier run wrote are removed.
    type: str
  password:
    description:
      - Password or token for O(url), without blanks.
      - User name and password are written to C(/etc/apt/auth.conf.d/wslfleet-containers.conf), which only root can
        read, and apply to O(url) only. They are not written to the source file, and do not appear in any output.
      - When unset, no credentials are used.
    type: str
  key:
    description:
      - The public key that signs the index (armored), or an address or a path in the distribution where it is. Required
        with O(url).
      - When unset, C(https://nvidia.github.io/libnvidia-container/gpgkey).
    type: str
  key_fingerprint:
    description:
      - Fingerprint of that key, 40 hex digits.
    type: str
    default: C95B321B61E88C1809C4F759DDCAE044F796ECB0
  sha1:
    description:
      - What to do if apt 3 (Debian 13, Ubuntu 26.04) refuses the key, because it is bound to its user id by SHA-1.
        Security is only weakened if you choose it, and never if apt accepts the key.
      - V(refuse) fails, and the message lists the alternatives.
      - V(this_source) lets apt accept SHA-1 for this source, and only while this collection downloads its index.
        Somebody who can forge a SHA-1 binding of this one key could then forge an index of this one source. A plain
        C(apt update) keeps the existing index and warns.
      - To accept SHA-1 for every source, set O(wslfleet.cuda.cuda_repository#module:sha1=all_sources).
    type: str
    choices:
      - refuse
      - this_source
    default: refuse
"""

EXAMPLES = r"""
- name: Give the installed engines access to the GPU
  wslfleet.cuda.container_toolkit:

- name: Install podman and give it access to the GPU, from the company's mirror
  wslfleet.cuda.container_toolkit:
    engines:
      - podman
    url: https://mirror.example.com/libnvidia-container/stable/deb/amd64/
    key: https://mirror.example.com/libnvidia-container/gpgkey
    username: apt
    password: "{{ vaulted_mirror_password }}"

- name: Configure the docker that Ben runs without root
  wslfleet.cuda.container_toolkit:
    engines:
      - docker
    rootless_users:
      - ben

- name: Remove the toolkit and keep podman
  wslfleet.cuda.container_toolkit:
    state: absent
"""

RETURN = r"""
engines:
  description: The engines that were configured. With O(state=absent), the engines that are still installed.
  returned: success
  type: list
  elements: str
  sample:
    - podman
docker_desktop:
  description: The link by which Docker Desktop was recognised. Empty if it does not serve this distribution.
  returned: success
  type: str
  sample: ""
version:
  description: Version of the toolkit. Empty if it is not needed or was removed.
  returned: success
  type: str
  sample: 1.19.1
gpu:
  description: Whether WSL shows an NVIDIA GPU in this distribution. Without a GPU no specification is written.
  returned: success
  type: bool
  sample: true
notes:
  description: Notes for the user, one sentence each.
  returned: success
  type: list
  elements: str
  sample: []
transaction:
  description: The transaction that did the work, or is still doing it.
  returned: when packages change
  type: dict
  contains:
    id:
      description: Name of the transaction.
      type: str
      returned: always
      sample: 20260131T120000-containers
    running:
      description: Whether it is still running.
      type: bool
      returned: always
      sample: false
    progress:
      description: Percentage of the current phase, as reported by apt.
      type: float
      returned: always
      sample: 42.5
    package:
      description: The package that apt is working on.
      type: str
      returned: always
      sample: podman
    log:
      description: Path of the log in the distribution.
      type: str
      returned: always
      sample: /var/lib/wslfleet/transactions/20260131T120000-containers/log
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import packages, removal, source, steps
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import report as containers_report
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes, entry
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def result_of(report: containers_report.Report) -> t.Dict[str, t.Any]:
    """The report for the controller."""
    diff = changes.diff(report.changes)
    if report.packages is not None:
        diff.append(changes.listed("packages", *report.packages))
    result: t.Dict[str, t.Any] = {
        "changed": report.changed,
        "diff": diff,
        "engines": list(report.engines),
        "docker_desktop": report.desktop,
        "version": report.version,
        "gpu": report.gpu,
        "notes": report.notes,
    }
    if report.transaction is not None:
        result["transaction"] = report.transaction.shown()
    return result


def work(module: AnsibleModule, system: System) -> t.Dict[str, t.Any]:
    """Check once, and report."""
    params = credentials.hidden(module, "url", "key")
    request = containers_report.Request(
        engines=params["engines"],
        version=params["version"],
        minimum=params["minimum_version"],
        source=source.resolve(params),
        check_mode=module.check_mode,
        wait=params["wait"],
        follow=params["transaction"],
        rootless=params["rootless_users"],
    )
    if request.source.warning:
        module.warn(request.source.warning)
    way = removal if params["state"] == "absent" else steps
    return result_of(way.look(system, request))


def main() -> None:
    """Check once, and report."""
    entry.run(
        {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "engines": {"type": "list", "elements": "str", "choices": ["docker", "containerd", "podman"]},
            "rootless_users": {"type": "list", "elements": "str", "default": []},
            "version": {"type": "raw"},
            "minimum_version": {"type": "raw", "default": packages.RECOMMENDED},
            "url": {"type": "str"},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "key": {"type": "str", "no_log": False},
            "key_fingerprint": {"type": "str", "no_log": False, "default": source.FINGERPRINT},
            "sha1": {"type": "str", "choices": ["refuse", "this_source"], "default": "refuse"},
            "wait": {"type": "int", "default": 20},
            "transaction": {"type": "str"},
        },
        work,
    )


if __name__ == "__main__":
    main()
