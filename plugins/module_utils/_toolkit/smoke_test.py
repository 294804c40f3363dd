# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Compile and run a real CUDA program, and judge the outcome.

The program prints ``name=value`` lines, because exit codes cannot distinguish "no GPU" from "toolkit newer than
driver". Error numbers: ``driver_types.h`` (35 insufficient driver, 100 no device, 222 unsupported PTX version).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import typing as t
from dataclasses import asdict, dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import loader
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import host_compiler, smoke_program

FOLDER = "/var/lib/wslfleet/smoke"

REMEDIES = {
    "ran_on_gpu": "",
    "no_gpu": "the program is fine; no GPU is visible here: check the Windows driver and run wsl --shutdown once",
    "toolkit_newer_than_driver": "update the Windows NVIDIA driver, or install an older toolkit",
    "driver_shadowed": "another libcuda comes before WSL's: run wslfleet.cuda.cuda_repair (playbooks/repair.yml)",
    "no_compiler": "install the toolkit with wslfleet.cuda.cuda_toolkit, component compiler, and g++",
}


def remedy(verdict: str, in_the_way: t.Sequence[str]) -> str:
    """What to do about VERDICT. IN_THE_WAY: what the loader takes instead of WSL's files."""
    told = REMEDIES.get(verdict, "")
    return f"{'; '.join(in_the_way)}: {told}" if verdict == "driver_shadowed" and in_the_way else told


@dataclass(frozen=True)
class Outcome:
    """What the test found. ``values``: the lines that the program printed."""

    verdict: str
    values: t.Mapping[str, str]
    compiler: str = ""
    """Release of nvcc, as in ``12.4, V12.4.131``."""
    cached: bool = False


def parse(output: str) -> t.Dict[str, str]:
    """The ``name=value`` lines of the program."""
    return {match.group(1): match.group(2) for match in re.finditer(r"(?m)^([a-z]+)=(.*)$", output)}


def verdict(values: t.Mapping[str, str], shadowed: bool, wsl_libcuda: bool, gpu_device: bool) -> str:
    """Judge what the program printed. Raises Failure for a wrong sum, or another outcome than these five."""
    if "wrong" in values:
        raise Failure(f"the GPU gave a wrong sum at element {values['wrong']}")
    error = int(values.get("error", "-1"))
    if error == 0:
        return "ran_on_gpu"
    if shadowed:
        return "driver_shadowed"
    driver, runtime = int(values.get("driver", "0")), int(values.get("runtime", "0"))
    if error == 222 or (error == 35 and 0 < driver // 1000 < runtime // 1000):
        return "toolkit_newer_than_driver"
    if error in (35, 100) or not (wsl_libcuda and gpu_device):
        return "no_gpu"
    raise Failure(f"the program failed with CUDA error {error}: {values.get('message', 'no message')}")


def key(system: System, nvcc: str) -> str:
    """A digest of everything that the outcome depends on: program, compiler, driver files, loader, GPU device."""
    parts: t.List[t.Any] = [
        smoke_program.PROGRAM,
        nvcc,
        sorted(loader.read_picks(system).items()),
        system.exists("/dev/dxg"),
    ]
    for path in (
        nvcc,
        f"{loader.WSL_LIBRARIES}/libcuda.so.1",
        f"{loader.WSL_LIBRARIES}/libcuda.so.1.1",
        "/usr/bin/g++",
        *(f"/usr/bin/g++-{number}" for number in range(9, 21)),
    ):
        try:
            info = os.stat(system.path(path))
            parts.append((os.path.realpath(system.path(path)), info.st_size, info.st_mtime_ns))
        except FileNotFoundError:
            parts.append(path)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def cached(system: System, digest: str) -> Outcome | None:
    """The outcome of an earlier run under the same conditions, if its program still exists."""
    record = system.read_json(f"{FOLDER}/result.json")
    if record.get("key") != digest or not system.exists(f"{FOLDER}/program"):
        return None
    return Outcome(record["verdict"], record["values"], record["compiler"], True)


def remember(system: System, digest: str, outcome: Outcome) -> None:
    """Keep OUTCOME for the next run."""
    record = {**asdict(outcome), "key": digest}
    files.write_file(system.path(f"{FOLDER}/result.json"), json.dumps(record, indent=2))


def compile_and_run(system: System, nvcc: str, shadowed: bool) -> Outcome:
    """Compile the program with NVCC and run it. Raises Failure."""
    if not nvcc:
        return Outcome("no_compiler", {})
    version = system.run([nvcc, "--version"])
    match = re.search(r"release ([^\n]*)", version.stdout)
    release = match.group(1) if match else ""
    source, program = f"{FOLDER}/program.cu", f"{FOLDER}/program"
    files.write_file(system.path(source), smoke_program.PROGRAM)
    files.remove_file(system.path(program))
    # Shared runtime, no device runtime: both exist in every toolkit, and linking them is quick.
    host = _host(system)
    own = host_compiler.compiler(release, host)
    choice = ["-ccbin", own] if own else []
    # The compiler writes temporary files with predictable names, which in /tmp anybody could have created before.
    with files.scratch(system.path(FOLDER)) as temporary:
        command = ["env", f"TMPDIR={temporary}", nvcc, *choice, "-O1", "-cudart", "shared", "-cudadevrt", "none"]
        built = system.run([*command, "-o", program, source])
    if built.code != 0:
        if re.search(r"host compiler|gcc|g\+\+|cc1plus", built.output) and not system.exists("/usr/bin/g++"):
            return Outcome("no_compiler", {"message": _first_error(built.output)}, release)
        short = release.partition(",")[0]
        archive = host_compiler.offered(system) if host_compiler.problem(short, host) else []
        why = host_compiler.problem(short, host, archive)
        told = f"{_first_error(built.output)}; {why}" if why else _first_error(built.output)
        raise Failure(f"{nvcc} cannot compile: {told}; source kept in {source}")
    home = os.path.dirname(os.path.dirname(nvcc))
    libraries = f"LD_LIBRARY_PATH={home}/targets/x86_64-linux/lib:{home}/lib64"
    done = system.run(["env", libraries, program])
    values = parse(done.stdout)
    if not values:
        raise Failure(f"{program} ended with code {done.code}: {_first_error(done.output)}")
    wsl = any(name.startswith("libcuda.so") for name in loader.wsl_files(system))
    judged = verdict(values, shadowed, wsl, system.exists("/dev/dxg"))
    return Outcome(judged, values, release)


def _host(system: System) -> host_compiler.Host:
    try:
        return host_compiler.host_of(dpkg.read_database(system).packages)
    except Failure:  # no dpkg: nothing is known of the host compiler
        return host_compiler.Host()


def _first_error(output: str) -> str:
    """The whole first error: nvcc writes details on indented lines, up to a caret or an empty line."""
    lines = output.splitlines()
    wrong = (number for number, line in enumerate(lines) if re.search(r"error|fatal|cannot", line, re.IGNORECASE))
    first = next(wrong, next((number for number, line in enumerate(lines) if line.strip()), None))
    if first is None:
        return "no output"
    told = [lines[first].strip()]
    for line in lines[first + 1 :]:
        if not line.strip() or line.strip() == "^" or not line.startswith((" ", "\t")):
            break
        told.append(line.strip())
    return " ".join(told)[:1000]


def remove(system: System, really: bool) -> bool:
    """Remove the program and its outcome. Returns whether there was one. Not REALLY: do not remove it."""
    there = system.isdir(FOLDER)
    if there and really:
        shutil.rmtree(system.path(FOLDER))
    return there
