# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import loader_conf as c
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes

from tests.unit.plugins.module_utils.scripted_run import system_at


def conf(root: Path, **texts: str) -> None:
    (root / "etc/ld.so.conf.d").mkdir(parents=True)
    (root / "etc/ld.so.conf").write_text("include ld.so.conf.d/*.conf\n/own # c\nhwcap 0 nosegneg\n")
    for name, text in texts.items():
        (root / f"etc/ld.so.conf.d/{name}.conf").write_text(text)


def test_what_is_named_and_where(tmp_path: Path) -> None:
    conf(tmp_path, b="/b\n", a="# x\n  /a/  \n\n/c=libc6\n")
    (tmp_path / "etc/ld.so.conf.d/no.bak").write_text("/no\n")
    assert [(entry.where, entry.folder) for entry in c.named(system_at(tmp_path))] == [
        ("/etc/ld.so.conf.d/a.conf:2", "/a/"),
        ("/etc/ld.so.conf.d/a.conf:4", "/c"),
        ("/etc/ld.so.conf.d/b.conf:1", "/b"),
        ("/etc/ld.so.conf:2", "/own"),
    ]


def test_a_file_that_includes_itself_ends(tmp_path: Path) -> None:
    conf(tmp_path, a="include /etc/ld.so.conf.d/a.conf\n/a\n")
    assert c.named(system_at(tmp_path))[-1].folder == "/own"


def test_a_folder_is_taken_out_and_the_rest_stays(tmp_path: Path) -> None:
    system = system_at(tmp_path)
    conf(tmp_path, only="# stubs\n/real\n", more="/link\n/other\n")
    (tmp_path / "link").symlink_to("real")
    gone = [
        *c.naming(system, "/real", c.named(system)),
        *c.naming(system, "/own", c.named(system)),
    ]
    changes.apply(system, c.without(system, gone, "/kept"))
    assert [entry.folder for entry in c.named(system)] == ["/other"]
    assert not (tmp_path / "etc/ld.so.conf.d/only.conf").exists()
    assert (tmp_path / "kept/etc/ld.so.conf.d/only.conf").read_text() == "# stubs\n/real\n"
    assert (tmp_path / "kept/etc/ld.so.conf.d/more.conf").read_text() == "/link\n/other\n"
    assert c.without(system, [], "/kept") == []
