# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import platform
import re
import shutil
import struct
import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import loader as n
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.scripted_run import system_at

X86_64 = 0x0303
I386 = 0x0003
AARCH64 = 0x0A03
WSL = n.WSL_LIBRARIES
DEBIAN = "/usr/lib/x86_64-linux-gnu"
WSL_FILES = ["libcuda.so", "libcuda.so.1", "libcuda.so.1.1", "libdxcore.so", "libnvidia-ml.so.1", "nvidia-smi"]

Row = t.Tuple[str, int, str]


def cache(rows: list[Row], old_format: bytes = b"") -> bytes:
    """A loader cache as glibc's ldconfig writes it; offsets count from the start of the new part."""
    strings, entries = b"", b""
    start = 48 + 24 * len(rows)
    for name, flags, path in rows:
        key = start + len(strings)
        strings += name.encode() + b"\0"
        value = start + len(strings)
        strings += path.encode() + b"\0"
        entries += struct.pack("<iIIIQ", flags, key, value, 0, 0)
    header = b"glibc-ld.so.cache1.1" + struct.pack("<II", len(rows), len(strings)) + b"\x02\0\0\0" + b"\0" * 16
    return old_format + header + entries + strings


def wsl_row(name: str) -> Row:
    return (name, X86_64, f"{WSL}/{name}")


def linux_row(name: str) -> Row:
    return (name, X86_64, f"{DEBIAN}/{name}")


# What a driver package does to the loader

HEALTHY = [wsl_row("libcuda.so.1"), wsl_row("libnvidia-ml.so.1")]
"""ldconfig never indexes the unsuffixed libcuda.so of WSL's folder."""
LINUX = [linux_row("libcuda.so.1"), linux_row("libcuda.so"), linux_row("libnvidia-ml.so.1")]
BOTH = [HEALTHY[0], LINUX[0], LINUX[1], HEALTHY[1], LINUX[2]]

CASES: list[tuple[str, list[Row], list[str], dict[str, str]]] = [
    ("a: three regular files, only a warning", HEALTHY, WSL_FILES, {}),
    ("b, c: WSL's folder wins, but not for dlopen", BOTH, WSL_FILES, {"libcuda.so": f"{DEBIAN}/libcuda.so"}),
    (
        "d: without ld.wsl.conf",
        LINUX,
        WSL_FILES,
        {name: f"{DEBIAN}/{name}" for name in ("libcuda.so.1", "libcuda.so", "libnvidia-ml.so.1")},
    ),
    ("nothing is listed", [], WSL_FILES, {}),
    (
        "no driver in Windows: libcuda counts, the rest has nothing to shadow",
        LINUX,
        [],
        {name: f"{DEBIAN}/{name}" for name in ("libcuda.so.1", "libcuda.so")},
    ),
    ("only a 32-bit driver", [("libcuda.so.1", I386, "/usr/lib/i386-linux-gnu/libcuda.so.1"), *HEALTHY], WSL_FILES, {}),
    (
        "the toolkit's stub was put on the path",
        [*HEALTHY, ("libcuda.so", X86_64, "/usr/local/cuda/lib64/stubs/libcuda.so")],
        WSL_FILES,
        {"libcuda.so": "/usr/local/cuda/lib64/stubs/libcuda.so"},
    ),
    (
        "a folder that only starts like WSL's",
        [("libcuda.so.1", X86_64, "/usr/lib/wsl/library/libcuda.so.1")],
        WSL_FILES,
        {"libcuda.so.1": "/usr/lib/wsl/library/libcuda.so.1"},
    ),
]


@pytest.mark.parametrize("rows, files, expected", [pytest.param(*row[1:], id=row[0]) for row in CASES])
def test_shadowed(rows: list[Row], files: list[str], expected: dict[str, str]) -> None:
    assert n.shadowed(system_at(), n.picks(n.parse_cache(cache(rows)), "x86_64"), files) == expected


