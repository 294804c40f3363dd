# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repositories, read by this machine's apt with directories of its own: no root, nothing installed."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import typing as t
from pathlib import Path

import pytest

from lab.internet.web import WebServer
from lab.linux.images import default_cache
from lab.repository import cuda, flat
from lab.repository.deb import Deb
from lab.repository.keyring import KEYRING_PATH
from lab.repository.keys import Keys, lab_keys


@pytest.fixture(scope="module")
def keys() -> Keys:
    return lab_keys(default_cache())


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> t.Iterator[WebServer]:
    """The repositories without the real compiler, and what they need from Debian, over HTTP."""
    root = tmp_path_factory.mktemp("web")
    cuda.publish(default_cache(), root, real_compiler=False)
    debian = root / "debian"
    debian.mkdir()
    common = {"Version": "1", "Architecture": "amd64", "Maintainer": "x", "Description": "y"}
    debs = [Deb({"Package": name, **common}) for name in ("default-jre", "libtinfo5")]
    flat.write_index(debian, flat.add_debs(debian, debs), keys.new, label="Debian")
    with WebServer(root) as server:
        yield server


class HostApt:
    """apt-get with a state of its own below a temporary directory."""

    def __init__(self, directory: Path, web: WebServer, key: bytes) -> None:
        self.directory = directory
        self.web = web
        for folder in (
            "lists/partial",
            "cache/archives/partial",
            "etc/preferences.d",
            "etc/sources.list.d",
            "etc/apt.conf.d",
        ):
            (directory / folder).mkdir(parents=True)
        (directory / "status").touch()
        (directory / "key.gpg").write_bytes(key)
        settings = {
            "Dir::Etc": "etc",
            "Dir::State": "",
            "Dir::State::status": "status",
            "Dir::Cache": "cache",
        }
        lines = [f'{name} "{directory}/{value}";' for name, value in settings.items()]
        lines += ['APT::Architecture "amd64";', 'Acquire::Languages "none";', 'APT::Sandbox::User "root";']
        lines += ['Acquire::http::Proxy "DIRECT";', 'Acquire::Retries "0";']
        (directory / "etc" / "apt.conf").write_text("\n".join(lines))

    def add(self, path: str) -> None:
        entry = f"deb [signed-by={self.directory}/key.gpg] {self.web.url}/{path}/ /\n"
        with (self.directory / "etc" / "sources.list").open("a") as sources:
            sources.write(entry)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "APT_CONFIG": str(self.directory / "etc" / "apt.conf"), "LC_ALL": "C"}
        return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=self.directory)

    def update(self, *paths: str) -> None:
        """Add the repositories PATHS and read their indexes."""
        for path in paths:
            self.add(path)
        done = self.run("apt-get", "update")
        assert done.returncode == 0, done.stderr
        assert "W:" not in done.stderr

    def plan(self, *packages: str) -> list[str]:
        """Names on the Inst lines of a simulated installation."""
        done = self.run("apt-get", "-s", "install", *packages)
        assert done.returncode == 0, done.stdout + done.stderr
        return re.findall(r"^Inst (\S+)", done.stdout, re.MULTILINE)


@pytest.fixture
def apt(tmp_path: Path, web: WebServer, keys: Keys) -> HostApt:
    return HostApt(tmp_path, web, keys.new.binary)


DRIVER = re.compile(r"cuda-drivers|cuda-runtime|nvidia-(?!cuda)|libnvidia-|xserver-xorg-video-nvidia")


@pytest.mark.parametrize(
    ("package", "count"), [("cuda-toolkit-12-8", 62), ("cuda-12-8", 64), ("cuda-toolkit", 65), ("cuda", 66)]
)
def test_nothing_in_wsl_ubuntu_leads_to_a_driver(apt: HostApt, package: str, count: int) -> None:
    apt.update("debian", cuda.WSL_UBUNTU)
    planned = apt.plan(package)
    assert len(planned) == count
    assert ("default-jre" in planned) is ("cuda-toolkit-12-8" in planned)
    assert not [name for name in planned if DRIVER.match(name)]


