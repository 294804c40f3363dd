# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's container packages of the lab, and its nvidia-ctk."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from lab.linux import images
from lab.repository import container, container_cli, cuda


def test_four_packages_of_one_version() -> None:
    for version in (container.OLD_VERSION, container.VERSION):
        debs = {deb.name: deb for deb in container.container_debs(version)}
        assert set(debs) == set(container.NAMES)
        needed = debs["nvidia-container-toolkit"].fields["Depends"]
        assert f"nvidia-container-toolkit-base (= {version})" in needed
        assert "nvidia-container-runtime-hook" in debs["nvidia-container-toolkit"].fields["Breaks"]
        programs = {file.path: file for file in debs["nvidia-container-toolkit-base"].files}
        text = programs["/usr/bin/nvidia-ctk"].content
        assert isinstance(text, bytes) and version.partition("-")[0].encode() in text and b"@VERSION@" not in text


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folders of the driver below a folder."""
    for name in ("LIBRARIES", "DRIVERS", "DEVICE"):
        path = getattr(container_cli, name)
        monkeypatch.setattr(container_cli, name, tmp_path / str(path).lstrip("/"))
    store = container_cli.DRIVERS / "nv_dispi.inf_amd64_1"
    store.mkdir(parents=True)
    container_cli.LIBRARIES.mkdir(parents=True)
    container_cli.DEVICE.parent.mkdir()
    for file in (container_cli.DEVICE, container_cli.LIBRARIES / "libdxcore.so"):
        file.touch()
    for name in container_cli.DRIVER_FILES[:-1]:
        (store / name).touch()
    return tmp_path


def test_the_specification_names_what_is_there(windows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = windows / "etc/cdi/nvidia.yaml"
    assert container_cli.main(["cdi", "generate", "--mode=wsl", f"--output={target}"]) == 0
    text = target.read_text(encoding="utf-8")
    assert "- name: all\n" in text and f"path: {container_cli.DEVICE}\n" in text
    assert "nv_dispi.inf_amd64_1/libcuda.so.1.1\n" in text and "hostPath: " + str(windows) in text
    assert "Could not locate nvidia-smi" in capsys.readouterr().err
    assert container_cli.main(["cdi", "generate"]) == 0
    assert capsys.readouterr().out == text


def test_without_a_driver_there_is_none(windows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (container_cli.DRIVERS / "nv_dispi.inf_amd64_1/libcuda.so.1.1").unlink()
    assert container_cli.main(["cdi", "generate"]) == 1
    assert "no driver store paths found" in capsys.readouterr().err
    container_cli.DEVICE.unlink()
    assert container_cli.main(["cdi", "generate"]) == 1
    assert "failed to initialize NVML" in capsys.readouterr().err
    assert not (windows / "etc/cdi").exists()


def test_the_adversary_depends_on_a_driver_that_lies_beside_it() -> None:
    debs = {deb.name: deb for deb in container.container_debs(container.ADVERSARY_VERSION, "nvidia-driver-570")}
    assert debs[container.BASE].fields["Depends"] == "nvidia-driver-570"
    folder = cuda.repositories(images.default_cache(), real_compiler=False) / cuda.CONTAINER_DRIVER
    names = re.findall(r"(?m)^Package: (.*)$", (folder / "Packages").read_text(encoding="utf-8"))
    assert {container.BASE, "nvidia-driver-570", "libnvidia-compute-570"} <= set(names)


@pytest.mark.parametrize(
    "line", ["cdi transform", "cdi generate --mode=nvml", "cdi generate --vendor=x", "runtime configure"]
)
def test_what_is_not_modelled_is_loud(line: str) -> None:
    done = subprocess.run(["python3", str(container.CLI), *line.split()], capture_output=True, text=True, check=False)
    assert done.returncode == 255 and "not modelled" in done.stderr


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert container_cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("NVIDIA Container Toolkit CLI version ")
