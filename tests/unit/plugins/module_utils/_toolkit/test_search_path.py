# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import path as toolkit_path
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import search_path as s
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import shell_text
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.scripted_run import system_at


def touch(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        (root / path.lstrip("/")).touch()


LINES = [
    ("LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"),
    ("export LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu:$LD_LIBRARY_PATH", "/usr/lib/x86_64-linux-gnu"),
    ('  export LD_LIBRARY_PATH="/lib/x86_64-linux-gnu/"  # for me', "/lib/x86_64-linux-gnu/"),
    ("LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:/usr/local/cuda/lib64", "/usr/local/cuda/lib64/stubs"),
    ("LD_LIBRARY_PATH='/opt/driver'", "/opt/driver"),
    ("[ -d /opt/driver ] && export LD_LIBRARY_PATH=/opt/driver", "/opt/driver"),
    ("if [ -d /x ]; then export LD_LIBRARY_PATH=/opt/driver; fi", "/opt/driver"),
    ("LD_LIBRARY_PATH+=:/opt/driver", "/opt/driver"),
    ("declare -x LD_LIBRARY_PATH=/opt/driver", "/opt/driver"),
    ("typeset -gx LD_LIBRARY_PATH=/opt/driver", "/opt/driver"),
    # The second variable of one export is that of WSL#9099.
    ("export PATH=/a LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"),
    ("A=1; LD_LIBRARY_PATH=/opt/driver; export LD_LIBRARY_PATH", "/opt/driver"),
    ("export D=/opt; export LD_LIBRARY_PATH=$D/driver:${LD_LIBRARY_PATH}", "/opt/driver"),
    ("export LD_LIBRARY_PATH=/x${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}:/opt/driver", "/opt/driver"),
    ('export LD_LIBRARY_PATH="${X:-/opt/driver}"', "/opt/driver"),
    ("case $- in *i*) LD_LIBRARY_PATH=/opt/driver;; esac", "/opt/driver"),
    ("export LD_LIBRARY_PATH=/opt/\\\ndriver", "/opt/driver"),
    ("LD_LIBRARY_PATH=/opt/driver; LD_LIBRARY_PATH=/usr/lib/wsl/lib:$LD_LIBRARY_PATH", ""),
    ("LD_LIBRARY_PATH=/opt/driver; unset LD_LIBRARY_PATH", ""),
    ("LD_LIBRARY_PATH=/opt/driver ./program", ""),
    ("alias x='LD_LIBRARY_PATH=/opt/driver y'", ""),
    ("cat <<END\nLD_LIBRARY_PATH=/opt/driver\nEND", ""),
    ("return; LD_LIBRARY_PATH=/opt/driver", ""),
    ("LD_LIBRARY_PATH=/usr/lib64", "/usr/lib64"),
    ("PATH=/opt/driver:$PATH", "/opt/driver"),
    ("LD_LIBRARY_PATH=/usr/lib/wsl/lib:/usr/lib/x86_64-linux-gnu", ""),
    ("LD_LIBRARY_PATH=/usr/local/cuda/lib64:$LD_LIBRARY_PATH", ""),
    ("LD_LIBRARY_PATH=/opt/workaround", ""),
    ("LD_LIBRARY_PATH=opt/driver:", ""),
    ("PATH=/usr/lib/x86_64-linux-gnu:$PATH", ""),
    ("PATH=$PATH:/usr/lib/wsl/lib:/opt/driver", ""),
    ("PATH=/usr/bin:/bin", ""),
    ("# LD_LIBRARY_PATH=/opt/driver", ""),
    ("MY_LD_LIBRARY_PATH=/opt/driver", ""),
    ("echo LD_LIBRARY_PATH=/opt/driver", ""),
]


@pytest.mark.parametrize(("line", "folder"), LINES)
def test_line(line: str, folder: str, tmp_path: Path) -> None:
    touch(tmp_path, "/opt/driver/libcuda.so.1", "/opt/driver/nvidia-smi", "/usr/bin/nvidia-smi")
    (tmp_path / "opt/workaround").mkdir()
    (tmp_path / "opt/workaround/libcuda.so").symlink_to("/usr/lib/wsl/lib/libcuda.so.1")
    found = s.judge(system_at(tmp_path), "/etc/environment", f"# first\n{line}\n")
    assert [text.split()[:3] for text in found] == ([["/etc/environment:2", "puts", folder]] if folder else [])


@pytest.mark.parametrize(
    "path", ["etc/environment", "etc/profile.d/x.sh", "root/.bashrc", "home/ann/.profile", "etc/bash.bashrc",
             "home/ann/.config/environment.d/x.conf"]
)  # fmt: skip
def test_every_file_is_read(path: str, tmp_path: Path) -> None:
    assert s.findings(system_at(tmp_path)) == []
    touch(tmp_path, path)
    (tmp_path / path).write_bytes(b"J\xf6rg=1\nLD_LIBRARY_PATH=/usr/lib64\n")
    assert s.findings(system_at(tmp_path)) == [f"/{path}:2 puts /usr/lib64 into LD_LIBRARY_PATH"]


def test_folders_with_names_of_files(tmp_path: Path) -> None:
    (tmp_path / "etc/environment").mkdir(parents=True)
    assert s.findings(system_at(tmp_path)) == []


def test_nvidia_smi(tmp_path: Path) -> None:
    assert s.first_nvidia_smi(system_at(tmp_path)) == ""
    touch(tmp_path, "/usr/lib/wsl/lib/nvidia-smi")
    assert s.first_nvidia_smi(system_at(tmp_path)) == "/usr/lib/wsl/lib/nvidia-smi"
    touch(tmp_path, "/usr/bin/nvidia-smi")
    assert s.first_nvidia_smi(system_at(tmp_path)) == "/usr/bin/nvidia-smi"


def test_what_a_user_puts_there_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    os.mkfifo(tmp_path / "root/.bashrc")
    (tmp_path / "root/.profile").symlink_to("/dev/zero")
    (tmp_path / "root/.zshrc").write_text(". ~/.zshrc\n" * 9 + "LD_LIBRARY_PATH=/usr/lib64\n")
    assert s.findings(system_at(tmp_path)) == [
        "/root/.bashrc cannot be read: /root/.bashrc is a pipe, not a file: check it by hand",
        "/root/.profile cannot be read: /root/.profile is a device, not a file: check it by hand",
        "/root/.zshrc:10 puts /usr/lib64 into LD_LIBRARY_PATH",
    ]


PIECES = st.lists(
    st.sampled_from([*"\"'`$(){}\\;&|<>#=~:!\n \t", "A", "LD_LIBRARY_PATH=", "export ", "${A:-", "$(", "<<A", "A=$A"])
)


@given(PIECES.map("".join))
def test_whatever_stands_there_is_read(text: str) -> None:
    for change in shell_text.changes(text, "/x", {"HOME": "/root"}, lambda path: text):
        assert change.line <= text.count("\n") + 1


SNIPPETS = [
    "A=1 B='x y'; A=$A$B", 'A="a\'b"\'c\'', "A=a\\ b", 'A="\\$x\\y"', "A=~/x:~", "A='~'", "B=2; A=${B}${C:-d}${B:+e}",
    "A=1; A+=2; export A=$A:3", "A=x # y", "A=x#y", "A=1 && A=2", "if true; then A=1; fi", "A=b\\\nc", "A=1 true",
    "declare -x A=5 C=6", "A=${B:-${C:-x}}", 'A="a b":$Z:c', "A=1; unset A", "cat <<X >/dev/null\nA=9\nX\nA=1", "A=$'",
]  # fmt: skip


def test_bash_agrees() -> None:
    snippets = SNIPPETS[:-1]
    script = "".join(f"(unset A B C Z; HOME=/root\n{text}\nprintf '%s\\0' \"$A\")\n" for text in snippets)
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True)
    for text, expected in zip(snippets, done.stdout.split("\0")):
        variables = {"HOME": "/root"}
        list(shell_text.changes(text, "/x", variables))
        assert variables.get("A", "") == expected, text