def test_first_one_wins() -> None:
    assert n.picks(BOTH, "x86_64") == {
        "libcuda.so.1": f"{WSL}/libcuda.so.1",
        "libcuda.so": f"{DEBIAN}/libcuda.so",
        "libnvidia-ml.so.1": f"{WSL}/libnvidia-ml.so.1",
    }


def test_other_machines() -> None:
    rows = [("libcuda.so.1", X86_64, "/x"), ("libcuda.so.1", AARCH64, "/a")]
    assert n.picks(rows, "aarch64") == {"libcuda.so.1": "/a"}
    assert n.picks(rows, "x86_64") == {"libcuda.so.1": "/x"}


# The file


@pytest.mark.parametrize("old", [b"", b"ld.so-1.7.0\0" + b"\0" * 36], ids=["new format", "both formats"])
def test_cache_is_read_in_its_order(old: bytes) -> None:
    assert n.parse_cache(cache(BOTH, old)) == BOTH


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "no glibc-ld.so.cache1.1"),
        (b"ld.so-1.7.0\0" + b"\0" * 40, "no glibc-ld.so.cache1.1"),
        (b"glibc-ld.so.cache1.1", "cut off"),
        (cache(BOTH)[:60], "cut off"),
        (cache(BOTH)[:-1], "cut off"),
    ],
)
def test_broken_cache(data: bytes, message: str) -> None:
    with pytest.raises(n.CacheError, match=message):
        n.parse_cache(data)


@given(st.binary(max_size=60), st.integers(0, 400), st.binary(max_size=4))
def test_a_damaged_cache_is_read_or_refused(tail: bytes, place: int, change: bytes) -> None:
    data = cache(BOTH)
    try:
        n.parse_cache(data[:place] + change + data[place + len(change) :] + tail)
    except n.CacheError:
        return


LDCONFIG = shutil.which("ldconfig") or shutil.which("ldconfig", path="/usr/sbin:/sbin")


@pytest.mark.skipif(LDCONFIG is None or not Path(n.CACHE).exists(), reason="needs ldconfig and its cache")
@pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="64-bit PC or ARM")
def test_this_system_s_cache() -> None:
    """The same rows in the same order as ``ldconfig -p``."""
    assert LDCONFIG is not None
    done = subprocess.run([LDCONFIG, "-p"], capture_output=True, text=True, check=True)
    expected = re.findall(r"(?m)^\t(\S+) \(.*\) => (.*)$", done.stdout)
    found = n.parse_cache(Path(n.CACHE).read_bytes())
    assert [(name, path) for name, _flags, path in found] == expected
    flag = {"x86_64": 0x0300, "aarch64": 0x0A00}[platform.machine()]
    assert next(flags for name, flags, _path in found if name == "libc.so.6") & 0xFF00 == flag


def test_read_picks(tmp_path: Path) -> None:
    assert n.read_picks(system_at(tmp_path)) == {}
    (tmp_path / "etc").mkdir()
    machine = platform.machine()
    flags = AARCH64 if machine == "aarch64" else X86_64
    (tmp_path / "etc/ld.so.cache").write_bytes(cache([("libcuda.so.1", flags, f"{WSL}/libcuda.so.1")]))
    assert n.read_picks(system_at(tmp_path)) == {"libcuda.so.1": f"{WSL}/libcuda.so.1"}


# Files on disk


