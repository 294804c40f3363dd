# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A laptop whose only way out is an authenticated proxy that looks into TLS: from nothing to changed=0."""

from __future__ import annotations

import json
import typing as t

import pytest

from lab.internet import authority
from lab.laptops import profiles
from tests.integration.laboratory import QUICK, Lab, Run, StartLab

pytestmark = pytest.mark.lab

LAPTOP = "behind-proxy-1"
USERNAME, PASSWORD = profiles.PROXY_ACCOUNT
AUTH = "/etc/apt/auth.conf.d/wslfleet-proxy.conf"


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    """The laptop, in a language that nobody may have parsed."""
    return start_lab("--profile", "behind_proxy", "--without-compiler", "--language", "ja-JP")


def provision(lab: Lab, **variables: t.Any) -> Run:
    """The main job, with the repository at a name that only the proxy knows."""
    url = lab.variables["cuda_repository_url"]
    path = url.partition("//")[2].partition("/")[2]
    wanted = {
        "cuda_source": "mirror",
        "cuda_repository_url": f"https://{profiles.BEHIND_PROXY}/{path}",
        "cuda_components": ["cudart"],
        **QUICK,
        **variables,
    }
    return lab.playbook("provision", variables=wanted)


def test_from_nothing_to_nothing_to_do(lab: Lab) -> None:
    proxy = json.loads((lab.state / "lab.json").read_text(encoding="utf-8"))["proxy"]
    # Debian's own packages come by the direct way, as from a mirror inside.
    answers = {
        "cuda_proxy": proxy,
        "cuda_proxy_username": USERNAME,
        "cuda_proxy_password": PASSWORD,
        "cuda_no_proxy": ["deb.debian.org", *_mirrors(lab)],
        "cuda_windows_certificates": ["all"],
        "cuda_wsl_conf": {"boot": {"systemd": False}},
    }
    first = provision(lab, **answers)
    assert first.code == 0, first.output
    before = len(lab.journal(LAPTOP))
    second = provision(lab, **answers)
    assert second.code == 0 and second.recap[LAPTOP]["changed"] == 0, second.output
    commands = lab.journal(LAPTOP)[before:]
    linux = [command for command in commands if " --exec /bin/sh " in command["line"]]
    # Eight and four without a proxy: one task more in Linux for it, one for wsl.conf, one command for the certificates.
    assert len(linux) <= 10 and len(commands) - len(linux) <= 5, commands
    assert PASSWORD not in first.output + second.output + json.dumps(lab.journal(LAPTOP))
    company = authority.kept(lab.state)
    seen = lab.linux(
        LAPTOP,
        "dpkg-query -W -f '${Package} ' 'cuda-cudart*'; ls /usr/local/share/ca-certificates/wslfleet; "
        f"stat -c '%a %U' {AUTH}; grep -rlF -e '{PASSWORD}' /etc /var/lib/wslfleet /var/log /root; grep -c BEGIN "
        "/usr/local/share/ca-certificates/wslfleet/*; cat /etc/environment /etc/wsl.conf",
    ).output
    assert (
        "cuda-cudart-12-4" in seen and f"Corp-TLS-Inspection-CA-{company.thumbprint[:8].lower()}.crt\n600 root" in seen
    )
    assert "vendor" not in seen, "only what group policy put there"
    assert seen.count(PASSWORD) == 0 and seen.count(AUTH) == 1, seen
    assert f'https_proxy="{proxy}"' in seen and "systemd = false" in seen.replace("=false", " = false"), seen


def _mirrors(lab: Lab) -> list[str]:
    """The hosts of the distribution's own sources."""
    listed = lab.linux(LAPTOP, "apt-get indextargets --format '$(SITE)' | sort -u").output
    return [line.split("//")[1].split("/")[0].split(":")[0] for line in listed.splitlines() if line.startswith("http")]
