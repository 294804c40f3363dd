# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A made-up fleet: folders of documents as runs leave them, of any number of laptops, the same each time."""

from __future__ import annotations

import functools
import random
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import document, history, recorder, store
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Fleet, Found, merge

NOW = datetime(2026, 11, 28, 14, 0, 0, tzinfo=timezone.utc)
REPORTED = "2026-11-28T14:05:00Z"
HOSTILE = "=cmd|' /C calc'!A0\"<&>\\\x07"
GROUPS = ["berlin", "lyon", "oslo", "research", "training"]
DRIVERS = ["581.42", "576.80", "572.16", "551.61"]
TOOLKITS = ["12.8", "12.8", "12.8", "12.6", "13.0"]
WSLS = ["2.6.3.0", "2.6.3.0", "2.6.1.0", "2.5.10.0"]
GPUS = [
    "NVIDIA RTX 2000 Ada Generation Laptop GPU",
    "NVIDIA GeForce RTX 4070 Laptop GPU",
    "NVIDIA RTX A1000 Laptop GPU",
]
LINUX = [
    ("kernel", "G7", "6.6.87"), ("driver_packages", "G9", "none"), ("dpkg_states", "G9", "all packages are configured"),
    ("run_file", "G9", "no driver from a .run file"), ("stray_files", "G9", "no driver file outside WSL's folder"),
    ("loader", "G9", "libcuda.so.1 => /usr/lib/wsl/lib/libcuda.so.1"), ("guard", "G13", "in place and effective"),
    ("old_keys", "G10", "no key that must go"), ("source", "G11", "developer.download.nvidia.com, signed"),
    ("nvcc", "G24", "/usr/local/cuda/bin/nvcc"), ("nvidia_smi", "G19", "root finds nvidia-smi"),
    ("components", "G14", "as asked"),
]  # fmt: skip
WINDOWS = [
    ("nvidia_gpu", "G3"), ("nvidia_driver", "G1"), ("driver_model", "G4"), ("windows_build", "G5"), ("features", "G6"),
    ("wsl_kind", "G6"), ("wsl_files", "G7"), ("wsl_registrations", "G8"), ("free_space", ""), ("pending_reboot", ""),
    ("battery", ""), ("proxy", ""),
]  # fmt: skip


def verdict(name: str, row: str, seen: str, level: str = "ok", remedy: str = "") -> dict[str, str]:
    return {"id": name, "row": row, "level": level, "seen": seen, "remedy": remedy}


def host_info(number: int, **changes: t.Any) -> dict[str, t.Any]:
    """What module host_info returns, as far as documents hold it."""
    chance = random.Random(number)
    driver = chance.choice(DRIVERS)
    seen = {
        "nvidia_driver": driver, "windows_build": "Windows 11 Pro 24H2 build 26100.4349",
        "free_space": "183 GiB free on C:",
        "battery": "runs on mains",
    }  # fmt: skip
    preflight = [verdict(name, row, seen.get(name, "in order")) for name, row in WINDOWS]
    if driver < "560":
        preflight.append(verdict("compute_capability", "G3", "8.9", "warn", "choose toolkit 12.8 or later"))
    return {
        "changed": False,
        "windows": {
            "product": "Windows 11 Pro", "display_version": "24H2", "version": "26100.4349", "architecture": "AMD64",
            "ui_language": "de-DE", "computer_name": f"WS-{number:04}", "manufacturer": "LENOVO",
            "machine_id": f"4c4c4544-0051-3010-8051-{number:012x}",
        },
        "wsl": {"installed": True, "kind": "msi", "version": chance.choice(WSLS), "kernel": "6.6.87.2-1"},
        "nvidia": {"gpus": [{
            "name": chance.choice(GPUS), "driver_version": driver, "driver_model": "WDDM", "compute_capability": "8.9",
            "memory_mib": 8188,
        }]},
        "distributions": [{
            "owner": f"user{number}", "name": "Ubuntu-24.04", "version": 2, "default": True, "state": "installed",
            "disk_bytes": 14_000_000_000,
        }],
        "users": [{"name": f"user{number}", "distributions_known": True}],
        "account": "fleet-admin",
        "preflight": preflight,
        **changes,
    }  # fmt: skip


def audit(*worse: dict[str, str]) -> dict[str, t.Any]:
    """What module cuda_audit_info returns; WORSE take the place of verdicts of the same name."""
    rows = {name: verdict(name, row, seen) for name, row, seen in LINUX}
    rows.update({one["id"]: one for one in worse})
    packages = [one["seen"] for one in worse if one["id"] == "driver_packages"]
    clean = all(one["level"] != "stop" for one in rows.values())
    return {"changed": False, "clean": clean, "driver_packages": packages, "rows": list(rows.values()), "failures": []}


