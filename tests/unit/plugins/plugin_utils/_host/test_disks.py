# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.disks import (
    VirtualDisk,
    file_sizes,
    folder_disks,
    joined,
    profile_disks,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import BatchPart
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads

WSL = "C:\\Users\\ada\\AppData\\Local\\wsl"
ENGLISH = (
    " Volume in drive C is Windows\r\n\r\n Directory of C:\\x\r\n\r\n"
    "11/22/2026  08:15 PM        1234567890 ext4.vhdx\r\n"
    "               1 File(s)     1234567890 bytes\r\n               0 Dir(s)  200000000000 bytes free\r\n"
)
JAPANESE = (
    " C:\\x 2 disk.vhdx のディレクトリ\r\n\r\n2026/11/22  20:15        42 my disk.vhdx\r\n"
    "  1 個のファイル 42 バイト\r\n"
)


@pytest.mark.parametrize(("text", "sizes"), [(ENGLISH, [1234567890]), (JAPANESE, [42]), ("", [])])
def test_file_sizes(text: str, sizes: list[int]) -> None:
    assert file_sizes(text.encode()) == sizes


def reads(paths: str, sizes: str, store: str = "") -> Reads:
    texts = {"disks_S": paths, "sizes_S": sizes, "store_S": store}
    return Reads({name: BatchPart(0 if text else 1, text.encode()) for name, text in texts.items()})


def test_disks_of_a_profile() -> None:
    store = "C:\\Users\\ada\\AppData\\Local\\Packages\\Debian\\LocalState\\ext4.vhdx"
    assert profile_disks(reads(f"{WSL}\\a\\ext4.vhdx\r\n", ENGLISH, f"{store}\r\n"), "S") == [
        VirtualDisk(f"{WSL}\\a\\ext4.vhdx", 1234567890),
        VirtualDisk(store, None),
    ]


def test_sizes_that_do_not_fit_the_paths_are_left_out() -> None:
    paths = f"{WSL}\\a\\ext4.vhdx\r\n{WSL}\\b\\ext4.vhdx\r\n"
    found = profile_disks(reads(paths, ENGLISH), "S")
    assert found is not None
    assert [disk.size_bytes for disk in found] == [None, None]


def test_nothing_asked_and_nothing_found() -> None:
    assert profile_disks(Reads(), "S") is None
    assert profile_disks(reads("", ""), "S") == []


def test_disks_in_a_folder() -> None:
    found = folder_disks(Reads({"folder": BatchPart(0, ENGLISH.encode())}), "folder", "D:\\wsl")
    assert found == [VirtualDisk("D:\\wsl\\ext4.vhdx", 1234567890)]
    assert found[0].folder == "D:\\wsl"


def test_a_disk_that_was_found_twice_is_told_once() -> None:
    store, other = "C:\\Users\\ada\\Packages\\ext4.vhdx", VirtualDisk("D:\\x\\ext4.vhdx", 7)
    measured = [VirtualDisk(store.upper(), 42), other]
    assert joined([VirtualDisk(store, None)], measured) == measured