# The nvcc that a developer's shell finds first


def program(root: Path, *paths: str) -> None:
    touch(root, *paths)
    for path in paths:
        (root / path[1:]).chmod(0o755)


NVCC = "/usr/local/cuda-12.8/bin/nvcc"
OTHER = "/usr/local/cuda-12.4/bin/nvcc"
STRAY: list[tuple[str, t.Callable[[Path], t.Any], str]] = [
    ("nothing", lambda root: None, ""),
    ("Debian's package comes behind", lambda root: program(root, "/usr/bin/nvcc"), ""),
    (
        "conda",
        lambda root: [
            program(root, "/home/ann/miniconda3/bin/nvcc"),
            (root / "home/ann/.bashrc").write_text(
                "__c=\"$('/home/ann/miniconda3/bin/conda' shell.bash hook 2>/dev/null)\"\n"
                'if [ $? -eq 0 ]; then\n eval "$__c"\nelse\n export PATH="/home/ann/miniconda3/bin:$PATH"\nfi\n'
            ),
        ],
        "interactive shell of ann finds /home/ann/miniconda3/bin/nvcc",
    ),
    (
        "~/bin",
        lambda root: [
            program(root, "/home/ann/bin/nvcc"),
            (root / "home/ann/.profile").write_text('if [ -d "$HOME/bin" ] ; then\n PATH="$HOME/bin:$PATH"\nfi\n'),
        ],
        "login shell of ann finds /home/ann/bin/nvcc",
    ),
    (
        "a link in /usr/local/bin",
        lambda root: [(root / "usr/local/bin/nvcc").unlink(), (root / "usr/local/bin/nvcc").symlink_to(OTHER)],
        f"sh, sudo and what wsl.exe starts finds /usr/local/bin/nvcc, which leads to {OTHER}",
    ),
    (
        "PATH in .bashrc by a variable, from .profile",
        lambda root: [
            (root / "home/ann/.bashrc").write_text("C=/usr/local/cuda-12.4\nexport PATH=${C}/bin:$PATH\n"),
            (root / "home/ann/.profile").write_text('if [ -f "$HOME/.bashrc" ]; then . "$HOME/.bashrc"; fi\n'),
        ],
        f"login shell of ann finds {OTHER}",
    ),
    (
        "Debian's package put first",
        lambda root: [program(root, "/usr/bin/nvcc"), (root / "home/ann/.bashrc").write_text("PATH=/usr/bin:$PATH")],
        "interactive shell of ann finds /usr/bin/nvcc",
    ),
]


