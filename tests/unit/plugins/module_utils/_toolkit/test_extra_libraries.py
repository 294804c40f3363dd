# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import extra_libraries as e

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

KEYRING = "/usr/share/keyrings/key.gpg"
URL = "https://mirror.example/ubuntu2404/x86_64"
CUDA12 = e.wanted(["nccl-dev", "cudnn"], "12.8")


def database(*items: str) -> dpkg.Database:
    """Installed packages, each ``name=version``."""
    pairs = [item.split("=") for item in items]
    return dpkg.Database(tuple(dpkg.Package(name, "amd64", version, "ii") for name, version in pairs), False)


@pytest.mark.parametrize("library", e.LIBRARIES)
@pytest.mark.parametrize("version", ["12.8", "13.0", "12.8.1", "12"])
def test_packages(library: str, version: str) -> None:
    names = e.wanted([library, library], version).packages
    assert len(set(names)) == len(names) >= 1
    assert all(e._NAMES.match(name) and not driver_packages.why_refused(name) for name in names)


@pytest.mark.parametrize(
    ("libraries", "version", "words"),
    [([], "12.8", "nothing given"), (["tensorrt"], "12.8", "name some of: nccl"), (["nccl"], "new", "no such toolkit")],
)
def test_bad_input(libraries: list[str], version: str, words: str) -> None:
    with pytest.raises(Failure, match=words):
        e.wanted(libraries, version)


def test_the_toolkit_s_major_version_counts() -> None:
    assert CUDA12.packages == ("libnccl2", "libnccl-dev", "libcudnn9-cuda-12")
    there = database("libnccl2=2.25.1-1+cuda12.8", "libnccl-dev=2.28.3-1+cuda13.0", "libcudnn9-cuda-13=9.8.0-1")
    assert e.present(CUDA12, there) == ["libnccl2=2.25.1-1+cuda12.8"]
    assert e.missing(CUDA12, there) == ["libnccl-dev", "libcudnn9-cuda-12"]
    assert e.installed(["nccl"], CUDA12, there) == ["libnccl-dev", "libnccl2"]
    assert e.installed(["cudnn"], CUDA12, there) == []


MADISON = """\
  libnccl2 | 2.28.3-1+cuda13.0 | https://x  Packages
  libnccl2 | 2.25.1-1+cuda12.8 | https://x  Packages
  libnccl2 | 2.23.4-1+cuda12.6 | https://x  Packages
libcudnn9-cuda-12 | 9.8.0.87-1 | https://x  Packages
N: a note
"""


def test_the_newest_that_fits_is_chosen() -> None:
    assert e.choose(CUDA12, ["libnccl2", "libcudnn9-cuda-12"], MADISON) == [
        "libnccl2=2.25.1-1+cuda12.8",
        "libcudnn9-cuda-12=9.8.0.87-1",
    ]
    with pytest.raises(Failure, match="contains no libnccl-dev for CUDA 12"):
        e.choose(CUDA12, ["libnccl-dev", "libnccl2"], MADISON)


@pytest.mark.parametrize(
    ("os_release", "name"),
    [
        ('ID=ubuntu\nVERSION_ID="24.04"\n', "ubuntu2404"),
        ('ID=debian\nVERSION_ID="12"\n', "debian12"),
        ('NAME="x"\nVERSION_ID="22.04"\nID=ubuntu\nID_LIKE=debian\n', "ubuntu2204"),
    ],
)
def test_default_url(os_release: str, name: str) -> None:
    assert e.default_url(os_release).endswith(f"/{name}/x86_64/")


@pytest.mark.parametrize("os_release", ["", "ID=ubuntu\nVERSION_ID=25.10\n", "ID=arch\n"])
def test_no_default_url(os_release: str) -> None:
    with pytest.raises(Failure, match="set url"):
        e.default_url(os_release)


