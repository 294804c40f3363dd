# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import ast
import json
import re
import shutil
import socket
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan as p
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard as g
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages as d
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import pin_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils import deb_builder
from tests.unit.plugins.module_utils.apt_world import AptWorld
from tests.unit.plugins.module_utils.index_data import BOOKWORM, TRIXIE, UBUNTU2404, names, stanzas

INSTEAD = "cuda-toolkit-12-8"

# The pin as text: every trap of apt_preferences


def pin_stanzas() -> list[dict[str, str]]:
    text = "\n".join(line for line in g.pin_text(INSTEAD).splitlines() if not line.startswith("#"))
    found = []
    for block in text.strip().split("\n\n"):
        unfolded = re.sub(r"\n[ \t]+", " ", block)
        found.append(dict(line.split(": ", 1) for line in unfolded.splitlines()))
    return found


def test_the_name_is_read_and_sorts_first() -> None:
    """apt reads names without extension or with .pref, in their order; the first stanza that fits wins."""
    name = Path(g.PIN).name
    assert name.endswith(".pref")
    assert "~" not in name
    assert sorted(["cuda-repository-pin-600", "aaa", "0admin", name])[0] == name
    assert Path(g.PIN).parent == Path("/etc/apt/preferences.d")


def test_every_stanza_forbids() -> None:
    assert len(pin_stanzas()) >= 1
    for stanza in pin_stanzas():
        assert set(stanza) == {"Explanation", "Package", "Pin", "Pin-Priority"}
        assert stanza["Pin-Priority"] == "-1", "0 or nothing kills all of apt"
        assert stanza["Pin"] == "release *", 'origin "" would miss everything from the network'
        assert INSTEAD in stanza["Explanation"]


def test_names_are_separated_by_blanks() -> None:
    """A comma would switch all but the last name off, without a word."""
    packages = " ".join(stanza["Package"] for stanza in pin_stanzas())
    assert "," not in packages
    assert "*" not in packages.split(" "), "NVIDIA's own stanza has that, and it would forbid everything"
    assert set(pin_names.names()) <= set(packages.split(" "))
    assert {f"src:{source}" for source in d.DRIVER_SOURCES} <= set(packages.split(" "))


def test_folded_lines_begin_with_a_blank_and_none_is_empty() -> None:
    for block in g.pin_text(INSTEAD).strip().split("\n\n"):
        for line in block.splitlines():
            assert re.match(r"(#|\s\S|[A-Z][A-Za-z-]*: \S)", line), line
    assert g.pin_text(INSTEAD).endswith("\n")


def test_globs_only_for_sources() -> None:
    """Each glob over names costs every apt command time."""
    words = [word for stanza in pin_stanzas() for word in stanza["Package"].split(" ")]
    assert [word for word in words if re.search(r"[*?/\[]", word) and not word.startswith("src:")] == []


# The pin as the real apt takes it


def write(world: AptWorld, path: str, text: str) -> Path:
    file = world.root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def candidates(world: AptWorld, packages: list[str]) -> dict[str, str]:
    done = world.run(["apt-cache", "policy", *packages])
    assert done.code == 0
    assert done.stderr == ""
    return g.effective(done.stdout)


@pytest.mark.parametrize("index", [BOOKWORM, TRIXIE, UBUNTU2404])
def test_pin_in_effect(index: str, apt_world: AptWorld) -> None:
    """Every driver without candidate, everything else with one, although NVIDIA's pin of 600 is there."""
    apt_world.offer(index)
    everything = set(names(index))
    assert set(candidates(apt_world, names(index))) == everything
    write(apt_world, g.PIN, g.pin_text(INSTEAD))
    write(
        apt_world,
        "/etc/apt/preferences.d/cuda-repository-pin-600",
        "Package: *\nPin: release *\nPin-Priority: 600\n",
    )
    blocked = {
        item["Package"] for item in stanzas(index) if pin_names.is_pinned(item["Package"], item.get("Source", ""))
    }
    assert len(blocked) > 15
    assert set(candidates(apt_world, names(index))) == everything - blocked