def touch(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        (root / path.lstrip("/")).touch()


DRIVER_FILES = [
    "/usr/lib/x86_64-linux-gnu/libcuda.so", "/usr/lib/x86_64-linux-gnu/libcuda.so.1",
    "/usr/lib/x86_64-linux-gnu/libcuda.so.570.124.06", "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1",
    "/usr/lib/x86_64-linux-gnu/libcudadebugger.so.1", "/usr/lib/x86_64-linux-gnu/libGLX_nvidia.so.0",
    "/usr/lib/x86_64-linux-gnu/libnvidia-ptxjitcompiler.so.1", "/usr/lib/x86_64-linux-gnu/libnvidia-nvvm70.so.4",
    "/usr/lib/x86_64-linux-gnu/libnvidia-pkcs11-openssl3.so.535.261.03", "/usr/lib/i386-linux-gnu/libcuda.so.1",
    "/usr/lib64/libcuda.so.1", "/usr/local/lib/libcuda.so", "/usr/bin/nvidia-smi", "/usr/bin/nvidia-debugdump",
    "/usr/bin/nvidia-uninstall", "/usr/local/bin/nvidia-smi", "/usr/bin/nvidia-cuda-mps-server",
]  # fmt: skip
OTHER_FILES = [
    "/usr/lib/x86_64-linux-gnu/libcudart.so.12", "/usr/lib/x86_64-linux-gnu/libnvidia-container.so.1",
    "/usr/lib/x86_64-linux-gnu/libnvidia-egl-wayland.so.1", "/usr/lib/x86_64-linux-gnu/libnvidia-egl-gbm.so.1",
    "/usr/lib/x86_64-linux-gnu/libcudnn.so.9", "/usr/lib/x86_64-linux-gnu/libnccl.so.2",
    "/usr/lib/x86_64-linux-gnu/libXNVCtrl.so.0", "/usr/lib/x86_64-linux-gnu/libcuda.so.1.bak",
    "/usr/lib/x86_64-linux-gnu/libcuda.a", "/usr/lib/x86_64-linux-gnu/libnvidia-container-go.so.1",
    "/usr/local/cuda-12.8/targets/x86_64-linux/lib/stubs/libcuda.so", "/usr/lib/wsl/lib/libcuda.so.1",
    "/usr/lib/wsl/lib/nvidia-smi", "/usr/bin/nvidia-ctk", "/usr/bin/nvidia-container-cli", "/usr/bin/nvtop",
    "/usr/bin/nvidia-container-runtime", "/usr/bin/nvidia-settings", "/usr/bin/nvcc",
]  # fmt: skip


@pytest.mark.parametrize("path", DRIVER_FILES)
def test_driver_file(path: str, tmp_path: Path) -> None:
    touch(tmp_path, path, *OTHER_FILES)
    assert n.driver_files(system_at(tmp_path)) == [path]


@pytest.mark.parametrize("path", OTHER_FILES)
def test_other_file(path: str, tmp_path: Path) -> None:
    touch(tmp_path, path)
    assert n.driver_files(system_at(tmp_path)) == []


LINKS = [
    pytest.param("/usr/lib/wsl/lib/libcuda.so.1", False, id="people's workaround: into WSL's folder"),
    pytest.param("../wsl/lib/libcuda.so.1", False, id="relative"),
    pytest.param("/etc/alternatives/to-wsl", False, id="through another link"),
    pytest.param("libcuda.so.570.124.06", True, id="to the driver"),
    pytest.param("/etc/alternatives/nvidia--libcuda.so.1", True, id="Debian's alternative"),
    pytest.param("/nowhere", True, id="dangling"),
    pytest.param("libcuda.so.1", True, id="to itself"),
]


@pytest.mark.parametrize("target, found", LINKS)
def test_links(target: str, found: bool, tmp_path: Path) -> None:
    folder = tmp_path / "usr/lib/x86_64-linux-gnu"
    folder.mkdir(parents=True)
    (tmp_path / "etc/alternatives").mkdir(parents=True)
    (tmp_path / "etc/alternatives/to-wsl").symlink_to("/usr/lib/wsl/lib/libcuda.so.1")
    (folder / "libcuda.so.1").symlink_to(target)
    assert n.driver_files(system_at(tmp_path)) == ([f"{DEBIAN}/libcuda.so.1"] if found else [])


def test_a_linked_folder_is_looked_at_once(tmp_path: Path) -> None:
    touch(tmp_path, "/usr/lib/libcuda.so.1")
    (tmp_path / "usr/lib64").symlink_to("lib")
    assert n.driver_files(system_at(tmp_path)) == ["/usr/lib/libcuda.so.1"]


def test_an_empty_system(tmp_path: Path) -> None:
    assert n.driver_files(system_at(tmp_path)) == []
    assert n.wsl_files(system_at(tmp_path)) == []


def test_wsl_files(tmp_path: Path) -> None:
    touch(tmp_path, *(f"{WSL}/{name}" for name in reversed(WSL_FILES)))
    assert n.wsl_files(system_at(tmp_path)) == sorted(WSL_FILES)


def test_owners(tmp_path: Path) -> None:
    info = tmp_path / "var/lib/dpkg/info"
    info.mkdir(parents=True)
    (info / "libnvidia-compute-570:amd64.list").write_text("/.\n/usr\n/usr/lib/x86_64-linux-gnu/libcuda.so.1\n")
    (info / "old-style.list").write_text("/lib/x86_64-linux-gnu/libnvidia-ml.so.1\n")
    (info / "nvidia-utils-570.list").write_text("/usr/bin/nvidia-smi\n/usr/bin/nvidia-debugdump")
    (info / "liar.md5sums").write_text("/usr/bin/nvidia-installer\n")
    paths = [
        f"{DEBIAN}/libcuda.so.1",
        f"{DEBIAN}/libnvidia-ml.so.1",
        "/usr/bin/nvidia-smi",
        "/usr/bin/nvidia-debugdump",
        "/usr/bin/nvidia-installer",
    ]
    assert n.owned(system_at(tmp_path), paths) == {
        f"{DEBIAN}/libcuda.so.1": "libnvidia-compute-570:amd64",
        f"{DEBIAN}/libnvidia-ml.so.1": "old-style",
        "/usr/bin/nvidia-smi": "nvidia-utils-570",
        "/usr/bin/nvidia-debugdump": "nvidia-utils-570",
    }
    assert n.owned(system_at(tmp_path / "nothing"), paths) == {}


# The loader's configuration


def test_a_damaged_cache_picks_nothing_as_the_loader_does(tmp_path: Path) -> None:
    touch(tmp_path, "/etc/ld.so.cache")
    (tmp_path / "etc/ld.so.cache").write_bytes(cache(HEALTHY)[:-9])
    assert n.read_picks(system_at(tmp_path)) == {}


@pytest.mark.parametrize(
    ("name", "text", "listed"),
    [
        ("ld.wsl.conf", n.CONFIGURATION_TEXT, True),
        ("other.conf", " /usr/lib/wsl/lib \n", True),
        ("ld.wsl.conf", "# /usr/lib/wsl/lib\n", False),
        ("ld.wsl.conf", "/usr/lib/wsl/lib64\n", False),
        ("ld.wsl.conf.bak", "/usr/lib/wsl/lib\n", False),
    ],
)
def test_listed(name: str, text: str, listed: bool, tmp_path: Path) -> None:
    assert not n.lists_wsl_folder(system_at(tmp_path))
    touch(tmp_path, f"/etc/ld.so.conf.d/{name}")
    (tmp_path / "etc/ld.so.conf.d" / name).write_text(text)
    assert n.lists_wsl_folder(system_at(tmp_path)) is listed


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("", False),
        ("[automount]\nldconfig=false\n", True),
        ("[AutoMount]\n LDConfig = FALSE # no\n", True),
        ("[automount]\nldconfig=0\n[boot]\n", True),
        ("[automount]\nldconfig=true\nldconfig=false\n", False),
        ('[automount]\nldconfig="false"\n', True),
        ("[boot]\nldconfig=false\n", False),
        ("[automount]\n#ldconfig=false\n", False),
        ("[automount]\nldconfigx=false\nnonsense\n", False),
        ("nonsense\n[automount]\nldconfig=false\n", False),
    ],
)
def test_forbidden(text: str, forbidden: bool) -> None:
    assert n.forbids_configuration(text) is forbidden


