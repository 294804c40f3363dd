# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A source is written only after apt has verified it; whatever is wrong with it changes nothing."""

from __future__ import annotations

import hashlib
import socket
import struct
import typing as t
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import packets

from lab.repository import cuda
from tests.integration.linux.linux_distribution import Distribution, Web

pytestmark = pytest.mark.lab

SNAPSHOT = (
    "find /etc /usr/local /usr/share/keyrings /var/lib/apt/lists /var/lib/wslfleet -newer /mark 2>/dev/null; true"
)


def options(web: Web, name: str = "wsl-ubuntu") -> dict[str, t.Any]:
    """What the module needs for a repository of the lab."""
    return {"url": web.repository(name), "key_fingerprint": web.fingerprint}


def test_source_is_written_once_and_used(distribution: Distribution, web: Web) -> None:
    deb = urllib.request.urlopen(web.repository() + "cuda-keyring_1.1-1_all.deb").read()
    wanted = {**options(web), "keyring_sha256": hashlib.sha256(deb).hexdigest()}
    assert distribution.module("cuda_repository", check_mode=True, **wanted)["changed"]
    assert "cuda-" not in distribution.run("ls /etc/apt/sources.list.d /usr/share/keyrings")
    first = distribution.module("cuda_repository", **wanted)
    assert first["changed"] and first["path"] == "/etc/apt/sources.list.d/cuda-wsl-ubuntu.sources", first
    assert "600 http" in distribution.run("apt-cache policy cuda-nvcc-12-8")
    assert distribution.run("apt-get update 2>&1 | grep -E '^(W|E):'; true") == ""
    distribution.run("touch /mark && sleep 0.1")
    assert not distribution.module("cuda_repository", **wanted)["changed"]
    assert distribution.run(SNAPSHOT) == ""
    ubuntu: dict[str, t.Any] = {"source": "ubuntu", **options(web, "ubuntu2404")}
    unguarded = distribution.module("cuda_repository", **ubuntu)
    assert unguarded["failed"] and "run cuda_guard first" in unguarded["msg"], unguarded
    distribution.module("cuda_guard")
    other = distribution.module("cuda_repository", **ubuntu)
    assert other["changed"], other
    assert distribution.module("cuda_repository", state="absent", **ubuntu)["changed"]
    assert "cuda" not in distribution.run("ls /etc/apt/sources.list.d /usr/share/keyrings /etc/apt/preferences.d")


def test_wrong_sources_change_nothing(debian12: Distribution, web: Web) -> None:
    distribution = debian12
    distribution.run("touch /mark && sleep 0.1")
    cases: list[tuple[dict[str, t.Any], str]] = [
        ({**options(web), "url": web.url + "/nothing/"}, "404"),
        ({**options(web), "keyring_sha256": "0" * 64}, "has SHA-256"),
        ({**options(web), "key_fingerprint": "1" * 40}, "not " + "1" * 40),
        (
            {**options(web, "wsl-ubuntu-foreign"), "keyring_url": web.repository() + "cuda-keyring_1.1-1_all.deb"},
            "not signed by",
        ),
        ({**options(web), "packages": ["cuda-toolkit-12-9"]}, "does not contain cuda-toolkit-12-9"),
        ({"source": "mirror"}, "needs url"),
        ({"url": "http://user@127.0.0.1/x/"}, "username and password belong together"),
        ({"source": "local_installer"}, "needs installer"),
        ({"url": "http://127.0.0.1:9/x/"}, "127.0.0.1:9"),
    ]
    for wanted, words in cases:
        result = distribution.module("cuda_repository", **wanted)
        assert result["failed"], wanted
        assert words in result["msg"] and "\n" not in result["msg"], result["msg"]
    assert distribution.run(SNAPSHOT) == ""


def sha1_options(web: Web) -> dict[str, t.Any]:
    """The repository whose key is bound as NVIDIA's real one."""
    return {"url": web.repository("wsl-ubuntu-sha1"), "key_fingerprint": web.keys.sha1.fingerprint}