def test_apt_refuses_the_driver_and_takes_the_toolkit(apt_world: AptWorld) -> None:
    apt_world.offer(UBUNTU2404)
    write(apt_world, g.PIN, g.pin_text(INSTEAD))
    toolkit = apt_world.run(["apt-get", "-s", "-q", "install", INSTEAD])
    assert (toolkit.code, len(p.parse_simulation(toolkit.stdout))) == (0, 122)
    for name in ("cuda", "cuda-12-8", "cuda-runtime-12-8", "cuda-drivers", "libnvidia-compute-570"):
        done = apt_world.run(["apt-get", "-s", "-q", "install", name])
        assert (done.code, p.parse_simulation(done.stdout)) == (100, []), name


def test_an_earlier_file_of_an_admin_shows_in_the_audit(apt_world: AptWorld) -> None:
    apt_world.offer(UBUNTU2404)
    write(apt_world, g.PIN, g.pin_text(INSTEAD))
    write(apt_world, "/etc/apt/preferences", "Package: libnvidia-compute-570\nPin: release *\nPin-Priority: 1001\n")
    found = candidates(apt_world, ["cuda-drivers", "libnvidia-compute-570", "nvidia-utils-570"])
    assert found == {"libnvidia-compute-570": "570.124.06-0ubuntu1"}


@pytest.mark.parametrize(
    "text, found",
    [
        ("", {}),
        ("cuda:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n     12.8.1-1 -1\n", {}),
        (
            "cuda:\n  Installed: (none)\n  Candidate: 12.8.1-1\n  Version table:\n     12.8.1-1 600\n"
            "        600 https://x  Packages\nlibcuda1:\n  Installed: 1\n  Candidate: (none)\n",
            {"cuda": "12.8.1-1"},
        ),
        ("libcuda1:i386:\n  Installed: (none)\n  Candidate: 2:1-1\n", {"libcuda1:i386": "2:1-1"}),
    ],
)
def test_effective(text: str, found: dict[str, str]) -> None:
    assert g.effective(text) == found


# The files


def test_order_and_modes() -> None:
    """A configuration without its scripts would be a hook that fails, so it is written last."""
    written = g.files(INSTEAD)
    assert [(file.path, file.mode) for file in written] == [
        (g.EXPLAIN, 0o755),
        (g.PRE_INSTALL, 0o755),
        (g.PIN, 0o644),
        (g.CONFIGURATION, 0o644),
    ]


def test_apt_reads_the_configuration(apt_world: AptWorld) -> None:
    write(apt_world, g.CONFIGURATION, g.configuration_text())
    done = apt_world.run(["apt-config", "dump"])
    assert done.code == 0
    assert done.stderr == ""
    dump = done.stdout.splitlines()
    command = next(line for line in dump if line.startswith("DPkg::Pre-Install-Pkgs:: "))
    word = command.split('"')[1].split(" ")[0]
    assert g.PRE_INSTALL in command
    # apt looks under the first word of the command; a dump shows its equals sign as %3d.
    assert f'DPkg::Tools::Options::{word.replace("=", "%3d")}::Version "3";' in dump
    assert any(line.startswith("AptCli::Hooks::Install:: ") and g.EXPLAIN in line for line in dump)


@pytest.mark.parametrize("hook", ["DPkg::Pre-Install-Pkgs", "AptCli::Hooks::Install"])
def test_a_hook_without_its_script_passes(hook: str) -> None:
    line = next(line for line in g.configuration_text().splitlines() if line.startswith(hook))
    command = line.split('"')[1].replace("/usr/local/lib/wslfleet", "/nonexistent")
    assert subprocess.run(["sh", "-c", command], input=b"", check=False).returncode == 0


# The hook before unpacking: the code of test_guard_hook.py as one script


def hook(tmp_path: Path) -> Path:
    script = tmp_path / "guard-pre-install"
    script.write_text(g.pre_install_script(INSTEAD))
    script.chmod(0o755)
    return script