@pytest.mark.parametrize(
    ("path", "driver"), [("/x/libcuda.so.1", True), ("nvidia-smi", True), ("/x/libGL.so.1", False), ("/etc/x", False)]
)
def test_is_driver_file(path: str, driver: bool) -> None:
    assert n.is_driver_file(path) is driver


# Where the choice leads, not how its path is spelt


def wsl_folder(root: Path) -> None:
    touch(root, *(f"{WSL}/{name}" for name in WSL_FILES))
    for name in WSL_FILES:
        (root / WSL[1:] / name).write_text(f"windows driver 1 {name}")


@pytest.mark.parametrize(
    ("bring", "shadowed", "copies"),
    [
        pytest.param("ln -s ../lib/libcuda.so.1 usr/lib/wsl/lib2/", {}, [], id="WSL#5548: links to the files"),
        pytest.param("rmdir usr/lib/wsl/lib2; ln -s lib usr/lib/wsl/lib2", {}, [], id="WSL#5548: a link to the folder"),
        pytest.param("ln -s /etc/there usr/lib/wsl/lib2/libcuda.so.1", {}, [], id="by a link of /etc"),
        pytest.param("cp usr/lib/wsl/lib/libcuda.so.1 usr/lib/wsl/lib2/", {}, [0], id="a copy"),
        pytest.param("echo old >usr/lib/wsl/lib2/libcuda.so.1", [0], [], id="a copy of an older driver"),
        pytest.param("ln -s /usr/bin/x usr/lib/wsl/lib2/libcuda.so.1", [0], [], id="a link elsewhere"),
    ],
)
def test_where_the_choice_leads(bring: str, shadowed: t.Any, copies: list[int], tmp_path: Path) -> None:
    wsl_folder(tmp_path)
    touch(tmp_path, "/etc/x", "/usr/lib/wsl/lib2/x")
    (tmp_path / "usr/lib/wsl/lib2/x").unlink()
    (tmp_path / "etc/there").symlink_to(f"{WSL}/libcuda.so.1")
    subprocess.run(["sh", "-ec", bring], cwd=tmp_path, check=True)
    path = "/usr/lib/wsl/lib2/libcuda.so.1"
    found = {"libcuda.so.1": path}
    assert n.shadowed(system_at(tmp_path), found, WSL_FILES) == (found if shadowed else {})
    assert n.copies(system_at(tmp_path), found) == ([path] if copies else [])


