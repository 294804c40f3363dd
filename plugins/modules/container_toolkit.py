#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: container_toolkit
short_description: Give docker, containerd or podman inside WSL the GPU
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Installs NVIDIA's container toolkit inside the distribution, writes the CDI specification of the GPU, and tells
    docker and containerd about NVIDIA's runtime. Never a driver.
  - In WSL all GPUs of the laptop go into a container together, as C(docker run --gpus all) or
    C(podman run --device nvidia.com/gpu=all). There is no other choice, since Windows shows them through one device,
    and the specification holds no other.
  - A docker of Docker Desktop is left alone, since that serves the GPU itself. It is known by its links to
    C(/mnt/wsl/docker-desktop). If it is the only engine, nothing is installed.
  - Takes out old sources of NVIDIA's container packages, such as C(nvidia-docker.list), and their key from the keyrings
    that every source trusts, each with a backup. The new source names its own keyring.
  - The key and the index are tried in a temporary folder first. A wrong address, key or version changes nothing.
  - The plan of apt is judged before anything is downloaded. A plan that would install a driver, or remove something
    unasked, is refused. C(apt-get) runs detached; a lost connection does not stop it, and the next run finds it again.
  - The specification names files of the driver store, so it is written again when the driver of Windows has changed.
  - The runtime is added to C(/etc/docker/daemon.json) and to the configuration of containerd as text; every other byte
    stays. containerd 1.x takes the settings of a plugin from the last file that has any, so the runtime goes to the end
    of that file, in a marked block, and never into a drop-in that would hide the others. dockerd (23.0 and later) and
    containerd check the result; one that they do not take is not kept.
  - docker is told by a signal to read its runtimes again, and containerd is restarted where systemd runs. Containers go
    on.
  - When everything is there, the module reads files and starts no process.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.actiongroup
  - wslfleet.cuda.attributes.linux
attributes:
  action:
    support: full
    details:
      - The controller looks after the transaction; the work is done in the distribution.
  async:
    support: none
    details:
      - The transaction runs detached and the module waits for it, see O(wait).
  check_mode:
    support: full
    details:
      - The source is tried in a temporary folder. The plan is judged only where the source stands already.
  diff_mode:
    support: full
  platform:
    support: full
    platforms: debian
  idempotent:
    support: full
