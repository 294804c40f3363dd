# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What the dynamic loader picks, and driver files that no package owns.

The cache is read as the loader reads it, without a process: glibc ``elf/dl-cache.h`` (``glibc-ld.so.cache1.1``).
The folder listed first wins; WSL's is ``/usr/lib/wsl/lib``, listed by ``/etc/ld.so.conf.d/ld.wsl.conf``.
"""

from __future__ import annotations

import os
import platform
import re
import struct
import typing as t

WSL_LIBRARIES = "/usr/lib/wsl/lib"
CACHE = "/etc/ld.so.cache"
NAMES = ("libcuda.so.1", "libcuda.so", "libnvidia-ml.so.1")
"""What programs load: the versioned names, and ``libcuda.so`` by those that call dlopen themselves."""

_NEW_MAGIC = b"glibc-ld.so.cache1.1"
_ENTRY = struct.Struct("<iIIIQ")
_ARCHITECTURES = {"x86_64": 0x0300, "aarch64": 0x0A00}
"""Machine -> the flag of 64-bit libraries (FLAG_X8664_LIB64, FLAG_AARCH64_LIB64)."""

LIBRARY_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib/i386-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/lib",
    "/usr/local/lib64",
)
PROGRAM_FOLDERS = ("/usr/bin", "/usr/local/bin", "/usr/sbin")
_LIBRARY = re.compile(
    r"^lib(cuda|cudadebugger|nvcuvid|nvoptix|(GLX|EGL|GLESv1_CM|GLESv2)_nvidia|"
    r"nvidia-(allocator|api|cbl|cfg|compiler|eglcore|encode|fbc|glcore|glsi|glvkspirv|gpucomp|gtk[23]|ifr|ml|ngx|nvvm|"
    r"nvvm70|opencl|opticalflow|pkcs11|pkcs11-openssl3|ptxjitcompiler|rtcore|sandboxutils|tls|vksc-core|wayland-client))"
    r"\.so(\.[0-9][0-9.]*)?$"
)
_PROGRAM = re.compile(
    r"^nvidia-(smi|debugdump|bug-report\.sh|installer|uninstall|persistenced|modprobe|powerd|cuda-mps-.*)$"
)


class CacheError(ValueError):
    """The bytes are not a loader cache."""


def parse_cache(data: bytes) -> t.List[t.Tuple[str, int, str]]:
    """(name, flags, path) in the order of the file, which is the order of ``ldconfig -p``. Raises CacheError."""
    start = data.find(_NEW_MAGIC)
    if start < 0:
        raise CacheError("no glibc-ld.so.cache1.1 in it")
    entries = []
    try:
        (count,) = struct.unpack_from("<I", data, start + len(_NEW_MAGIC))
        for number in range(count):
            flags, key, value, _version, _hwcap = _ENTRY.unpack_from(data, start + 48 + number * _ENTRY.size)
            entries.append((_string(data, start + key), flags, _string(data, start + value)))
    except (struct.error, ValueError) as error:
        raise CacheError("it is cut off") from error
    return entries


def _string(data: bytes, start: int) -> str:
    return data[start : data.index(b"\0", start)].decode("utf-8", "surrogateescape")


def picks(cache: t.Sequence[t.Tuple[str, int, str]], machine: str = "") -> t.Dict[str, str]:
    """Name -> the path that the loader takes for 64-bit programs on MACHINE; names that it does not know are absent."""
    flag = _ARCHITECTURES.get(machine or platform.machine(), 0x0300)
    found: t.Dict[str, str] = {}
    for name, flags, path in cache:
        if name in NAMES and flags & 0xFF00 == flag:
            found.setdefault(name, path)
    return found


def read_picks(root: str = "") -> t.Dict[str, str]:
    """The picks of the system under ROOT; empty when there is no cache."""
    try:
        with open(root + CACHE, "rb") as file:
            return picks(parse_cache(file.read()))
    except FileNotFoundError:
        return {}


def shadowed(found: t.Mapping[str, str], wsl_files: t.Collection[str]) -> t.Dict[str, str]:
    """The picks that lead outside WSL's folder.

    A ``libcuda.so`` that is not from WSL counts even without WSL_FILES (names in /usr/lib/wsl/lib): no toolkit
    package puts one where the loader looks.
    """
    return {
        name: path
        for name, path in found.items()
        if not path.startswith(WSL_LIBRARIES + "/") and (name in wsl_files or name.startswith("libcuda"))
    }


def driver_files(root: str = "") -> t.List[str]:
    """Driver libraries and programs in the usual folders that do not lead into WSL's folder. Paths without ROOT."""
    found: t.List[str] = []
    for folders, pattern in ((LIBRARY_FOLDERS, _LIBRARY), (PROGRAM_FOLDERS, _PROGRAM)):
        for folder in folders:
            # /usr/lib64 may be a link to /usr/lib: look once.
            if os.path.islink(root + folder):
                continue
            found += [f"{folder}/{name}" for name in _listing(root + folder) if pattern.match(name)]
    return [path for path in found if not _leads_to_wsl(root, path)]


def _listing(folder: str) -> t.List[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _leads_to_wsl(root: str, path: str) -> bool:
    """Whether PATH is a link into /usr/lib/wsl (a workaround that people use; harmless)."""
    target = path
    for _hop in range(10):
        try:
            link = os.readlink(root + target)
        except OSError:
            break
        target = os.path.normpath(os.path.join(os.path.dirname(target), link))
    return target.startswith("/usr/lib/wsl/")


def owned(paths: t.Sequence[str], root: str = "") -> t.Dict[str, str]:
    """Path -> package, for those of PATHS that a package brought. Reads dpkg's file lists, so ask only when needed."""
    wanted = {alias: path for path in paths for alias in (path, path[4:] if path.startswith("/usr/lib") else path)}
    found: t.Dict[str, str] = {}
    folder = root + "/var/lib/dpkg/info"
    for name in _listing(folder):
        if not name.endswith(".list"):
            continue
        with open(f"{folder}/{name}", encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                if line.rstrip("\n") in wanted:
                    found[wanted[line.rstrip("\n")]] = name[: -len(".list")]
    return found


def wsl_files(root: str = "") -> t.List[str]:
    """The names in WSL's folder; empty when the laptop has no GPU driver, or this is no WSL."""
    return _listing(root + WSL_LIBRARIES)