def test_a_harmless_link_in_debian_s_folder_is_WSL_8587(tmp_path: Path) -> None:
    wsl_folder(tmp_path)
    folder = tmp_path / DEBIAN[1:]
    folder.mkdir(parents=True)
    (folder / "libcuda.so").symlink_to(f"{WSL}/libcuda.so")
    (tmp_path / "lib").symlink_to("usr/lib")
    assert n.shadowed(system_at(tmp_path), {"libcuda.so": "/lib/x86_64-linux-gnu/libcuda.so"}, WSL_FILES) == {}
    assert n.driver_files(system_at(tmp_path)) == []


def test_the_file_that_names_the_folder_is_told(tmp_path: Path) -> None:
    root, stubs = str(tmp_path), "/usr/local/cuda-12.8/targets/x86_64-linux/lib/stubs"
    wsl_folder(tmp_path)
    touch(tmp_path, "/etc/ld.so.conf.d/x", f"{stubs}/libcuda.so.1")
    (tmp_path / "usr/local/cuda").symlink_to("cuda-12.8")
    (tmp_path / "usr/local/cuda-12.8/lib64").symlink_to("targets/x86_64-linux/lib")
    (tmp_path / "etc/ld.so.conf.d/00-stubs.conf").write_text("# mine\n/usr/local/cuda/lib64/stubs/\n")
    found = {"libcuda.so.1": f"{stubs}/libcuda.so.1"}
    assert n.told(found, n.named_for(system_at(root), found)) == [
        f"libcuda.so.1 => {stubs}/libcuda.so.1, whose folder is named in /etc/ld.so.conf.d/00-stubs.conf:2"
    ]
    system = {"libcuda.so.1": f"{DEBIAN}/libcuda.so.1"}
    assert n.told(system, n.named_for(system_at(root), system)) == [f"libcuda.so.1 => {DEBIAN}/libcuda.so.1"]
