# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import commands, purge_log, repair
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.dpkg_status import stanza, system
from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

IF = "install ok half-configured"
IU = "install ok unpacked"
IHR = "install reinstreq half-installed"
RC = "deinstall ok config-files"


def test_healthy_system_has_an_empty_plan(tmp_path: Path) -> None:
    state = system(tmp_path, stanza("cuda-nvcc-12-8"), stanza("libnvidia-container1"), stanza("cuda-driver-dev-12-8"))
    plan = repair.plan(state, ())
    assert state.healthy
    assert plan == repair.Plan()
    assert commands.describe(plan) == [] and commands.commands(plan) == [] and repair.remaining(state) == []


def test_half_configured_driver(tmp_path: Path) -> None:
    state = system(
        tmp_path,
        stanza("nvidia-dkms-570", IF),
        stanza("nvidia-driver-570", IU, Depends="nvidia-dkms-570 (= 1), libnvidia-compute-570"),
        stanza("libnvidia-compute-570", Provides="libcuda1"),
        stanza("cuda-runtime-12-8", IU, Depends="cuda-drivers (>= 1), cuda-cudart-12-8"),
        stanza("cuda-drivers", IU, Depends="nvidia-driver-570"),
        stanza("cuda-12-8", IU, Depends="cuda-runtime-12-8, cuda-toolkit-12-8"),
        stanza("cuda-toolkit-12-8", Depends="cuda-cudart-12-8"),
        stanza("cuda-cudart-12-8"),
        stanza("hwloc", Depends="libcuda1 | libc6"),
        stanza("libc6"),
    )
    plan = repair.plan(state, {"cuda-toolkit-12-8", "cuda-cudart-12-8"})
    assert plan.purge == ("cuda-drivers", "libnvidia-compute-570", "nvidia-dkms-570", "nvidia-driver-570")
    assert plan.dependents == ("cuda-12-8", "cuda-runtime-12-8")
    # The library is safe because the toolkit needs it.
    assert plan.mark_manual == ("cuda-toolkit-12-8",)
    assert repair.refusals(plan) == []
    lines = [" ".join(command) for command in commands.commands(plan)]
    assert [line.split()[0] for line in lines] == ["apt-mark", "dpkg"]
    assert "--purge cuda-drivers" in lines[1] and "autoremove" not in " ".join(lines)


def test_residual_configuration_is_purged(tmp_path: Path) -> None:
    state = system(tmp_path, stanza("nvidia-kernel-common-570", RC), stanza("libxnvctrl0", RC))
    assert not state.healthy
    assert repair.plan(state, ()).purge == ("nvidia-kernel-common-570",)


def test_killed_while_unpacking_drivers_go_others_are_reinstalled(tmp_path: Path) -> None:
    state = system(tmp_path, stanza("libnvidia-compute-570", IHR), stanza("cuda-nvcc-12-8", IHR))
    plan = repair.plan(state, ())
    assert (plan.purge, plan.reinstall) == (("libnvidia-compute-570",), ("cuda-nvcc-12-8",))
    lines = [" ".join(command) for command in commands.commands(plan)]
    assert "--force-remove-reinstreq" in lines[0]
    assert "--reinstall cuda-nvcc-12-8" in lines[-1]


def test_journal_overrules_the_status_file(tmp_path: Path) -> None:
    state = system(tmp_path, stanza("procps"), journal=stanza("procps", IU))
    plan = repair.plan(state, ())
    assert plan.clean_journal and plan.configure
    assert commands.commands(plan)[0][0] == "sh"
    assert (repair.others(state), repair.remaining(state)) == (["procps is iU"], ["dpkg is still interrupted"])


def test_toolkit_that_depends_on_a_driver_needs_a_person(tmp_path: Path) -> None:
    state = system(tmp_path, stanza("libcuda1"), stanza("cuda-nvcc-12-8", Depends="libcuda1"))
    assert repair.refusals(repair.plan(state, ())) == [
        "cuda-nvcc-12-8 depends on a driver package and would go with it"
    ]


DPKG_SAYS = """dpkg: dependency problems prevent removal of libcuda1:
 desktop depends on libcuda1.

dpkg: error processing package libcuda1 (--purge):
 dependency problems - not removing
Errors were encountered while processing:
 libcuda1
"""