POLICY = "/etc/crypto-policies/back-ends/apt-sequoia.config"


def test_apt_2_accepts_a_sha1_key_and_nothing_is_weakened(debian12: Distribution, web: Web) -> None:
    done = debian12.module("cuda_repository", sha1="all_sources", **sha1_options(web))
    assert done["changed"] and not done["failed"], done
    assert "bound by SHA-1" not in debian12.run(f"cat {done['path']}; test ! -e {POLICY}")


def test_sha1_key_on_apt_3_is_refused_unless_allowed_for_one_source(debian13: Distribution, web: Web) -> None:
    box, wanted = debian13, sha1_options(web)
    box.run("touch /mark && sleep 0.1")
    foreign = {**options(web, "wsl-ubuntu-foreign"), "keyring_url": web.repository() + "cuda-keyring_1.1-1_all.deb"}
    refused = box.module("cuda_repository", sha1="this_source", **foreign)
    assert refused["failed"] and "not signed by" in refused["msg"], refused
    refused = box.module("cuda_repository", **wanted)
    assert refused["failed"] and "bound by SHA-1" in refused["msg"] and "sha1: this_source" in refused["msg"], refused
    assert box.run(SNAPSHOT) == ""
    done = box.module("cuda_repository", sha1="this_source", **wanted)
    assert done["changed"] and not done["failed"], done
    assert "bound by SHA-1" in box.run(f"cat {done['path']}; test ! -e {POLICY}")
    assert not box.module("cuda_repository", sha1="this_source", **wanted)["changed"]
    # A plain update keeps the index that is there, and the other sources work.
    assert "previous index files will be used" in box.run("apt-get update 2>&1")
    box.module("cuda_guard")
    box.run("touch -d '3 days ago' /var/lib/apt/lists")
    before = len(web.server.requests)
    installed = box.module("cuda_toolkit", version="12.8", components=["cudart"], host_compiler=False)
    assert installed["changed"] and not installed["failed"], installed
    asked = [line for line in web.server.requests[before:] if "InRelease" in line]
    assert asked, "the index was not refreshed"
    box.run("dpkg-query -W cuda-cudart-12-8")
    # The whole distribution, when that is what the administrator wants; and back.
    assert box.module("cuda_repository", sha1="all_sources", **wanted)["changed"]
    assert "W:" not in box.run("apt-get update 2>&1")
    assert not box.module("cuda_repository", sha1="all_sources", **wanted)["changed"]
    back = box.module("cuda_repository", sha1="this_source", **wanted)
    assert back["changed"] and "SHA-1" in box.run(f"test ! -e {POLICY}; cat {back['path']}")


def subkey(key: bytes) -> bytes:
    """KEY whose first packet says that it is a subkey: RFC 4880, tag 14 in place of 6."""
    first, *others = packets.split_packets(key)
    return b"\xce\xff" + struct.pack(">I", len(first.body)) + first.body + b"".join(other.raw for other in others)


