# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan as p
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt.deb_file import Deb
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.apt_world import AptWorld
from tests.unit.plugins.module_utils.index_data import UBUNTU2404

LINES: list[tuple[str, str, p.Action]] = [
    (
        "new, one source",
        "Inst cuda-nvcc-12-8 (12.8.93-1 NVIDIA CUDA:developer.download.nvidia.com [amd64])",
        p.Action("Inst", "cuda-nvcc-12-8", "", "12.8.93-1", "NVIDIA CUDA:developer.download.nvidia.com"),
    ),
    (
        "upgrade, several sources",
        "Inst libc6 [2.36-9+deb12u9] (2.36-9+deb12u10 Debian:12.9/stable, Debian-Security:12/stable-security [amd64])",
        p.Action(
            "Inst",
            "libc6",
            "2.36-9+deb12u9",
            "2.36-9+deb12u10",
            "Debian:12.9/stable, Debian-Security:12/stable-security",
        ),
    ),
    (
        "a label with blanks",
        "Inst cuda-drivers (570.2-1 NVIDIA CUDA:localhost [amd64])",
        p.Action("Inst", "cuda-drivers", "", "570.2-1", "NVIDIA CUDA:localhost"),
    ),
    (
        "a local file",
        "Inst libnvidia-compute-570 (570.1-0ubuntu1 local-deb [amd64])",
        p.Action("Inst", "libnvidia-compute-570", "", "570.1-0ubuntu1", "local-deb"),
    ),
    (
        "both",
        "Inst x (570.2-0ubuntu1 NVIDIA CUDA:localhost, local-deb [amd64])",
        p.Action("Inst", "x", "", "570.2-0ubuntu1", "NVIDIA CUDA:localhost, local-deb"),
    ),
    (
        "pending ones behind",
        "Inst gcc-12-base [12.2.0-13] (12.2.0-14 Debian:12.0/stable [amd64]) [gcc-12:amd64 g++-12:amd64 ]",
        p.Action("Inst", "gcc-12-base", "12.2.0-13", "12.2.0-14", "Debian:12.0/stable"),
    ),
    ("nothing pending", "Inst x [1] (2 A:1/b [all]) []", p.Action("Inst", "x", "1", "2", "A:1/b")),
    (
        "an epoch and a tilde",
        "Inst default-jre (2:1.17-74~deb12u1 Debian:12/stable [amd64])",
        p.Action("Inst", "default-jre", "", "2:1.17-74~deb12u1", "Debian:12/stable"),
    ),
    (
        "foreign architecture",
        "Inst libnvidia-compute-570:i386 (570.2-0ubuntu1 Ubuntu:24.04/noble [i386])",
        p.Action("Inst", "libnvidia-compute-570", "", "570.2-0ubuntu1", "Ubuntu:24.04/noble", "i386"),
    ),
    ("without a source", "Inst x (1.0 [amd64])", p.Action("Inst", "x", "", "1.0", "")),
    (
        "parentheses in the label",
        "Inst x (1.0 Corp (internal):1/main [amd64])",
        p.Action("Inst", "x", "", "1.0", "Corp (internal):1/main"),
    ),
    ("configured", "Conf x (1.0 A:1/b [amd64])", p.Action("Conf", "x", "", "1.0", "A:1/b")),
    ("half configured already", "Conf nvidia-dkms-570", p.Action("Conf", "nvidia-dkms-570")),
    ("half configured and broken", "Conf nvidia-dkms-570 broken", p.Action("Conf", "nvidia-dkms-570")),
    ("removed", "Remv nvidia-utils-570 [570.1-0ubuntu1]", p.Action("Remv", "nvidia-utils-570", "570.1-0ubuntu1")),
    (
        "removed, pending ones behind",
        "Remv libcuda1 [535.309.01-1] [nvidia-smi:amd64 ]",
        p.Action("Remv", "libcuda1", "535.309.01-1"),
    ),
    ("removed, foreign", "Remv x:i386 [1]", p.Action("Remv", "x", "1", foreign="i386")),
    ("purged", "Purg libcuda1 [535.309.01-1]", p.Action("Purg", "libcuda1", "535.309.01-1")),
    ("purged, only configuration left", "Purg x", p.Action("Purg", "x")),
]