REPAIR = "run the playbook repair.yml"
BROKEN = (
    verdict("driver_packages", "G9", "libnvidia-compute-570 570.133.07-0ubuntu1, installed", "stop", REPAIR),
    verdict("dpkg_states", "G9", "nvidia-dkms-570 is half-configured", "stop", REPAIR),
)
OTHER_NVCC = verdict(
    "nvcc", "G24", "a login shell of ada finds /usr/bin/nvcc 11.5 first", "warn", "remove nvidia-cuda-toolkit"
)
OFF = "no answer from port 5986 within 20 s: it is off, asleep, or in another network; wake it and run again"


def tell(keeper: recorder.Recorder, name: str, number: int, fate: float) -> None:
    """What a run of the audit tells about one laptop, by its FATE, between 0 and 1."""
    chance = random.Random(number + 1)
    if fate > 0.92:
        answer = {"unreachable": True, "msg": f"{name}: {OFF}", "cause": "off"}
        return keeper.failed(name, "host_info", "Read the host", answer)
    keeper.result(name, "host_info", "Read the host", host_info(number))
    if fate > 0.90:
        gone = {"unreachable": True, "msg": f"{name}: the connection broke", "cause": "went away"}
        return keeper.failed(name, "cuda_audit_info", "Audit the distribution", gone)
    if fate > 0.88:
        side = {"status": "awaiting restart", "reason": "WSL was installed; windows_host_reboot is never"}
        return keeper.result(name, "set_fact", "Remember", {"ansible_facts": {"windows_host_result": side}})
    if fate > 0.87:
        return None
    toolkit = {"changed": fate < 0.03, "version": chance.choice(TOOLKITS), "release": "", "packages": [], "nvcc": "/x"}
    keeper.result(name, "cuda_toolkit", "Install the toolkit", {**toolkit, "steps": ["install cuda-toolkit-12-8"]})
    if fate > 0.86:
        broken = {"failed": True, "msg": f"{name}: dpkg is locked by unattended-upgr (pid 812); run again later"}
        return keeper.failed(name, "cuda_guard", "Keep Linux drivers out", broken)
    worse = BROKEN if fate > 0.80 else (OTHER_NVCC,) if fate > 0.74 else ()
    keeper.result(name, "cuda_audit_info", "Audit the distribution", audit(*worse))
    program = {"changed": False, "verdict": "ran_on_gpu", "compiler": "12.8, V12.8.93"}
    return keeper.result(name, "cuda_smoke_test", "Compile and run a CUDA program", program)


def kept(laptops: int, days_ago: int = 0, broken: t.Sequence[str] = ()) -> recorder.Recorder:
    """What one audit of LAPTOPS laptops told; the laptops BROKEN have a Linux driver."""
    keeper = recorder.Recorder(document.Run(f"run-{days_ago}", "audit", time_of(days_ago), "0.2.0"))
    for number in range(1, laptops + 1):
        name = f"laptop-{number:04}"
        chance = random.Random(number * 7919)
        fate = chance.random()
        keeper.begin(name, ["laptops", chance.choice(GROUPS)])
        # Earlier runs found more out of order, and other laptops off.
        fate = random.Random(number * 31 + days_ago).uniform(0.88, 1) if chance.random() > 0.97 else fate
        fate = 0.82 if name in broken or (days_ago and chance.random() < 0.012 * days_ago) else fate
        tell(keeper, name, number, fate)
    return keeper


def documents(laptops: int, days_ago: int = 0, broken: t.Sequence[str] = ()) -> list[document.Document]:
    """The documents of one audit."""
    keeper = kept(laptops, days_ago, broken)
    return keeper.documents(time_of(days_ago), keeper.laptops, finished=True)


def time_of(days_ago: int) -> str:
    return (NOW - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def run(folder: Path, laptops: int, days_ago: int = 0, broken: t.Sequence[str] = (), write: bool = True) -> None:
    """One audit that leaves documents, unless they are not to be written, and history in FOLDER."""
    made = documents(laptops, days_ago, broken)
    for one in made if write else ():
        store.write_document(str(folder), one)
    store.append_history(str(folder), [history.line(one) for one in made])


@functools.lru_cache(maxsize=1)
def merged() -> Fleet:
    """Two hundred laptops, as reports show them."""
    return merge([Found("report", documents(200), [], ["x.json left out"])], REPORTED)


def hostile(text: str = HOSTILE) -> Fleet:
    """One laptop whose owner chose every TEXT of its document."""
    one = documents(1)[0]
    one["findings"][0].update(id=text, seen=text, remedy=text, about=text, level="fail")
    one.update(laptop=text, computer=text, groups=[text], status=text, reason=text, state="not_conforming")
    one["wsl"]["version"] = text
    return merge([Found("report", [one], [], [text])], REPORTED)