@pytest.mark.parametrize(
    ("url", "keyring"), [("mirror", KEYRING), ("https://a b/", KEYRING), (URL, "key.gpg"), (URL, "/a] [x=y"),
                       ("https://user:secret@mirror.example/", KEYRING), ("ftp://user:secret@mirror.example/", KEYRING)]
)  # fmt: skip
def test_nothing_odd_gets_into_the_source(url: str, keyring: str) -> None:
    with pytest.raises(Failure) as error:
        e.files(CUDA12, url, keyring)
    assert "secret" not in str(error.value)


def test_the_source_is_apart_and_everything_else_pinned_away(tmp_path: Path) -> None:
    (tmp_path / KEYRING.lstrip("/")).parent.mkdir(parents=True)
    with pytest.raises(Failure, match="no such keyring"):
        e.open_source(system_at(tmp_path, ScriptedRun()), CUDA12, URL, KEYRING)
    (tmp_path / KEYRING.lstrip("/")).touch()
    run = ScriptedRun(("apt-get update .*SourceParts=-", Completed(0, "", "")))
    e.open_source(system_at(tmp_path, run), CUDA12, URL, KEYRING)
    run.done()
    failed = Completed(100, "", "E: Failed to fetch https://x/InRelease  Could not resolve 'x'")
    run = ScriptedRun(("update", failed), ("apt-config dump", Completed(0, "", "")))
    with pytest.raises(Failure, match="DNS does not find x; check the address"):
        e.open_source(system_at(tmp_path, run), CUDA12, URL, KEYRING)
    source = tmp_path / e.FOLDER.lstrip("/") / "source.list"
    assert source.read_text() == f"deb [signed-by={KEYRING}] {URL}/ /\n"
    pin = (source.parent / "preferences").read_text()
    assert pin.startswith("Package: *\nPin: release *\nPin-Priority: -1\n\nPackage: libnccl2 libnccl-dev libcudnn9")


def test_failing_source(tmp_path: Path) -> None:
    (tmp_path / KEYRING.lstrip("/")).parent.mkdir(parents=True)
    (tmp_path / KEYRING.lstrip("/")).touch()
    run = ScriptedRun(("apt-get update", Completed(100, "", "E: 403 Forbidden\n")))
    with pytest.raises(Failure) as error:
        e.open_source(system_at(tmp_path, run), CUDA12, URL, KEYRING)
    assert str(error.value) == "https://mirror.example/ubuntu2404/x86_64: 403 Forbidden"


INST = "Inst libnccl2 (2.25.1-1+cuda12.8 NVIDIA CUDA:x [amd64])\n"


@pytest.mark.parametrize(
    ("simulation", "words"),
    [
        (INST, ""),
        (f"{INST}Inst libcuda1 (570 NVIDIA CUDA:x [amd64])\n", "part of the NVIDIA driver by its name"),
        (f"{INST}Inst cuda-cudart-12-8 (12 NVIDIA CUDA:x [amd64])\n", "would install cuda-cudart-12-8, which this"),
        (f"{INST}Remv python3 [3]\n", "would remove python3 3, which was not requested"),
    ],
)
def test_plan_lets_nothing_else_in(simulation: str, words: str) -> None:
    run = ScriptedRun(
        ("apt-cache madison .*libnccl2$", Completed(0, MADISON, "")),
        (r"^apt-get -o Dir::Etc::SourceList=.* -s .* libnccl2=2.25.1-1\+cuda12.8$", Completed(0, simulation, "")),
        ("^apt-cache -o .* show", Completed(0, "", "")),
    )
    what = e.wanted(["nccl"], "12.8")
    if words:
        with pytest.raises(Failure, match=words):
            e.plan(system_at(run=run), what, what.packages, database())
    else:
        judged = e.plan(system_at(run=run), what, what.packages, database())
        assert e.install_command(judged)[-1] == "libnccl2=2.25.1-1+cuda12.8"
    run.done()