def test_a_second_key_beside_the_pinned_one_opens_nothing_in_apt_3(debian13: Distribution, web: Web) -> None:
    """Attack H2 against sqv, which gpgv's part of is in tests/attacks: a repository signed by somebody else."""
    box, foreign = debian13, web.repository("wsl-ubuntu-foreign")
    pinned, others = web.keys.new.binary, web.keys.other
    rings = {"secret": pinned + others.secret, "subkey": pinned + subkey(others.binary), "plain": pinned}
    taken = {}
    for name, ring in rings.items():
        box.write(f"/srv/{name}.gpg", ring)
        for repository in ("wsl-ubuntu", "wsl-ubuntu-foreign"):
            line = f"deb [signed-by=/srv/{name}.gpg] {web.repository(repository)} /\n"
            box.write("/etc/apt/sources.list.d/attack.list", line)
            taken[name, repository] = "code=0" in box.run("apt-get update 2>&1; echo code=$?")
    box.run("rm /etc/apt/sources.list.d/attack.list; rm -r /var/lib/apt/lists/*_InRelease")
    # Without the collection apt takes the packet of the secret key for a key.
    assert [name for (name, repository), done in taken.items() if done and repository != "wsl-ubuntu"] == ["secret"]
    assert [name for (name, repository), done in taken.items() if not done and repository == "wsl-ubuntu"] == []
    box.run("touch /mark && sleep 0.1")
    for name, words in (("secret", "not an OpenPGP key"), ("subkey", "not signed by")):
        wanted = {"url": foreign, "key": f"/srv/{name}.gpg", "key_fingerprint": web.fingerprint}
        refused = box.module("cuda_repository", source="mirror", sha1="this_source", **wanted)
        assert refused["failed"] and words in refused["msg"], refused
    assert box.run(SNAPSHOT) == ""


def test_mirror_with_credentials_never_shows_them(distribution: Distribution, web: Web) -> None:
    box, secret = distribution, "s3cr%t#:@"
    web.server.accounts["/compute/cuda/repos/wsl-ubuntu/"] = ("builder", secret)
    try:
        wanted: dict[str, t.Any] = {"source": "mirror", **options(web), "username": "builder"}
        wrong = box.module("cuda_repository", **wanted, password="wrong-one")
        assert wrong["failed"] and "401" in wrong["msg"], wrong
        assert "wrong-one" not in str(wrong) and box.run("ls -A /etc/apt/auth.conf.d") == ""
        done = box.module("cuda_repository", **wanted, password=secret)
        assert done["changed"] and not done["failed"], done
        assert secret not in str(done)
        assert box.run("stat -c '%a %U' /etc/apt/auth.conf.d/wslfleet-cuda.conf") == "600 root\n"
        assert secret not in box.run(f"cat {done['path']}; grep -r . /var/lib/wslfleet /var/log 2>/dev/null; true")
        assert "W:" not in box.run("apt-get update 2>&1")
        box.run("cd /tmp && apt-get download cuda-cudart-12-8")
        inside = web.repository().replace("//", "//builder:s3cr%25t%23:%40@")
        same = box.module("cuda_repository", source="mirror", url=inside, key_fingerprint=web.fingerprint)
        assert not same["changed"] and not same["failed"] and secret not in str(same), same
    finally:
        web.server.accounts.clear()


def test_local_installer_without_a_network(offline: Distribution, web: Web) -> None:
    box = offline
    deb = (web.server.root / cuda.INSTALLER).read_bytes()
    place = f"/mnt/c/My Files/{cuda.INSTALLER.rsplit('/', 1)[1]}"
    box.write(place, deb)
    wanted = {"source": "local_installer", "installer": place, "installer_sha256": hashlib.sha256(deb).hexdigest()}
    box.run("touch /mark && sleep 0.1")
    for wrong, words in (
        ({"installer_sha256": "0" * 64}, "has SHA-256"),
        ({"installer": place.replace("12.8.1", "12.8.2")}, "no such file"),
    ):
        refused = box.module("cuda_repository", **{**wanted, **wrong})
        assert refused["failed"] and words in refused["msg"], refused
    assert box.module("cuda_repository", state="verified", **wanted)["current"] is False
    assert box.run(SNAPSHOT) == ""
    done = box.module("cuda_repository", packages=["cuda-toolkit-12-8"], **wanted)
    assert done["changed"] and not done["failed"], done
    box.run(f"rm '{place}'")
    assert box.module("cuda_repository", **wanted)["current"]
    legacy = box.module("cuda_legacy", repository_url=done["url"], repository_name=done["name"])
    assert not legacy["changed"], legacy
    # Nothing else can be fetched; that is told and does not stop what is on the disk.
    box.run("touch -d '3 days ago' /var/lib/apt/lists")
    installed = box.module("cuda_toolkit", version="12.8", components=["nvcc"], host_compiler=False)
    assert installed["changed"] and not installed["failed"], installed
    gone = box.module("cuda_repository", state="absent", **wanted)
    assert gone["changed"] and not gone["failed"], gone
    assert [item["package"] for item in gone["freed"]] == ["cuda-repo-wsl-ubuntu-12-8-local"], gone
    left = box.run("ls /var /etc/apt/sources.list.d /usr/share/keyrings; dpkg-query -W 'cuda*'")
    assert "cuda-repo" not in left and ".sources" not in left and "cuda-nvcc-12-8" in left
    assert not box.module("cuda_repository", state="absent", **wanted)["changed"]


