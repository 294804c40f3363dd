# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repositories that the lab serves in place of NVIDIA's, and broken variants of them.

    compute/cuda/repos/wsl-ubuntu/x86_64/           toolkits 12-4, 12-8 (12.8.0 and 12.8.1), 13-0, 13-3, no driver
    compute/cuda/repos/ubuntu2404/x86_64/           the 12s, the driver, NCCL and cuDNN
    compute/cuda/repos/wsl-ubuntu-foreign/x86_64/   signed by a key that is not NVIDIA's
    compute/cuda/repos/wsl-ubuntu-sha1/x86_64/      signed by a key that apt 3 refuses, as NVIDIA's real one
    compute/cuda/repos/wsl-ubuntu-empty/x86_64/     signed and without a package
    compute/cuda/12.8.1/local_installers/           the local installer of 12.8.1
    libnvidia-container/stable/deb/amd64/           two releases of the container toolkit; ../../../gpgkey
    libnvidia-container-sha1/stable/deb/amd64/      the newer one, signed by a key that apt 3 refuses
    libnvidia-container-driver/stable/deb/amd64/    a later one whose base package depends on a driver, with that driver

Built once in the lab's cache under a digest of this package and its data, then hard-linked into a web root.
``python -m lab.repository.cuda`` builds them beforehand.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import typing as t
from pathlib import Path

from lab.linux.images import default_cache
from lab.repository import flat, local_installer, model
from lab.repository.cache import Say, digest, made_once, silent
from lab.repository.compiler import CompilerError, compiler_files, compiler_tree
from lab.repository.container import ADVERSARY_VERSION as CONTAINER_ADVERSARY
from lab.repository.container import OLD_VERSION as CONTAINER_OLD
from lab.repository.container import VERSION as CONTAINER_NEW
from lab.repository.container import container_debs
from lab.repository.deb import Deb, write_deb
from lab.repository.driver import driver_content
from lab.repository.keyring import keyring_deb
from lab.repository.keys import Key, Keys, SigningError, lab_keys
from lab.repository.model import Package
from lab.repository.payload import Content, library_content, stand_in

REPOS = "compute/cuda/repos"
WSL_UBUNTU = f"{REPOS}/wsl-ubuntu/x86_64"
UBUNTU2404 = f"{REPOS}/ubuntu2404/x86_64"
FOREIGN = f"{REPOS}/wsl-ubuntu-foreign/x86_64"
SHA1 = f"{REPOS}/wsl-ubuntu-sha1/x86_64"
EMPTY = f"{REPOS}/wsl-ubuntu-empty/x86_64"
INSTALLER = local_installer.path_on_server("12-8", "12.8.1")
CONTAINER = "libnvidia-container/stable/deb/amd64"
CONTAINER_SHA1 = "libnvidia-container-sha1/stable/deb/amd64"
CONTAINER_DRIVER = "libnvidia-container-driver/stable/deb/amd64"


def repositories(cache: Path, real_compiler: bool = True, say: Say = silent) -> Path:
    """The web root in CACHE that holds every repository; built when it is not there. Treat it as read-only.

    With REAL_COMPILER false nothing is downloaded, and nvcc 12.4 only tells its version.
    Raises CompilerError and SigningError, each with one line.
    """
    keys = lab_keys(cache)
    tree = compiler_tree(cache, say) if real_compiler else None
    recipe = digest(Path(__file__).parent, keys.new.fingerprint, tree.name if tree else "stand-in")

    def make(root: Path) -> None:
        say("apt repositories: building")
        _build(root, keys, tree)

    return made_once(cache / "repositories" / recipe, make)


def publish(cache: Path, web: Path, real_compiler: bool = True, say: Say = silent) -> None:
    """Put the repositories below WEB, as hard links: a test that changes a file there must replace it, not edit it."""
    source = repositories(cache, real_compiler, say)
    for name in ("compute", *(path.split("/")[0] for path in (CONTAINER, CONTAINER_SHA1, CONTAINER_DRIVER))):
        shutil.rmtree(web / name, ignore_errors=True)
        shutil.copytree(source / name, web / name, copy_function=link_or_copy)


