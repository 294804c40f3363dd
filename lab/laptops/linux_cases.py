# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distributions in the states that people really have them in: old keys and stale sources, or a Linux driver inside.

    legacy_keys(laptop, disk_id, keys)                  writes files onto the disk
    docker_desktop(laptop, disk_id)                     the links of Docker Desktop
    broken_driver(laptop, disk_id, web_url, keys, …)    lays a prepared layer over the image, made once by apt itself

Both work on the disk at rest, so its instance must not run.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
import typing as t
from pathlib import Path

from lab.laptops.laptop import Laptop
from lab.linux import disks, images
from lab.linux.dress import PROC_VERSION
from lab.repository import container, cuda, elf
from lab.repository.cache import Say, digest, made_once, silent
from lab.repository.keyring import KEYRING_PATH, PUBLIC_URL, source_line, source_list_path
from lab.repository.keys import Keys
from lab.repository.model import DRIVER_BRANCH

CASE_VERSION = 1
"""Raise it when the code below makes another layer from the same repositories."""

STRAY_LIBRARIES = ("/usr/local/lib/libcuda.so.1", "/usr/lib/x86_64-linux-gnu/libcuda.so.535.104.05")
"""What a ``.run`` installer left behind: files that no package owns."""

KEPT_PACKAGES = (
    "cuda-driver-dev-12-8",
    "cuda-keyring",
    "cuda-toolkit-12-8",
    "libnvidia-container-tools",
    "libnvidia-container1",
    "libnvidia-egl-wayland1",
    "libxnvctrl0",
    "nvidia-container-toolkit",
    "nvidia-container-toolkit-base",
)
"""Installed by ``broken_driver`` beside the driver; no repair may remove them."""


class CaseError(Exception):
    """A state cannot be made; one line."""


# -- legacy_keys -----------------------------------------------------------------------------------------------------

_PUBLIC_WSL = f"{PUBLIC_URL}/wsl-ubuntu/x86_64/"
_OLD_KEYRING = "/usr/share/keyrings/nvidia-cuda-keyring.gpg"
KEPT_SOURCE = "/etc/apt/sources.list.d/cuda-ubuntu2204.sources"
"""A disabled entry, which does no harm and is somebody's intention."""


def legacy_files(keys: Keys) -> dict[str, bytes]:
    """The files of the state ``legacy_keys``: path -> content.

    The old key stands in five places, twice beside somebody else's key and once inside a source. Two of the entries
    name one address with different Signed-By values, so apt refuses to read its sources at all.
    """
    lists = "/etc/apt/sources.list.d"
    inside = "".join(f" {line or '.'}\n" for line in keys.old_armored.decode("ascii").splitlines())
    return {
        "/etc/apt/trusted.gpg": keys.old_binary + keys.other.binary,
        "/etc/apt/trusted.gpg.d/cuda.asc": keys.old_armored,
        "/etc/apt/keyrings/nvidia.asc": keys.old_armored + keys.other.armored,
        _OLD_KEYRING: keys.old_binary,
        f"{lists}/cuda.list": f"deb {_PUBLIC_WSL} /\n".encode(),
        f"{lists}/cuda-wsl-ubuntu-x86_64.list": f"deb [signed-by={_OLD_KEYRING}] {_PUBLIC_WSL} /\n".encode(),
        f"{lists}/nvidia-ml.list": (
            b"deb http://developer.download.nvidia.com/compute/machine-learning/repos/ubuntu2004/x86_64 /\n"
        ),
        f"{lists}/nvidia-cuda.sources": (
            f"Types: deb\nURIs: {_PUBLIC_WSL}\nSuites: /\nSigned-By: /etc/apt/trusted.gpg.d/cuda.asc\n"
        ).encode(),
        f"{lists}/cuda-ubuntu1804.sources": (
            f"Types: deb\nURIs: {PUBLIC_URL}/ubuntu1804/x86_64/\nSuites: /\nSigned-By:\n{inside}"
        ).encode(),
        KEPT_SOURCE: (
            f"Enabled: no\nTypes: deb\nURIs: {PUBLIC_URL}/ubuntu2204/x86_64/\nSuites: /\nSigned-By: {KEYRING_PATH}\n"
        ).encode(),
    }


STALE_LINE = f"deb {PUBLIC_URL.replace('https', 'http')}/ubuntu2004/x86_64 /\n"
"""Added to /etc/apt/sources.list, between the lines that must stay."""