def test_the_script_is_whole_and_nothing_in_it_hides_another(tmp_path: Path) -> None:
    text = g.pre_install_script(INSTEAD)
    assert "ansible_collections" not in text and "import_module" not in text
    tree = ast.parse(text)
    defined = [item.name for item in tree.body if isinstance(item, (ast.FunctionDef, ast.ClassDef))]
    targets = [item.targets[0] if isinstance(item, ast.Assign) else item.target
               for item in tree.body if isinstance(item, (ast.Assign, ast.AnnAssign))]  # fmt: skip
    defined += [target.id for target in targets if isinstance(target, ast.Name)]
    assert len(defined) > 40 and sorted(defined) == sorted(set(defined))
    imported = {alias.name.split(".")[0] for item in tree.body if isinstance(item, ast.Import) for alias in item.names}
    assert imported == {"ctypes", "fnmatch", "lzma", "re", "sys", "time", "typing", "zlib"}


HOOKED = [
    pytest.param("joerg-gpu", "Source: nvidia-graphics-drivers-570\n", [],
                 "joerg-gpu (built from nvidia-graphics-drivers-570)", id="source"),
    pytest.param("joerg-gpu", "Provides: a, libcuda1 (= 535), b\n", [],
                 "joerg-gpu (provides libcuda1, which only a driver does)", id="provides"),
    pytest.param("joerg-gpu", "", ["/opt/j\xf6rg/libnvidia-ml.so.1"],
                 "joerg-gpu (brings /opt/j\xf6rg/libnvidia-ml.so.1, which only a driver does)", id="files"),
    pytest.param("cuda-cudart-dev-12-8", "", ["/usr/local/cuda-12.8/lib/stubs/libcuda.so"], "", id="stubs"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fields", "files", "told"), HOOKED)
def test_the_script_by_itself(name: str, fields: str, files: list[str], told: str, tmp_path: Path) -> None:
    """As apt runs it: no environment, a path with blanks."""
    folder = tmp_path / "my debs"
    folder.mkdir()
    control = f"Package: {name}\nVersion: 1\n{fields}"
    file = deb_builder.deb(folder / "x.deb", control, files)
    text = f"VERSION 3\nAPT::Architecture=amd64\n\n{name} - - - < 1 amd64 none {file}\n"
    done = subprocess.run([str(hook(tmp_path))], input=text.encode(), capture_output=True, check=False, env={})
    errors = done.stderr.decode()
    assert (done.returncode, done.stdout) == (10 if told else 0, b""), errors
    assert errors == "" or f"refused: {told} - WSL gets its NVIDIA driver from Windows" in errors
    assert (f"install {INSTEAD} instead" in errors) is bool(told)


@pytest.mark.parametrize("code", [0, 1, 2, 10, 127, 137])
def test_only_a_refusal_ends_a_transaction(code: int, tmp_path: Path) -> None:
    line = next(line for line in g.configuration_text().splitlines() if line.startswith("DPkg::Pre-Install-Pkgs"))
    script = write_script(tmp_path, code)
    command = line.split('"')[1].replace(g.PRE_INSTALL, str(script))
    assert (subprocess.run(["sh", "-c", command], check=False).returncode == 0) is (code != 10)


def write_script(tmp_path: Path, code: int) -> Path:
    script = tmp_path / "hook"
    script.write_text(f"#!/bin/sh\nexit {code}\n")
    script.chmod(0o755)
    return script


@pytest.fixture
def hooked_world(apt_world: AptWorld) -> AptWorld:
    """A world with packages that can be fetched and the hook in place, but without the pin."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("needs dpkg-deb")
    apt_world.build("libnvidia-compute-570", "cuda-nvcc-12-8")
    text = g.pre_install_script(INSTEAD).replace("#!/usr/bin/python3", f"#!{sys.executable}")
    script = write(apt_world, g.PRE_INSTALL, text)
    script.chmod(0o755)
    write(apt_world, g.CONFIGURATION, g.configuration_text().replace(g.PRE_INSTALL, str(script)))
    return apt_world


def install(world: AptWorld, package: str) -> Completed:
    """As far as the hook: dpkg itself does nothing."""
    options = ["-o", "Debug::NoLocking=1", "-o", "Dir::Bin::dpkg=/bin/true", "-o", "Dpkg::Use-Pty=0"]
    return world.run(["apt-get", "-q", "-y", *options, "install", package])


@pytest.mark.parametrize("package", ["libnvidia-compute-570=1", "{root}/repository/libnvidia-compute-570_1_amd64.deb"])
def test_the_real_apt_stops_before_unpacking(package: str, hooked_world: AptWorld) -> None:
    done = install(hooked_world, package.format(root=hooked_world.root))
    assert done.code == 100
    assert "refused: libnvidia-compute-570 - WSL gets its NVIDIA driver from Windows" in done.stderr


def test_the_real_apt_goes_on_with_the_toolkit(hooked_world: AptWorld) -> None:
    done = install(hooked_world, "cuda-nvcc-12-8")
    assert "wslfleet" not in done.output
    assert done.code == 0


# The hook that explains: JSON over a socket, see apt's doc/json-hooks-protocol.md


def converse(method: str, terms: list[str]) -> tuple[list[dict[str, t.Any]], str, int]:
    """Do what apt does: hello, one notification, bye. (answers, standard error, exit code)"""
    ours, theirs = socket.socketpair()
    ours.settimeout(60)
    with ours, subprocess.Popen(
        [sys.executable, "-I", "-c", g.explain_script(INSTEAD)],
        pass_fds=[theirs.fileno()],
        env={"APT_HOOK_SOCKET": str(theirs.fileno())},
        stderr=subprocess.PIPE,
        text=True,
    ) as hook:  # fmt: skip
        theirs.close()
        link = ours.makefile("rw")
        hello = {
            "jsonrpc": "2.0",
            "method": "org.debian.apt.hooks.hello",
            "id": 0,
            "params": {"versions": ["0.1", "0.2"]},
        }
        link.write(json.dumps(hello) + "\n\n")
        link.flush()
        answers = [json.loads(link.readline())]
        assert link.readline() == "\n"
        params = {"command": "install", "search-terms": terms, "unknown-packages": [], "packages": []}
        link.write(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}) + "\n\n")
        link.write('{"jsonrpc":"2.0","method":"org.debian.apt.hooks.bye","params":{}}\n\n')
        link.flush()
        _out, errors = hook.communicate(timeout=60)
    return answers, errors, hook.returncode


FAIL = "org.debian.apt.hooks.install.fail"


@pytest.mark.parametrize(
    "terms, text",
    [
        (["cuda"], "cuda is a Linux NVIDIA driver"),
        (["cuda-drivers=570.2-1", "vim"], "cuda-drivers is a Linux NVIDIA driver"),
        (["nvidia-driver-570/noble"], "nvidia-driver-570 is a Linux NVIDIA driver"),
        (["nvidia-cuda-toolkit"], "nvidia-cuda-toolkit may need a Linux NVIDIA driver"),
        (["gpustat"], "gpustat may need a Linux NVIDIA driver"),
    ],
)
def test_a_refusal_is_explained(terms: list[str], text: str) -> None:
    answers, errors, code = converse(FAIL, terms)
    assert answers == [{"jsonrpc": "2.0", "id": 0, "result": {"version": "0.1"}}]
    assert text in errors
    assert f"Install {INSTEAD} instead." in errors
    assert code == 0


@pytest.mark.parametrize(
    "method, terms",
    [(FAIL, ["vim"]), (FAIL, []), ("org.debian.apt.hooks.install.pre-prompt", ["cuda"]), ("unknown", ["cuda"])],
)
def test_nothing_to_explain(method: str, terms: list[str]) -> None:
    _answers, errors, code = converse(method, terms)
    assert (errors, code) == ("", 0)


def test_apt_calls_the_hook_that_explains(apt_world: AptWorld) -> None:
    """The real apt-get, the real protocol; only the script's folder is another."""
    apt_world.offer(UBUNTU2404)
    write(apt_world, g.PIN, g.pin_text(INSTEAD))
    text = g.explain_script(INSTEAD).replace("#!/usr/bin/python3", f"#!{sys.executable}")
    write(apt_world, g.EXPLAIN, text).chmod(0o755)
    moved = g.configuration_text().replace(g.EXPLAIN, str(apt_world.root) + g.EXPLAIN)
    write(apt_world, g.CONFIGURATION, moved)
    done = apt_world.run(["apt-get", "-q", "-y", "-o", "Debug::NoLocking=1", "install", "cuda"])
    assert done.code == 100
    assert "wslfleet.cuda: cuda is a Linux NVIDIA driver, which is kept out of WSL" in done.output
