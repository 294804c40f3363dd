# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Root file systems of the lab's distributions: made once with mmdebstrap, cached, never changed afterwards.

    CACHE/images/debian-12-1a2b3c4d5e6f/          the tree, the lower layer of every disk made from it
    CACHE/images/debian-12-1a2b3c4d5e6f.tar.gz    the same as a file for ``wsl --install`` and ``wsl --import``
    CACHE/images/debian-12-1a2b3c4d5e6f.sha256    digest of that file, hex

The digits are a digest of the recipe, so a changed recipe makes a new image and old disks keep theirs.
``python -m lab.linux.images debian-12`` builds one beforehand.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from lab.linux import sources

RECIPE_VERSION = 1
"""Raise it when the code below makes another tree from the same recipe."""

PROGRESS_SECONDS = 15
HOST_CERTIFICATES = Path("/usr/local/share/ca-certificates")

Say = t.Callable[[str], None]


class ImageError(Exception):
    """An image cannot be made; one line that says why and what to do."""


@dataclass(frozen=True)
class Recipe:
    """What an image is made of."""

    suite: str
    packages: tuple[str, ...]
    keep_lists: bool = True
    """Keep apt's package lists, so that a first ``apt-get update`` has little to download."""


RECIPES = {
    # libtinfo5, default-jre and g++ are what CUDA 12.4 and 12.8 need from Debian: here once, not once per laptop.
    "debian-12": Recipe(
        "bookworm", ("python3", "sudo", "gnupg", "ca-certificates", "g++", "libtinfo5", "default-jre", "procps")
    ),
    "debian-13": Recipe("trixie", ("python3", "sudo", "ca-certificates", "procps")),
    "debian-12-minimal": Recipe("bookworm", (), keep_lists=False),
}

_EXCLUDED = (
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
)


