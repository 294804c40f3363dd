# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All laptops of one state directory: prepare them, run them, describe them.

DIR/lab.json        ports of everything, written when all laptops answer
DIR/inventory.yml   for Ansible
DIR/web/            what the internet and the mirrors serve
DIR/laptops/NAME/   one laptop each (lab/laptops/laptop.py)
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import socket
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

from lab.internet import authority
from lab.internet.proxy import ProxyServer
from lab.internet.web import WebServer
from lab.laptops import linux_cases, probe_profile, profiles
from lab.laptops.laptop import Laptop
from lab.linux import enter, images
from lab.repository import cuda
from lab.repository.compiler import CompilerError
from lab.repository.keys import SigningError, lab_keys
from lab.windows import lab_msi
from lab.wsl import disks
from lab.wsl.registrations import Registrations
from lab.wsman import certificates
from lab.wsman.link import LinkSettings
from lab.wsman.server import LaptopServer

if t.TYPE_CHECKING:
    from lab.ssh import server as ssh_server

Say = t.Callable[[str], None]
_DIRECT = LinkSettings()
ONLINE_IMAGES = {"Debian-12": "debian-12", "Debian-13": "debian-13", "Debian-12-minimal": "debian-12-minimal"}
"""Name in the list of online distributions -> image."""


class LabError(Exception):
    """The lab cannot do what was asked; one line."""


# -- preparing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What ``up`` was asked for."""

    profiles: list[tuple[str, int]]
    """Profile and number of each laptop."""
    probes: list[Path]
    """Files that playbooks/doctor.yml wrote; one laptop each, called after its file."""
    language: str
    real_compiler: bool = True
    package_archive: bool = True
    """Without it, distributions come as small files that stand for their images, too."""


def prepare(state: Path, wanted: Wanted, say: Say) -> None:
    """Make the laptops WANTED that STATE does not hold yet, and what the web serves.

    Builds missing images and packages into the cache first. Raises LabError.
    """
    cache = images.default_cache()
    web_url = f"http://127.0.0.1:{_web_port(state)}"
    try:
        _publish(state / "web", cache, wanted, say)
        for profile, number in wanted.profiles:
            with _new_laptop(state, f"{profile.replace('_', '-')}-{number}") as directory:
                if directory is not None:
                    profiles.make_laptop(
                        directory, profile, wanted.language, web_url, cache, say, wanted.package_archive
                    )
                    if profile == "behind_proxy":
                        profiles.trust(directory, cache, authority.kept(state))
        for probe in wanted.probes:
            with _new_laptop(state, probe.name.split(".")[0]) as directory:
                if directory is not None:
                    probe_profile.make_laptop(directory, probe_profile.read(probe), cache)
    except (images.ImageError, linux_cases.CaseError, CompilerError, SigningError, probe_profile.ProbeError) as error:
        raise LabError(str(error)) from error
    certificates.make(state)


@contextlib.contextmanager
def _new_laptop(state: Path, name: str) -> t.Iterator[Path | None]:
    """A folder to make laptop NAME in, which becomes the laptop's in the end; None when there is one already."""
    final, unfinished = state / "laptops" / name, state / "unfinished" / name
    if final.exists():
        yield None
        return
    shutil.rmtree(unfinished.parent, ignore_errors=True)
    yield unfinished
    final.parent.mkdir(exist_ok=True)
    unfinished.rename(final)


def _web_port(state: Path) -> int:
    """The web server's port, chosen once for STATE: apt's sources inside the distributions name it."""
    record = state / "web.port"
    if not record.exists():
        state.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            record.write_text(str(probe.getsockname()[1]), encoding="ascii")
    return int(record.read_text(encoding="ascii"))