@pytest.mark.parametrize(("bring", "words"), [pytest.param(*case[1:], id=case[0]) for case in STRAY])
def test_the_first_nvcc(bring: t.Callable[[Path], t.Any], words: str, tmp_path: Path) -> None:
    program(tmp_path, NVCC, OTHER, "/usr/local/bin/nvcc")
    (tmp_path / "usr/local/bin/nvcc").write_text(toolkit_path.script("nvcc"))
    (tmp_path / "usr/local/cuda").symlink_to("/etc/alternatives/cuda")
    touch(tmp_path, "/etc/alternatives/x", "/etc/profile.d/x", "/home/ann/x")
    (tmp_path / "etc/alternatives/cuda").symlink_to("/usr/local/cuda-12.8")
    (tmp_path / "etc/profile.d/wslfleet-cuda.sh").write_text(toolkit_path.PROFILE_TEXT)
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n")
    bring(tmp_path)
    others = [found.text for found in s.first_nvccs(system_at(tmp_path)) if found.leads_to != NVCC]
    assert bool(others) == bool(words), others
    assert words in "; ".join(others)


def test_a_value_that_doubles_itself_stays_small() -> None:
    variables: dict[str, str] = {}
    list(shell_text.changes("A=xxxxxxxxxx\n" + "A=$A$A\n" * 60 + "B=" + "$A" * 2000 + "\n", "/x", variables))
    assert max(len(value) for value in variables.values()) <= 20000