def default_cache() -> Path:
    """$WSLFLEET_LAB_CACHE, else the folder wslfleet-lab of the user's cache directory."""
    own = os.environ.get("WSLFLEET_LAB_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "wslfleet-lab"


def recipe(name: str) -> Recipe:
    """The recipe of image NAME. Raises ImageError for an unknown name."""
    try:
        return RECIPES[name]
    except KeyError:
        raise ImageError(f"no image {name!r}; there are: {', '.join(sorted(RECIPES))}") from None


def layer_name(name: str) -> str:
    """The name of the tree of image NAME: the name and twelve digits of its recipe's digest."""
    return f"{name}-{recipe_digest(recipe(name))[:12]}"


def recipe_digest(what: Recipe) -> str:
    """SHA-256 of WHAT and of all on this machine that a tree made from it depends on."""
    content = {
        "version": RECIPE_VERSION,
        "recipe": dataclasses.asdict(what),
        "mirror": dataclasses.asdict(sources.host_mirror()),
        "apt": list(sources.host_apt_options()),
        "certificates": {file.name: _sha256(file) for file in _host_certificates()},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def layer_path(layer: str, cache: Path) -> Path:
    """Where the tree LAYER stands in CACHE, whether it is there or not."""
    return cache / "images" / layer


def image(name: str, cache: Path, say: Say = lambda text: None) -> Path:
    """The tree of image NAME; built when it is not in CACHE. Raises ImageError."""
    layer = layer_name(name)
    tree = layer_path(layer, cache)
    if not tree.is_dir():
        with _locked(layer, cache, say):
            if not tree.is_dir():
                build(f"image {name}", recipe(name), tree, lambda unfinished: _finish(recipe(name), unfinished), say)
    return tree


def tarball(name: str, cache: Path, say: Say = lambda text: None) -> Path:
    """Image NAME as a .tar.gz file; made when it is not in CACHE. Raises ImageError."""
    tree = image(name, cache, say)
    file = tree.with_name(f"{tree.name}.tar.gz")
    if not file.is_file():
        with _locked(tree.name, cache, say):
            if not file.is_file():
                _pack(tree, file, say)
    return file


def known_image(sha256: str, cache: Path) -> str | None:
    """The name of the image whose tarball in CACHE has this SHA-256 (hex); None for any other file."""
    for name in RECIPES:
        digest = (cache / "images" / f"{layer_name(name)}.sha256") if (cache / "images").is_dir() else None
        if digest is not None and digest.is_file() and digest.read_text(encoding="ascii").strip() == sha256.lower():
            return name
    return None


_STAND_IN = b"lab-image "


def stand_in(name: str, size: int = 1 << 20) -> bytes:
    """A small file of SIZE bytes that the lab's ``wsl --import`` takes for the tarball of image NAME.

    For tests in which the same root file system goes over the wire many times.
    """
    recipe(name)
    return (_STAND_IN + name.encode() + b"\n").ljust(size, b" ")


def stands_for(head: bytes) -> str | None:
    """The image that the file with this HEAD, its first bytes, stands for; None for any other file."""
    return head.split(b"\n")[0].removeprefix(_STAND_IN).decode() if head.startswith(_STAND_IN) else None


# -- building --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _locked(layer: str, cache: Path, say: Say) -> t.Iterator[None]:
    """Hold the lock of LAYER; waits for another process that builds it."""
    (cache / "images").mkdir(parents=True, exist_ok=True)
    with (cache / "images" / f"{layer}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"image {layer}: another process is building it; waiting")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def build(title: str, what: Recipe, tree: Path, finish: t.Callable[[Path], None], say: Say) -> None:
    """Make TREE from WHAT in a folder beside it, FINISH it and rename it: a half-made tree is never used.

    Raises ImageError, which begins with TITLE.
    """
    if os.geteuid() != 0:
        raise ImageError(f"{title}: building it needs root; run the lab with sudo")
    if shutil.which("mmdebstrap") is None:
        raise ImageError(f"{title}: mmdebstrap is not installed; run: apt-get install mmdebstrap")
    unfinished = tree.with_name(f".{tree.name}.unfinished")
    _remove_tree(unfinished)
    say(f"{title}: building with mmdebstrap, log in {tree.with_suffix('.log')}")
    started = time.monotonic()
    try:
        _run_logged(_mmdebstrap(what, unfinished), tree.with_suffix(".log"), title, say)
        finish(unfinished)
        unfinished.rename(tree)
    except BaseException:
        _remove_tree(unfinished)
        raise
    say(f"{title}: built in {time.monotonic() - started:.0f} s")


def _mmdebstrap(what: Recipe, target: Path) -> list[str]:
    """The command that makes TARGET; in a mount namespace of its own, so that nothing stays mounted if it is killed."""
    command = ["unshare", "--mount", "--propagation", "private", "--", "mmdebstrap", "--mode=root", "--variant=minbase"]
    command += ["--format=directory", '--aptopt=Acquire::Languages "none"', '--aptopt=Apt::Install-Recommends "false"']
    command += [f"--aptopt={line.rstrip(';')}" for line in sources.host_apt_options()]
    command += [f"--dpkgopt={option}" for option in _EXCLUDED]
    # The JRE's alternatives want the folder of the man pages that are left out.
    command += ['--setup-hook=mkdir -p "$1/usr/share/man/man1" "$1/usr/local/share/ca-certificates"']
    command += [f'--setup-hook=cp {file} "$1/usr/local/share/ca-certificates/"' for file in _host_certificates()]
    if what.keep_lists:
        command.append("--skip=cleanup/apt/lists")
    if what.packages:
        command.append(f"--include={','.join(what.packages)}")
    return [*command, what.suite, str(target), *sources.host_mirror().lines(what.suite)]


def _finish(what: Recipe, tree: Path) -> None:
    """What a WSL image has beside its packages; and apt settings for daily use instead of those of the bootstrap."""
    apt = tree / "etc" / "apt"
    lines = sources.host_mirror().lines(what.suite)
    (apt / "sources.list").write_text("\n".join(lines) + "\n", encoding="ascii")
    settings = ['Acquire::Languages "none";', *sources.host_apt_options()]
    (apt / "apt.conf.d" / "99mmdebstrap").write_text("\n".join(settings) + "\n", encoding="ascii")
    (tree / "etc" / "wsl-distribution.conf").write_text("[oobe]\ndefaultName = Debian\n", encoding="ascii")
    for generated in ("hostname", "resolv.conf", "hosts"):
        (tree / "etc" / generated).unlink(missing_ok=True)


def _run_logged(command: list[str], log: Path, what: str, say: Say) -> None:
    """Run COMMAND with its output in LOG and a line for the person who waits now and then. Raises ImageError."""
    started = time.monotonic()
    with log.open("wb") as output:
        builder = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            while True:
                try:
                    code = builder.wait(PROGRESS_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    say(f"{what}: {time.monotonic() - started:.0f} s so far")
        except BaseException:
            builder.kill()
            builder.wait()
            raise
    if code != 0:
        text = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        errors = [line for line in text if line.startswith("E:")] or text[-1:]
        raise ImageError(f"{what}: {command[0]} ended with {code}: {' '.join(errors) or 'no message'}; see {log}")


def _pack(tree: Path, file: Path, say: Say) -> None:
    """Pack TREE as FILE, with its SHA-256 beside it. Same tree, same packer: same bytes."""
    say(f"image {tree.name}: packing")
    packer = "pigz -1 -n" if shutil.which("pigz") else "gzip -1 -n"
    unfinished = file.with_name(f".{file.name}.unfinished")
    command = ["tar", "--numeric-owner", "--sort=name", "--xattrs", f"--use-compress-program={packer}"]
    command.append("--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime")
    packed = subprocess.run([*command, "-cf", str(unfinished), "-C", str(tree), "."], capture_output=True, text=True)
    if packed.returncode != 0:
        unfinished.unlink(missing_ok=True)
        raise ImageError(f"image {tree.name}: tar failed: {' '.join(packed.stderr.split())}")
    file.with_name(f"{tree.name}.sha256").write_text(_sha256(unfinished) + "\n", encoding="ascii")
    unfinished.rename(file)


def _host_certificates() -> list[Path]:
    """Certificate authorities that the administrator of this machine added."""
    return sorted(HOST_CERTIFICATES.rglob("*.crt"))


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while part := content.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _remove_tree(tree: Path) -> None:
    """Delete TREE without crossing into anything that may be mounted in it."""
    subprocess.run(["rm", "-rf", "--one-file-system", "--", str(tree)], check=True)


def main() -> int:
    """Build the named images; 1 and one line on stderr when it does not work."""
    parser = argparse.ArgumentParser(prog="python -m lab.linux.images", description="Build images of the lab.")
    parser.add_argument("names", nargs="*", default=[*RECIPES], metavar="NAME", help=f"one of: {', '.join(RECIPES)}")
    parser.add_argument("--cache", type=Path, default=default_cache(), metavar="DIR")
    parser.add_argument("--tarball", action="store_true", help="pack them too")
    arguments = parser.parse_args()

    def say(text: str) -> None:
        print(f"lab: {text}", file=sys.stderr, flush=True)

    try:
        for name in arguments.names:
            print((tarball if arguments.tarball else image)(name, arguments.cache, say))
    except (ImageError, OSError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
