#!/usr/bin/python3
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in for nvidia-ctk, installed as /usr/bin/nvidia-ctk by the lab's package nvidia-container-toolkit-base.

Models, for WSL only: ``--version``, ``cdi generate``, ``cdi list``. Everything else ends with 255 and a line that says
so. The specification has the shape that users of WSL posted: one
device "all" with /dev/dxg, the driver store's files and libdxcore.so mounted, nvidia-smi linked.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

VERSION = "@VERSION@"
LIBRARIES = Path("/usr/lib/wsl/lib")
DRIVERS = Path("/usr/lib/wsl/drivers")
DEVICE = Path("/dev/dxg")
DRIVER_FILES = (
    "libcuda.so.1.1",
    "libcuda_loader.so",
    "libnvidia-ptxjitcompiler.so.1",
    "libnvidia-ml.so.1",
    "libnvidia-ml_loader.so",
    "libnvdxgdmal.so.1",
    "nvcubins.bin",
    "nvidia-smi",
)


class Refused(Exception):
    """Ends the program with 1 and a line."""


def log(level: str, text: str) -> None:
    """A line of the log, as without a terminal."""
    print(f'time="2026-01-31T12:00:00Z" level={level} msg="{text}"', file=sys.stderr)


def options_of(arguments: list[str], known: tuple[str, ...]) -> dict[str, str]:
    """``--name=value`` and ``--name value``; Refused for an option that is not KNOWN."""
    found: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, has_value, value = word.partition("=")
        if name not in known:
            print(f"lab: not modelled: nvidia-ctk with {word}", file=sys.stderr)
            sys.exit(255)
        found[name] = value if has_value else rest.pop(0)
    return found


def driver_store() -> Path:
    """The folder of the driver store that holds the driver. Refused when there is none."""
    found = sorted(path.parent for path in DRIVERS.glob("*/libcuda.so.1.1"))
    if not found:
        raise Refused("failed to create discoverer for WSL driver: no driver store paths found")
    return found[-1]


def specification() -> str:
    """The CDI specification of this laptop, as YAML. Refused where there is no GPU."""
    if not DEVICE.exists():
        raise Refused("failed to initialize NVML: ERROR_LIBRARY_NOT_FOUND")
    store = driver_store()
    log("info", f"Selecting {DEVICE} as {DEVICE}")
    files = [LIBRARIES / "libdxcore.so", *(store / name for name in DRIVER_FILES)]
    for missing in [file for file in files if not file.exists()]:
        log("warning", f"Could not locate {missing.name}: pattern {missing.name} not found")
    lines = ["---", "cdiVersion: 0.3.0", "kind: nvidia.com/gpu", "devices:", "    - name: all", "      containerEdits:"]
    lines += ["        deviceNodes:", f"            - path: {DEVICE}", "containerEdits:", "    env:"]
    lines += ["        - NVIDIA_VISIBLE_DEVICES=void", "    hooks:"]
    link = ["create-symlinks", "--link", f"{store}/nvidia-smi::/usr/bin/nvidia-smi"]
    cache = ["update-ldcache", "--folder", str(store), "--folder", str(LIBRARIES)]
    for hook in (link, cache):
        lines += ["        - hookName: createContainer", "          path: /usr/bin/nvidia-cdi-hook", "          args:"]
        lines += [f"            - {word}" for word in ("nvidia-cdi-hook", *hook)]
    lines.append("    mounts:")
    for file in files:
        if file.exists():
            lines += [f"        - hostPath: {file}", f"          containerPath: {file}", "          options:"]
            lines += [f"            - {word}" for word in ("ro", "nosuid", "nodev", "rbind", "rprivate")]
    return "\n".join(lines) + "\n"


def generate(arguments: list[str]) -> None:
    """``cdi generate``: to a file, or to the standard output."""
    wanted = options_of(arguments, ("--output", "--mode"))
    if wanted.get("--mode", "auto") not in ("auto", "wsl"):
        print(f"lab: not modelled: nvidia-ctk --mode {wanted['--mode']}", file=sys.stderr)
        sys.exit(255)
    text = specification()
    log("info", "Generated CDI spec with version 0.3.0")
    if "--output" not in wanted:
        print(text, end="")
        return
    target = Path(wanted["--output"])
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.new")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.chmod(0o644)
    unfinished.rename(target)


def list_devices() -> None:
    """``cdi list``."""
    there = any((Path(folder) / "nvidia.yaml").exists() for folder in ("/etc/cdi", "/var/run/cdi"))
    log("info", f"Found {int(there)} CDI devices")
    if there:
        print("nvidia.com/gpu=all")


def main(arguments: list[str]) -> int:
    """One command line."""
    os.umask(0o022)
    try:
        if arguments in (["--version"], ["-v"]):
            print(f"NVIDIA Container Toolkit CLI version {VERSION}\ncommit: lab")
        elif arguments[:2] == ["cdi", "generate"]:
            generate(arguments[2:])
        elif arguments == ["cdi", "list"]:
            list_devices()
        else:
            print(f"lab: not modelled: nvidia-ctk {' '.join(arguments)}", file=sys.stderr)
            return 255
    except Refused as error:
        log("error", f"failed to generate CDI spec: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