def test_toolkit_12_4_needs_libtinfo5(apt: HostApt) -> None:
    apt.update("debian", cuda.WSL_UBUNTU)
    planned = apt.plan("cuda-toolkit-12-4")
    assert len(planned) == 63
    assert "libtinfo5" in planned


def test_toolkit_12_4_is_refused_where_libtinfo5_is_missing(apt: HostApt) -> None:
    apt.update(cuda.WSL_UBUNTU)
    refused = apt.run("apt-get", "-s", "install", "cuda-toolkit-12-4")
    assert refused.returncode == 100
    assert "libtinfo5" in refused.stdout + refused.stderr


def test_cuda_from_an_ordinary_distribution_brings_the_whole_driver(apt: HostApt) -> None:
    apt.update("debian", cuda.UBUNTU2404)
    planned = apt.plan("cuda")
    assert len(planned) == 84
    assert len([name for name in planned if DRIVER.match(name)]) == 19
    assert not [name for name in apt.plan("cuda-toolkit-12-8") if DRIVER.match(name)]


def test_with_both_repositories_cuda_still_finds_the_driver(apt: HostApt) -> None:
    apt.update("debian", cuda.WSL_UBUNTU, cuda.UBUNTU2404)
    assert "nvidia-dkms-570" in apt.plan("cuda-runtime-12-8")
    assert not [name for name in apt.plan("cuda-toolkit-12-8") if DRIVER.match(name)]


def test_the_pin_file_applies_through_the_label(apt: HostApt, web: WebServer) -> None:
    pin = (web.root / cuda.WSL_UBUNTU / "cuda-wsl-ubuntu.pin").read_bytes()
    assert len(pin) == 190
    (apt.directory / "etc/preferences.d/cuda-repository-pin-600").write_bytes(pin)
    apt.update(cuda.WSL_UBUNTU)
    policy = apt.run("apt-cache", "policy", "cuda-toolkit-12-4").stdout
    assert re.search(r"12\.4\.0-1 600", policy)


def test_apt_accepts_every_hash_of_the_index(apt: HostApt) -> None:
    apt.update(cuda.WSL_UBUNTU)
    fetched = apt.run("apt-get", "download", "cuda-nvcc-12-4", "cuda-keyring", "cuda-documentation-12-8")
    assert fetched.returncode == 0, fetched.stderr
    assert len(list(apt.directory.glob("*.deb"))) == 3


@pytest.mark.parametrize(
    ("path", "message"),
    [(cuda.FOREIGN, "NO_PUBKEY|Missing key"), (f"{cuda.REPOS}/none/x86_64", "404")],
)
def test_a_repository_that_must_be_refused(apt: HostApt, path: str, message: str) -> None:
    apt.add(path)
    done = apt.run("apt-get", "update")
    assert done.returncode == 100
    assert re.search(message, done.stdout + done.stderr)


def test_a_key_that_is_not_the_repositorys_is_refused(tmp_path: Path, web: WebServer, keys: Keys) -> None:
    apt = HostApt(tmp_path, web, keys.old_binary)
    apt.add(cuda.WSL_UBUNTU)
    done = apt.run("apt-get", "update")
    assert done.returncode == 100
    assert keys.new.fingerprint[-16:] in done.stdout + done.stderr


def test_the_empty_repository_has_no_package(apt: HostApt) -> None:
    apt.update(cuda.EMPTY)
    assert apt.run("apt-get", "-s", "install", "cuda-toolkit-12-8").returncode == 100


def test_release_has_nvidias_fields_in_nvidias_order(web: WebServer) -> None:
    release = (web.root / cuda.WSL_UBUNTU / "Release").read_text()
    fields = re.findall(r"^(\S[^:]*):", release, re.MULTILINE)
    assert fields == ["Origin", "Label", "Architecture", "Date", "MD5Sum", "SHA1", "SHA256", "Acquire-By-Hash"]
    assert "Label: NVIDIA CUDA\nArchitecture: x86_64\n" in release
    for line in re.findall(r"^ (\S+) +(\d+) (\S+)$", release, re.MULTILINE):
        assert (web.root / cuda.WSL_UBUNTU / line[2]).stat().st_size == int(line[1])


