# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import known as wsl_settings_known
from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import settings as s

HOST = s.Host((2, 6, 3, 0), 26100)


def config(settings: dict[str, t.Any], text: str | None = None, host: s.Host = HOST) -> s.Plan:
    """The plan for .wslconfig."""
    return s.plan(text, settings, wsl_settings_known.WSLCONFIG, host, "\r\n")


GOOD = [
    ("wsl2", "memory", "16GB", "16GB"),
    ("wsl2", "swap", 0, "0"),
    ("wsl2", "processors", "0x8", "8"),
    ("wsl2", "PROCESSORS", "010", "8"),
    ("wsl2", "gpuSupport", True, "true"),
    ("wsl2", "gpusupport", "0", "false"),
    ("wsl2", "networkingMode", "MIRRORED", "Mirrored"),
    ("wsl2", "swapFile", "D:\\wsl\\swap.vhdx", "D:\\\\wsl\\\\swap.vhdx"),
    ("wsl2", "kernelCommandLine", "a=1 b", "a=1 b"),
    ("wsl2", "macAddress", "5c-bb-f6-9e-ee-fa", "5c-bb-f6-9e-ee-fa"),
    ("wsl2", "vmIdleTimeout", -1, "-1"),
    ("general", "instanceIdleTimeout", 30000, "30000"),
    ("experimental", "ignoredPorts", "3000,9000", "3000,9000"),
    ("experimental", "dnsTunnelingIpAddress", "10.255.255.254", "10.255.255.254"),
    ("experimental", "autoMemoryReclaim", "dropcache", "dropCache"),
]


@pytest.mark.parametrize(("section", "key", "value", "written"), GOOD)
def test_good_values(section: str, key: str, value: t.Any, written: str) -> None:
    plan = config({section: {key: value}})
    assert plan.after.endswith(f"={written}\r\n")
    assert len(plan.steps) == 1
    assert config({section: {key: value}}, plan.after).steps == []


BAD = [
    ({"wsl2": {"memory": "16 GB"}}, "wsl2.memory: '16 GB' is not a size such as 16GB"),
    ({"wsl2": {"memory": "16gb"}}, "in capitals"),
    ({"wsl2": {"memory": "1.5GB"}}, "whole number"),
    ({"wsl2": {"processors": 0}}, "1 or more"),
    ({"wsl2": {"processors": "many"}}, "1 or more"),
    ({"wsl2": {"gpuSupport": "yes"}}, "true or false"),
    ({"wsl2": {"vmIdleTimeout": "60s"}}, "milliseconds"),
    ({"wsl2": {"networkingMode": "bridge"}}, "none of None, Nat"),
    ({"wsl2": {"swapFile": "swap.vhdx"}}, "path on Windows"),
    ({"wsl2": {"macAddress": "x"}}, "MAC address"),
    ({"wsl2": {"kernelCommandLine": "a\nb"}}, "line break"),
    ({"wsl2": {"memory": ["1GB"]}}, "one value is needed"),
    ({"wsl2": {"memry": "1GB"}}, "wsl2.memry is no setting of WSL that can be set here; did you mean wsl2.memory"),
    ({"experimental": {"networkingMode": "nat"}}, "did you mean wsl2.networkingMode"),
    ({"wsl2": {"zzzzzzzz": 1}}, "can be set here$"),
    ({"wsl2": "memory=1GB"}, "must contain keys and values"),
    ({"experimental": {"dnsTunnelingIpAddress": "10.0.0.256"}}, "IPv4"),
    ({"experimental": {"ignoredPorts": "a"}}, "ports"),
]


@pytest.mark.parametrize(("settings", "message"), BAD)
def test_bad_values(settings: dict[str, t.Any], message: str) -> None:
    with pytest.raises(s.SettingError, match=message) as error:
        config(settings)
    assert "\n" not in str(error.value)


HOSTS = [
    (s.Host((2, 0, 8)), {"wsl2": {"firewall": True}}, "needs WSL 2.0.9 or later, here is 2.0.8"),
    (s.Host((2, 5, 7)), {"general": {"instanceIdleTimeout": 1}}, "needs WSL 2.5.8"),
    (s.Host((2, 6, 3), 22000), {"wsl2": {"networkingMode": "mirrored"}}, "needs Windows build 22621"),
    (s.Host((2, 6, 3), 19045), {"wsl2": {"nestedVirtualization": True}}, "needs Windows build 22000"),
    (s.Host((2, 6, 3)), {"wsl2": {"networkingMode": "consomme"}}, "needs WSL 2.9"),
    (s.Host(policies={"AllowKernelUserSetting": 0}), {"wsl2": {"kernel": "C:\\k"}}, "locked by a policy"),
    (
        s.Host(policies={"AllowNetworkingModeUserSetting": 0}),
        {"wsl2": {"networkingMode": "nat"}},
        "AllowNetworkingModeUserSetting",
    ),
]


@pytest.mark.parametrize(("host", "settings", "message"), HOSTS)
def test_what_this_host_cannot(host: s.Host, settings: dict[str, t.Any], message: str) -> None:
    with pytest.raises(s.SettingError, match=message):
        config(settings, host=host)
    known = s.Host((2, 9, 9), 26100, dict.fromkeys(host.policies, 1))
    assert len(config(settings, host=known).steps) == 1
    assert len(config(settings, host=s.Host()).steps) == 1
    [section], [key] = settings, next(iter(settings.values()))
    text = f"[{section}]\n{key}=1\n"
    assert len(config({section: {key: None}}, text, host).steps) == 1


def test_equal_in_another_spelling_is_no_change() -> None:
    text = "[wsl2]\nGPUSUPPORT=1\nprocessors=0x8\nnetworkingmode=mirrored\nmemory=nonsense\n"
    assert config({"wsl2": {"gpuSupport": True, "processors": 8, "networkingMode": "Mirrored"}}, text).steps == []
    assert config({"wsl2": {"memory": "8GB"}}, text).steps == ["set wsl2.memory=8GB"]


def test_a_setting_in_its_old_place_is_changed_there() -> None:
    plan = config({"wsl2": {"networkingMode": "Nat"}}, "[experimental]\nnetworkingMode=mirrored\n")
    assert plan.after == "[experimental]\nnetworkingMode=Nat\n"


def test_remove_and_byte_order_mark() -> None:
    plan = config({"wsl2": {"memory": None, "swap": None}}, s.BOM + "[wsl2]\nmemory=8GB\nmine=1\n")
    assert plan.after == "[wsl2]\nmine=1\n"
    assert [step.split()[0] for step in plan.steps] == ["remove", "remove"]
    assert "byte order mark" in plan.steps[0]
    assert config({}, None).steps == []


@pytest.mark.parametrize("settings", [{"wsl2": {"networkingMode": "Bridged"}}, {"experimental": {"sparseVhd": True}}])
def test_warnings(settings: dict[str, t.Any]) -> None:
    assert len(config(settings).warnings) == 1