def legacy_keys(laptop: Laptop, disk_id: str, keys: Keys) -> None:
    """Put the disk into the state ``legacy_keys``."""
    disk = disks.disk(laptop, disk_id)
    own = disks.read_file(laptop, disk_id, "/etc/apt/sources.list") or b""
    files = {**legacy_files(keys), "/etc/apt/sources.list": own + STALE_LINE.encode()}
    write_files(disk.upper, files)


def write_files(upper: Path, files: t.Mapping[str, bytes]) -> None:
    """Write FILES (path as seen inside -> content) into the upper layer of a disk."""
    for path, content in files.items():
        target = upper / path.lstrip("/")
        _make_folders(upper, target.parent)
        target.unlink(missing_ok=True)
        target.write_bytes(content)
        target.chmod(0o644)


def _make_folders(upper: Path, folder: Path) -> None:
    """FOLDER below UPPER, whatever the umask: a folder of the upper layer hides the mode of the image's."""
    if folder != upper and not folder.is_dir():
        _make_folders(upper, folder.parent)
        folder.mkdir()
        folder.chmod(0o755)


# -- docker_desktop --------------------------------------------------------------------------------------------------

DESKTOP_LINKS = {
    "/usr/bin/docker": "/mnt/wsl/docker-desktop/cli-tools/usr/bin/docker",
    "/usr/bin/docker-compose": "/mnt/wsl/docker-desktop/cli-tools/usr/bin/docker-compose",
}
"""From listings by users. They lead nowhere while Docker Desktop does not run, as in the lab."""


def docker_desktop(laptop: Laptop, disk_id: str) -> None:
    """Put the disk into the state ``docker_desktop``: the distribution is among those that Docker Desktop serves."""
    upper = disks.disk(laptop, disk_id).upper
    for path, target in DESKTOP_LINKS.items():
        link = upper / path.lstrip("/")
        _make_folders(upper, link.parent)
        link.symlink_to(target)


# -- broken_driver ---------------------------------------------------------------------------------------------------


def broken_driver(
    laptop: Laptop, disk_id: str, web_url: str, keys: Keys, image: str = "debian-12", say: Say = silent
) -> None:
    """Put the disk, a copy of IMAGE, into the state ``broken_driver``.

    Somebody ran ``apt-get install cuda`` from the repository of an ordinary distribution: the driver is installed,
    its DKMS module could not be built, dpkg is left half way. The entry of that repository stays, and points to
    WEB_URL. Raises CaseError, and ValueError for a disk that is no copy of IMAGE.
    """
    disk = disks.disk(laptop, disk_id)
    if disk.layer() != images.layer_name(image):
        raise ValueError(f"disk {disk_id} is no copy of image {image}")
    layer = broken_driver_layer(image, laptop.instances.image_cache, say)
    subprocess.run(["cp", "-a", "--reflink=auto", "--", f"{layer}/.", f"{disk.upper}/"], check=True)
    entry = source_line(f"{web_url}/{cuda.UBUNTU2404}/").encode()
    write_files(disk.upper, {source_list_path("ubuntu2404"): entry})


def broken_driver_layer(image: str, cache: Path, say: Say = silent) -> Path:
    """The upper layer of ``broken_driver`` over IMAGE, in CACHE; made when it is not there. Raises CaseError."""
    base = images.image(image, cache)
    repositories = cuda.repositories(cache, real_compiler=False)
    recipe = digest(str(CASE_VERSION), base.name, repositories.name, Path(__file__))
    layer = cache / "layers" / f"{image}+broken_driver-{recipe}"

    def make(directory: Path) -> None:
        say(f"distribution {image} with a Linux driver inside: preparing")
        _make_broken_driver(directory, base, repositories, layer.with_name(f"{layer.name}.log"))

    return made_once(layer, make)


_REPOSITORIES_INSIDE = "/run/lab-repositories"

_INSTALL_DRIVER = f"""
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
root={_REPOSITORIES_INSIDE}
kept="libxnvctrl0 libnvidia-egl-wayland1"
apt-get -q -y --no-install-recommends install $kept || {{ apt-get -q update && apt-get -q -y install $kept; }}
dpkg -i "$root"/{cuda.CONTAINER}/*_{container.OLD_VERSION}_amd64.deb "$root"/{cuda.UBUNTU2404}/cuda-keyring_1.1-*.deb
echo "deb [signed-by={KEYRING_PATH}] file:$root/{cuda.UBUNTU2404}/ /" >/run/lab.list
lab="-o Dir::Etc::SourceList=/run/lab.list -o Dir::Etc::SourceParts=/run/none -o APT::Get::List-Cleanup=0"
apt-get -q $lab update
if apt-get -q -y $lab install cuda; then
    echo "E: the driver was configured, which cannot be" >&2
    exit 1
fi
rm -f /var/lib/apt/lists/_run_lab-repositories_* /var/cache/apt/*.bin
apt-get clean
dpkg-query -W -f '${{db:Status-Abbrev}} ${{Package}}\\n' >/run/lab-states
"""


