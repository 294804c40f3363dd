# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong variables are told before anything changes: names, shapes, contradictions. What is right is no problem."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import problems as checks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import variables

ROOT = Path(__file__).resolve().parents[5]
SPECS = ROOT / "roles" / "cuda_toolkit" / "meta" / "argument_specs.yml"
MISSPELT = [
    ("cuda_verison", "cuda_version"),
    ("cuda_versions", "cuda_version"),
    ("cudaversion", "cuda_version"),
    ("cuda_gaurd", "cuda_guard"),
    ("windows_host_rebot", "windows_host_reboot"),
    ("window_host_reboot", "windows_host_reboot"),
    ("windows_host_window_users", "windows_host_windows_users"),
    ("container_toolkit_engine", "container_toolkit_engines"),
    ("wslfleet_host", "wslfleet_hosts"),
]
UNKNOWN = ["windows_host_users", "cuda_mirror", "cuda_home", "wslfleet_everything", "container_toolkit_nothing"]
SOMEBODY_ELSES = ["windows_hosts", "win", "cud", "__cuda_toolkit_source", "__windows_host_wsl", "ansible_host"]

SHAPES = [
    ({"windows_host_windows_users": "anna"}, "windows_host_windows_users must be a list, not text"),
    ({"windows_host_windows_users": [["anna"]]}, "an entry of windows_host_windows_users must be text, not a list"),
    ({"windows_host_windows_users": {"anna": 1}}, "must be a list, not a dictionary"),
    ({"cuda_version": 12.1}, "cuda_version is the number 12.1: quote it"),
    ({"cuda_additional_versions": [12.1]}, "cuda_additional_versions is the number 12.1: quote it"),
    ({"windows_host_wsl_version": 2.6}, "windows_host_wsl_version is the number 2.6: quote it"),
    ({"container_toolkit_version": 1.19}, "container_toolkit_version is the number 1.19: quote it"),
    ({"container_toolkit_minimum_version": 1}, "container_toolkit_minimum_version is the number 1: quote it"),
    ({"windows_host_minimum_driver": 527.4}, "windows_host_minimum_driver is the number 527.4: quote it"),
    ({"windows_host_toolkit": 12.8}, "windows_host_toolkit is the number 12.8: quote it"),
    ({"cuda_guard": "perhaps"}, "cuda_guard must be true or false, not text"),
    ({"cuda_guard": 2}, "cuda_guard must be true or false, not a number"),
    ({"windows_host_reboot_delay": "soon"}, "windows_host_reboot_delay must be a whole number, not text"),
    ({"windows_host_reboot_delay": True}, "windows_host_reboot_delay must be a whole number, not true or false"),
    ({"windows_host_wsl_config": "x"}, "windows_host_wsl_config must be a dictionary, not text"),
    (
        {"windows_host_reboot": "sometimes"},
        "windows_host_reboot is sometimes: choose one of never, when_required, always",
    ),
    ({"windows_host_reboot_window_days": ["Monday"]}, "windows_host_reboot_window_days is Monday: choose one of mon"),
    ({"wslfleet_levels": ["fail"]}, "an entry of wslfleet_levels is fail: choose one of ok, info, warn, stop"),
    ({"cuda_components": None}, "cuda_components is empty"),
    ({"cuda_components": ""}, "cuda_components must be a list, not text"),
    ({"wslfleet_stop_distribution": []}, "wslfleet_stop_distribution must be true or false, not a list"),
]
CONTRADICTIONS = [
    ({"cuda_version": "12.99"}, "cuda_version '12.99': no such toolkit; known: 12.0,"),
    ({"cuda_version": "12"}, "cuda_version '12': write major and minor, quoted"),
    ({"cuda_components": []}, "cuda_components is empty"),
    ({"cuda_components": ["cuda"]}, "'cuda' installs a Linux driver"),
    ({"cuda_components": ["kernel"]}, "'kernel' is not known"),
    ({"cuda_additional_versions": ["12.7"]}, "'12.7': no such toolkit"),
    ({"cuda_additional_versions": ["12.4"], "cuda_other_versions": "remove"}, "needs cuda_other_versions: keep"),
    ({"cuda_source": "local_installer"}, "needs cuda_local_installer and"),
    (
        {
            "cuda_source": "local_installer",
            "cuda_local_installer": "/x.deb",
            "cuda_local_installer_sha256": "0" * 64,
            "cuda_repository_url": "https://x/",
        },
        "takes no cuda_repository_url",
    ),
    ({"cuda_source": "mirror"}, "needs cuda_repository_url and"),
    ({"cuda_source": "ubuntu", "cuda_guard": "no"}, "needs cuda_guard: true"),
    ({"cuda_repository_username": "x"}, "cuda_repository_username and cuda_repository_password belong together"),
    ({"cuda_proxy_password": "x", "cuda_proxy": "http://p:1"}, "cuda_proxy_username and cuda_proxy_password belong"),
    ({"cuda_proxy_username": "x", "cuda_proxy_password": "y"}, "belong to cuda_proxy"),
    ({"container_toolkit_repository_password": "x"}, "container_toolkit_repository_username and"),
    ({"windows_host_distribution": "My Linux"}, "windows_host_distribution 'My Linux' cannot be the name"),
    ({"windows_host_build": "a/b"}, "windows_host_build 'a/b' cannot be the name"),
    ({"windows_host_distribution_default_user": "Anna"}, "cannot be a Linux user"),
    (
        {"windows_host_distribution_location": "D:\\wsl\\"},
        "windows_host_distribution_location 'D:\\\\wsl\\\\' ends with",
    ),
    ({"windows_host_distribution_location": "wsl"}, "must be a full path with a drive"),
    ({"windows_host_image": "C:\\%TEMP%\\x.tar"}, "windows_host_image 'C:\\\\%TEMP%\\\\x.tar' contains %"),
    ({"windows_host_wsl_msi": 'C:\\a"b.msi'}, 'contains ", which'),
    ({"windows_host_driver_installer": "https://x/y.exe"}, "needs windows_host_driver_sha256"),
]
FORMS = [
    ({"cuda_repository_url": "htp://x"}, "cuda_repository_url 'htp://x' must be an http, https, file or copy address"),
    ({"cuda_keyring_url": "https://anna:horse@x/a b"}, "cuda_keyring_url 'https://x/a b' must be"),
    ({"cuda_proxy": "proxy.example.com:8080"}, "cuda_proxy 'proxy.example.com:8080' must read http://host:port or"),
    ({"windows_host_wsl_msi_proxy": "http://proxy"}, "windows_host_wsl_msi_proxy 'http://proxy' must read http://host"),
    ({"cuda_keyring_sha256": "0" * 63}, "must be a SHA-256 of 64 hex digits"),
    ({"windows_host_image_sha256": "sha256:" + "0" * 64}, "must be a SHA-256 of 64 hex digits"),
    ({"cuda_key_fingerprint": "3BF863CC"}, "cuda_key_fingerprint '3BF863CC' must be a fingerprint of 40 hex digits"),
    ({"windows_host_reboot_delay": "-5"}, "windows_host_reboot_delay is -5: it cannot be below 0"),
    ({"wslfleet_reconnect_timeout": -1}, "wslfleet_reconnect_timeout is -1: it cannot be below 0"),
    ({"windows_host_reboot_window": "22-5"}, "windows_host_reboot_window: window must be hours such as 22:00-05:00"),
]
RIGHT: list[dict[str, t.Any]] = [
    {},
    {"cuda_version": "12.latest", "cuda_components": ["nvcc"]},
    {"cuda_guard": "false", "windows_host_reboot_delay": "0", "cuda_hold": None, "cuda_repository_url": ""},
    {"windows_host_wsl_msi": "files/wsl.msi", "windows_host_image": "https://x/%20y.tar"},
    {"windows_host_wsl_config": {"wsl2": {}}, "windows_host_windows_users": ["anna", "S-1-5-21-1"]},
    {"cuda_repository_url": "file:///mnt/c/mirror", "cuda_no_proxy": [".example.com"], "cuda_proxy": "http://a:b@p:1/"},
    {"cuda_key_fingerprint": "EB69 3B30 35CD 5710 E231  E123 A4B4 6996 3BF8 63CC", "cuda_keyring_sha256": "A" * 64},
    {"windows_host_reboot_window": "22:00-05:00", "windows_host_reboot_delay": "0"},
    {"cuda_proxy": "", "windows_host_distribution_location": "D:\\wsl\\Ubuntu 24"},
]