@pytest.mark.parametrize("line, action", [pytest.param(*row[1:], id=row[0]) for row in LINES])
def test_line(line: str, action: p.Action) -> None:
    assert p.parse_simulation(f"Reading package lists...\n{line}\n") == [action]


@pytest.mark.parametrize(
    "line",
    [
        "NOTE: This is only a simulation!",
        "      apt-get needs root privileges for real execution.",
        "The following NEW packages will be installed:",
        "  Inst x (1 A [amd64])",
        "0 upgraded, 62 newly installed, 0 to remove and 0 not upgraded.",
        "Installing x",
        "E: Unable to correct problems, you have held broken packages.",
        "",
    ],
)
def test_other_text_is_passed_over(line: str) -> None:
    assert p.parse_simulation(line) == []


def test_order_is_kept() -> None:
    text = "Remv a [1]\nInst b (1 A [all])\nInst c (1 A [all])\nConf b (1 A [all])\n"
    assert [(action.kind, action.name) for action in p.parse_simulation(text)] == [
        ("Remv", "a"),
        ("Inst", "b"),
        ("Inst", "c"),
        ("Conf", "b"),
    ]


# Judging


def inst(name: str, version: str = "1", origin: str = "NVIDIA CUDA:localhost") -> p.Action:
    return p.Action("Inst", name, "", version, origin)


def remv(name: str, version: str = "1") -> p.Action:
    return p.Action("Remv", name, version)


NAMED = "would install cuda-drivers-570 570.2-1 from NVIDIA CUDA:localhost: part of the NVIDIA driver by its name"
BUILT = {"Source": "nvidia-graphics-drivers (1)"}
REFUSED = [
    pytest.param(inst("cuda-drivers-570", "570.2-1"), {}, NAMED, id="name"),
    pytest.param(inst("libfoo"), BUILT, "built from nvidia-graphics-drivers", id="source"),
    pytest.param(inst("cuda-12-8"), {}, "metapackage that pulls in the driver", id="metapackage"),
    pytest.param(inst("libcuda1", origin=""), {}, "would install libcuda1 1: part", id="no origin"),
    pytest.param(remv("libx11-6", "2:1.8"), {}, "would remove libx11-6 2:1.8, which was not requested", id="removal"),
    pytest.param(p.Action("Purg", "x"), {}, "would remove x, which was not requested", id="purge"),
]


@pytest.mark.parametrize("action, record, text", REFUSED)
def test_refused(action: p.Action, record: dict[str, str], text: str) -> None:
    judgement = p.judge([action], [{"Package": action.name, "Version": action.new, **record}])
    assert not judgement.allowed
    assert [reason.package for reason in judgement.reasons] == [action.name]
    assert text in judgement.reasons[0].text
    assert "\n" not in judgement.reasons[0].text


NEEDS = {"Package": "gpustat", "Version": "1", "Depends": "python3, libnvidia-ml1 | libnvidia-ml.so.1"}
DRIVER = {"Package": "libnvidia-ml1", "Version": "1", "Provides": "libnvidia-ml.so.1"}
MOCK = {"Package": "mock", "Version": "1", "Provides": "libnvidia-ml.so.1"}
CLOSURES = [
    pytest.param([], [DRIVER], ["closure"], id="a driver is there already: apt says nothing, we do"),
    pytest.param([inst("libnvidia-ml1")], [], ["name", "closure"], id="the driver comes with it"),
    pytest.param([], [DRIVER, MOCK], ["closure"], id="what says that it is a driver is no way out"),
    pytest.param([], [DRIVER, {"Package": "libnvidia-ml.so.1"}], [], id="something else will do"),
    pytest.param([inst("mock")], [], ["provides", "closure"], id="something comes with it that says it is a driver"),
]