def test_stanzas_have_nvidias_order_and_the_driver_names_its_source(web: WebServer) -> None:
    packages = gzip.decompress((web.root / cuda.UBUNTU2404 / "Packages.gz").read_bytes()).decode()
    assert packages == (web.root / cuda.UBUNTU2404 / "Packages").read_text()
    stanzas = [re.findall(r"^(\S[^:]*): (.*)", stanza, re.MULTILINE) for stanza in packages.split("\n\n")]
    order = {name: position for position, name in enumerate(flat.STANZA_ORDER)}
    for stanza in stanzas:
        positions = [order[name] for name, _value in stanza]
        assert positions == sorted(positions)
    compute = dict(next(stanza for stanza in stanzas if stanza[0][1] == "libnvidia-compute-570"))
    assert compute["Source"] == "nvidia-graphics-drivers-570"
    assert "libcuda1" in compute["Provides"]


@pytest.mark.parametrize("distribution", ["wsl-ubuntu", "ubuntu2404"])
def test_the_keyring_package_holds_key_entry_and_pin(
    tmp_path: Path, web: WebServer, keys: Keys, distribution: str
) -> None:
    folder = web.root / cuda.REPOS / distribution / "x86_64"
    package = folder / "cuda-keyring_1.1-1_all.deb"
    subprocess.run(["dpkg-deb", "-x", package, tmp_path], check=True)
    assert (tmp_path / KEYRING_PATH.lstrip("/")).read_bytes() == keys.new.binary
    assert (folder / f"cuda-{distribution}-keyring.gpg").read_bytes() == keys.new.binary
    assert (tmp_path / f"etc/apt/sources.list.d/cuda-{distribution}-x86_64.list").read_text() == (
        "deb [signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] "
        f"https://developer.download.nvidia.com/compute/cuda/repos/{distribution}/x86_64/ /\n"
    )
    assert (tmp_path / "etc/apt/preferences.d/cuda-repository-pin-600").stat().st_size == 190


def test_publishing_again_replaces_what_a_test_changed(tmp_path: Path) -> None:
    cuda.publish(default_cache(), tmp_path, real_compiler=False)
    release = tmp_path / cuda.WSL_UBUNTU / "Release"
    original = release.read_bytes()
    release.unlink()
    release.write_bytes(b"changed")
    cuda.publish(default_cache(), tmp_path, real_compiler=False)
    assert release.read_bytes() == original


def test_local_installer_is_a_repository_of_its_own(web: WebServer, keys: Keys, tmp_path: Path) -> None:
    deb = web.root / cuda.INSTALLER
    subprocess.run(["dpkg-deb", "-x", str(deb), str(tmp_path / "tree")], check=True)
    folder = tmp_path / "tree/var/cuda-repo-wsl-ubuntu-12-8-local"
    ring = f"cuda-{keys.installer.fingerprint[-8:]}-keyring.gpg"
    assert (folder / ring).read_bytes() == keys.installer.binary
    index = (folder / "Packages").read_text()
    listed = re.findall(r"(?m)^Filename: \./(.*)$", index)
    assert sorted(listed) == sorted(file.name for file in folder.glob("*.deb"))
    assert "Package: cuda-toolkit-12-8\n" in index and "-12-4" not in index
    source = (tmp_path / "tree/etc/apt/sources.list.d/cuda-wsl-ubuntu-12-8-local.list").read_text()
    assert source == f"deb [signed-by=/usr/share/keyrings/{ring}] file:///var/cuda-repo-wsl-ubuntu-12-8-local /\n"


def test_older_patch_release_is_there_and_not_the_candidate(apt: HostApt) -> None:
    apt.update(cuda.WSL_UBUNTU)
    shown = apt.run("apt-cache", "policy", "cuda-nvcc-12-8").stdout
    assert "Candidate: 12.8.93-1" in shown and "12.8.61-1" in shown