@pytest.mark.parametrize(("name", "meant"), MISSPELT)
def test_the_one_that_was_meant_is_named(name: str, meant: str) -> None:
    (problem,) = checks.problems({}, ["ansible_host", name, meant])
    assert problem.startswith(f"{name} is no variable of this collection: write {meant}, or if it is your own")


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_name_is_refused_unless_it_is_somebody_s_own(name: str) -> None:
    (problem,) = checks.problems({}, [name])
    assert problem.startswith(f"{name} is no variable of this collection: ")
    assert problem.endswith(f"name it in wslfleet_ignore_variables: [{name}]")
    assert checks.problems({"wslfleet_ignore_variables": [name]}, [name, "wslfleet_ignore_variables"]) == []


def test_no_alarm() -> None:
    known = variables.all_variables()
    assert len(known) > 80
    assert checks.problems({}, [*known, *variables.RESULTS, *SOMEBODY_ELSES]) == []


@pytest.mark.parametrize(("values", "expected"), SHAPES + CONTRADICTIONS + FORMS)
def test_one_problem_one_sentence(values: dict[str, t.Any], expected: str) -> None:
    (problem,) = checks.problems(values, values)
    assert expected in problem and "\n" not in problem


@pytest.mark.parametrize(
    "address", ["bob:horse@proxy:8080", "htp:/bob:horse@proxy", "http:// bob:horse@x", "http://bob:horse@x"]
)
@pytest.mark.parametrize("name", ["cuda_proxy", "windows_host_wsl_msi_proxy", "cuda_repository_url"])
def test_no_password_is_told_with_an_address_that_is_none(name: str, address: str) -> None:
    assert "horse" not in " ".join(checks.problems({name: address}, [name]))


@pytest.mark.parametrize("values", RIGHT)
def test_what_is_right_is_no_problem(values: dict[str, t.Any]) -> None:
    assert checks.problems(values, values) == []


def test_every_default_of_the_roles_is_right() -> None:
    values: dict[str, t.Any] = {}
    for file in ROOT.glob("roles/*/defaults/main.yml"):
        values.update(yaml.safe_load(file.read_text(encoding="utf-8")))
    # Templates, which only Ansible works out.
    plain = {name: value for name, value in values.items() if "{{" not in str(value)}
    assert len(plain) > 40
    assert checks.problems(plain, plain) == []


@pytest.mark.parametrize(
    ("option", "known"), [("cuda_version", catalogue.VERSIONS), ("cuda_components", tuple(catalogue.COMPONENTS))]
)
def test_the_documentation_lists_what_the_catalogue_knows(option: str, known: tuple[str, ...]) -> None:
    specs = yaml.safe_load(SPECS.read_text(encoding="utf-8"))
    (listed,) = [text for text in specs["argument_specs"]["main"]["options"][option]["description"] if "Known:" in text]
    assert tuple(re.findall(r"V\(([^)]+)\)", listed)) == known