def link_or_copy(source: str, target: str) -> str:
    """A hard link, or a copy where the file system cannot."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


# -- building --------------------------------------------------------------------------------------------------------


def _build(root: Path, keys: Keys, tree: Path | None) -> None:
    shared = [package for release in model.RELEASES for package in model.toolkit(release)]
    wsl = _folder(root, WSL_UBUNTU)
    written = _write(wsl, shared, tree)
    every = (*model.RELEASES, *model.NEXT_RELEASES)
    plain = [package for release in every for package in model.driverless_metapackages(release)]
    newest = [f"{item.name}_{item.version}_{item.architecture}.deb" for item in model.toolkit("12-8")]
    debs = [wsl / name for name in newest]
    local_installer.write_installer(root, "12-8", "12.8.1", debs, [written[name] for name in newest], keys.installer)
    older = [package for patch in model.OLDER_PATCHES for package in model.older_patch(patch)]
    following = [package for release in model.NEXT_RELEASES for package in model.toolkit(release)]
    stanzas = [*_write(wsl, older, tree).values(), *written.values()]
    stanzas += [*_write(wsl, following, tree).values(), *_write(wsl, plain, tree).values()]
    _finish(wsl, "wsl-ubuntu", stanzas, keys.new, keys.new)
    _with_driver(root, wsl, written, tree, keys)
    for path, key, trusted in ((FOREIGN, keys.other, keys.new), (SHA1, keys.sha1, keys.sha1)):
        directory = _folder(root, path)
        _link_debs(wsl, directory)
        _finish(directory, path.split("/")[-2], stanzas, key, trusted)
    _finish(_folder(root, EMPTY), "wsl-ubuntu-empty", [], keys.new, keys.new, with_keyring=False)
    _containers(root, CONTAINER, [*container_debs(CONTAINER_OLD), *container_debs(CONTAINER_NEW)], keys.other)
    _containers(root, CONTAINER_SHA1, container_debs(CONTAINER_NEW), keys.sha1)
    driver = [driver_content(package).deb(package) for package in model.driver()]
    adversary = container_debs(CONTAINER_ADVERSARY, f"nvidia-driver-{model.DRIVER_BRANCH}")
    _containers(root, CONTAINER_DRIVER, [*adversary, *driver], keys.other)


def _containers(root: Path, path: str, debs: t.Sequence[Deb], key: Key) -> None:
    """A repository of container packages at PATH, and the key that signs it."""
    directory = _folder(root, path)
    flat.write_index(directory, flat.add_debs(directory, debs), key, label="libnvidia-container")
    (directory.parents[2] / "gpgkey").write_bytes(key.armored)


def _with_driver(root: Path, wsl: Path, written: t.Mapping[str, str], tree: Path | None, keys: Keys) -> None:
    """The repository of an ordinary distribution: the toolkits, and everything that leads to the driver."""
    directory = _folder(root, UBUNTU2404)
    own: list[Package] = []
    for release in model.RELEASES:
        demo = [package for package in model.toolkit(release) if package.name == f"cuda-demo-suite-{release}"]
        own += [*model.demo_suite_needs_runtime(demo, release), *model.driver_metapackages(release)]
    replaced = {package.name for package in own}
    own += [*model.driver(), *model.extra_libraries()]
    stanzas = []
    for file_name, stanza in written.items():
        if file_name.split("_")[0] not in replaced:
            link_or_copy(str(wsl / file_name), str(directory / file_name))
            stanzas.append(stanza)
    stanzas += _write(directory, own, tree).values()
    _finish(directory, "ubuntu2404", stanzas, keys.new, keys.new)


def _folder(root: Path, path: str) -> Path:
    directory = root / path
    directory.mkdir(parents=True)
    return directory


def _write(directory: Path, packages: t.Iterable[Package], tree: Path | None) -> dict[str, str]:
    """Write PACKAGES into DIRECTORY; file name -> stanza, in order."""
    written = {}
    for package in packages:
        deb = _deb(package, tree)
        written[deb.file_name] = flat.stanza(deb, write_deb(deb, directory))
    return written


def _deb(package: Package, tree: Path | None) -> Deb:
    """PACKAGE with the real compiler's files, a stand-in of the toolkit's, or the driver's."""
    if not package.release:
        return driver_content(package).deb(package)
    real = compiler_files(package.name, tree) if tree is not None else None
    if real is None:
        return stand_in(package).deb(package)
    if package.name.startswith("cuda-cudart-") and "-dev-" not in package.name:
        return library_content("cuda-cudart", real, "", package).deb(package)
    return Content(real).deb(package)


def _link_debs(source: Path, target: Path) -> None:
    for deb in source.glob("*.deb"):
        if not deb.name.startswith("cuda-keyring_"):
            link_or_copy(str(deb), str(target / deb.name))


def _finish(
    directory: Path, distribution: str, stanzas: t.Sequence[str], key: Key, trusted: Key, with_keyring: bool = True
) -> None:
    """Add the keys, the pin file, the keyring package and the index, signed with KEY; TRUSTED is the published key."""
    (directory / "3bf863cc.pub").write_bytes(trusted.armored)
    shutil.copyfile(model.DATA / "7fa2af80.pub", directory / "7fa2af80.pub")
    (directory / f"cuda-{distribution}-keyring.gpg").write_bytes(trusted.binary)
    shutil.copyfile(model.DATA / "cuda-repository-pin-600", directory / f"cuda-{distribution}.pin")
    versions = ("1.0-1", "1.1-1") if distribution.startswith("wsl-ubuntu") else ("1.1-1",)
    keyrings = [keyring_deb(distribution, trusted, version) for version in versions] if with_keyring else []
    flat.write_index(directory, [*stanzas, *flat.add_debs(directory, keyrings)], key)


def main() -> int:
    """Build the repositories; 1 and one line on stderr when it does not work."""
    parser = argparse.ArgumentParser(prog="python -m lab.repository.cuda", description="Build the lab's repositories.")
    parser.add_argument("--cache", type=Path, default=default_cache(), metavar="DIR")
    parser.add_argument("--without-compiler", action="store_true", help="download nothing; nvcc only tells its version")
    arguments = parser.parse_args()
    try:
        print(
            repositories(
                arguments.cache, not arguments.without_compiler, lambda text: print(f"lab: {text}", file=sys.stderr)
            )
        )
    except (CompilerError, SigningError, OSError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
