# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import smoke_test

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

OK = {"runtime": "12040", "driver": "12080", "devices": "1", "gpu": "RTX", "seconds": "0.1", "error": "0"}
INSUFFICIENT = {"runtime": "12040", "driver": "0", "error": "35", "message": "insufficient"}


@pytest.mark.parametrize(
    ("values", "shadowed", "libcuda", "device", "expected"),
    [
        (OK, False, True, True, "ran_on_gpu"),
        (OK, True, True, True, "ran_on_gpu"),
        (INSUFFICIENT, False, False, False, "no_gpu"),
        (INSUFFICIENT, False, True, True, "no_gpu"),
        (INSUFFICIENT, True, True, True, "driver_shadowed"),
        ({**OK, "error": "100"}, False, True, True, "no_gpu"),
        ({**OK, "error": "100"}, True, True, True, "driver_shadowed"),
        ({**OK, "error": "35", "runtime": "13000"}, False, True, True, "toolkit_newer_than_driver"),
        ({**OK, "error": "222", "runtime": "13030", "driver": "13000"}, False, True, True, "toolkit_newer_than_driver"),
        ({**OK, "error": "999"}, False, False, True, "no_gpu"),
    ],
)
def test_verdict(values: dict[str, str], shadowed: bool, libcuda: bool, device: bool, expected: str) -> None:
    assert smoke_test.verdict(values, shadowed, libcuda, device) == expected
    assert expected in smoke_test.REMEDIES


@pytest.mark.parametrize(
    ("values", "words"),
    [({**OK, "error": "700"}, "CUDA error 700"), ({"wrong": "17"}, "wrong sum at element 17")],
)
def test_what_is_none_of_the_five_is_an_error(values: dict[str, str], words: str) -> None:
    with pytest.raises(Failure, match=words):
        smoke_test.verdict(values, False, True, True)


VERSION = ("nvcc --version", Completed(0, "Cuda compilation tools, release 12.4, V12.4.131\n", ""))
PRINTED = "".join(f"{name}={value}\n" for name, value in OK.items())


def test_compile_and_run(tmp_path: Path) -> None:
    run = ScriptedRun(
        VERSION, ("-o /var/lib/wslfleet/smoke/program ", Completed(0, "", "")), ("^env LD_", Completed(0, PRINTED, ""))
    )
    outcome = smoke_test.compile_and_run(system_at(tmp_path, run), "/usr/local/cuda/bin/nvcc", False)
    run.done()
    assert (outcome.verdict, outcome.compiler) == ("ran_on_gpu", "12.4, V12.4.131")
    assert "__global__" in (tmp_path / "var/lib/wslfleet/smoke/program.cu").read_text()


def test_without_a_compiler(tmp_path: Path) -> None:
    assert smoke_test.compile_and_run(system_at(tmp_path, ScriptedRun()), "", False).verdict == "no_compiler"
    failed = Completed(1, "", "nvcc fatal   : Failed to preprocess host compiler properties.\n")
    run = ScriptedRun(VERSION, ("-o", failed))
    assert smoke_test.compile_and_run(system_at(tmp_path, run), "/nvcc", False).verdict == "no_compiler"


def test_compiler_error_is_told(tmp_path: Path) -> None:
    run = ScriptedRun(VERSION, ("-o", Completed(1, "", "program.cu(3): error: no such file\n1 more\n")))
    with pytest.raises(Failure, match=r"cannot compile: program.cu\(3\): error: no such file; source kept in"):
        smoke_test.compile_and_run(system_at(tmp_path, run), "/nvcc", False)


def test_outcome_is_kept_until_something_changes(tmp_path: Path) -> None:
    system = system_at(tmp_path)
    nvcc = tmp_path / "nvcc"
    nvcc.write_text("1")
    digest = smoke_test.key(system, "/nvcc")
    assert smoke_test.cached(system, digest) is None
    smoke_test.remember(system, digest, smoke_test.Outcome("no_gpu", {"error": "35"}, "12.4"))
    assert smoke_test.cached(system, digest) is None, "the program is gone"
    (tmp_path / "var/lib/wslfleet/smoke/program").write_text("")
    kept = smoke_test.cached(system, digest)
    assert kept is not None and kept.cached and kept.verdict == "no_gpu"
    nvcc.write_text("22")
    assert smoke_test.key(system, "/nvcc") != digest
    assert smoke_test.cached(system, smoke_test.key(system, "/nvcc")) is None
    (tmp_path / "var/lib/wslfleet/smoke/result.json").write_text("{half")
    assert smoke_test.cached(system, digest) is None


def dpkg_of(root: Path, **versions: str) -> None:
    """A package database with VERSIONS of packages."""
    (root / "var/lib/dpkg").mkdir(parents=True)
    text = "".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: {version}\n\n" for name, version in versions.items()
    )
    (root / "var/lib/dpkg/status").write_text(text)


MATHCALLS = (
    "program.cu: In file included\n"
    "/usr/include/bits/mathcalls.h(79): error: exception\n  specification is incompatible with that of\n"
    '  previous function "cospi"\n\n     extern double cospi (double __x);\n            ^\n'
)


def test_the_first_error_is_whole_with_the_way_out_of_cuda_samples_378(tmp_path: Path) -> None:
    dpkg_of(tmp_path, libc6="2.41-12")
    run = ScriptedRun(VERSION, ("-o", Completed(1, "", MATHCALLS)), ("apt-cache pkgnames", Completed(0, "", "")))
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/g++").touch()
    words = r'mathcalls.h\(79\): error: exception specification is incompatible with that of previous function "cospi"'
    with pytest.raises(Failure, match=words + "; CUDA 12.4 .* use cuda_version 13.0 or newer"):
        smoke_test.compile_and_run(system_at(tmp_path, run), "/nvcc", False)


def test_nvcc_is_given_a_compiler_that_it_takes(tmp_path: Path) -> None:
    dpkg_of(tmp_path, **{"libc6": "2.39-0ubuntu8", "g++": "4:14.2.0-1", "g++-14": "14.2.0-1", "g++-12": "12.3.0-1"})
    run = ScriptedRun(VERSION, ("-ccbin g..-12 ", Completed(0, "", "")), ("^env LD_", Completed(0, PRINTED, "")))
    assert smoke_test.compile_and_run(system_at(tmp_path, run), "/nvcc", False).verdict == "ran_on_gpu"
    run.done()