def test_dpkg_is_asked_by_the_command_that_will_run() -> None:
    plan = repair.Plan(purge=("libcuda1", "libcuda1:i386"), dependents=("cuda-runtime-12-8",))
    (command,) = commands.commands(plan)
    asked = " ".join([command[0], "--no-act", *command[1:]])
    assert asked.endswith("--force-remove-reinstreq --purge libcuda1 libcuda1:i386 cuda-runtime-12-8")
    assert (
        purge_log.judge_purge(system_at(run=ScriptedRun((f"^{asked}$", Completed(0, "Would remove", "")))), plan) == []
    )
    assert purge_log.judge_purge(system_at(run=ScriptedRun((f"^{asked}$", Completed(1, "", DPKG_SAYS)))), plan) == [
        "dpkg refuses: dependency problems prevent removal of libcuda1: desktop depends on libcuda1.; error processing "
        "package libcuda1 (--purge): dependency problems - not removing"
    ]
    assert purge_log.judge_purge(system_at(run=ScriptedRun()), repair.Plan(reinstall=("b",))) == []


def test_packages_of_others_do_not_keep_a_driver(tmp_path: Path) -> None:
    tool = stanza("tool", IU, Depends="nothing-there")
    state = system(tmp_path, stanza("dpkg"), stanza("libcuda1", IHR), tool, stanza("old", Depends="gone"))
    plan = repair.plan(state, ())
    assert (plan.purge, plan.dependents, plan.configure, plan.reinstall) == (("libcuda1",), (), False, ())
    assert repair.others(state) == [
        "tool is iU",
        "tool needs nothing-there, which is not there",
        "old needs gone, which is not there",
    ]


def test_a_driver_under_another_name_goes_and_the_plan_says_why(tmp_path: Path) -> None:
    """By what it provides, although it brings nothing, and by what it brings, although it says nothing."""
    (tmp_path / "var/lib/dpkg/info").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/info/vendor-gpu.list").write_text("/.\n/opt/vendor/libcuda.so.570.1\n")
    (tmp_path / "opt/vendor").mkdir(parents=True)
    (tmp_path / "opt/vendor/libcuda.so.570.1").touch()
    (tmp_path / "var/lib/dpkg/info/cuda-driver-dev-12-8.list").write_text("/usr/local/cuda-12.8/stubs/libcuda.so\n")
    state = system(
        tmp_path, stanza("vendor-gpu"), stanza("stand-in", Provides="libcuda1"), stanza("cuda-driver-dev-12-8"),
        stanza("nvidia-smi"), stanza("tool", Depends="libcuda1"),
    )  # fmt: skip
    plan = repair.plan(state, ())
    assert (plan.purge, plan.dependents) == (("nvidia-smi", "stand-in", "vendor-gpu"), ("tool",))
    assert commands.describe(plan)[:3] == [
        "purge: nvidia-smi stand-in vendor-gpu",
        "purged as a driver: vendor-gpu brings /opt/vendor/libcuda.so.570.1, which only a driver does",
        "purged as a driver: stand-in provides libcuda1, which only a driver does",
    ]


def test_a_held_dependent_needs_a_person(tmp_path: Path) -> None:
    state = system(
        tmp_path, stanza("libcuda1", "hold ok installed"), stanza("tool", "hold ok installed", Depends="libcuda1")
    )
    assert repair.refusals(repair.plan(state, ())) == [
        "tool is held and would go with the driver that it needs: apt-mark unhold tool"
    ]


def test_a_removal_script_that_failed_is_found(tmp_path: Path) -> None:
    state = system(tmp_path, stanza("dpkg"), stanza("nvidia-dkms-570"), stanza("tool"))
    for name in ("nvidia-dkms-570.prerm", "nvidia-dkms-570.postrm", "tool.prerm"):
        path = tmp_path / "var/lib/dpkg/info" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    words = (
        "dpkg: error processing package {0} (--purge):\n installed {0} package pre-removal script subprocess returned"
    )
    log = words.format("nvidia-dkms-570") + "\n" + words.format("tool")
    assert purge_log.failed_scripts(system_at(tmp_path), log, state) == ["/var/lib/dpkg/info/nvidia-dkms-570.prerm"]


# A driver from a .run file, and the loader's configuration


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_kernel_modules_go_when_no_package_owns_them(tmp_path: Path) -> None:
    write(tmp_path, var__lib__dkms__nvidia__x="", usr__src__nvidia_="", **{"usr/src/nvidia-570.1/dkms.conf": ""})
    system(tmp_path, stanza("nvidia-dkms-570"))
    (tmp_path / "var/lib/dpkg/info/nvidia-dkms-570.list").write_text("/usr/src/nvidia-570.1\n/usr/src/nvidia-570.1/x\n")
    assert repair.observe(system_at(tmp_path)).strays == ("/var/lib/dkms/nvidia",)
    (tmp_path / "var/lib/dpkg/info/nvidia-dkms-570.list").unlink()
    assert repair.observe(system_at(tmp_path)).strays == ("/usr/src/nvidia-570.1", "/var/lib/dkms/nvidia")
