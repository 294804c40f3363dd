# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Virtual disks of WSL on a host, from ``dir``: paths from the bare format, sizes from the long format.

The long format is localised and has no full paths; the last words of a file's line are its size and its name. Both
formats list the same files in the same order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.local_paths import why_not_opened
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads

_FILE = re.compile(r"^\S.*\s(\d+) (\S.*\.vhdx)\r?$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class VirtualDisk:
    """One virtual disk."""

    path: str
    size_bytes: int | None
    """None if it was not read."""

    @property
    def folder(self) -> str:
        """The folder of the disk."""
        return self.path.rpartition("\\")[0]


def profile_lines(profile: str, sid: str) -> dict[str, str]:
    """The reads for disks in WSL's own folders below the profile folder PROFILE of SID; none if it is not opened."""
    if why_not_opened(profile):
        return {}
    local = f"{profile}\\AppData\\Local"
    return {
        f"disks_{sid}": cmd_line("dir", ["/s", "/b", "/a-d", f"{local}\\wsl\\*.vhdx"]),
        f"sizes_{sid}": cmd_line("dir", ["/s", "/-c", "/a-d", f"{local}\\wsl\\*.vhdx"]),
        f"store_{sid}": cmd_line("dir", ["/s", "/b", "/a-d", f"{local}\\Packages\\ext4.vhdx"]),
    }


def profile_disks(reads: Reads, sid: str) -> list[VirtualDisk] | None:
    """The disks that the reads ``profile_lines`` found; None if there were no such reads."""
    if f"store_{sid}" not in reads.parts:
        return None
    paths, sizes = _paths(reads.output(f"disks_{sid}")), file_sizes(reads.output(f"sizes_{sid}"))
    known = len(paths) == len(sizes)
    found = [VirtualDisk(path, sizes[number] if known else None) for number, path in enumerate(paths)]
    return found + [VirtualDisk(path, None) for path in _paths(reads.output(f"store_{sid}"))]


def folder_line(folder: str) -> str | None:
    """The read for the disks directly in FOLDER; None if that is not opened."""
    return None if why_not_opened(folder) else cmd_line("dir", ["/-c", "/a-d", f"{folder}\\*.vhdx"])


def folder_disks(reads: Reads, name: str, folder: str) -> list[VirtualDisk]:
    """The disks that the read ``folder_line`` called NAME found in FOLDER."""
    matches = _FILE.finditer(reads.output(name).decode("utf-8", "replace"))
    return [VirtualDisk(f"{folder}\\{match.group(2)}", int(match.group(1))) for match in matches]


def is_own_place(profile: str, folder: str) -> bool:
    """Whether ``profile_lines`` of PROFILE measures the disk in FOLDER."""
    return folder.lower().startswith(f"{profile}\\AppData\\Local\\wsl\\".lower())


def joined(found: list[VirtualDisk], measured: list[VirtualDisk]) -> list[VirtualDisk]:
    """FOUND and MEASURED, each disk once; a measured size is preferred."""
    sizes = {disk.path.lower(): disk for disk in measured}
    merged = [sizes.pop(disk.path.lower(), disk) for disk in found]
    return merged + list(sizes.values())


def file_sizes(output: bytes) -> list[int]:
    """The sizes in bytes of the .vhdx files in the long format of ``dir`` without digit groups (``/-c``)."""
    return [int(match.group(1)) for match in _FILE.finditer(output.decode("utf-8", "replace"))]


def _paths(output: bytes) -> list[str]:
    return [line for line in output.decode("utf-8", "replace").splitlines() if line[1:3] == ":\\"]