@pytest.mark.parametrize(("more", "installed", "told"), CLOSURES)
def test_what_cannot_do_without_a_driver(
    more: list[p.Action], installed: list[dict[str, str]], told: list[str]
) -> None:
    judgement = p.judge([inst("gpustat"), *more], [NEEDS, DRIVER, MOCK], (), installed)
    assert [reason.by for reason in judgement.reasons] == told
    if "closure" in told:
        last = judgement.reasons[-1]
        assert (last.package, last.text) == ("gpustat", "would install gpustat 1: cannot do without libnvidia-ml1")


def test_what_told() -> None:
    record = {"Package": "libinnocent", "Version": "1", "Source": "nvidia-graphics-drivers"}
    judgement = p.judge([inst("libinnocent"), inst("libcuda1"), inst("cuda"), remv("x")], [record])
    assert [reason.by for reason in judgement.reasons] == ["source", "name", "name", "removal"]


@pytest.mark.parametrize("end", ["", " ", "\t", "\r", " (", " [x", " ()", " ( [amd64])"])
def test_no_installation_is_passed_over(end: str) -> None:
    """A line that is cut or odd must not hide a driver."""
    assert not p.judge(p.parse_simulation(f"Inst libcuda1{end}\n"), []).allowed


ALLOWED = [
    pytest.param([inst("cuda-toolkit-12-8"), inst("cuda-driver-dev-12-8"), inst("libc6")], id="toolkit"),
    pytest.param([p.Action("Conf", "nvidia-dkms-570")], id="something half configured is not installed by us"),
    pytest.param([], id="nothing to do"),
]


@pytest.mark.parametrize("actions", ALLOWED)
def test_allowed(actions: list[p.Action]) -> None:
    judgement = p.judge(actions, [])
    assert judgement.allowed
    assert judgement.reasons == ()


def test_another_version_s_record_does_not_count() -> None:
    record = {"Package": "libfoo", "Version": "2", "Source": "nvidia-graphics-drivers"}
    assert p.judge([inst("libfoo", "1")], [record]).allowed


@pytest.mark.parametrize(
    ("names", "why"), [("", ""), ("a", "a"), ("abc", "a; b; c"), ("abcde", "a; b; c (and 2 more)")]
)
def test_the_first_reasons_are_told(names: str, why: str) -> None:
    assert p.Judgement((), (), tuple(p.Reason(name, name) for name in names)).why == why


def test_removals_that_were_asked_for() -> None:
    actions = [remv("libcuda1"), p.Action("Purg", "libcuda1", "1"), remv("glx-diversions")]
    assert p.judge(actions, [], {"libcuda1", "glx-diversions"}).allowed
    judgement = p.judge(actions, [], {"libcuda1"})
    assert [reason.package for reason in judgement.reasons] == ["glx-diversions"]
    assert [action.name for action in judgement.removes] == ["libcuda1", "glx-diversions"]


def test_sizes_in_bytes() -> None:
    records = [
        {"Package": "a", "Version": "1", "Size": "1000", "Installed-Size": "9"},
        {"Package": "b", "Version": "1", "Size": "24"},
        {"Package": "c", "Version": "1", "Size": "many", "Installed-Size": ""},
        {"Package": "not-installed", "Version": "1", "Size": "5", "Installed-Size": "5"},
    ]
    judgement = p.judge([inst("a"), inst("b"), inst("c"), inst("unknown")], records)
    assert (judgement.download_bytes, judgement.installed_bytes) == (1024, 9216)


def test_requests() -> None:
    actions = [
        inst("a", "2:1-1"),
        p.Action("Inst", "b", new="1", foreign="i386"),
        p.Action("Inst", "c"),
    ]
    assert p.requests(actions) == ["a=2:1-1", "b:i386=1"]