def _make_broken_driver(upper: Path, base: Path, repositories: Path, log: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="lab-case-", dir=upper.parent) as name:
        scratch = Path(name)
        states = scratch / "states"
        states.mkdir()
        run_in_overlay(base, upper, scratch, {str(repositories): _REPOSITORIES_INSIDE}, _INSTALL_DRIVER, log, states)
        _check_states((states / "lab-states").read_text(encoding="ascii"), log)
    stub = elf.cuda_driver_library(12020)
    write_files(upper, dict.fromkeys(STRAY_LIBRARIES, stub))
    for generated in ("etc/resolv.conf", "etc/hosts", "etc/hostname"):
        (upper / generated).unlink(missing_ok=True)


def _check_states(listing: str, log: Path) -> None:
    """Raise CaseError unless the module is half configured, its dependents unpacked, and the others installed."""
    states = {line[3:].strip(): line[:2] for line in listing.splitlines()}
    expected = {f"nvidia-dkms-{DRIVER_BRANCH}": "iF", f"nvidia-driver-{DRIVER_BRANCH}": "iU", "cuda": "iU"}
    expected.update(dict.fromkeys(KEPT_PACKAGES, "ii"))
    wrong = [f"{name} is {states.get(name, 'absent')}" for name, state in expected.items() if states.get(name) != state]
    if wrong:
        raise CaseError(f"broken_driver: after apt-get install cuda: {', '.join(wrong)}; see {log}")


def run_in_overlay(
    base: Path, upper: Path, scratch: Path, folders: t.Mapping[str, str], script: str, log: Path, run: Path
) -> None:
    """Run SCRIPT with sh as root in BASE overlaid by UPPER; its output goes to LOG. Raises CaseError when it fails.

    SCRATCH takes the mount point and overlayfs's own folder and must be on UPPER's file system. FOLDERS (host path ->
    path inside) are bound in, RUN becomes /run, /proc/version is WSL's. All mounts live in a namespace of their own.
    """
    (scratch / "root").mkdir()
    (scratch / "work").mkdir()
    (run / "version").write_text(PROC_VERSION, encoding="ascii")
    (run / "script").write_text(script, encoding="utf-8")
    command = ["unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--propagation", "private", "--"]
    with log.open("wb") as output:
        command += ["/bin/sh", "-euc", _overlay_script(base, upper, scratch, folders, run)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    if done.returncode != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no message"]
        worst = next((line for line in reversed(lines) if line.startswith("E:")), lines[-1])
        raise CaseError(f"{log.stem}: {worst}; see {log}")


def _overlay_script(base: Path, upper: Path, scratch: Path, folders: t.Mapping[str, str], run: Path) -> str:
    root = scratch / "root"
    # The options of lab/linux/holder.py: an upper layer that can be copied, and no sync at every package.
    options = f"lowerdir={base},upperdir={upper},workdir={scratch / 'work'}"
    options += ",redirect_dir=off,index=off,metacopy=off,volatile"
    lines = [
        ["mount", "-t", "overlay", "overlay", "-o", options, str(root)],
        ["mount", "-t", "proc", "proc", str(root / "proc")],
        ["mount", "--bind", str(run / "version"), str(root / "proc/version")],
        ["mount", "--rbind", "/dev", str(root / "dev")],
        ["mount", "--bind", str(run), str(root / "run")],
        ["cp", "/etc/resolv.conf", "/etc/hosts", str(root / "etc")],
    ]
    for source, target in folders.items():
        lines += [["mkdir", "-p", f"{root}{target}"], ["mount", "--bind", source, f"{root}{target}"]]
    lines.append(["exec", "chroot", str(root), "/bin/sh", "/run/script"])
    return "\n".join(shlex.join(line) for line in lines)


def forget_layers(cache: Path) -> None:
    """Delete every prepared layer in CACHE."""
    shutil.rmtree(cache / "layers", ignore_errors=True)