options:
  state:
    description:
      - V(present) gives the engines the GPU.
      - V(absent) takes out the runtime where this module added it, the four packages, the specification and the source.
        A file that nobody else changed holds then the same bytes as before. The engines, their other settings and the
        guard stay. It is refused, before anything changes, where another package needs the toolkit or where the runtime
        is the default one, without which no container would start.
    type: str
    choices:
      - present
      - absent
    default: present
  engines:
    description:
      - Engines to serve. One that is missing is installed, from Docker's own source where that is set up, else from the
        distribution's. podman needs 4.1.0 or later.
      - When unset, those that are there. A containerd beside docker is docker's own and needs nothing.
      - V(docker) and V(containerd) fail where Docker Desktop serves the distribution.
    type: list
    elements: str
    choices:
      - docker
      - containerd
      - podman
  rootless_users:
    description:
      - Users of the distribution whose own docker (C(dockerd-rootless-setuptool.sh), without root) gets the runtime, in
        C(~/.config/docker/daemon.json), which then belongs to them. The docker of root is not configured meanwhile.
      - It sets C(no-cgroups) in C(/etc/nvidia-container-runtime/config.toml) for the whole distribution, since a daemon
        without root may not change cgroups. Containers that a daemon of root starts find no GPU any more. So it is for
        distributions where nobody uses docker as root, and fails together with V(containerd) in O(engines). podman
        needs none of this.
      - The users restart their docker themselves, by C(systemctl --user restart docker).
      - When unset, only the engines of root are served.
    type: list
    elements: str
    default: []
  version:
    description:
      - The toolkit in exactly this version, also when a later one is installed. Three numbers, in quotes.
      - When unset, an installed one stays if it is at least O(minimum_version), else the newest of the source comes in.
    type: raw
  minimum_version:
    description:
      - The lowest version that is good enough. V(1.19.1) is the first whose own refresh of the specification works in
        WSL. Below V(1.13.0) nothing works.
    type: raw
    default: 1.19.1
  url:
    description:
      - Address of the folder that holds C(InRelease) and C(Packages) of a mirror.
      - When unset, C(https://nvidia.github.io/libnvidia-container/stable/deb/amd64/).
    type: str
  username:
    description:
      - User name for O(url). Goes with O(password).
      - When unset, no credentials are used, and those that an earlier run wrote are removed.
    type: str
  password:
    description:
      - Password or token for O(url), without blanks.
      - Both are written to C(/etc/apt/auth.conf.d/wslfleet-containers.conf), which only root can read, and hold for
        O(url) only. They stand neither in the source file nor in any output.
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
      - What to do when apt 3 (Debian 13, Ubuntu 26.04) refuses the key, because it is bound to its user id by SHA-1.
        Nothing is weakened unless you choose so, and nothing is when apt accepts the key.
      - V(refuse) fails and names the ways out.
      - V(this_source) lets apt accept SHA-1 for this source, and only while this collection fetches its index. Whoever
        can forge a SHA-1 binding of this one key could then pass off an index of this one source. A plain C(apt update)
        goes on with the index that is there and warns.
      - To accept SHA-1 for every source there is O(wslfleet.cuda.cuda_repository#module:sha1=all_sources).
    type: str
    choices:
      - refuse
      - this_source
    default: refuse
  wait:
    description:
      - How many seconds one look at the transaction waits for its end.
    type: int
    default: 20
  transaction:
    description:
      - The transaction to follow. Set by the controller while it waits; there is no need to set it.
      - When unset, the module looks for what is missing and starts a transaction.
    type: str
"""

EXAMPLES = r"""
- name: Give the GPU to the engines that are there
  wslfleet.cuda.container_toolkit:

- name: Install podman with the GPU, from the mirror of the company
  wslfleet.cuda.container_toolkit:
    engines:
      - podman
    url: https://mirror.example.com/libnvidia-container/stable/deb/amd64/
    key: https://mirror.example.com/libnvidia-container/gpgkey
    username: apt
    password: "{{ vaulted_mirror_password }}"

- name: Serve the docker that Ben runs without root
  wslfleet.cuda.container_toolkit:
    engines:
      - docker
    rootless_users:
      - ben

- name: Take the toolkit out again; podman stays
  wslfleet.cuda.container_toolkit:
    state: absent
"""

RETURN = r"""
engines:
  description: The engines that were served; those that are there after O(state=absent).
  returned: success
  type: list
  elements: str
  sample:
    - podman
docker_desktop:
  description: The link by which Docker Desktop was known. Empty when it does not serve this distribution.
  returned: success
  type: str
  sample: ""
version:
  description: Version of the toolkit. Empty when it is not needed or was taken out.
  returned: success
  type: str
  sample: 1.19.1
gpu:
  description: Whether WSL shows an NVIDIA GPU here. Without one no specification is written.
  returned: success
  type: bool
  sample: true
notes:
  description: What a person should know, one sentence each.
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
      description: Its name.
      type: str
      returned: always
      sample: 20260131T120000-containers
    running:
      description: Whether it still runs.
      type: bool
      returned: always
      sample: false
    progress:
      description: Per cent of the current phase, by apt.
      type: float
      returned: always
      sample: 42.5
    package:
      description: The package that apt works on.
      type: str
      returned: always
      sample: podman
    log:
      description: The log in the distribution.
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
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import run as system_run


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


def work(module: AnsibleModule, run: system_run.Runner) -> t.Dict[str, t.Any]:
    """Look once."""
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
    return result_of(way.look(run, request))


def main() -> None:
    """Look once."""
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
