# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import nvidia as host_nvidia
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.nvidia import Gpu
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import registry as windows_registry

CLASS = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}"
DISPLAY = windows_registry.Scope(CLASS, recursive=True)
TWO_ADAPTERS = (
    f"\r\n{CLASS}\\0000\r\n    DriverDesc    REG_SZ    Intel(R) Iris(R) Xe Graphics\r\n"
    f"\r\n{CLASS}\\0000\r\n    DriverVersion    REG_SZ    31.0.101.4255\r\n"
    f"\r\n{CLASS}\\0000\r\n    MatchingDeviceId    REG_SZ    PCI\\VEN_8086&DEV_9A49\r\n"
    f"\r\n{CLASS}\\0001\r\n    DriverDesc    REG_SZ    NVIDIA T600 Laptop GPU\r\n"
    f"\r\n{CLASS}\\0001\r\n    DriverVersion    REG_SZ    30.0.14.9516\r\n"
    f"\r\n{CLASS}\\0001\r\n    MatchingDeviceId    REG_SZ    pci\\ven_10de&dev_1fb7\r\n"
    "\r\nEnd of search: 6 match(es) found.\r\n"
).encode()
T600 = Gpu("NVIDIA T600 Laptop GPU", "495.16", "30.0.14.9516")


@pytest.mark.parametrize(
    ("windows", "nvidia"),
    [("32.0.15.5161", "551.61"), ("31.0.15.2756", "527.56"), ("30.0.14.9516", "495.16"), ("32.0.15.8088", "580.88")],
)
def test_version(windows: str, nvidia: str) -> None:
    assert host_nvidia.nvidia_version(windows) == nvidia


@pytest.mark.parametrize("text", ["", "551.61", "32.0.15", "32.0.1.1", "a.b.c.d"])
def test_not_a_version(text: str) -> None:
    with pytest.raises(ValueError, match="not the version of an NVIDIA driver"):
        host_nvidia.nvidia_version(text)


def test_only_nvidia_from_the_registry() -> None:
    assert host_nvidia.gpus(windows_registry.parse(TWO_ADAPTERS, DISPLAY)) == [
        replace(T600, device_id="pci\\ven_10de&dev_1fb7")
    ]


@pytest.mark.parametrize(("driver", "asked"), [("495.16", 1), ("509.99", 1), ("510.0", 2), ("551.61", 2)])
def test_old_drivers_are_not_asked_for_new_fields(driver: str, asked: int) -> None:
    assert len(host_nvidia.smi_lines([Gpu("x", driver, "")])) == asked


def test_confirmed() -> None:
    gpus = host_nvidia.confirmed([T600], b"NVIDIA T600 Laptop GPU, 495.16, WDDM, 4096\r\n", b"7.5\r\n")
    assert gpus == [Gpu("NVIDIA T600 Laptop GPU", "495.16", "30.0.14.9516", "WDDM", 4096, "7.5")]


def test_unknown_memory_is_none() -> None:
    assert host_nvidia.confirmed([T600], b"X, 495.16, WDDM, [N/A]\r\n", b"")[0].memory_mib is None


def test_a_gpu_that_nvidia_smi_does_not_show_is_kept() -> None:
    assert host_nvidia.confirmed([T600, T600], b"X, 495.16, WDDM, 1\r\n", b"")[1] == T600


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="not four fields"):
        host_nvidia.confirmed([T600], b"NVIDIA-SMI has failed\r\n", b"")


STORE = "C:\\Windows\\System32\\DriverStore\\FileRepository\\nvdm.inf_amd64_1669d27a1091c792"


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("REG_MULTI_SZ", f"{STORE}\\nvldumdx.dll\\0{STORE}\\nvldumdx.dll", STORE),
        ("REG_MULTI_SZ", f"nvd3dumx.dll\\0{STORE}\\nvldumdx.dll", STORE),
        ("REG_MULTI_SZ", "nvd3dumx.dll", None),
        ("REG_MULTI_SZ", "\\\\evil\\DriverStore\\FileRepository\\x\\y.dll", None),
        ("REG_SZ", f"{STORE}\\nvldumdx.dll", None),
        ("REG_MULTI_SZ", "C:\\Users\\anna\\DriverStore\\FileRepository\\x\\y.dll", None),
        ("REG_MULTI_SZ", "D:\\Windows\\System32\\DriverStore\\FileRepository\\x\\y.dll", None),
        ("REG_MULTI_SZ", "C:\\Windows\\System32\\DriverStore\\FileRepository\\..\\y.dll", None),
    ],
)
def test_folder_of_the_driver_in_use(kind: str, data: str, expected: str | None) -> None:
    intel = f"\r\n{CLASS}\\0000\r\n    UserModeDriverName    REG_MULTI_SZ    {STORE}x\\igdumd64.dll\r\n"
    nvidia = f"\r\n{CLASS}\\0001\r\n    UserModeDriverName    {kind}    {data}\r\n"
    registry = windows_registry.parse(TWO_ADAPTERS + intel.encode() + nvidia.encode(), DISPLAY)
    assert host_nvidia.driver_folder(registry) == expected


def test_nvidia_smi_in_both_places_in_one_line() -> None:
    line = host_nvidia.smi_lines([T600], STORE)["nvidia_smi"]
    assert line.startswith('((C:\\Windows\\System32\\nvidia-smi.exe "--query')
    assert f'||({STORE}\\nvidia-smi.exe "--query' in line