def test_local_installers_go_when_the_site_moves_on(debian12: Distribution, web: Web) -> None:
    box = debian12
    deb = (web.server.root / cuda.INSTALLER).read_bytes()
    place = f"/root/{cuda.INSTALLER.rsplit('/', 1)[1]}"
    box.write(place, deb)
    wanted = {"source": "local_installer", "installer": place, "installer_sha256": hashlib.sha256(deb).hexdigest()}
    box.module("cuda_repository", **wanted)
    box.run("apt-get install -y --no-install-recommends cuda-cudart-12-8")
    # To the network: the repository goes when the new source stands, not before.
    nowhere = box.module("cuda_repository", **{**options(web), "url": web.url + "/nothing/"})
    assert nowhere["failed"] and "cuda-repo" in box.run("ls /var"), nowhere
    planned = box.module("cuda_repository", check_mode=True, **options(web))
    assert planned["freed"][0]["bytes"] > 100_000 and "cuda-repo" in box.run("ls /var"), planned
    moved = box.module("cuda_repository", **options(web))
    assert moved["freed"] == planned["freed"] and not moved["failed"], moved
    left = box.run("ls -d /var/cuda* /etc/apt/sources.list.d/* /usr/share/keyrings/cuda*; dpkg-query -W 'cuda*'", False)
    assert "12-8-local" not in left.replace("12-8-local.list.wslfleet-", ""), left
    assert "cuda-cudart-12-8" in left and "cuda-wsl-ubuntu.sources" in left
    # Somebody's own, with his key and source: stays, unless the site says so.
    box.run(f"dpkg -i {place} && cp /var/cuda-repo-*/cuda-*-keyring.gpg /usr/share/keyrings/ && apt-get -q update")
    assert box.module("cuda_repository", **options(web))["current"]
    said = box.module("cuda_repository", other_installers="all", **options(web))
    assert said["changed"] and len(said["freed"]) == 1, said
    left = box.run("ls /var /etc/apt/sources.list.d /usr/share/keyrings")
    assert "cuda-repo" not in left and left.count("local.list") == left.count("local.list.wslfleet-"), left
    assert web.keys.installer.fingerprint[-8:] not in left
    box.run("apt-get -q update && apt-get -q check && dpkg --audit")


def test_the_run_after_a_killed_module_clears_up(debian12: Distribution, web: Web) -> None:
    """Killed by SIGKILL while apt waits for a server that does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor() as other:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/x/"
        module = other.submit(debian12.module, "cuda_repository", **{**options(web), "keyring_url": address})
        silent.settimeout(30)
        with silent.accept()[0]:
            left = debian12.run("ls -d /var/cache/wslfleet-*").strip()
            debian12.run("apt=$(pgrep -xo apt-helper); kill -9 $(ps -o ppid= -p $apt) $apt")
            assert module.result().get("failed"), module.result()
    assert debian12.run("ls -d /var/cache/wslfleet-*").strip() == left
    debian12.run("touch -d '2 hours ago' /var/cache/wslfleet-*")
    assert debian12.module("cuda_repository", **options(web))["changed"]
    assert debian12.run("ls /var/cache | grep wslfleet; true") == ""