def _publish(web: Path, cache: Path, wanted: Wanted, say: Say) -> None:
    """Fill WEB: WSL's packages, the list of distributions and their tarballs, NVIDIA's repositories."""
    (web / "wsl").mkdir(parents=True, exist_ok=True)
    (web / "images").mkdir(exist_ok=True)
    settings = profiles.windows_state("LAPTOP", "en-US")
    for version in (settings.wsl_available, settings.wsl_update):
        (web / "wsl" / f"wsl.{version}.x64.msi").write_bytes(lab_msi.build(version))
    entries = []
    for name, image in ONLINE_IMAGES.items():
        served = web / "images" / f"{image}.tar.gz"
        served.unlink(missing_ok=True)
        if wanted.package_archive:
            tarball = images.tarball(image, cache, say)
            cuda.link_or_copy(str(tarball), str(served))
            digest = tarball.with_name(tarball.name.replace(".tar.gz", ".sha256")).read_text("ascii").strip()
        else:
            images.image(image, cache, say)
            served.write_bytes(images.stand_in(image))
            digest = _sha256(served)
        entries.append(
            {
                "Name": name,
                "FriendlyName": f"{name.replace('-', ' ')} (lab)",
                "Default": name == profiles.DISTRIBUTION,
                "Amd64Url": {
                    "Url": f"https://images.wslfleet.example/{served.name}",
                    "Sha256": digest,
                },
            }
        )
    manifest = {"Default": "Debian", "ModernDistributions": {"Debian": entries}}
    (web / "wsl" / "DistributionInfo.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    cuda.publish(cache, web, wanted.real_compiler, say)


# -- running ---------------------------------------------------------------------------------------------------------


class Fleet:
    """The running laptops of one state directory; lives in the server process."""

    def __init__(
        self, state: Path, link: LinkSettings = _DIRECT, shown: t.Sequence[Path] = (), ssh: bool = False
    ) -> None:
        """LINK: between the controller and each laptop. What the laptops load from the internet comes undelayed.

        :arg shown: folders of this machine that all distributions see below /run/shown.
        :arg ssh: the laptops have an SSH server too.
        """
        self._shown = {f"/run/shown/{folder.name}": str(folder) for folder in shown}
        self._state = state
        self._link = link
        self._with_ssh = ssh
        self._ssh_servers: list[ssh_server.LaptopServer] = []
        self._web = WebServer(state / "web", port=_web_port(state))
        self._proxy: ProxyServer | None = None
        self._laptops: list[Laptop] = []
        self._servers: list[LaptopServer] = []

    @property
    def laptops(self) -> dict[str, Laptop]:
        """Name -> laptop, once everything has started."""
        return {laptop.name: laptop for laptop in self._laptops}

    def cut(self, laptop: Laptop) -> None:
        """LAPTOP loses its connections, and the shells with their commands end."""
        number = self._laptops.index(laptop)
        for servers in (self._servers, self._ssh_servers):
            for server in servers[number : number + 1]:
                server.cut()

    def start(self) -> None:
        """Start everything, then write lab.json and inventory.yml. Raises OSError when a port is taken."""
        self._web.start()
        self._proxy = _company_proxy(self._state, self._web.url).start()
        files = certificates.make(self._state)
        ports: dict[str, t.Any] = {"web": self._web.port, "proxy": self._proxy.url, "laptops": {}}
        for directory in sorted((self._state / "laptops").iterdir()):
            laptop = Laptop(directory, images.default_cache(), self._web.url)
            laptop.instances.shown.update(self._shown)
            server = LaptopServer(laptop, files, link=self._link)
            server.start()
            self._laptops.append(laptop)
            self._servers.append(server)
            ports["laptops"][laptop.name] = {"http": server.http_port, "https": server.https_port}
        _write(self._state / "inventory.yml", yaml.safe_dump(self._inventory(ports), sort_keys=False))
        if self._with_ssh:
            self._start_ssh(ports)
            inventory = yaml.safe_dump(self._ssh_inventory(ports), sort_keys=False)
            _write(self._state / "inventory_ssh.yml", inventory)
        _write(self._state / "lab.json", json.dumps(ports, indent=2))

    def _start_ssh(self, ports: dict[str, t.Any]) -> None:
        # Here: most labs have no SSH, and asyncssh takes its time to load.
        from lab.ssh import keys, server

        files = keys.make(self._state)
        for laptop in self._laptops:
            keys.authorize(laptop, files.client.with_suffix(".pub").read_text(encoding="ascii"))
            self._ssh_servers.append(server.LaptopServer(laptop, files.host, link=self._link))
            self._ssh_servers[-1].start()
            ports["laptops"][laptop.name]["ssh"] = self._ssh_servers[-1].port
        _write(files.known_hosts, "".join(keys.known_host(files, one.port) for one in self._ssh_servers))

    def stop(self) -> None:
        """End every command, instance and listener."""
        for ssh in self._ssh_servers:
            ssh.stop()
        for server in self._servers:
            server.stop()
        for laptop in self._laptops:
            laptop.shut_down()
        if self._proxy is not None:
            self._proxy.stop()
        self._web.stop()

    def _inventory(self, ports: dict[str, t.Any]) -> dict[str, t.Any]:
        hosts = {
            name: {"ansible_host": "127.0.0.1", "ansible_port": port["https"], "lab_http_port": port["http"]}
            for name, port in ports["laptops"].items()
        }
        mirror = f"{self._web.url}/{cuda.WSL_UBUNTU}"
        keys = lab_keys(images.default_cache())
        keyring = self._state / "web" / cuda.WSL_UBUNTU / "cuda-keyring_1.1-1_all.deb"
        variables = {
            "ansible_connection": "ansible.builtin.winrm",
            "ansible_winrm_scheme": "https",
            "ansible_winrm_transport": "ntlm",
            "ansible_winrm_ca_trust_path": str(self._state / "ca.pem"),
            "ansible_user": profiles.ADMINISTRATOR,
            "ansible_password": profiles.PASSWORD,
            "windows_host_distribution": profiles.DISTRIBUTION,
            "windows_host_reboot": "when_required",
            "windows_host_reboot_delay": 1,
            "cuda_version": "12.4",
            "cuda_repository_url": mirror,
            "cuda_keyring_sha256": _sha256(keyring),
            "cuda_key_fingerprint": keys.new.fingerprint,
            "container_toolkit_repository_url": f"{self._web.url}/{cuda.CONTAINER}/",
            "container_toolkit_key": f"{self._web.url}/libnvidia-container/gpgkey",
            "container_toolkit_key_fingerprint": keys.other.fingerprint,
        }
        return {"all": {"children": {"laptops": {"hosts": hosts, "vars": variables}}}}

    def _ssh_inventory(self, ports: dict[str, t.Any]) -> dict[str, t.Any]:
        """The same laptops over SSH."""
        inventory = self._inventory(ports)
        group = inventory["all"]["children"]["laptops"]
        others = {name: value for name, value in group["vars"].items() if not name.startswith("ansible_")}
        group["hosts"] = {
            name: {"ansible_host": "127.0.0.1", "ansible_port": port["ssh"]} for name, port in ports["laptops"].items()
        }
        group["vars"] = {
            "ansible_connection": "ansible.builtin.ssh",
            "ansible_shell_type": "cmd",
            "ansible_user": profiles.ADMINISTRATOR,
            "ansible_ssh_private_key_file": str(self._state / "ssh_key"),
            "ansible_ssh_common_args": f"-o UserKnownHostsFile={self._state / 'known_hosts'}",
            **others,
        }
        return inventory


def _company_proxy(state: Path, web_url: str) -> ProxyServer:
    """The only way to the repositories by their name inside the company; profile behind_proxy trusts its authority."""
    hosts = {profiles.BEHIND_PROXY: web_url}
    return ProxyServer(hosts, account=profiles.PROXY_ACCOUNT, authority=authority.kept(state))


def _write(file: Path, text: str) -> None:
    temporary = file.with_suffix(".new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(file)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


# -- looking ---------------------------------------------------------------------------------------------------------


def _distributions(directory: Path) -> list[tuple[str, str, Path]]:
    """(distribution, owner, folder of its disk) of the laptop in DIRECTORY."""
    laptop = Laptop(directory, images.default_cache())
    found = []
    for user in laptop.state.users:
        for item in Registrations(laptop.registry, user.sid).all():
            disk = disks.known_disk(laptop, item)
            if disk is not None:
                found.append((item.name, user.name, directory / "distributions" / disk))
    return found


def status_table(state: Path, running: bool) -> str:
    """One line per laptop: ports, WSL, distributions and which of them run."""
    if not (state / "laptops").is_dir():
        return f"no lab in {state}"
    ports = json.loads((state / "lab.json").read_text(encoding="utf-8"))["laptops"] if running else {}
    lines = [f"{'laptop':24} {'https port':10} {'reboots':7} distributions"]
    for directory in sorted((state / "laptops").iterdir()):
        items = [
            f"{name} of {owner} ({'running' if enter.first_process(disk) else 'stopped'})"
            for name, owner, disk in _distributions(directory)
        ]
        port = ports.get(directory.name, {}).get("https", "off")
        reboots = Laptop(directory, images.default_cache()).state.reboots
        lines.append(f"{directory.name:24} {port!s:10} {reboots!s:7} {', '.join(items) or 'none'}")
    return "\n".join(lines)


def shell(state: Path, directory: Path, distribution: str) -> int:
    """A root shell inside DISTRIBUTION of the laptop in DIRECTORY; its exit code. Raises LabError."""
    known = {name: disk for name, _owner, disk in _distributions(directory)}
    if distribution not in known:
        raise LabError(f"{directory.name} has no distribution {distribution!r}; it has: {', '.join(known) or 'none'}")
    disk = known[distribution]
    if enter.first_process(disk) is not None:
        return enter.shell(disk)
    laptop = Laptop(directory, images.default_cache())
    laptop.instances.start(disk.name, distribution)
    try:
        return enter.shell(disk)
    finally:
        laptop.instances.terminate_all()
