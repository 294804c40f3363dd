# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""NVIDIA's runtime in containerd's configuration: a marked block at the end of the file whose settings count.

containerd 1.x takes the settings of a plugin from the last file that has any, so a drop-in with only the runtime would
hide what config.toml says about that plugin, such as Debian's folder of network plugins (seen with 1.6.20 and 1.7.24).
So the block is appended to that last file.
"""

from __future__ import annotations

import re
import typing as t

PATH = "/etc/containerd/config.toml"
BEGIN = "# wslfleet.cuda: begin. Taken out again together with the container toolkit.\n"
END = "# wslfleet.cuda: end.\n"
PROGRAM = "/usr/bin/nvidia-container-runtime"
PLUGINS = {1: "cri", 2: "io.containerd.grpc.v1.cri"}
"""Version of the configuration -> plugin that starts containers. Later versions split it."""
LATEST_PLUGIN = "io.containerd.cri.v1.runtime"
_TABLE = re.compile(r"^[ \t]*\[([^\[\]]+)\][ \t]*(?:#.*)?$")
_PART = re.compile(r"""[ \t]*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))[ \t]*(?:\.|$)""")


def version(text: str | None) -> int:
    """The version of a configuration; 1 if it contains none. A missing file is written with version 2."""
    if text is None:
        return 2
    found = re.search(r"(?m)^[ \t]*version[ \t]*=[ \t]*(\d+)", text)
    return int(found.group(1)) if found else 1


def imports(text: str | None) -> t.List[str]:
    """The patterns of files that a configuration imports."""
    found = re.search(r"(?ms)^[ \t]*imports[ \t]*=[ \t]*\[(.*?)\]", text or "")
    inside = re.sub(r"(?m)^[ \t]*#.*$", "", found.group(1)) if found else ""
    return [first or second for first, second in re.findall(r"\"([^\"]*)\"|'([^']*)'", inside)]


def tables(text: str) -> t.List[t.Tuple[t.Tuple[str, ...], t.List[str]]]:
    """The tables of a configuration in order: their parts, and the lines in them."""
    found: t.List[t.Tuple[t.Tuple[str, ...], t.List[str]]] = [((), [])]
    for line in text.splitlines():
        match = _TABLE.match(line)
        if match:
            parts = tuple(next(filter(None, part), "") for part in _PART.findall(match.group(1)))
            found.append((parts, []))
        else:
            found[-1][1].append(line)
    return found


def _plugin(number: int) -> str:
    return PLUGINS.get(number, LATEST_PLUGIN)


def _sets(text: str, plugin: str) -> bool:
    return any(parts[:2] == ("plugins", plugin) for parts, _lines in tables(text))


def place(files: t.Mapping[str, str | None]) -> str:
    """The path of the file whose settings count. FILES: the main one first, then its imports in their order."""
    paths = list(files)
    plugin = _plugin(version(files[paths[0]]))
    setting = [path for path in paths if _sets(files[path] or "", plugin)]
    return setting[-1] if setting else paths[0]


def knows(files: t.Mapping[str, str | None]) -> bool:
    """Whether containerd has a runtime nvidia by FILES (as for ``place``)."""
    plugin = _plugin(version(next(iter(files.values()))))
    wanted = ("plugins", plugin, "containerd", "runtimes", "nvidia")
    return any(parts == wanted for parts, _lines in tables(files[place(files)] or ""))


def is_default(files: t.Mapping[str, str | None]) -> bool:
    """Whether every container gets NVIDIA's runtime."""
    setting = re.compile(r"^[ \t]*default_runtime_name[ \t]*=[ \t]*[\"']nvidia[\"']")
    return any(setting.match(line) for text in files.values() for line in (text or "").splitlines())


def with_runtime(files: t.Mapping[str, str | None]) -> str:
    """The text of the file at ``place`` with the runtime appended. The rest does not change."""
    path = place(files)
    number = version(next(iter(files.values())))
    text = files[path]
    before = "version = 2\n" if text is None else text
    before += "" if not before or before.endswith("\n") else "\n"
    return before + block(number, systemd_cgroup(before, _plugin(number)))


def block(number: int, with_systemd: bool) -> str:
    """The runtime for a configuration of version NUMBER. WITH_SYSTEMD: like runc, it leaves cgroups to systemd."""
    plugin = _plugin(number)
    table = f"plugins.{plugin if number == 1 else chr(34) + plugin + chr(34)}.containerd.runtimes.nvidia"
    lines = [f"[{table}]", 'runtime_type = "io.containerd.runc.v2"', f"[{table}.options]", f'BinaryName = "{PROGRAM}"']
    if with_systemd:
        lines.append("SystemdCgroup = true")
    return BEGIN + "".join(f"{line}\n" for line in lines) + END


def systemd_cgroup(text: str, plugin: str) -> bool:
    """Whether runc leaves cgroups to systemd according to TEXT."""
    wanted = ("plugins", plugin, "containerd", "runtimes", "runc", "options")
    lines = [line for parts, inside in tables(text) for line in inside if parts == wanted]
    return any(re.match(r"^[ \t]*SystemdCgroup[ \t]*=[ \t]*true", line) for line in lines)


def without_runtime(text: str) -> str:
    """TEXT without our block."""
    return re.sub(rf"(?s){re.escape(BEGIN)}.*?{re.escape(END)}", "", text, count=1)


def has_block(text: str | None) -> bool:
    """Whether the runtime in TEXT is ours."""
    return BEGIN in (text or "")