@pytest.mark.parametrize(
    "text, errors",
    [
        ("E: Unable to locate package x\n", ["Unable to locate package x"]),
        ("Error: Unable to locate package x\n", ["Unable to locate package x"]),
        ("W: something\nN: note\nReading… Error: no\n", []),
        ("E: one\nW: two\nE: three", ["one", "three"]),
        ("", []),
    ],
)
def test_errors(text: str, errors: list[str]) -> None:
    assert p.errors(text) == errors


# The real apt


def test_the_toolkit_by_the_real_apt(apt_world: AptWorld) -> None:
    apt_world.offer(UBUNTU2404)
    done = apt_world.run(["apt-get", "-s", "-q", "install", "cuda-toolkit-12-8"])
    judgement = p.judge(p.parse_simulation(done.stdout), [])
    assert (len(judgement.installs), judgement.allowed) == (61, True)


def test_the_metapackage_by_the_real_apt(apt_world: AptWorld) -> None:
    apt_world.offer(UBUNTU2404)
    done = apt_world.run(["apt-get", "-s", "-q", "install", "cuda"])
    judgement = p.judge(p.parse_simulation(done.stdout), [])
    assert len(judgement.installs) == 83
    refused = {reason.package for reason in judgement.reasons}
    assert len(refused) == 22
    assert {"cuda", "cuda-12-8", "cuda-runtime-12-8", "cuda-drivers", "nvidia-driver-570", "nvidia-dkms-570"} <= refused


# Properties

NAME = st.from_regex(r"[a-z0-9][a-z0-9+.-]{1,12}", fullmatch=True)
VERSION = st.from_regex(r"([0-9]:)?[0-9][A-Za-z0-9.+~-]{0,10}", fullmatch=True)
ORIGIN = st.from_regex(r"[A-Za-z][A-Za-z0-9:/., -]{0,20}[A-Za-z0-9]", fullmatch=True)


@given(NAME, st.one_of(st.just(""), VERSION), VERSION, ORIGIN, st.sampled_from(["", " [x:amd64 y:amd64 ]", " []"]))
def test_what_apt_prints_is_read_back(name: str, old: str, new: str, origin: str, pending: str) -> None:
    line = f"Inst {name}{f' [{old}]' if old else ''} ({new} {origin} [amd64]){pending}"
    assert p.parse_simulation(line) == [p.Action("Inst", name, old, new, origin)]


@given(
    st.lists(st.sampled_from(["Inst ", "Remv ", "Conf ", "x", " ", "[", "]", "(", ")", ":", "\n", "1"])).map("".join)
)
def test_any_text_can_be_read(text: str) -> None:
    p.judge(p.parse_simulation(text), [])


def test_a_driver_under_the_name_of_a_third_party_is_seen_by_what_it_provides() -> None:
    action = p.Action("Inst", "vendor-gpu", new="1")
    record = {"Package": "vendor-gpu", "Version": "1", "Provides": "libcuda1 (= 570), x"}
    (reason,) = p.judge([action], [record]).reasons
    assert (reason.by, reason.text) == (
        "provides", "would install vendor-gpu 1: provides libcuda1, which only a driver does"
    )  # fmt: skip


def test_what_a_package_at_hand_brings() -> None:
    record = {"Package": "vendor-gpu", "Version": "1", "Depends": "libc6"}
    deb = Deb(record, ("/usr/share/doc/x", "/opt/vendor/libcuda.so.1"))
    (reason,) = p.judge([inst("vendor-gpu", origin="")], [record], debs=[deb]).reasons
    assert (reason.by, reason.text) == (
        "files", "would install vendor-gpu 1: brings /opt/vendor/libcuda.so.1, which only a driver does"
    )  # fmt: skip
    assert p.judge([inst("vendor-gpu")], [record], debs=[deb._replace(files=("/opt/x/stubs/libcuda.so",))]).allowed
    # What no index knows is known by its file alone.
    (reason,) = p.judge([inst("x")], [], debs=[Deb({"Package": "x", "Version": "1", **BUILT}, ())]).reasons
    assert reason.by == "source"
    assert p.judge([inst("x")], [], debs=[deb]).allowed
